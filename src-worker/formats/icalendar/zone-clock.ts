/**
 * Clocks of time zones, computed with the tables of Intl. A local time is a number of milliseconds, too: what the clock
 * on the wall shows, counted as if it were UTC.
 */

export const minuteMs = 60_000;
export const dayMs = 86_400_000;
/** No zone changes its offset twice within this time. */
const probeMs = 8 * dayMs;
/** Outside these years nobody knows the rules, and times are written in UTC. */
const [firstYear, lastYear] = [1900, 2199];

export const yearOf = (ms: number): number => new Date(ms).getUTCFullYear();
export const isKnownYear = (year: number): boolean => year >= firstYear && year <= lastYear;

/** A moment at which the offset from UTC changes, in milliseconds. */
export interface Transition {
  readonly atMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

// Zones and their years are few and do not change while we run, and a series of 60 years asks thousands of times.
const clocks = new Map<string, Intl.DateTimeFormat>();
const transitions = new Map<string, readonly Transition[]>();

/** Throws a RangeError for a zone that Intl does not have. */
export function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(zone, clock);
  return clock;
}

/** Local time less UTC at a moment, to the second. */
export function offsetMsAt(zone: string, utcMs: number): number {
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] = (
    clockOf(zone).format(utcMs).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utcMs / 1_000) * 1_000;
}

export const localMsAt = (zone: string, utcMs: number): number => utcMs + offsetMsAt(zone, utcMs);

/**
 * The moment that a local time means (RFC 5545, section 3.3.5): of two the first, and one that the clock leaps over is
 * counted with the offset before the leap.
 */
export function utcMsOf(zone: string, localMs: number): number {
  const before = offsetMsAt(zone, localMs - dayMs);
  const after = offsetMsAt(zone, localMs + dayMs);
  const isAfter =
    offsetMsAt(zone, localMs - before) !== before && offsetMsAt(zone, localMs - after) === after;
  return localMs - (isAfter ? after : before);
}

/** The transitions of a UTC year, in order. */
export function transitionsIn(zone: string, year: number): readonly Transition[] {
  const key = `${zone} ${String(year)}`;
  const known = transitions.get(key);
  if (known) return known;
  const found: Transition[] = [];
  const endMs = Date.UTC(year + 1, 0, 1);
  for (let fromMs = Date.UTC(year, 0, 1); fromMs < endMs; fromMs += probeMs) {
    const transition = transitionBetween(zone, fromMs, Math.min(endMs, fromMs + probeMs));
    if (transition) found.push(transition);
  }
  transitions.set(key, found);
  return found;
}

/** In (fromMs, toMs], cut in halves to the second. */
function transitionBetween(zone: string, fromMs: number, toMs: number): Transition | undefined {
  const beforeMs = offsetMsAt(zone, fromMs);
  const afterMs = offsetMsAt(zone, toMs);
  if (beforeMs === afterMs) return undefined;
  let [low, high] = [fromMs / 1_000, toMs / 1_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMsAt(zone, middle * 1_000) === beforeMs) low = middle;
    else high = middle;
  }
  return { atMs: high * 1_000, beforeMs, afterMs };
}
