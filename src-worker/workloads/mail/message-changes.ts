/** Changes of one mail folder: message delta, which Graph keeps per folder. */
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, ItemChanges } from '../workload.ts';
import { describeMessage, messageFields, messageSchema } from './message.ts';

/** One request more per hundred messages, and little memory where many folders are enumerated at the same time. */
const pageSize = 100;

/** Pages of changes since `link`, or of all messages. Throws `delta-expired` and `collection-gone`. */
export async function* messageChanges(
  scope: AccountScope,
  folder: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const start = link ?? graphPath`/users/${scope.accountId}/mailFolders/${folder}/messages/delta`;
  const pages = scope.graph.deltaPages(start, {
    schema: messageSchema,
    mailbox: scope.accountId,
    query: link === undefined ? { $select: messageFields } : undefined,
    pageSize,
    signal: scope.signal,
  });
  for await (const page of pages) {
    yield {
      changed: page.changed.map((message) => describeMessage(message, folder)),
      removed: page.removed.map(({ id }) => id),
      nextLink: page.nextLink,
      deltaLink: page.deltaLink,
    };
  }
}
