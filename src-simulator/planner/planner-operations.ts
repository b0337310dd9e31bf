/**
 * Operations of Planner: the plans of a group, a plan, its details, buckets and tasks, a task and its details. Planner
 * answers errors of its own without a code.
 */
import { entityAnswer, pageAnswer } from '../conversations/page-answer.ts';
import { badRequest, graphError, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Group } from '../groups/group-store.ts';
import type { Answer } from '../http/answer.ts';
import { badSelect, selectFrom, type Json } from '../outlook/answers.ts';
import type { ContainerState, ItemState } from '../outlook/item-box.ts';
import {
  bucketJson,
  bucketsOf,
  planDetailsJson,
  planJson,
  taskDetailsJson,
  taskJson,
  type PlannerWorld,
} from './planner-json.ts';
import type { Placed, Plan } from './planner-store.ts';

/** Microsoft documents no page sizes of Planner. */
const pages = { fallback: 100, maximum: 400 };

export const noSuchThing = (call: GraphCall): Answer =>
  graphError(call, 404, { code: '', message: 'The requested item is not found.' });

export const deniedThing = (call: GraphCall): Answer =>
  graphError(call, 403, {
    code: '',
    message: 'You do not have the required permissions to access this item, or the item may not exist.',
  });

/** A list of entities, some of which have details that $expand asks for. */
interface Listing<T> {
  readonly context: string;
  readonly type: string;
  readonly rows: readonly T[];
  readonly toJson: (row: T) => Json;
  readonly detailsOf?: (row: T) => Json | undefined;
}

function listAnswer<T>({ organization }: PlannerWorld, call: GraphCall, list: Listing<T>): Answer {
  const { expansion } = organization.options.planner;
  const [first] = list.rows;
  const known = first === undefined ? null : list.toJson(first);
  const refusal =
    refuseOptions(call, ['select', 'expand', 'top', 'skiptoken', 'count']) ??
    badSelect(call, (name) => known === null || Object.hasOwn(known, name), list.type);
  if (refusal) return refusal;
  const expanded = call.query.get('expand');
  if (expanded !== undefined && (expansion === 'refused' || list.detailsOf === undefined))
    return badRequest(
      call,
      "The query specified in the URI is not valid. Query option 'Expand' is not allowed.",
    );
  if (expanded !== undefined && expanded !== 'details')
    return badRequest(
      call,
      `Could not find a property named '${expanded}' on type 'microsoft.graph.${list.type}'.`,
    );
  const isExpanded = expanded === 'details' && expansion === 'given';
  return pageAnswer(organization, call, {
    context: list.context,
    rows: list.rows,
    sizes: pages,
    toJson: (row) => {
      const details = isExpanded ? list.detailsOf?.(row) : undefined;
      return { ...selectFrom(list.toJson(row), selectedNames(call)), ...(details && { details }) };
    },
  });
}

function getEntity(
  { organization }: PlannerWorld,
  call: GraphCall,
  { type, json }: { type: string; json: Json },
): Answer {
  const refusal =
    refuseOptions(call, ['select']) ?? badSelect(call, (name) => Object.hasOwn(json, name), type);
  if (refusal) return refusal;
  return entityAnswer(organization, `planner/${type}/$entity`, selectFrom(json, selectedNames(call)));
}

export function listPlans(world: PlannerWorld, call: GraphCall, group: Group): Answer {
  return listAnswer(world, call, {
    context: `groups('${group.id}')/planner/plans`,
    type: 'plannerPlan',
    rows: world.store.plans(group),
    toJson: (plan) => planJson(world, plan),
    detailsOf: (plan) => (plan.isDenied ? undefined : planDetailsJson(world, plan)),
  });
}

const listTasks = (
  world: PlannerWorld,
  call: GraphCall,
  { plan, tasks }: { plan: Plan; tasks: readonly ItemState[] },
): Answer =>
  listAnswer(world, call, {
    context: 'planner/tasks',
    type: 'plannerTask',
    rows: tasks,
    toJson: (state) => taskJson(world, { plan, state }),
    detailsOf: (state) => taskDetailsJson(world, { plan, state }),
  });

/** What an entity answers to, by the segment below it; '' is the entity itself. */
export type Operations<T> = Readonly<
  Record<string, readonly [operation: string, run: (world: PlannerWorld, call: GraphCall, one: T) => Answer]>
>;

export const planOperations: Operations<Plan> = {
  '': [
    'planner.GetPlans',
    (world, call, plan) => getEntity(world, call, { type: 'plannerPlan', json: planJson(world, plan) }),
  ],
  details: [
    'planner.plans.GetDetails',
    (world, call, plan) =>
      getEntity(world, call, { type: 'plannerPlanDetails', json: planDetailsJson(world, plan) }),
  ],
  buckets: [
    'planner.plans.ListBuckets',
    (world, call, plan) =>
      listAnswer(world, call, {
        context: 'planner/plans/buckets',
        type: 'plannerBucket',
        rows: bucketsOf(world, plan),
        toJson: (bucket) => bucket,
      }),
  ],
  tasks: [
    'planner.plans.ListTasks',
    (world, call, plan) => listTasks(world, call, { plan, tasks: world.store.tasks(plan) }),
  ],
};

export const bucketOperations: Operations<Placed<ContainerState>> = {
  '': [
    'planner.GetBuckets',
    (world, call, bucket) =>
      getEntity(world, call, { type: 'plannerBucket', json: bucketJson(world, bucket) }),
  ],
  tasks: [
    'planner.buckets.ListTasks',
    (world, call, { plan, state }) => listTasks(world, call, { plan, tasks: plan.box.items(state.number) }),
  ],
};

export const taskOperations: Operations<Placed<ItemState>> = {
  '': [
    'planner.GetTasks',
    (world, call, task) => getEntity(world, call, { type: 'plannerTask', json: taskJson(world, task) }),
  ],
  details: [
    'planner.tasks.GetDetails',
    (world, call, task) =>
      getEntity(world, call, { type: 'plannerTaskDetails', json: taskDetailsJson(world, task) }),
  ],
};
