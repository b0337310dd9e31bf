/** The calendars of a mailbox. There are few, so all of them are listed at every run. */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges } from '../workload.ts';

const pageSize = 100;
/** Where an enumeration of all calendars ends: there is nothing to go on from. */
const listLink = 'listed';

const calendarSchema = z.object({
  id: z.string().min(1).max(1024),
  name: z.string().nullish().catch(''),
});

export async function findCalendars(scope: AccountScope): Promise<CollectionChanges> {
  const { graph, accountId, signal } = scope;
  const path = graphPath`/users/${accountId}/calendars`;
  const query = { $select: 'name', $top: pageSize };
  const found = [];
  for await (const page of graph.pages(path, { schema: calendarSchema, query, mailbox: accountId, signal }))
    for (const { id, name } of page)
      found.push({ id, parent: null, name: (name ?? '').slice(0, 1024), isHidden: false, itemCount: null });
  return { found, removed: [], isComplete: true, link: listLink };
}
