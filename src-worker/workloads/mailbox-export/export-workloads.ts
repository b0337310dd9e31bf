/**
 * Everything in a mailbox as Exchange itself would import it again: flags, categories, internal properties and all that
 * MIME and JSON lack. It is beside those, not instead of them: a stream is for Exchange only. As items of their own, with
 * the export's own ids, because nothing in Graph says which message an exported item is (graph facts, section 4). An
 * in-place archive has no other form that an application could read.
 */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, ItemChanges, LookedUpItem, Workload } from '../workload.ts';
import { describeExportItem, exportItemSchema, idOf, placeOf } from './export-item.ts';
import { PageExport } from './export-streams.ts';
import { findExportFolders } from './folders.ts';
import { asExportError, MailboxSource } from './mailbox.ts';

const pageSize = 100;

/** Pages of changes since `link`, or of all items. Throws `delta-expired` and `collection-gone`. */
async function* exportChanges(
  source: MailboxSource,
  scope: AccountScope,
  { folder, link }: { folder: string; link: string | undefined },
): AsyncIterable<ItemChanges> {
  const { graph, accountId, signal } = scope;
  const mailbox = (await source.idOf(scope)) ?? '';
  const start = link ?? graphPath`/admin/exchange/mailboxes/${mailbox}/folders/${folder}/items/delta`;
  const { version } = source;
  const options = { schema: exportItemSchema, mailbox: accountId, pageSize, version, signal };
  try {
    for await (const page of graph.deltaPages(start, options)) {
      const streams = new PageExport(source, scope, page.changed);
      yield {
        changed: page.changed.map((item) => ({
          ...describeExportItem(item, folder),
          fetch: async () => ({ kind: 'bytes' as const, bytes: await streams.streamOf(item.id) }),
        })),
        removed: page.removed.map(({ id }) => idOf({ folder, item: id })),
        nextLink: page.nextLink,
        deltaLink: page.deltaLink,
      };
    }
  } catch (error) {
    throw asExportError(error);
  }
}

/** One by one: only what failed before is looked up, because a removal is final. */
async function* lookUp(
  source: MailboxSource,
  scope: AccountScope,
  ids: readonly string[],
): AsyncIterable<LookedUpItem> {
  const { graph, accountId, signal } = scope;
  const mailbox = (await source.idOf(scope)) ?? '';
  const { version } = source;
  const options = { schema: exportItemSchema, mailbox: accountId, target: 'item', version, signal } as const;
  for (const id of ids) {
    const { folder, item } = placeOf(id);
    const path = graphPath`/admin/exchange/mailboxes/${mailbox}/folders/${folder}/items/${item}`;
    try {
      yield { id, head: describeExportItem(await graph.getJson(path, options), folder) };
    } catch (error) {
      yield isAppError(error, 'item-gone', 'collection-gone') ? { id } : { id, error };
    }
  }
}

function exportOf(name: string, source: MailboxSource): Workload {
  return {
    name,
    accountKinds: ['user'],
    collections: (scope) => findExportFolders(source, scope),
    changes: (scope, folder, link) => exportChanges(source, scope, { folder, link }),
    // An id names the folder, too, so what moved is another item.
    isRemovalFinal: true,
    lookUp: (scope, ids) => lookUp(source, scope, ids),

    async fetch(scope, id) {
      const { item } = placeOf(id);
      return { kind: 'bytes', bytes: await new PageExport(source, scope, [{ id: item }]).streamOf(item) };
    },
  };
}

export const mailboxExportWorkload = exportOf('mailbox-export', new MailboxSource('primaryMailboxId'));
export const archiveWorkload = exportOf('archive', new MailboxSource('inPlaceArchiveMailboxId', 'beta'));
