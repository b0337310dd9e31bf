/** A recurrence as a client gives it, made into one that this room can follow; what it cannot follow is refused. */
import { z } from 'zod';
import { dayMs, type Recurrence } from './recurrence.ts';

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const indexes = ['first', 'second', 'third', 'fourth', 'last'] as const;
const dateText = z.string().regex(/^\d{4}-\d\d-\d\d$/);

const patternSchema = z.looseObject({
  type: z.enum(['daily', 'weekly', 'absoluteMonthly', 'relativeMonthly', 'absoluteYearly', 'relativeYearly']),
  interval: z.number().int().min(1).max(999),
  month: z.number().int().min(0).max(12).optional(),
  dayOfMonth: z.number().int().min(0).max(31).optional(),
  daysOfWeek: z.array(z.enum(weekdays)).max(7).optional(),
  firstDayOfWeek: z.enum(weekdays).optional(),
  index: z.enum(indexes).nullish(),
});
const rangeSchema = z.looseObject({
  type: z.enum(['noEnd', 'numbered', 'endDate']),
  startDate: dateText,
  endDate: dateText.nullish(),
  numberOfOccurrences: z.number().int().min(0).max(999).nullish(),
  recurrenceTimeZone: z.string().nullish(),
});

const dayOf = (text: string) => Math.floor(Date.parse(text) / dayMs);

type Pattern = z.output<typeof patternSchema>;

/** Why the day of a monthly or yearly pattern is not its first day, or null. */
function dateProblem({ type, dayOfMonth, month }: Pattern, startDay: number): string | null {
  const start = new Date(startDay * dayMs);
  if (type.startsWith('absolute') && dayOfMonth !== start.getUTCDate())
    return 'dayOfMonth is not that of the first day.';
  return type.endsWith('Yearly') && month !== start.getUTCMonth() + 1
    ? 'month is not that of the first day.'
    : null;
}

/** Why the weekdays of a pattern cannot be followed, or null. */
function weekdayProblem({ type, daysOfWeek = [], firstDayOfWeek, interval }: Pattern): string | null {
  if (type === 'weekly' && daysOfWeek.length === 0) return 'daysOfWeek is missing.';
  if (type === 'weekly' && interval > 1 && (firstDayOfWeek ?? 'sunday') !== 'sunday')
    return 'Weeks that begin on another day than Sunday are not simulated.';
  return type.startsWith('relative') && daysOfWeek.length !== 1
    ? 'daysOfWeek of a relative pattern is one day.'
    : null;
}

function rangeOf(range: z.output<typeof rangeSchema>): Recurrence['range'] | null {
  if (range.type === 'noEnd') return { kind: 'noEnd' };
  if (range.type === 'numbered')
    return range.numberOfOccurrences ? { kind: 'numbered', count: range.numberOfOccurrences } : null;
  return range.endDate ? { kind: 'endDate', endDay: dayOf(range.endDate) } : null;
}

/** `recurrence` of a request: what this room follows, and the zone by whose clock it happens, if one was named. */
export const recurrenceSchema = z
  .object({ pattern: patternSchema, range: rangeSchema })
  .transform(({ pattern, range }, context): { rule: Recurrence; timeZone: string | null } => {
    const startDay = dayOf(range.startDate);
    const end = rangeOf(range);
    const problem =
      dateProblem(pattern, startDay) ?? weekdayProblem(pattern) ?? (end ? null : 'The range has no end.');
    if (problem !== null || !end) {
      context.addIssue({ code: 'custom', message: problem ?? '' });
      return z.NEVER;
    }
    const days = (pattern.daysOfWeek ?? []).map((name) => weekdays.indexOf(name));
    const rule: Recurrence = {
      type: pattern.type,
      interval: pattern.interval,
      weekdays: days.sort((a, b) => a - b),
      index: pattern.index ? indexes.indexOf(pattern.index) : 0,
      startDay,
      range: end,
    };
    return { rule, timeZone: range.recurrenceTimeZone ? range.recurrenceTimeZone : null };
  });
