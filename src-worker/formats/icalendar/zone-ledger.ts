/** Writes times of one file in their zones, and remembers for which zones and years the file needs a VTIMEZONE. */
import { contentLine } from './content-line.ts';
import { timeZoneLines } from './time-zone.ts';
import { dateValue, timeValue, utcValue } from './times.ts';
import { isKnownYear, localMsAt, utcMsOf, yearOf } from './zone-clock.ts';
import type { Zone } from './zone-names.ts';

export class ZoneLedger {
  readonly #zones = new Map<string, Zone>();
  readonly #years = new Set<number>();

  /** A time as the clock of its zone shows it, or in UTC where that clock shows it twice and the first is not meant. */
  timeLine(name: string, utcMs: number, zone: Zone | null): string {
    const localMs = zone ? localMsAt(zone.iana, utcMs) : utcMs;
    return zone && utcMsOf(zone.iana, localMs) === utcMs
      ? this.localLine(name, [localMs], zone)
      : contentLine(name, utcValue(utcMs));
  }

  /** Times that are told by the clock of a zone, in milliseconds as if it were UTC. */
  localLine(name: string, localMs: readonly number[], zone: Zone | null): string {
    const years = localMs.map(yearOf);
    if (!zone) return contentLine(name, localMs.map(utcValue).join(','));
    if (!years.every(isKnownYear))
      return contentLine(name, localMs.map((ms) => utcValue(utcMsOf(zone.iana, ms))).join(','));
    this.#zones.set(zone.tzid, zone);
    for (const year of years) this.#years.add(year);
    return contentLine(name, localMs.map(timeValue).join(','), { TZID: zone.tzid });
  }

  dateLine(name: string, datesMs: readonly number[]): string {
    return contentLine(name, datesMs.map(dateValue).join(','), { VALUE: 'DATE' });
  }

  /** Notes that a series goes on to this year. */
  reach(year: number): void {
    if (isKnownYear(year)) this.#years.add(year);
  }

  /** The VTIMEZONEs for all that was written. */
  zoneLines(): string[] {
    const years = [Math.min(...this.#years), Math.max(...this.#years)] as const;
    return [...this.#zones.values()].flatMap((zone) => timeZoneLines(zone, years));
  }
}
