/**
 * Changes of one contact folder: contact delta, which Graph keeps per folder and which tells all of a contact, or a list of
 * all contacts where there is no delta (graph facts, section 10).
 */
import { graphPath } from '../../graph/paths.ts';
import { deltaInBatches } from '../delta-in-batches.ts';
import { changesOrScan, scanPageSize } from '../full-scan.ts';
import { rawItemSchema } from '../item-parts.ts';
import type { AccountScope, ItemChanges, ItemHead } from '../workload.ts';
import { completeContacts } from './contact-content.ts';
import { contactFields, describeContact } from './contact.ts';

/** Pages of changes since `link`, or of all contacts. Throws `delta-expired` and `collection-gone`. */
export function contactChanges(
  scope: AccountScope,
  folder: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const contacts = graphPath`/users/${scope.accountId}/contactFolders/${folder}/contacts`;
  return changesOrScan(scope.graph, link, {
    kind: 'contacts',
    delta: (start) =>
      deltaInBatches(scope, start ?? `${contacts}/delta`, {
        describe: (contact) => describeContact(contact, folder),
        complete: (some) => completeContacts(scope, some),
        keyOf: (id) => id,
      }),
    scan: () => allContacts(scope, contacts, folder),
  });
}

async function* allContacts(
  { graph, accountId, signal }: AccountScope,
  path: string,
  folder: string,
): AsyncIterable<readonly ItemHead[]> {
  const pages = graph.pages(path, {
    schema: rawItemSchema,
    mailbox: accountId,
    target: 'collection',
    query: { $select: contactFields, $top: scanPageSize },
    signal,
  });
  for await (const page of pages) yield page.map((contact) => describeContact(contact, folder));
}
