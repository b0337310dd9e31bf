/** When an event is, and in which zone its clock goes. */
import type { GraphEvent, GraphOccurrence } from './graph-event.ts';
import type { SeriesStart } from './recurrence-rule.ts';
import { dateOf, graphInstant, instantOf, writtenDate } from './times.ts';
import { dayMs, localMsAt, utcMsOf } from './zone-clock.ts';
import { zoneOf, type Zone } from './zone-names.ts';

export interface EventTimes {
  readonly isAllDay: boolean;
  /** Milliseconds UTC; of an event of whole days the midnight of its date, counted as if it were UTC. */
  readonly startMs: number;
  /** Undefined for an event that takes no time, or one day. */
  readonly endMs: number | undefined;
  /** Null for UTC. */
  readonly startZone: Zone | null;
  readonly endZone: Zone | null;
  /** What a reader should know because the times cannot say it. */
  readonly notes: readonly string[];
}

export interface Series extends SeriesStart {
  readonly times: EventTimes;
}

const hourMs = 3_600_000;

/** The times of an event that stands by itself, or of an exception. */
export function timesOf(event: GraphOccurrence): EventTimes {
  const start = startOf(event);
  if (start.isAllDay) return wholeDays(event, start);
  const { zone: startZone, notes } = chosenZone([event.originalStartTimeZone, event.start?.timeZone]);
  const { zone: endZone } = chosenZone([event.originalEndTimeZone, startZone?.tzid]);
  const endMs = laterThan(start.startMs, graphInstant(event.end));
  return { ...start, endMs, startZone, endZone, notes: [...start.notes, ...notes] };
}

/** The times of a series, whose start and end both follow the clock of the recurrence. */
export function seriesOf(event: GraphEvent): Series {
  const start = startOf(event);
  const times = timesOf(event);
  if (times.isAllDay) return { times, isAllDay: true, localMs: times.startMs, zone: null };
  const range = event.recurrence?.range;
  const names = [range?.recurrenceTimeZone, event.originalStartTimeZone, event.start?.timeZone];
  const { zone: named, notes } = chosenZone(names);
  const zone = named ?? zoneOfDate(times.startMs, writtenDate(range?.startDate));
  const localMs = zone ? localMsAt(zone.iana, times.startMs) : times.startMs;
  // Of two hours with the same name the rule can only mean the first.
  const startMs = zone ? utcMsOf(zone.iana, localMs) : times.startMs;
  const all = { ...times, startMs, startZone: zone, endZone: zone, notes: [...start.notes, ...notes] };
  return { times: all, isAllDay: false, localMs, zone };
}

type Start = Pick<EventTimes, 'isAllDay' | 'startMs' | 'notes'>;

/**
 * An event without a start, which Exchange does not make, still gets one, because no calendar program shows an event
 * without: its end, its place in the series, or the day on which it was made; and it says so.
 */
function startOf({ start, end, isAllDay = false, ...event }: GraphOccurrence): Start {
  const startMs = isAllDay ? writtenDate(start?.dateTime) : graphInstant(start);
  if (startMs !== undefined) return { isAllDay, startMs, notes: [] };
  const otherMs = graphInstant(end) ?? instantOf(event.originalStart);
  const notes = ['The stored event has no start. What stands here is the nearest that is known.'];
  if (otherMs !== undefined) return { isAllDay, startMs: isAllDay ? dateOf(otherMs) : otherMs, notes };
  const madeMs = instantOf(event.createdDateTime) ?? instantOf(event.lastModifiedDateTime) ?? 0;
  return { isAllDay: true, startMs: dateOf(madeMs), notes };
}

function wholeDays({ end }: GraphOccurrence, start: Start): EventTimes {
  const endMs = laterThan(start.startMs, writtenDate(end?.dateTime));
  return { ...start, endMs, startZone: null, endZone: null };
}

/** DTEND must be later than DTSTART (RFC 5545, section 3.8.2.2). */
function laterThan(startMs: number, endMs: number | undefined): number | undefined {
  return endMs !== undefined && endMs > startMs ? endMs : undefined;
}

/** The first zone that is known. A zone that would have come before it is noted. */
function chosenZone(names: readonly (string | undefined)[]): {
  zone: Zone | null;
  notes: readonly string[];
} {
  const given = names.filter((name) => name !== undefined);
  const zones = given.map((name) => zoneOf(name));
  const zone = zones.find((one) => one !== undefined) ?? null;
  if (given.length === 0 || zones[0] !== undefined) return { zone, notes: [] };
  const used = zone?.tzid ?? 'UTC';
  return { zone, notes: [`The time zone “${given[0] ?? ''}” is not known here. Times are in ${used}.`] };
}

/**
 * A series in an unknown zone names the date of its first day there. Where that is another day than in UTC, the weekdays
 * of its pattern are so, too, and a clock that differs from UTC by the fewest whole hours puts both right.
 */
function zoneOfDate(startMs: number, dateMs: number | undefined): Zone | null {
  if (dateMs === undefined || Math.abs(dateMs - dateOf(startMs)) !== dayMs) return null;
  const isAhead = dateMs > startMs;
  const hours = isAhead
    ? Math.ceil((dateMs - startMs) / hourMs)
    : Math.floor((startMs - dateMs - dayMs) / hourMs) + 1;
  if (hours > 14) return null;
  const name = `${isAhead ? '+' : '-'}${String(hours).padStart(2, '0')}:00`;
  return { tzid: `UTC${name}`, iana: name };
}

/** The day in a series that an exception stands for, as a date in milliseconds; undefined when it does not say. */
export function originalDate(
  { occurrenceId, originalStart }: GraphOccurrence,
  series: Series,
): number | undefined {
  const named = occurrenceDate(occurrenceId ?? '');
  const instant = instantOf(originalStart);
  if (named !== undefined || instant === undefined) return named;
  return dateOf(series.zone ? localMsAt(series.zone.iana, instant) : instant);
}

/** The date at the end of `OID.{id}.{yyyy-MM-dd}`, as Graph names occurrences. */
export function occurrenceDate(occurrenceId: string): number | undefined {
  const [, date] = /\.(\d{4}-\d\d-\d\d)$/.exec(occurrenceId) ?? [];
  return writtenDate(date);
}
