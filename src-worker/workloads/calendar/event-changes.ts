/**
 * Changes of one calendar. Graph v1.0 has no delta for it: calendarView/delta covers the primary calendar and a fixed
 * window only, and a list filtered by lastModifiedDateTime says nothing of what was deleted. So every run lists the
 * whole calendar. Only the first one transfers events as a whole; later ones ask for what a row needs, a few hundred
 * events in one request, and the changeKey tells which of them to fetch. That is the price of a sweep over the ids, and
 * it needs no clock, no overlap and no memory of what was there: the backup knows that, and takes what a full
 * enumeration does not show for deleted.
 */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import { rawItemSchema } from '../item-parts.ts';
import type { AccountScope, ItemChanges } from '../workload.ts';
import { completeEvents } from './event-content.ts';
import { describeEvent, eventFields } from './event.ts';

/** The link that an enumeration ends with: there is no place to go on from. */
const listedOnce = 'listed';
/** Bodies are a few kilobytes as a rule, and now and then a megabyte. */
const wholePageSize = 25;
/** Graph gives up to 1,000, of some hundred bytes each, so that most calendars are one request. */
const rowPageSize = 1_000;

/** Pages of all events, whatever `link` says but whether there was a run before. Throws `collection-gone`. */
export async function* eventChanges(
  scope: AccountScope,
  calendar: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  if (link !== undefined) {
    yield* listEvents(scope, calendar, rows);
    return;
  }
  try {
    yield* listEvents(scope, calendar, whole);
  } catch (error) {
    // A page of uncommonly long bodies: without them the list is short.
    if (!isAppError(error, 'item-too-large')) throw error;
    yield* listEvents(scope, calendar, rows);
  }
}

type Query = Readonly<Record<string, string | number>>;
const whole: Query = { $top: wholePageSize };
const rows: Query = { $select: eventFields, $top: rowPageSize };

async function* listEvents(scope: AccountScope, calendar: string, query: Query): AsyncIterable<ItemChanges> {
  const { graph, accountId, signal } = scope;
  const path = graphPath`/users/${accountId}/calendars/${calendar}/events`;
  const options = { schema: rawItemSchema, query, mailbox: accountId, target: 'collection' as const, signal };
  for await (const page of graph.pages(path, options)) {
    const contents = query === whole ? await completeEvents(scope, page) : [];
    const changed = page.map((event, index) => ({
      ...describeEvent(event, calendar),
      content: contents[index],
    }));
    yield { changed, removed: [], nextLink: undefined, deltaLink: undefined };
  }
  yield { changed: [], removed: [], nextLink: undefined, deltaLink: listedOnce };
}
