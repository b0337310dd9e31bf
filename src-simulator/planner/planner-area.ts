/** Planner: paths, changes, truth. */
import type { Dice } from '../chance.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { Group } from '../groups/group-store.ts';
import { canonicalHash } from '../outlook/canonical.ts';
import { planChanges } from './planner-changes.ts';
import {
  bucketsOf,
  planDetailsJson,
  planJson,
  taskDetailsJson,
  taskJson,
  type PlannerWorld,
} from './planner-json.ts';
import { plannerRoute } from './planner-routes.ts';
import { PlannerStore, type Plan } from './planner-store.ts';

/** Lists of a plan that a backup cannot do without: its buckets and its tasks. */
const listsOfPlan = 2;

/**
 * A line about a plan and one about each of its tasks. `sha256` is the canonical hash (outlook/canonical.ts) of the JSON
 * with the details inside as `details`, and of a plan with its buckets in the order of their ids as `buckets`.
 */
function* truthOf(world: PlannerWorld, plan: Plan): Generator<object> {
  const { store } = world;
  const id = store.planId(plan);
  const unreadable = plan.isDenied ? 'accessDenied' : null;
  const details = planDetailsJson(world, plan);
  const whole = { ...planJson(world, plan), details, buckets: bucketsOf(world, plan) };
  yield { kind: 'plan', id, displayName: plan.state.title, sha256: canonicalHash(whole), unreadable };
  for (const state of store.tasks(plan)) {
    const task = { plan, state };
    const json = { ...taskJson(world, task), details: taskDetailsJson(world, task) };
    const taskId = store.taskId(plan, state.number);
    yield { kind: 'task', id: taskId, containerId: id, sha256: canonicalHash(json), unreadable };
  }
}

/** The area `planner`. `user` of changes and truth is the id of a group. Planner has no delta. */
export function createPlannerArea(organization: Organization): Area {
  const { groups, options } = organization;
  const store = new PlannerStore(options, groups);
  const world = { organization, store };
  const plansOf = (account: string): Plan[] => {
    const group = groups.find(account);
    return group ? store.plans(group) : [];
  };
  const pickGroup = (dice: Dice, account: string | undefined): Group | null => {
    if (account !== undefined) return groups.find(account);
    const suitable = groups.all().filter(({ kind }) => kind !== 'security');
    return suitable.length === 0 ? null : dice.pick(suitable);
  };
  const applied = Object.entries(planChanges).map(([kind, change]) => [
    kind,
    (dice: Dice, account: string | undefined) => {
      const plans =
        account === undefined ? groups.all().flatMap((group) => store.plans(group)) : plansOf(account);
      return plans.length === 0 ? null : change({ store, plan: dice.pick(plans), dice });
    },
  ]);
  return {
    name: 'planner',
    route: (call) => plannerRoute(world, call),
    changes: {
      ...(Object.fromEntries(applied) as Area['changes']),
      containersCreated: (dice, account) => {
        const group = pickGroup(dice, account);
        return group && group.kind !== 'security'
          ? { group: group.id, plan: store.planId(store.create(group)) }
          : null;
      },
    },
    *truth(account) {
      for (const plan of plansOf(account)) yield* truthOf(world, plan);
    },
    minimum: () => 0,
    // Planner has no delta: the list of plans, and of each its buckets and its tasks.
    withoutDelta: (account) => {
      const group = groups.find(account);
      return group && group.kind !== 'security' ? 1 + listsOfPlan * store.plans(group).length : 0;
    },
    expireDelta: () => undefined,
  };
}
