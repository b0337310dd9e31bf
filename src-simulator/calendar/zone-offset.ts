/** How far the clock of a zone is ahead of UTC: a series stays at its time of day, summer and winter. */
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The zones of the simulated people: Windows names, as Exchange gives them, and what Intl calls them. */
const ianaNames: Readonly<Record<string, string>> = {
  'W. Europe Standard Time': 'Europe/Berlin',
  'Romance Standard Time': 'Europe/Paris',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'Russian Standard Time': 'Europe/Moscow',
  'Morocco Standard Time': 'Africa/Casablanca',
  'GMT Standard Time': 'Europe/London',
  'Pacific Standard Time': 'America/Los_Angeles',
  'India Standard Time': 'Asia/Kolkata',
};

// Series are followed for twenty years, again and again.
const clocks = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Milliseconds, for the working hours of a day: these zones change their clocks before noon UTC. */
export function offsetOn(zone: string, day: number): number {
  const ofZone = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, ofZone);
  const known = ofZone.get(day);
  if (known !== undefined) return known;
  const noonMs = day * dayMs + 12 * hourMs;
  const offset = localMs(zone, noonMs) - noonMs;
  ofZone.set(day, offset);
  return offset;
}

/** True for UTC, the Windows names above, and every name that Intl knows. */
export function isKnownZone(zone: string): boolean {
  if (zone === 'UTC' || Object.hasOwn(ianaNames, zone)) return true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return zone.includes('/');
  } catch {
    return false;
  }
}

function localMs(zone: string, utcMs: number): number {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: ianaNames[zone] ?? (zone.includes('/') ? zone : 'UTC'),
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  clocks.set(zone, clock);
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0] = (clock.format(utcMs).match(/\d+/g) ?? []).map(
    Number,
  );
  return Date.UTC(year, month - 1, day, hour, minute);
}
