/** What restores share of messages, events and contacts: found again by a tag, and removed if nobody changed them. */
import { z } from 'zod';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import { tagFilter } from './restore-tag.ts';
import type { MadeItem, TargetScope } from './cloud-target.ts';

export const madeSchema = z.object({ id: z.string().min(1).max(1024), changeKey: z.string().max(1024) });

export const asMade = ({ id, changeKey }: z.infer<typeof madeSchema>): MadeItem => ({
  id,
  version: changeKey,
});

/** What every call to an item of the mailbox says. */
export function itemCall({ accountId, signal }: TargetScope) {
  return { mailbox: accountId, target: 'item' as const, signal };
}

/** The item of a list that bears a tag. */
export async function findTagged(
  scope: TargetScope,
  list: string,
  tag: string,
): Promise<MadeItem | undefined> {
  const query = { $filter: tagFilter(tag), $select: 'id,changeKey', $top: 1 };
  const { items } = await scope.graph.page(list, { ...itemCall(scope), schema: madeSchema, query });
  return items[0] && asMade(items[0]);
}

/** An item as it is now; `path` is that of the item. */
export async function readMade(scope: TargetScope, path: string): Promise<MadeItem> {
  const query = { $select: 'id,changeKey' };
  return asMade(await scope.graph.getJson(path, { ...itemCall(scope), schema: madeSchema, query }));
}

/** `version` is empty where it does not matter. */
export async function removeUnchanged(
  scope: TargetScope,
  path: string,
  version: string,
): Promise<'removed' | 'changed' | 'gone'> {
  try {
    if (version !== '' && (await readMade(scope, path)).version !== version) return 'changed';
    await removeForGood(scope, path);
    return 'removed';
  } catch (error) {
    if (isAppError(error, 'item-gone')) return 'gone';
    throw error;
  }
}

/** Not every cloud can (graph facts, section 10): there it goes where deleted items go. */
export async function removeForGood(scope: TargetScope, path: string): Promise<void> {
  try {
    await scope.graph.act(`${path}/permanentDelete`, itemCall(scope));
  } catch (error) {
    if (!isAppError(error, 'not-in-this-cloud')) throw error;
    await scope.graph.remove(path, itemCall(scope));
  }
}

export async function isThere(scope: TargetScope, path: string): Promise<boolean> {
  try {
    await readMade(scope, path);
    return true;
  } catch (error) {
    if (isAppError(error, 'item-gone')) return false;
    throw error;
  }
}
