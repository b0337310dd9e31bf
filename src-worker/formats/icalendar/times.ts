/** Dates and times: what Graph writes, and the same as values of iCalendar (RFC 5545, sections 3.3.4 and 3.3.5). */
import type { GraphTime } from './graph-event.ts';
import { dayMs, minuteMs, utcMsOf } from './zone-clock.ts';
import { zoneOf } from './zone-names.ts';

const shape = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.\d*)?)?(Z|[+-]\d\d:\d\d)?$/i;

interface WrittenTime {
  /** What is written, counted as if it were UTC. */
  readonly localMs: number;
  /** The offset that is written after it. */
  readonly offsetMs: number | undefined;
}

function parseTime(text: string): WrittenTime | undefined {
  const [, date, time = '00:00', offset] = shape.exec(text) ?? [];
  const localMs = Date.parse(`${date ?? ''}T${time}Z`);
  // Graph fills in year 1 for a time that never was.
  if (Number.isNaN(localMs) || localMs < Date.UTC(1600, 0)) return undefined;
  return { localMs, offsetMs: offset === undefined ? undefined : offsetMsOf(offset) };
}

function offsetMsOf(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * minuteMs;
  return sign === '-' ? -size : size;
}

/** A DateTimeOffset of Graph, in milliseconds UTC. */
export function instantOf(text: string | undefined): number | undefined {
  const written = text === undefined ? undefined : parseTime(text);
  return written && written.localMs - (written.offsetMs ?? 0);
}

/** A start or an end of Graph, in milliseconds UTC. A zone that nobody knows counts as UTC. */
export function graphInstant(time: GraphTime | undefined): number | undefined {
  const written = time && parseTime(time.dateTime);
  if (!written) return undefined;
  if (written.offsetMs !== undefined) return written.localMs - written.offsetMs;
  const zone = zoneOf(time.timeZone ?? 'UTC');
  return zone ? utcMsOf(zone.iana, written.localMs) : written.localMs;
}

/** The date that is written, whatever the zone: the start of an event of whole days floats. In days since 1970, as ms. */
export function writtenDate(text: string | undefined): number | undefined {
  const written = text === undefined ? undefined : parseTime(text);
  return written && dateOf(written.localMs);
}

/** Milliseconds of the midnight before. */
export const dateOf = (ms: number): number => Math.floor(ms / dayMs) * dayMs;

/** DATE, `yyyymmdd`. */
export const dateValue = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');

/** DATE-TIME without zone, `yyyymmddThhmmss`. */
export const timeValue = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '');

/** DATE-TIME in UTC. */
export const utcValue = (ms: number): string => `${timeValue(ms)}Z`;
