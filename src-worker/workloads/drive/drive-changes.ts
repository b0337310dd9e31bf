/** The drives of an account and the changes of one: delta over the whole tree (graph facts, section 7). */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges, ItemChanges, ItemHead } from '../workload.ts';
import { describeItem, driveItemSchema, itemKey, type DriveItem } from './drive-item.ts';
import { fileContent } from './file-content.ts';
import { withSharing } from './sharing.ts';

const driveSchema = z.object({ id: z.string().min(1).max(256), name: z.string().nullish().catch('') });
/** The list of drives has no position to go on from. */
const listed = 'listed';
/** Resource units of a list, and of the first part of a delta. */
const listCost = 2;

/** Folders above a change have not changed themselves; what was shared has, and Graph tells it only if asked to. */
const deltaHeaders = {
  deltaExcludeParent: 'true',
  Prefer:
    'deltashowsharingchanges, deltashowremovedasdeleted, deltatraversepermissiongaps, hierarchicalsharing',
};

/** All drives of a user, or all document libraries of a site. */
export async function findDrives(scope: AccountScope): Promise<CollectionChanges> {
  const { graph, kind, accountId, signal } = scope;
  const found = [];
  const options = { schema: driveSchema, service: 'sharepoint' as const, cost: listCost, signal };
  const path =
    kind === 'site' ? graphPath`/sites/${accountId}/drives` : graphPath`/users/${accountId}/drives`;
  for await (const page of graph.pages(path, { ...options, target: 'account' })) {
    for (const { id, name } of page)
      found.push({ id, parent: null, name: name ?? '', isHidden: false, itemCount: null });
  }
  return { found, removed: [], isComplete: true, link: listed };
}

/** Pages of changes since `link`, or of all items. Throws `delta-expired` and `collection-gone`. */
export async function* driveChanges(
  scope: AccountScope,
  driveId: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const start = link ?? graphPath`/drives/${driveId}/root/delta`;
  const pages = scope.graph.deltaPages(start, {
    schema: driveItemSchema,
    service: 'sharepoint',
    cost: link === undefined ? listCost : 1,
    headers: deltaHeaders,
    signal: scope.signal,
  });
  for await (const page of pages) {
    const items = page.changed.filter(({ root }) => root === undefined || root === null);
    yield {
      changed: (await withSharing(scope, driveId, items)).map((item) => headOf(scope, driveId, item)),
      removed: page.removed.map(({ id }) => itemKey(driveId, id)),
      nextLink: page.nextLink,
      deltaLink: page.deltaLink,
    };
  }
}

/** An item with the way to its content. */
export function headOf(scope: AccountScope, driveId: string, item: DriveItem): ItemHead {
  return {
    ...describeItem(driveId, item),
    fetch: () => Promise.resolve(fileContent(scope, driveId, item)),
  };
}
