/**
 * Graph's patternedRecurrence as RRULE (RFC 5545, section 3.3.10). Exchange moves a day that a month does not have to the
 * month's last day, where RRULE leaves the month out, so such days are written as the last of several.
 */
import type { GraphRecurrence } from './graph-event.ts';
import { dateValue, utcValue, writtenDate } from './times.ts';
import { dayMs, isKnownYear, utcMsOf, yearOf } from './zone-clock.ts';
import type { Zone } from './zone-names.ts';

type Pattern = GraphRecurrence['pattern'];

/** When a series begins, by the clock on the wall, and how that clock goes. */
export interface SeriesStart {
  readonly localMs: number;
  readonly isAllDay: boolean;
  /** Null for UTC. */
  readonly zone: Zone | null;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const dayCodes: Readonly<Record<string, string>> = {
  sunday: 'SU',
  monday: 'MO',
  tuesday: 'TU',
  wednesday: 'WE',
  thursday: 'TH',
  friday: 'FR',
  saturday: 'SA',
};
const positions: Readonly<Record<string, number>> = { first: 1, second: 2, third: 3, fourth: 4, last: -1 };
const anyMonth = [28, 31] as const;
/** Days after which the last of `numbered` occurrences has been at the latest, for one step of the pattern. */
const longestStepDays: Readonly<Record<Pattern['type'], number>> = {
  daily: 1,
  weekly: 7,
  absoluteMonthly: 31,
  relativeMonthly: 31,
  absoluteYearly: 366,
  relativeYearly: 366,
};
/** How far the odd years of a zone are written for a series without end; rules that are regular go on for ever. */
const horizonYear = 2060;

/** Undefined for a range that ends before it begins, or does not say when: Exchange has no such series. */
export function recurrenceRule({ pattern, range }: GraphRecurrence, start: SeriesStart): string | undefined {
  const parts = [...partsOf(pattern, start), `INTERVAL=${String(pattern.interval ?? 1)}`];
  if (range.type === 'numbered') {
    if (range.numberOfOccurrences === undefined) return undefined;
    parts.push(`COUNT=${String(range.numberOfOccurrences)}`);
  }
  if (range.type === 'endDate') {
    const endMs = writtenDate(range.endDate);
    if (endMs === undefined || endMs + dayMs <= start.localMs) return undefined;
    // Outlook writes a year like 4500 for a series without end.
    if (isKnownYear(yearOf(endMs))) parts.push(`UNTIL=${untilOf(endMs, start)}`);
  }
  return parts.join(';');
}

/** The last year of which a file must know the zone's rules. */
export function lastYearOf({ pattern, range }: GraphRecurrence, startMs: number): number {
  if (range.type === 'endDate') return yearOf(writtenDate(range.endDate) ?? startMs);
  const days =
    longestStepDays[pattern.type] * (pattern.interval ?? 1) * (range.numberOfOccurrences ?? Infinity);
  const endMs = startMs + days * dayMs;
  const farMs = Date.UTC(horizonYear, 0);
  return range.type === 'numbered' && endMs < farMs ? yearOf(endMs) : horizonYear;
}

/** The end of the last day; of timed events in UTC, as the RFC demands, of whole days as a date. */
function untilOf(endMs: number, { isAllDay, zone }: SeriesStart): string {
  if (isAllDay) return dateValue(endMs);
  const lastMs = endMs + dayMs - 1_000;
  return utcValue(zone ? utcMsOf(zone.iana, lastMs) : lastMs);
}

function partsOf(pattern: Pattern, start: SeriesStart): string[] {
  const date = new Date(start.localMs);
  const day = pattern.dayOfMonth ?? date.getUTCDate();
  const month = pattern.month ?? date.getUTCMonth() + 1;
  switch (pattern.type) {
    case 'daily':
      return ['FREQ=DAILY'];
    case 'weekly':
      // Which weeks are left out depends on where a week begins; Graph says Sunday where it says nothing.
      return [
        'FREQ=WEEKLY',
        `BYDAY=${codesOf(pattern, date).join(',')}`,
        `WKST=${dayCodes[pattern.firstDayOfWeek ?? ''] ?? 'SU'}`,
      ];
    case 'absoluteMonthly':
      return ['FREQ=MONTHLY', ...dayParts(day, anyMonth)];
    case 'relativeMonthly':
      return ['FREQ=MONTHLY', ...relativeParts(pattern, date)];
    case 'absoluteYearly':
      return ['FREQ=YEARLY', `BYMONTH=${String(month)}`, ...dayParts(day, daysIn(month))];
    case 'relativeYearly':
      return ['FREQ=YEARLY', `BYMONTH=${String(month)}`, ...relativeParts(pattern, date)];
  }
}

/** Without days, the day on which the series begins. */
function codesOf({ daysOfWeek = [] }: Pattern, date: Date): string[] {
  const named = weekdays.filter((day) => daysOfWeek.includes(day));
  const days = named.length > 0 ? named : [weekdays[date.getUTCDay()] ?? 'sunday'];
  return days.map((day) => dayCodes[day] ?? '');
}

/** How many days a month has in a common and in a leap year. */
function daysIn(month: number): readonly [number, number] {
  const days = (year: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
  return [days(2001), days(2000)];
}

/** A day of months that have from `shortest` to `longest` days. */
function dayParts(day: number, [shortest, longest]: readonly [number, number]): string[] {
  if (day <= shortest) return [`BYMONTHDAY=${String(day)}`];
  if (day >= longest) return ['BYMONTHDAY=-1'];
  const days = Array.from({ length: day - shortest + 1 }, (_, i) => shortest + i);
  return [`BYMONTHDAY=${days.join(',')}`, 'BYSETPOS=-1'];
}

function relativeParts(pattern: Pattern, date: Date): string[] {
  const nth = Math.ceil(date.getUTCDate() / 7);
  const position = String(positions[pattern.index ?? ''] ?? (nth > 4 ? -1 : nth));
  const codes = codesOf(pattern, date);
  // Outlook reads one day with its number, and of several days only the position.
  return codes.length === 1
    ? [`BYDAY=${position}${codes.join('')}`]
    : [`BYDAY=${codes.join(',')}`, `BYSETPOS=${position}`];
}
