/** Plans and tasks by their ids: each and its details, of ten in one request; and of a plan its buckets. */
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { longestBatch, type BatchAnswer } from '../../graph/batch.ts';
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, ItemHead, LookedUpItem } from '../workload.ts';
import { describePlan, describeTask, hasDetails, splitKey, type PlannerKind } from './planner-item.ts';

const partsOfItem = 2;
const itemsAtOnce = longestBatch / partsOfItem;

const ofPlanSchema = z.object({ planId: z.string().min(1).max(1024) });

export const planPath = (plan: string): string => graphPath`/planner/plans/${plan}`;
export const planDetailsPath = (plan: string): string => `${planPath(plan)}/details`;
const taskPath = (task: string): string => graphPath`/planner/tasks/${task}`;
export const taskDetailsPath = (task: string): string => `${taskPath(task)}/details`;

/** A plan with all that belongs to it. Throws `collection-gone`, and what else keeps it from being read. */
export async function completePlan({ graph, signal }: AccountScope, plan: RawItem): Promise<ItemHead> {
  const call = { schema: rawItemSchema, service: 'planner', target: 'collection', signal } as const;
  const whole = hasDetails(plan)
    ? plan
    : { ...plan, details: await graph.getJson(planDetailsPath(plan.id), call) };
  const buckets: RawItem[] = [];
  for await (const page of graph.pages(`${planPath(plan.id)}/buckets`, call)) buckets.push(...page);
  return describePlan(whole, buckets);
}

/** An item that was asked for; `kind` is undefined for an id of something else. */
interface Asked {
  readonly id: string;
  readonly kind: PlannerKind | undefined;
  readonly paths: readonly string[];
}

function asked(id: string): Asked {
  const [kind, name = ''] = splitKey(id) ?? [];
  if (kind === undefined) return { id, kind, paths: [] };
  const paths =
    kind === 'plan' ? [planPath(name), planDetailsPath(name)] : [taskPath(name), taskDetailsPath(name)];
  return { id, kind, paths };
}

/** Plans and tasks as they are now; what does not exist has no head. */
export async function* lookUpItems(
  scope: AccountScope,
  keys: readonly string[],
): AsyncIterable<LookedUpItem> {
  const { graph, signal } = scope;
  for (let first = 0; first < keys.length; first += itemsAtOnce) {
    const some = keys.slice(first, first + itemsAtOnce).map(asked);
    const requests = some.flatMap(({ paths }) => paths.map((path) => ({ path })));
    const answers = [...(await graph.batch(requests, { service: 'planner', target: 'item', signal }))];
    for (const item of some) yield await itemOf(scope, item, answers.splice(0, item.paths.length));
  }
}

async function itemOf(
  scope: AccountScope,
  { id, kind }: Asked,
  [itself, details]: readonly BatchAnswer[],
): Promise<LookedUpItem> {
  // Only the plan or task itself can say that it is gone; without its details it is there and not whole.
  if (itself === undefined || (!itself.isOk && isAppError(itself.error, 'item-gone'))) return { id };
  try {
    const whole = { ...bodyOf(itself), details: bodyOf(details) };
    const head =
      kind === 'plan'
        ? await completePlan(scope, whole)
        : describeTask(whole, requireShape(ofPlanSchema, whole).planId);
    return { id, head };
  } catch (error) {
    return { id, error };
  }
}

function bodyOf(answer: BatchAnswer | undefined): RawItem {
  if (answer === undefined) throw new Error('a batch answers every request');
  if (!answer.isOk) throw answer.error;
  return requireShape(rawItemSchema, answer.body);
}

/** All of a plan or task. Throws `item-gone`. */
export async function fetchItem(scope: AccountScope, key: string): Promise<FetchedContent> {
  for await (const { head, error } of lookUpItems(scope, [key])) {
    if (head?.content !== undefined) return head.content;
    if (error instanceof Error) throw error;
  }
  throw new AppError('item-gone', 'This plan or task is not in Planner any more.');
}
