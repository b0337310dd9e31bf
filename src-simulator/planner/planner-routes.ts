/** Paths of Planner: plans below their group, everything else by its own id. */
import { refuseMethod, type GraphCall, type Route } from '../graph/graph-call.ts';
import { noSuchGroup } from '../groups/group-operations.ts';
import type { PlannerWorld } from './planner-json.ts';
import {
  bucketOperations,
  deniedThing,
  listPlans,
  noSuchThing,
  planOperations,
  taskOperations,
  type Operations,
} from './planner-operations.ts';
import type { Plan } from './planner-store.ts';

type Found = Pick<Route, 'operation' | 'run' | 'about'>;

/** Entities of one kind: how one is found, in which plan it is, and what it answers to. */
interface Kind<T> {
  readonly about: 'item' | 'container';
  readonly find: (id: string) => T | null;
  readonly planOf: (one: T) => Plan;
  readonly operations: Operations<T>;
}

function plansOfGroup(world: PlannerWorld, call: GraphCall): Found | null {
  const [, id = '', , list] = call.segments;
  if (list !== 'plans' || call.segments.length > 4) return null;
  const group = world.organization.groups.find(id);
  return {
    operation: 'groups.planner.ListPlans',
    run: () => (group ? listPlans(world, call, group) : noSuchGroup(call, id)),
  };
}

function operationOf<T>(world: PlannerWorld, call: GraphCall, kind: Kind<T>): Found | null {
  const [, , id, word = ''] = call.segments;
  const known = Object.hasOwn(kind.operations, word) ? kind.operations[word] : undefined;
  if (id === undefined || known === undefined || call.segments.length > 4) return null;
  const [operation, answer] = known;
  const run = () => {
    const one = kind.find(id);
    if (one === null) return noSuchThing(call);
    return kind.planOf(one).isDenied ? deniedThing(call) : answer(world, call, one);
  };
  return { operation, about: kind.about, run };
}

function byId(world: PlannerWorld, call: GraphCall): Found | null {
  const { store } = world;
  const [, kind] = call.segments;
  if (kind === 'plans')
    return operationOf(world, call, {
      about: 'container',
      find: (id) => store.findPlan(id),
      planOf: (plan) => plan,
      operations: planOperations,
    });
  if (kind === 'buckets')
    return operationOf(world, call, {
      about: 'item',
      find: (id) => store.findBucket(id),
      planOf: ({ plan }) => plan,
      operations: bucketOperations,
    });
  if (kind !== 'tasks') return null;
  return operationOf(world, call, {
    about: 'item',
    find: (id) => store.findTask(id),
    planOf: ({ plan }) => plan,
    operations: taskOperations,
  });
}

/** The operation of a call; null when it is none of Planner's. */
export function plannerRoute(world: PlannerWorld, call: GraphCall): Route | null {
  const [first, , third] = call.segments;
  const isOfGroup = first === 'groups' && third === 'planner';
  const found = isOfGroup ? plansOfGroup(world, call) : first === 'planner' ? byId(world, call) : null;
  if (!found) return null;
  const run = call.method === 'GET' ? found.run : () => refuseMethod(call);
  return { role: 'Tasks.Read.All', person: null, isMail: false, ...found, run };
}
