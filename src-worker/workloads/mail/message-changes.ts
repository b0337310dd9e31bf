/**
 * Changes of one mail folder: message delta, which Graph keeps per folder, or a list of all messages where there is no
 * delta (graph facts, section 10).
 */
import { graphPath } from '../../graph/paths.ts';
import { changesOrScan, scanPageSize } from '../full-scan.ts';
import type { AccountScope, ItemChanges, ItemHead } from '../workload.ts';
import { describeMessage, messageFields, messageSchema } from './message.ts';

/** One request more per hundred messages, and little memory where many folders are enumerated at the same time. */
const pageSize = 100;

/** Pages of changes since `link`, or of all messages. Throws `delta-expired` and `collection-gone`. */
export function messageChanges(
  scope: AccountScope,
  folder: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  return changesOrScan(scope.graph, link, {
    kind: 'messages',
    delta: (start) => messageDelta(scope, folder, start),
    scan: () => allMessages(scope, folder),
  });
}

async function* messageDelta(
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

async function* allMessages(scope: AccountScope, folder: string): AsyncIterable<readonly ItemHead[]> {
  const { graph, accountId, signal } = scope;
  const pages = graph.pages(graphPath`/users/${accountId}/mailFolders/${folder}/messages`, {
    schema: messageSchema,
    mailbox: accountId,
    target: 'collection',
    query: { $select: messageFields, $top: scanPageSize },
    signal,
  });
  for await (const page of pages) yield page.map((message) => describeMessage(message, folder));
}
