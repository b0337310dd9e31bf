/** Time zones by the names that Exchange gives them: Windows names, IANA names, and some that only one mailbox knows. */
import { findIana } from 'windows-iana';
import { clockOf } from './zone-clock.ts';

export interface Zone {
  /** As the event names it: Outlook knows Windows names and, of late, IANA names. */
  readonly tzid: string;
  /** As Intl names it. */
  readonly iana: string;
}

const utcNames = /^(utc|etc\/utc|z|coordinated universal time|tzone:\/\/microsoft\/utc)$/i;
const ianaShape = /^[a-z][\w+-]*(\/[\w+-]+)*$/i;

/** Null for UTC, undefined for a name that nobody knows. */
export function zoneOf(name: string): Zone | null | undefined {
  if (utcNames.test(name)) return null;
  const [found = name] = findIana(name);
  if (!ianaShape.test(found)) return undefined;
  try {
    return { tzid: name, iana: clockOf(found).resolvedOptions().timeZone };
  } catch {
    return undefined;
  }
}
