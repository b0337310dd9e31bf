/**
 * Recurring series: the pattern in Graph's words and the days on which a series happens. Days are counted in UTC days
 * since 1970 of the local date; times of day are added by whoever knows the time zone.
 */
import { mix } from '../chance.ts';

type PatternType =
  'daily' | 'weekly' | 'absoluteMonthly' | 'relativeMonthly' | 'absoluteYearly' | 'relativeYearly';

export interface Recurrence {
  type: PatternType;
  interval: number;
  /** 0 is Sunday, sorted. */
  weekdays: readonly number[];
  /** Which one of the month's such weekdays: 0 to 3, or 4 for the last. */
  index: number;
  startDay: number;
  range: { kind: 'noEnd' } | { kind: 'numbered'; count: number } | { kind: 'endDate'; endDay: number };
}

export const dayMs = 86_400_000;
const weekdayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const indexNames = ['first', 'second', 'third', 'fourth', 'last'];
/** No series is followed further: it is longer than any test's window. */
const mostOccurrences = 2_000;

export const dateText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
const weekdayOf = (day: number) => new Date(day * dayMs).getUTCDay();
const dayOf = (year: number, month: number, date: number) => Date.UTC(year, month, date) / dayMs;

const types: readonly PatternType[] = [
  'weekly',
  'weekly',
  'weekly',
  'daily',
  'absoluteMonthly',
  'relativeMonthly',
  'absoluteYearly',
  'relativeYearly',
];

function rangeOf(hash: number, startDay: number): Recurrence['range'] {
  const kind = hash % 3;
  if (kind === 0) return { kind: 'noEnd' };
  if (kind === 1) return { kind: 'numbered', count: 12 + (hash % 40) };
  return { kind: 'endDate', endDay: startDay + 200 + (hash % 900) };
}

/** A recurrence that begins on `startDay` and has that day in its pattern. */
export function chooseRecurrence(hash: number, startDay: number): Recurrence {
  const type = types[hash % types.length] as PatternType;
  const first = weekdayOf(startDay);
  const extra = (first + 2) % 7;
  const isBothDays = type === 'weekly' && (hash >>> 4) % 3 === 0;
  const weekdays = isBothDays ? [first, extra].sort((a, b) => a - b) : [first];
  const date = new Date(startDay * dayMs).getUTCDate();
  return {
    type,
    interval: type.endsWith('Yearly') ? 1 : 1 + ((hash >>> 6) % 3),
    weekdays,
    index: Math.floor((date - 1) / 7),
    startDay,
    range: rangeOf(mix(hash, 5), startDay),
  };
}

/** A yearly day of remembrance without end. */
export const everyYear = (startDay: number): Recurrence => ({
  type: 'absoluteYearly',
  interval: 1,
  weekdays: [],
  index: 0,
  startDay,
  range: { kind: 'noEnd' },
});

/** The day of a month that a monthly or yearly pattern means. */
function dayInMonth({ type, startDay, weekdays, index }: Recurrence, year: number, month: number): number {
  const last = dayOf(year, month + 1, 0);
  if (type.startsWith('absolute'))
    return Math.min(last, dayOf(year, month, new Date(startDay * dayMs).getUTCDate()));
  const weekday = weekdays[0] ?? 0;
  const first = dayOf(year, month, 1);
  const nth = first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * index;
  return nth > last ? nth - 7 : nth;
}

function* daysOfPattern(recurrence: Recurrence): Generator<number> {
  const { type, interval, startDay, weekdays } = recurrence;
  if (type === 'daily') {
    for (let day = startDay; ; day += interval) yield day;
  }
  if (type === 'weekly') {
    for (let week = startDay - weekdayOf(startDay); ; week += 7 * interval)
      yield* weekdays.map((weekday) => week + weekday).filter((day) => day >= startDay);
  }
  const start = new Date(startDay * dayMs);
  const step = type.endsWith('Yearly') ? 12 * interval : interval;
  for (let month = start.getUTCMonth(); ; month += step) {
    const day = dayInMonth(recurrence, start.getUTCFullYear() + Math.floor(month / 12), month % 12);
    if (day >= startDay) yield day;
  }
}

/** Days of the series up to `untilDay`, in order. The index of a day in this list names the occurrence for good. */
export function occurrenceDays(recurrence: Recurrence, untilDay: number): number[] {
  const { range } = recurrence;
  const most = range.kind === 'numbered' ? range.count : mostOccurrences;
  const end = range.kind === 'endDate' ? Math.min(range.endDay, untilDay) : untilDay;
  const days: number[] = [];
  for (const day of daysOfPattern(recurrence)) {
    if (day > end || days.length >= most) break;
    days.push(day);
  }
  return days;
}

/** Graph's patternedRecurrence, with the values that Graph gives for what a pattern does not use. */
export function recurrenceJson(recurrence: Recurrence, timeZone: string): Record<string, unknown> {
  const { type, interval, weekdays, index, startDay, range } = recurrence;
  const start = new Date(startDay * dayMs);
  const isAbsolute = type.startsWith('absolute');
  const isRelative = type.startsWith('relative');
  return {
    pattern: {
      type,
      interval,
      month: type.endsWith('Yearly') ? start.getUTCMonth() + 1 : 0,
      dayOfMonth: isAbsolute ? start.getUTCDate() : 0,
      ...(type === 'weekly' || isRelative ? { daysOfWeek: weekdays.map((day) => weekdayNames[day]) } : {}),
      firstDayOfWeek: 'sunday',
      index: isRelative ? indexNames[index] : 'first',
    },
    range: {
      type: range.kind,
      startDate: dateText(startDay),
      endDate: range.kind === 'endDate' ? dateText(range.endDay) : '0001-01-01',
      recurrenceTimeZone: timeZone,
      numberOfOccurrences: range.kind === 'numbered' ? range.count : 0,
    },
  };
}
