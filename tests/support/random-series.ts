/**
 * Series of every pattern that Graph has, by chance and a seed, and on which days they are: found by looking at one day
 * after the other, which shares nothing with the rules of a calendar file.
 */

const dayMs = 86_400_000;
const minuteMs = 60_000;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const positions = ['first', 'second', 'third', 'fourth', 'last'];
const types = [
  'daily',
  'weekly',
  'absoluteMonthly',
  'relativeMonthly',
  'absoluteYearly',
  'relativeYearly',
] as const;

/** Zones by the name in the event and the one that Intl knows, of both hemispheres, with rules and without. */
const seriesZones: readonly (readonly [name: string, iana: string])[] = [
  ['W. Europe Standard Time', 'Europe/Berlin'],
  ['GMT Standard Time', 'Europe/London'],
  ['Eastern Standard Time', 'America/New_York'],
  ['America/Los_Angeles', 'America/Los_Angeles'],
  ['AUS Eastern Standard Time', 'Australia/Sydney'],
  ['New Zealand Standard Time', 'Pacific/Auckland'],
  ['Pacific SA Standard Time', 'America/Santiago'],
  ['Lord Howe Standard Time', 'Australia/Lord_Howe'],
  ['Israel Standard Time', 'Asia/Jerusalem'],
  ['Egypt Standard Time', 'Africa/Cairo'],
  ['Morocco Standard Time', 'Africa/Casablanca'],
  ['India Standard Time', 'Asia/Kolkata'],
  ['E. South America Standard Time', 'America/Sao_Paulo'],
  ['UTC', 'UTC'],
];

/** [start, end, subject] as the expansion of a calendar file tells them. */
export type Happening = readonly [start: string, end: string, subject: string];

export interface RandomSeries {
  readonly event: Record<string, unknown>;
  /** In the window, in order. */
  readonly happenings: readonly Happening[];
}

interface Pattern {
  readonly type: (typeof types)[number];
  readonly interval: number;
  readonly daysOfWeek: readonly string[];
  readonly firstDayOfWeek: string;
  readonly index: string;
  readonly dayOfMonth: number;
  readonly month: number;
}

/** Whole numbers below a bound, the same for the same seed (mulberry32). */
export type Below = (bound: number) => number;

export function seededBelow(seed: number): Below {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const one = <T>(list: readonly T[], below: Below): T => list[below(list.length)]!;
const dateText = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10);
const monthOf = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();

function randomPattern(below: Below): Pattern {
  const type = one(types, below);
  const isYearly = type.endsWith('Yearly');
  const month = isYearly ? 1 + below(12) : 0;
  const longest = isYearly ? new Date(Date.UTC(2024, month, 0)).getUTCDate() : 31;
  const count = 1 + below(below(3) === 0 ? 5 : 2);
  return {
    type,
    interval: isYearly ? 1 : 1 + below(3),
    daysOfWeek: [...new Set(Array.from({ length: count }, () => one(weekdays, below)))],
    firstDayOfWeek: one(weekdays, below),
    index: one(positions, below),
    dayOfMonth: below(3) === 0 ? Math.min(longest, 28 + below(4)) : 1 + below(longest),
    month,
  };
}

/** Whether a pattern that begins on `startDay` has `day`. Days are counted since 1970. */
function hasDay(pattern: Pattern, startDay: number, day: number): boolean {
  const { type, interval } = pattern;
  if (type === 'daily') return (day - startDay) % interval === 0;
  const date = new Date(day * dayMs);
  if (type === 'weekly') {
    const first = weekdays.indexOf(pattern.firstDayOfWeek);
    const weekOf = (any: number) => Math.floor((any + 4 - first) / 7);
    const isNamed = pattern.daysOfWeek.includes(weekdays[date.getUTCDay()]!);
    return isNamed && (weekOf(day) - weekOf(startDay)) % interval === 0;
  }
  const isYearly = type.endsWith('Yearly');
  if (isYearly && date.getUTCMonth() + 1 !== pattern.month) return false;
  const step = isYearly ? 12 * interval : interval;
  if ((monthOf(date) - monthOf(new Date(startDay * dayMs))) % step !== 0) return false;
  return date.getUTCDate() === (type.startsWith('absolute') ? nearestDate : nthDate)(pattern, date);
}

/** The day of the month, or its last day where it is too short: so does Exchange. */
const lastDateOf = (date: Date) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const nearestDate = ({ dayOfMonth }: Pattern, date: Date) => Math.min(dayOfMonth, lastDateOf(date));

function nthDate({ daysOfWeek, index }: Pattern, date: Date): number | undefined {
  const dates = Array.from({ length: lastDateOf(date) }, (_, i) => i + 1).filter((one) => {
    const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), one)).getUTCDay();
    return daysOfWeek.includes(weekdays[weekday]!);
  });
  return dates.at(index === 'last' ? -1 : positions.indexOf(index));
}

