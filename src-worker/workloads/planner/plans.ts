/**
 * The plans of a group, and what is in one: the plan itself and its tasks. Planner tells no changes in v1.0, so both are
 * listed in full at every run.
 */
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import { shorten } from '../item-info.ts';
import type { RawItem } from '../item-parts.ts';
import type { AccountScope, CollectionChanges, CollectionFound, ItemChanges, ItemHead } from '../workload.ts';
import { describeTask, describeUnreadPlan } from './planner-item.ts';
import { planDetailsPath, planPath, completePlan, taskDetailsPath } from './read-items.ts';
import { pagesWithDetails } from './with-details.ts';

/** Where a list of everything ends: there is nothing to go on from. */
const listLink = 'listed';

/** The plans that a run has listed, which is as long as its scope lives: nothing of them need be asked for again. */
const plansOfRuns = new WeakMap<AccountScope, ReadonlyMap<string, RawItem>>();

export async function findPlans(scope: AccountScope): Promise<CollectionChanges> {
  const plans: RawItem[] = [];
  const path = graphPath`/groups/${scope.accountId}/planner/plans`;
  const list = { path, target: 'account' as const, detailsPath: planDetailsPath };
  for await (const page of pagesWithDetails(scope, list)) plans.push(...page);
  plansOfRuns.set(scope, new Map(plans.map((plan) => [plan.id, plan])));
  return { found: plans.map(rowOf), removed: [], isComplete: true, link: listLink };
}

function rowOf(plan: RawItem): CollectionFound {
  const { id, title } = plan;
  const name = shorten(typeof title === 'string' ? title : '') ?? '';
  return { id, parent: null, name, isHidden: false, itemCount: null };
}

/** Everything in a plan. Throws `collection-gone`, and `access-denied` for a plan that is kept from applications. */
export async function* planChanges(scope: AccountScope, plan: string): AsyncIterable<ItemChanges> {
  const page = (changed: readonly ItemHead[]): ItemChanges => ({
    changed,
    removed: [],
    nextLink: undefined,
    deltaLink: undefined,
  });
  yield page([await planItself(scope, plan)]);
  const list = {
    path: `${planPath(plan)}/tasks`,
    target: 'collection' as const,
    detailsPath: taskDetailsPath,
  };
  for await (const tasks of pagesWithDetails(scope, list))
    yield page(tasks.map((task) => describeTask(task, plan)));
  yield { ...page([]), deltaLink: listLink };
}

/** Trouble of the plan itself must not keep its tasks from being saved. */
async function planItself(scope: AccountScope, id: string): Promise<ItemHead> {
  const plan = plansOfRuns.get(scope)?.get(id);
  if (plan === undefined)
    throw new AppError(
      'collection-gone',
      'This plan was deleted while the group was read. What was saved of it before is kept.',
    );
  try {
    return await completePlan(scope, plan);
  } catch (error) {
    if (!isAppError(error, 'request-rejected', 'response-invalid', 'service-unavailable')) throw error;
    return describeUnreadPlan(plan);
  }
}
