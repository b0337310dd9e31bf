/** Looks messages up by id. */
import { requireShape } from '../../graph/json-body.ts';
import { graphPath, withQuery } from '../../graph/paths.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { AccountScope, LookedUpItem } from '../workload.ts';
import { describeMessage, messageFields, messageSchema } from './message.ts';

export function lookUpMessages(scope: AccountScope, ids: readonly string[]): AsyncIterable<LookedUpItem> {
  return lookUpInBatches(scope, ids, {
    pathOf: (id) =>
      withQuery(graphPath`/users/${scope.accountId}/messages/${id}`, { $select: messageFields }),
    describe: (raw) => {
      const message = requireShape(messageSchema, raw);
      return describeMessage(message, message.parentFolderId ?? '');
    },
  });
}
