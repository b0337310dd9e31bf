/**
 * The contact folders of a mailbox. Lists of folders leave the default one out, so it is asked for by its well-known
 * name; the others lie below it. There are few, so the whole tree is walked the first time and whenever something about
 * it has changed; folder delta says whether that is so. A delta that does not tell all that the walk finds is not
 * believed, and neither a cloud nor a mailbox without one is left behind: their trees are walked at every run.
 */
import { z } from 'zod';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import { hasNoDelta, noteNoDelta } from '../full-scan.ts';
import type { AccountScope, CollectionChanges, CollectionFound } from '../workload.ts';

const pageSize = 100;
const fields = 'displayName,parentFolderId';
/** Where an enumeration of all folders ends without a delta: there is nothing to go on from. */
const listLink = 'listed';
const deltaKind = 'contactFolders';

const folderSchema = z.object({
  id: z.string().min(1).max(1024),
  displayName: z.string().nullish().catch(''),
  parentFolderId: z.string().nullish().catch(undefined),
});
type GraphFolder = z.infer<typeof folderSchema>;

/** What folder delta tells since a link, or from its beginning. */
interface FolderDelta {
  readonly told: ReadonlySet<string>;
  readonly hasNews: boolean;
  readonly link: string;
}

export async function findContactFolders(
  scope: AccountScope,
  link: string | undefined,
): Promise<CollectionChanges> {
  const start = link === listLink ? undefined : link;
  const since = start === undefined ? undefined : await readDelta(scope, start);
  if (since?.hasNews === false) return { found: [], removed: [], isComplete: false, link: since.link };
  // Read before the walk: what changes meanwhile is told once more by the next run.
  const delta = since ?? (await readDelta(scope, undefined));
  const found = [...(await walk(scope)).values()];
  const isBelieved = since !== undefined || tellsAll(delta, found);
  return { found, removed: [], isComplete: true, link: (isBelieved && delta?.link) || listLink };
}

/** From its beginning, a delta that is to be believed tells every folder but the default one. */
function tellsAll(delta: FolderDelta | undefined, found: readonly CollectionFound[]): boolean {
  return found.every(({ id, parent }) => parent === null || delta?.told.has(id) === true);
}

/** Undefined where there is no delta, or none from that link on. */
async function readDelta(scope: AccountScope, start: string | undefined): Promise<FolderDelta | undefined> {
  const { graph, accountId, signal } = scope;
  if (hasNoDelta(graph, deltaKind)) return undefined;
  const path = graphPath`/users/${accountId}/contactFolders/delta`;
  const query = start === undefined ? { $select: fields } : undefined;
  const call = { schema: folderSchema, mailbox: accountId, target: 'account' as const, query, signal };
  const told = new Set<string>();
  let [hasNews, link] = [false, ''];
  try {
    for await (const { changed, removed, deltaLink } of graph.deltaPages(start ?? path, call)) {
      for (const { id } of changed) told.add(id);
      hasNews ||= changed.length + removed.length > 0;
      link = deltaLink ?? link;
    }
    return { told, hasNews, link };
  } catch (error) {
    if (!isAppError(error, 'delta-unsupported', 'delta-expired')) throw error;
    if (start === undefined) noteNoDelta(graph, deltaKind);
    return undefined;
  }
}

async function walk({ graph, accountId, signal }: AccountScope): Promise<Map<string, CollectionFound>> {
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
  return found;
}

function remember(found: Map<string, CollectionFound>, folder: GraphFolder): void {
  if (!found.has(folder.id)) found.set(folder.id, rowOf(folder, folder.parentFolderId ?? null));
}

function rowOf({ id, displayName }: GraphFolder, parent: string | null): CollectionFound {
  return { id, parent, name: (displayName ?? '').slice(0, 1024), isHidden: false, itemCount: null };
}
