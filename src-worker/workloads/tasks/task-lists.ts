/** The To Do lists of a mailbox. There are few, so all of them are listed at every run. */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges } from '../workload.ts';

const pageSize = 100;
/** Where an enumeration of all lists ends: there is nothing to go on from. */
const listLink = 'listed';

const listSchema = z.object({
  id: z.string().min(1).max(1024),
  displayName: z.string().nullish().catch(''),
});

export async function findTaskLists(scope: AccountScope): Promise<CollectionChanges> {
  const { graph, accountId, signal } = scope;
  const path = graphPath`/users/${accountId}/todo/lists`;
  const query = { $top: pageSize };
  const found = [];
  for await (const page of graph.pages(path, { schema: listSchema, query, mailbox: accountId, signal }))
    for (const { id, displayName } of page)
      found.push({
        id,
        parent: null,
        name: (displayName ?? '').slice(0, 1024),
        isHidden: false,
        itemCount: null,
      });
  return { found, removed: [], isComplete: true, link: listLink };
}
