/** The drives of an account and the changes of one: delta over the whole tree (graph facts, section 7). */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { wordsFor } from '../../graph/error-words.ts';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges, ItemChanges, ItemHead } from '../workload.ts';
import { describeItem, driveItemSchema, itemKey, type DriveItem } from './drive-item.ts';
import { fileContent } from './file-content.ts';
import { versionsBelow, versionsMark, withVersionsMark } from './file-versions.ts';
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

/**
 * Pages of changes since `link`, or of all items. Throws `delta-expired` and `collection-gone`; the first, too, for a
 * position of another choice of versions, because files that did not change have to be looked at then.
 */
export async function* driveChanges(
  scope: AccountScope,
  driveId: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const mark = versionsMark(scope);
  const position = link === undefined ? undefined : positionOf(link, mark);
  const start = position ?? graphPath`/drives/${driveId}/root/delta`;
  const pages = scope.graph.deltaPages(start, {
    schema: driveItemSchema,
    service: 'sharepoint',
    cost: position === undefined ? listCost : 1,
    headers: deltaHeaders,
    signal: scope.signal,
  });
  for await (const page of pages) {
    const items = page.changed.filter(({ root }) => root === undefined || root === null);
    yield {
      changed: (await withSharing(scope, driveId, items)).map((item) => headOf(scope, driveId, item)),
      removed: page.removed.map(({ id }) => itemKey(driveId, id)),
      nextLink: withMark(page.nextLink, mark),
      deltaLink: withMark(page.deltaLink, mark),
    };
  }
}

/** A position that was reached with more than present versions has the choice before it; links begin with a letter. */
function withMark(link: string | undefined, mark: string | undefined): string | undefined {
  return link === undefined || mark === undefined ? link : `+${mark} ${link}`;
}

function positionOf(link: string, mark: string | undefined): string {
  const [, markBefore, position = ''] = /^(?:\+(\S+) )?(.*)$/s.exec(link) ?? [];
  if (markBefore === mark) return position;
  throw new AppError('delta-expired', wordsFor('delta-expired'), { details: { what: 'file versions' } });
}

/** An item with the way to its content, and to its versions. */
export function headOf(scope: AccountScope, driveId: string, found: DriveItem): ItemHead {
  const item = withVersionsMark(scope, found);
  return {
    ...describeItem(driveId, item),
    fetch: () => Promise.resolve(fileContent(scope, driveId, item)),
    belongings: versionsBelow(scope, driveId, item),
  };
}
