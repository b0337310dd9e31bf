/**
 * Plans and tasks by their ids, all parts of several in one request: a plan is itself, its details and its buckets; a
 * task is itself and its details.
 */
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { longestBatch, type BatchAnswer } from '../../graph/batch.ts';
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, ItemHead, LookedUpItem } from '../workload.ts';
import { describePlan, describeTask, hasDetails, splitKey } from './planner-item.ts';

/** What is asked for, and how the answers become one thing; they come in the order of the paths. */
interface Parts {
  readonly paths: readonly string[];
  readonly join: (bodies: readonly unknown[]) => ItemHead | Promise<ItemHead>;
}

const mostParts = 3;
const itemsAtOnce = Math.floor(longestBatch / mostParts);

const pageSchema = z.object({ value: z.array(rawItemSchema), '@odata.nextLink': z.string().optional() });
const ofPlanSchema = z.object({ planId: z.string().min(1).max(1024) });

export const planPath = (plan: string): string => graphPath`/planner/plans/${plan}`;
export const planDetailsPath = (plan: string): string => `${planPath(plan)}/details`;
export const taskDetailsPath = (task: string): string => graphPath`/planner/tasks/${task}/details`;
const bucketsPath = (plan: string): string => `${planPath(plan)}/buckets`;

/** A plan that the list of plans has shown. Throws `collection-gone`, and what else keeps it from being read. */
export async function readListedPlan(scope: AccountScope, plan: RawItem): Promise<ItemHead> {
  const isWhole = hasDetails(plan);
  const paths = [bucketsPath(plan.id), ...(isWhole ? [] : [planDetailsPath(plan.id)])];
  const answers = await ask(scope, paths, 'collection');
  const [buckets, details] = bodiesOf(answers);
  const whole = isWhole ? plan : { ...plan, details: requireShape(rawItemSchema, details) };
  return describePlan(whole, await allBuckets(scope, buckets));
}

function partsOf(scope: AccountScope, key: string): Parts | null {
  const [kind, id] = splitKey(key) ?? [];
  if (id === undefined) return null;
  if (kind === 'task')
    return {
      paths: [graphPath`/planner/tasks/${id}`, taskDetailsPath(id)],
      join: ([task, details]) => {
        const whole = joined(task, details);
        return describeTask(whole, requireShape(ofPlanSchema, whole).planId);
      },
    };
  return {
    paths: [planPath(id), planDetailsPath(id), bucketsPath(id)],
    join: async ([plan, details, buckets]) =>
      describePlan(joined(plan, details), await allBuckets(scope, buckets)),
  };
}

const joined = (entity: unknown, details: unknown): RawItem => ({
  ...requireShape(rawItemSchema, entity),
  details: requireShape(rawItemSchema, details),
});

/** Buckets of a first page and of those that follow. */
async function allBuckets({ graph, signal }: AccountScope, firstPage: unknown): Promise<RawItem[]> {
  const { value, '@odata.nextLink': link } = requireShape(pageSchema, firstPage);
  const all = [...value];
  for (let next = link; next !== undefined;) {
    const page = await graph.page(next, {
      schema: rawItemSchema,
      service: 'planner',
      target: 'collection',
      signal,
    });
    all.push(...page.items);
    next = page.nextLink;
  }
  return all;
}

function ask(
  { graph, signal }: AccountScope,
  paths: readonly string[],
  target: 'item' | 'collection',
): Promise<readonly BatchAnswer[]> {
  const requests = paths.map((path) => ({ path }));
  return graph.batch(requests, { service: 'planner', target, signal });
}

/** Throws the first error among them. */
function bodiesOf(answers: readonly BatchAnswer[]): unknown[] {
  return answers.map((answer) => {
    if (!answer.isOk) throw answer.error;
    return answer.body;
  });
}

export async function* lookUpItems(
  scope: AccountScope,
  keys: readonly string[],
): AsyncIterable<LookedUpItem> {
  for (let first = 0; first < keys.length; first += itemsAtOnce) {
    const some = keys.slice(first, first + itemsAtOnce).map((id) => ({ id, parts: partsOf(scope, id) }));
    const answers = await ask(
      scope,
      some.flatMap(({ parts }) => parts?.paths ?? []),
      'item',
    );
    let at = 0;
    for (const { id, parts } of some) {
      const own = answers.slice(at, at + (parts?.paths.length ?? 0));
      at += own.length;
      yield await itemOf(id, parts, own);
    }
  }
}

async function itemOf(
  id: string,
  parts: Parts | null,
  answers: readonly BatchAnswer[],
): Promise<LookedUpItem> {
  const [itself] = answers;
  // Only the plan or task itself can say that it is gone; without its details it is there and not whole.
  if (parts === null || (itself?.isOk === false && isAppError(itself.error, 'item-gone'))) return { id };
  try {
    return { id, head: await parts.join(bodiesOf(answers)) };
  } catch (error) {
    return { id, error };
  }
}

/** All of a plan or task. Throws `item-gone`. */
export async function fetchItem(scope: AccountScope, key: string): Promise<FetchedContent> {
  for await (const { head, error } of lookUpItems(scope, [key])) {
    if (head?.content !== undefined) return head.content;
    if (error instanceof Error) throw error;
  }
  throw new AppError('item-gone', 'This plan or task is not in Planner any more.');
}