/** Minutes from UTC that Intl writes at a moment. */
function offsetMs(iana: string, utcMs: number): number {
  const clock = new Intl.DateTimeFormat('en', { timeZone: iana, timeZoneName: 'longOffset' });
  const name = clock.formatToParts(utcMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * minuteMs;
  return sign === '-' ? -size : size;
}

/** For local times that are there once. */
function utcOf(iana: string, localMs: number): number {
  const guess = localMs - offsetMs(iana, localMs);
  return localMs - offsetMs(iana, guess);
}

interface Plan {
  readonly iana: string;
  readonly isAllDay: boolean;
  readonly timeMs: number;
  readonly lengthMs: number;
}

function momentOf(plan: Plan, day: number): { start: number; end: number } {
  const localMs = day * dayMs + plan.timeMs;
  const start = plan.isAllDay ? localMs : utcOf(plan.iana, localMs);
  return { start, end: start + plan.lengthMs };
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const graphTime = (ms: number) => ({
  dateTime: `${new Date(ms).toISOString().slice(0, 19)}.0000000`,
  timeZone: 'UTC',
});
const toldTime = ({ isAllDay }: Plan, ms: number) => (isAllDay ? iso(ms).slice(0, 10) : iso(ms));

function randomRange(below: Below, startDay: number) {
  const kind = below(3);
  if (kind === 0) return { type: 'noEnd', endDay: Infinity, count: Infinity };
  if (kind === 1) return { type: 'numbered', endDay: Infinity, count: 1 + below(60) };
  return { type: 'endDate', endDay: startDay + below(900), count: Infinity };
}

/** A series that begins in the year before the window `[from, until)`, in days since 1970. */
export function randomSeries(
  below: Below,
  name: string,
  [from, until]: readonly [number, number],
): RandomSeries {
  const [timeZone, iana] = one(seriesZones, below);
  const pattern = randomPattern(below);
  const earliest = from - 365 + below(500);
  let startDay = earliest;
  while (!hasDay(pattern, startDay, startDay)) startDay += 1;
  const isAllDay = below(5) === 0;
  const plan: Plan = {
    iana,
    isAllDay,
    // No clock changes in these hours, so that every time is there once: what a program makes of others is its own.
    timeMs: isAllDay ? 0 : (4 * 60 + 5 * below(216)) * minuteMs,
    lengthMs: isAllDay ? dayMs * (1 + below(3)) : (15 + 5 * below(20)) * minuteMs,
  };
  const range = randomRange(below, startDay);
  const days: number[] = [];
  for (let day = startDay; day < until + 2 && day <= range.endDay && days.length < range.count; day += 1)
    if (hasDay(pattern, startDay, day)) days.push(day);
  const { start, end } = momentOf(plan, startDay);
  const departed = depart(below, { plan, name, days, timeZone });
  const event = {
    id: name,
    iCalUId: `uid-${name}`,
    type: 'seriesMaster',
    subject: name,
    isAllDay,
    originalStartTimeZone: timeZone,
    originalEndTimeZone: timeZone,
    start: graphTime(start),
    end: graphTime(end),
    recurrence: {
      pattern,
      range: {
        type: range.type,
        startDate: dateText(startDay),
        endDate: range.endDay === Infinity ? '0001-01-01' : dateText(range.endDay),
        recurrenceTimeZone: timeZone,
        numberOfOccurrences: range.count === Infinity ? 0 : range.count,
      },
    },
    cancelledOccurrences: departed.cancelled,
    exceptionOccurrences: departed.exceptions,
  };
  const inWindow = departed.happenings.filter(([at]) => at >= dateText(from) && at < dateText(until));
  return { event, happenings: inWindow.toSorted() };
}

/** Cancels some occurrences and moves some, by hours or to another day. */
function depart(
  below: Below,
  { plan, name, days, timeZone }: { plan: Plan; name: string; days: readonly number[]; timeZone: string },
) {
  const cancelled: string[] = [];
  const exceptions: object[] = [];
  const happenings: Happening[] = [];
  for (const day of days) {
    const { start, end } = momentOf(plan, day);
    const lot = exceptions.length + cancelled.length > 12 ? 99 : below(12);
    const shift = plan.isAllDay ? dayMs : one([-90 * minuteMs, 120 * minuteMs, dayMs, -dayMs], below);
    if (lot === 0) cancelled.push(`OID.${name}.${dateText(day)}`);
    if (lot === 1)
      exceptions.push({
        id: `${name}-${String(day)}`,
        iCalUId: `uid-${name}-${String(day)}`,
        type: 'exception',
        subject: `${name} moved`,
        isAllDay: plan.isAllDay,
        originalStart: iso(start),
        originalStartTimeZone: timeZone,
        start: graphTime(start + shift),
        end: graphTime(end + shift),
      });
    if (lot > 1) happenings.push([toldTime(plan, start), toldTime(plan, end), name]);
    if (lot === 1)
      happenings.push([toldTime(plan, start + shift), toldTime(plan, end + shift), `${name} moved`]);
  }
  return { cancelled, exceptions, happenings };
}
