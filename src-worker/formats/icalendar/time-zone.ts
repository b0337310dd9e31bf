/**
 * VTIMEZONE (RFC 5545, section 3.6.5) of a zone, for the years that a file needs. The tables of Intl know transitions,
 * not rules, so transitions that fall alike in the last three years or more become a yearly rule, and the others stand one
 * by one.
 */
import { contentLine } from './content-line.ts';
import { timeValue } from './times.ts';
import {
  dayMs,
  localMsAt,
  minuteMs,
  offsetMsAt,
  transitionsIn,
  yearOf,
  type Transition,
} from './zone-clock.ts';
import type { Zone } from './zone-names.ts';

/** First and last year in which a file has times. */
export type Years = readonly [first: number, last: number];

interface Observance {
  readonly isDaylight: boolean;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** The first onset, by the clock as it goes before it. */
  readonly localMs: number;
  readonly rule?: string | undefined;
}

const weekdayCodes = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const fewestForRule = 3;
/** Summer time is shorter; what lasts longer is a new standard time, or Morocco's time outside of Ramadan. */
const longestSummerMs = 300 * dayMs;

export function timeZoneLines({ tzid, iana }: Zone, [first, last]: Years): string[] {
  // A year more on both sides: the first rule must have set in, and one that goes on shall be seen to go on.
  const years: Years = [first - 1, last + 1];
  const onsets = onsetsOf(iana, years);
  const byKind = Map.groupBy(onsets, kindOf);
  const observances = [...byKind.values()].flatMap((alike) => asRules(alike, years));
  if (!onsets.some(({ atMs }) => yearOf(atMs) < first)) observances.push(whatHolds(iana, years));
  observances.sort((a, b) => a.localMs - b.localMs);
  return [
    'BEGIN:VTIMEZONE',
    contentLine('TZID', tzid),
    ...observances.flatMap(observanceLines),
    'END:VTIMEZONE',
  ];
}

type Onset = Transition & Observance;

function onsetsOf(iana: string, [first, last]: Years): Onset[] {
  // The year after tells whether the last onset begins a summer.
  const years = Array.from({ length: last - first + 2 }, (_, i) => first + i);
  const all = years.flatMap((year) => transitionsIn(iana, year));
  const onsets = all.map((transition, i): Onset => {
    const { atMs, beforeMs, afterMs } = transition;
    const next = all[i + 1];
    const isShort = next !== undefined && next.atMs - atMs < longestSummerMs && next.afterMs < afterMs;
    return { ...transition, localMs: atMs + beforeMs, isDaylight: afterMs > beforeMs && isShort };
  });
  return onsets.filter(({ atMs }) => yearOf(atMs) <= last);
}

/** For zones without transitions, and where the first comes late: what the clock shows as the years begin. */
function whatHolds(iana: string, [first]: Years): Observance {
  const atMs = Date.UTC(first, 0, 1);
  const offsetMs = offsetMsAt(iana, atMs);
  return {
    isDaylight: false,
    beforeMs: offsetMs,
    afterMs: offsetMs,
    localMs: localMsAt(iana, atMs),
  };
}

/** Onsets that one rule can describe are alike in this. */
function kindOf({ beforeMs, afterMs, localMs, isDaylight }: Onset): string {
  const local = new Date(localMs);
  return [beforeMs, afterMs, isDaylight, local.getUTCMonth(), local.getUTCDay(), localMs % dayMs].join(' ');
}

function asRules(alike: readonly Onset[], [, last]: Years): Observance[] {
  const runs: Onset[][] = [];
  for (const onset of alike) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (before && yearOf(before.localMs) + 1 === yearOf(onset.localMs)) run?.push(onset);
    else runs.push([onset]);
  }
  return runs.flatMap((run) => {
    const [first] = run;
    const rule = goesOn(run, last) ? ruleOf(run) : undefined;
    // Each by itself and not with RDATE: of several dates there ical.js, and so Thunderbird, reads the first.
    return first === undefined || rule === undefined ? run : [{ ...first, rule }];
  });
}

/** A rule that has ended would need UNTIL, at which programs stumble: some take it for local time, some for an error. */
const goesOn = (run: readonly Onset[], last: number) =>
  run.length >= fewestForRule && yearOf(run.at(-1)?.localMs ?? 0) === last;

/** A yearly rule for onsets of the same month and weekday; undefined when no rule gives just these days. */
function ruleOf(run: readonly Onset[]): string | undefined {
  const local = run.map(({ localMs }) => new Date(localMs));
  const [first] = local;
  const days = dayRule(local);
  if (!first || days === undefined) return undefined;
  return ['FREQ=YEARLY', `BYMONTH=${String(first.getUTCMonth() + 1)}`, ...days].join(';');
}

function dayRule(local: readonly Date[]): string[] | undefined {
  const days = local.map((date) => date.getUTCDate());
  const code = weekdayCodes[local[0]?.getUTCDay() ?? 0] ?? '';
  const isLast = local.every((date) => date.getUTCDate() > daysInMonthOf(date) - 7);
  if (isLast) return [`BYDAY=-1${code}`];
  const weeks = new Set(days.map((day) => Math.ceil(day / 7)));
  if (weeks.size === 1) return [`BYDAY=${String(Math.ceil((days[0] ?? 1) / 7))}${code}`];
  const earliest = Math.min(...days);
  if (Math.max(...days) - earliest > 6) return undefined;
  // "On or after a date": one of seven days in a row is that weekday.
  const row = Array.from({ length: 7 }, (_, i) => earliest + i).filter((day) => day <= 31);
  return [`BYMONTHDAY=${row.join(',')}`, `BYDAY=${code}`];
}

function daysInMonthOf(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function observanceLines({ isDaylight, beforeMs, afterMs, localMs, rule }: Observance): string[] {
  const name = isDaylight ? 'DAYLIGHT' : 'STANDARD';
  const lines = [
    `BEGIN:${name}`,
    `DTSTART:${timeValue(localMs)}`,
    `TZOFFSETFROM:${offsetValue(beforeMs)}`,
    `TZOFFSETTO:${offsetValue(afterMs)}`,
  ];
  if (rule !== undefined) lines.push(contentLine('RRULE', rule));
  return [...lines, `END:${name}`];
}

/** UTC-OFFSET (section 3.3.14), `+hhmm`, with seconds only for times before the zones. */
function offsetValue(offsetMs: number): string {
  const size = Math.abs(offsetMs);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const seconds = (size % minuteMs) / 1_000;
  const hours = size / (60 * minuteMs);
  return `${offsetMs < 0 ? '-' : '+'}${two(hours)}${two((size / minuteMs) % 60)}${seconds === 0 ? '' : two(seconds)}`;
}
