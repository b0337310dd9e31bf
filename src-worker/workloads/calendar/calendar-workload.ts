/** All calendars of one mailbox, as the backup sees them. */
import type { Workload } from '../workload.ts';
import { findCalendars } from './calendars.ts';
import { eventChanges } from './event-changes.ts';
import { fetchEvent } from './event-content.ts';
import { lookUpEvents } from './event-look-up.ts';

export const calendarWorkload: Workload = {
  name: 'calendar',
  accountKinds: ['user'],
  listsEverything: () => true,
  collections: findCalendars,
  changes: eventChanges,
  lookUp: lookUpEvents,
  fetch: fetchEvent,
};
