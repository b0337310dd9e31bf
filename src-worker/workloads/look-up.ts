/** Looks items up by id, twenty in one request: for retries, and for items that left their collection. */
import { isAppError } from '../../src-shared/errors/app-error.ts';
import { longestBatch, type BatchAnswer } from '../graph/batch.ts';
import { requireShape } from '../graph/json-body.ts';
import { rawItemSchema, type RawItem } from './item-parts.ts';
import type { AccountScope, ItemHead, LookedUpItem } from './workload.ts';

/** How a workload asks for an item and reads the answer. */
export interface LookUp {
  readonly pathOf: (id: string) => string;
  readonly describe: (item: RawItem, id: string) => ItemHead | Promise<ItemHead>;
  /** Outlook, in the mailbox of the account, unless given. */
  readonly service?: 'sharepoint' | 'teams';
}

export async function* lookUpInBatches(
  { graph, accountId, signal }: AccountScope,
  ids: readonly string[],
  { pathOf, describe, service }: LookUp,
): AsyncIterable<LookedUpItem> {
  const readAnswer = async (id: string, answer: BatchAnswer | undefined): Promise<LookedUpItem> => {
    if (answer === undefined) throw new Error('a batch answers every request');
    if (!answer.isOk) return isAppError(answer.error, 'item-gone') ? { id } : { id, error: answer.error };
    try {
      return { id, head: await describe(requireShape(rawItemSchema, answer.body), id) };
    } catch (error) {
      // An item of another shape is that item's trouble and no other's.
      if (isAppError(error, 'response-invalid')) return { id, error };
      throw error;
    }
  };
  for (let first = 0; first < ids.length; first += longestBatch) {
    const some = ids.slice(first, first + longestBatch);
    const requests = some.map((id) => ({ path: pathOf(id) }));
    const place = service === undefined ? { mailbox: accountId } : { service };
    const answers = await graph.batch(requests, { ...place, target: 'item', signal });
    for (const [index, id] of some.entries()) yield await readAnswer(id, answers[index]);
  }
}
