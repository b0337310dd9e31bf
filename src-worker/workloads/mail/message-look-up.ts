/** Looks messages up by id, twenty in one request: for retries, and for messages that left a folder. */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath, withQuery } from '../../graph/paths.ts';
import { longestBatch, type BatchAnswer } from '../../graph/batch.ts';
import type { AccountScope, LookedUpItem } from '../workload.ts';
import { describeMessage, messageFields, messageSchema } from './message.ts';

export async function* lookUpMessages(
  scope: AccountScope,
  ids: readonly string[],
): AsyncIterable<LookedUpItem> {
  const { graph, accountId, signal } = scope;
  for (let first = 0; first < ids.length; first += longestBatch) {
    const some = ids.slice(first, first + longestBatch);
    const requests = some.map((id) => ({
      path: withQuery(graphPath`/users/${accountId}/messages/${id}`, { $select: messageFields }),
    }));
    const answers = await graph.batch(requests, { mailbox: accountId, target: 'item', signal });
    for (const [index, id] of some.entries()) yield readAnswer(id, answers[index]);
  }
}

function readAnswer(id: string, answer: BatchAnswer | undefined): LookedUpItem {
  if (answer === undefined) throw new Error('a batch answers every request');
  if (!answer.isOk) return isAppError(answer.error, 'item-gone') ? { id } : { id, error: answer.error };
  const message = messageSchema.safeParse(answer.body);
  if (!message.success) return { id, error: message.error };
  return { id, head: describeMessage(message.data, message.data.parentFolderId ?? '') };
}
