/** Changes of one contact folder: contact delta, which Graph keeps per folder and which tells all of a contact. */
import { longestBatch } from '../../graph/batch.ts';
import { graphPath } from '../../graph/paths.ts';
import { rawItemSchema } from '../item-parts.ts';
import type { AccountScope, FetchedContent, ItemChanges } from '../workload.ts';
import { completeContacts } from './contact-content.ts';
import { describeContact } from './contact.ts';

/** Pages of changes since `link`, or of all contacts. Throws `delta-expired` and `collection-gone`. */
export async function* contactChanges(
  scope: AccountScope,
  folder: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const start = link ?? graphPath`/users/${scope.accountId}/contactFolders/${folder}/contacts/delta`;
  const pages = scope.graph.deltaPages(start, {
    schema: rawItemSchema,
    mailbox: scope.accountId,
    target: 'collection',
    pageSize: longestBatch,
    signal: scope.signal,
  });
  for await (const page of pages) {
    const contents: (FetchedContent | undefined)[] = [];
    // The size of a page is a wish; what comes may be longer.
    for (let first = 0; first < page.changed.length; first += longestBatch)
      contents.push(...(await completeContacts(scope, page.changed.slice(first, first + longestBatch))));
    yield {
      changed: page.changed.map((contact, index) => ({
        ...describeContact(contact, folder),
        content: contents[index],
      })),
      removed: page.removed.map(({ id }) => id),
      nextLink: page.nextLink,
      deltaLink: page.deltaLink,
    };
  }
}
