/**
 * Everything in a mailbox as Exchange itself would import it again: flags, categories, internal properties and all that
 * MIME and JSON lack. It is beside those, not instead of them: a stream is for Exchange only. As items of their own, with
 * the export's own ids, because nothing in Graph says which message an exported item is (graph facts, section 4).
 */
import { graphPath } from '../../graph/paths.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { AccountScope, ItemChanges, LookedUpItem, Workload } from '../workload.ts';
import { describeExportItem, exportItemSchema, idOf, placeOf, type ExportPlace } from './export-item.ts';
import { PageExport } from './export-streams.ts';
import { findExportFolders } from './folders.ts';
import { asExportError, primaryMailbox } from './mailbox.ts';

const pageSize = 100;

/** Pages of changes since `link`, or of all items. Throws `delta-expired` and `collection-gone`. */
async function* exportChanges(
  scope: AccountScope,
  folder: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const { graph, accountId, signal } = scope;
  const mailbox = (await primaryMailbox(scope)) ?? '';
  const start = link ?? graphPath`/admin/exchange/mailboxes/${mailbox}/folders/${folder}/items/delta`;
  const options = { schema: exportItemSchema, mailbox: accountId, pageSize, signal };
  try {
    for await (const page of graph.deltaPages(start, options)) {
      const streams = new PageExport(scope, page.changed);
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

async function* lookUp(scope: AccountScope, ids: readonly string[]): AsyncIterable<LookedUpItem> {
  const mailbox = (await primaryMailbox(scope)) ?? '';
  const pathOf = ({ folder, item }: ExportPlace): string =>
    graphPath`/admin/exchange/mailboxes/${mailbox}/folders/${folder}/items/${item}`;
  yield* lookUpInBatches(scope, ids, {
    pathOf: (id) => pathOf(placeOf(id)),
    describe: (raw, id) => describeExportItem(exportItemSchema.parse(raw), placeOf(id).folder),
  });
}

export const mailboxExportWorkload: Workload = {
  name: 'mailbox-export',
  accountKinds: ['user'],
  collections: findExportFolders,
  changes: exportChanges,
  // An id names the folder, too, so what moved is another item.
  isRemovalFinal: true,
  lookUp,

  async fetch(scope, id) {
    const { item } = placeOf(id);
    return { kind: 'bytes', bytes: await new PageExport(scope, [{ id: item }]).streamOf(item) };
  },
};
