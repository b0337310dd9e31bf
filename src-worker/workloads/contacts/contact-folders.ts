/**
 * The contact folders of a mailbox. Lists of folders leave the default one out, so it is asked for by its well-known
 * name; the others lie below it. There are few, so the whole tree is walked at every run.
 */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges, CollectionFound } from '../workload.ts';

const pageSize = 100;
const fields = 'displayName,parentFolderId';
/** Where an enumeration of all folders ends: there is nothing to go on from. */
const listLink = 'listed';

const folderSchema = z.object({
  id: z.string().min(1).max(1024),
  displayName: z.string().nullish().catch(''),
  parentFolderId: z.string().nullish().catch(undefined),
});
type GraphFolder = z.infer<typeof folderSchema>;

export async function findContactFolders(scope: AccountScope): Promise<CollectionChanges> {
  const { graph, accountId, signal } = scope;
  // A folder that is gone by now fails the run: a tree with a hole would read as if the rest had been deleted.
  const call = { schema: folderSchema, mailbox: accountId, target: 'collection' as const, signal };
  const query = { $select: fields, $top: pageSize };
  const top = graphPath`/users/${accountId}/contactFolders`;
  const first = await graph.getJson(`${top}/contacts`, { ...call, query: { $select: fields } });
  const found = new Map([[first.id, rowOf(first, null)]]);
  for await (const page of graph.pages(top, { ...call, query }))
    for (const folder of page) remember(found, folder);
  // A map may grow while it is walked: what is found on the way is visited, too, and once.
  for (const id of found.keys()) {
    if (id === first.id) continue;
    const path = graphPath`/users/${accountId}/contactFolders/${id}/childFolders`;
    for await (const page of graph.pages(path, { ...call, query }))
      for (const folder of page) remember(found, folder);
  }
  return { found: [...found.values()], removed: [], isComplete: true, link: listLink };
}

function remember(found: Map<string, CollectionFound>, folder: GraphFolder): void {
  if (!found.has(folder.id)) found.set(folder.id, rowOf(folder, folder.parentFolderId ?? null));
}

function rowOf({ id, displayName }: GraphFolder, parent: string | null): CollectionFound {
  return { id, parent, name: (displayName ?? '').slice(0, 1024), isHidden: false, itemCount: null };
}
