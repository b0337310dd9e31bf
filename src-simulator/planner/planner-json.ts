/**
 * How Graph shows plans, buckets and tasks. The details of a plan and of a task are entities of their own: an edit of
 * them moves their etag and leaves that of the task as it was, even where the task counts them.
 */
import { mix } from '../chance.ts';
import { objectIdOf } from '../directory/object-id.ts';
import type { Person } from '../directory/people.ts';
import type { Organization } from '../graph/graph-call.ts';
import { epochMs } from '../mail/message-facts.ts';
import { decodedText } from '../mail/text-blocks.ts';
import { vocabularies } from '../mail/vocabulary.ts';
import type { Json } from '../outlook/answers.ts';
import type { ContainerState, ItemState } from '../outlook/item-box.ts';
import type { Placed, Plan, PlannerStore } from './planner-store.ts';

/** What all JSON of Planner is made from. */
export interface PlannerWorld {
  readonly organization: Organization;
  readonly store: PlannerStore;
}

type Task = Placed<ItemState>;

const dayMs = 86_400_000;
const checklistKind = 41;
const categories = 25;
/** The application id that Planner gives as its own. */
const plannerApplication = '95e27074-6c4a-447a-aa24-9d718a0b86fa';
const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const etagOf = (type: string, ...numbers: readonly number[]) =>
  `W/"${Buffer.from(`1-${type}  ${numbers.map((number) => number.toString(36)).join('.')}`).toString('base64')}"`;
const hintOf = (hash: number) => `85${String(hash).padStart(10, '0')}${hash % 7 === 0 ? ' P' : 'P'}`;

const planLife = ({ store }: PlannerWorld, { state }: Plan) => mix(store.seed, state.entry, 11);
const taskLife = (world: PlannerWorld, { plan, state }: Task) => mix(planLife(world, plan), state.number, 12);
/** Edits of details, by what was edited. */
const countOf = ({ state }: Task, mark: string) => state.marks.filter((one) => one === mark).length;

function memberOf({ organization }: PlannerWorld, { group }: Plan, hash: number): Person {
  const { people } = organization.groups.planned(group.number);
  return organization.directory.person(people[hash % Math.max(1, people.length)] ?? 0);
}

const identity = ({ id }: Person) => ({
  user: { displayName: null, id },
  application: { displayName: null, id: plannerApplication },
});

const createdMs = (life: number, createdAt: number) =>
  createdAt === 0 ? epochMs - (2 + (life % 300)) * dayMs : epochMs + createdAt * 1_000;

export function planJson(world: PlannerWorld, plan: Plan): Json {
  const { state, group } = plan;
  const life = planLife(world, plan);
  return {
    '@odata.etag': etagOf('Plan', life, state.version),
    createdDateTime: iso(createdMs(life, state.createdAt)),
    owner: group.id,
    title: state.title,
    id: world.store.planId(plan),
    createdBy: identity(memberOf(world, plan, life)),
    container: {
      containerId: group.id,
      type: 'group',
      url: `https://graph.microsoft.com/v1.0/groups/${group.id}`,
    },
  };
}

export function planDetailsJson(world: PlannerWorld, plan: Plan): Json {
  const { state, group } = plan;
  const life = planLife(world, plan);
  const names = ['Indoors', 'Dringend', '外注', null];
  const descriptions = Array.from({ length: categories }, (_, i) => {
    const name = names[mix(life, i) % names.length] ?? null;
    return [`category${i + 1}`, i === 0 && state.detailEdits > 0 ? `Rot ${state.detailEdits}` : name];
  });
  const { people } = world.organization.groups.planned(group.number);
  return {
    '@odata.etag': etagOf('PlanDetails', life, state.detailEdits),
    sharedWith: Object.fromEntries(
      people.map((one) => [world.organization.directory.person(one).id, true] as const),
    ),
    categoryDescriptions: Object.fromEntries(descriptions) as Json,
    id: world.store.planId(plan),
  };
}

export function bucketJson(world: PlannerWorld, { plan, state }: Placed<ContainerState>): Json {
  const life = mix(planLife(world, plan), state.number, 13);
  return {
    '@odata.etag': etagOf('Bucket', life, state.changedAt),
    name: state.name,
    planId: world.store.planId(plan),
    orderHint: hintOf(life),
    id: world.store.bucketId(plan, state.number),
  };
}

/** Buckets of a plan, in the order of their ids. */
export function bucketsOf(world: PlannerWorld, plan: Plan): Json[] {
  const all = plan.box.containers().map((state) => bucketJson(world, { plan, state }));
  return all.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
}

function assignmentsOf(world: PlannerWorld, { plan }: Task, life: number): Json {
  const assigned = Array.from({ length: life % 3 }, (_, i) => {
    const person = memberOf(world, plan, mix(life, 21, i));
    const assignment = {
      '@odata.type': '#microsoft.graph.plannerAssignment',
      assignedDateTime: iso(createdMs(life, 0) + 60_000),
      orderHint: hintOf(mix(life, 22, i)),
      assignedBy: identity(memberOf(world, plan, life)),
    };
    return [person.id, assignment] as const;
  });
  return Object.fromEntries(assigned);
}

function titleOf(world: PlannerWorld, { plan, state }: Task, life: number): string {
  const { subjects } = vocabularies[memberOf(world, plan, life).language];
  const title = `${subjects[(life >>> 3) % subjects.length] ?? ''} ${(life >>> 9) % 991}`;
  return state.version === 0 ? title : `${title} (${state.version + 1})`;
}

/** A task without its details, some of which it counts. */
export function taskJson(world: PlannerWorld, task: Task): Json {
  const { plan, state } = task;
  const { store } = world;
  const life = taskLife(world, task);
  const created = createdMs(life, state.createdAt);
  const percentComplete = [0, 50, 100][mix(life, state.version, 31) % 3] ?? 0;
  const isDone = percentComplete === 100;
  const dated = (kind: number, oneIn: number) =>
    mix(life, kind) % oneIn === 0 ? iso(created + (mix(life, kind, 1) % 60) * dayMs) : null;
  const details = taskDetailsJson(world, task);
  const checklist = Object.values(details['checklist'] as Readonly<Record<string, { isChecked: boolean }>>);
  return {
    '@odata.etag': etagOf('Task', life, state.version, state.moves),
    planId: store.planId(plan),
    bucketId: store.bucketId(plan, state.container),
    title: titleOf(world, task, life),
    orderHint: hintOf(mix(life, state.moves, 32)),
    assigneePriority: hintOf(mix(life, 33)),
    percentComplete,
    startDateTime: dated(34, 3),
    createdDateTime: iso(created),
    dueDateTime: dated(35, 2),
    hasDescription: details['description'] !== '',
    previewType: 'automatic',
    completedDateTime: isDone ? iso(created + dayMs) : null,
    completedBy: isDone ? identity(memberOf(world, plan, life)) : null,
    referenceCount: Object.keys(details['references'] as object).length,
    checklistItemCount: checklist.length,
    activeChecklistItemCount: checklist.filter(({ isChecked }) => !isChecked).length,
    conversationThreadId: null,
    priority: [1, 3, 5, 9][mix(life, 36) % 4],
    id: store.taskId(plan, state.number),
    createdBy: identity(memberOf(world, plan, life)),
    appliedCategories: life % 4 === 0 ? { [`category${1 + (life % categories)}`]: true } : {},
    assignments: assignmentsOf(world, task, life),
  };
}

function checklistOf(world: PlannerWorld, task: Task, life: number): Json {
  const ticks = countOf(task, 'checked');
  const count = Math.max(life % 3 === 0 ? 1 + (life % 5) : 0, ticks > 0 ? 1 : 0);
  const items = Array.from({ length: count }, (_, i) => {
    const item = {
      '@odata.type': '#microsoft.graph.plannerChecklistItem',
      isChecked: (mix(life, 41, i) + (i === 0 ? ticks : 0)) % 2 === 1,
      title: `${titleOf(world, { ...task, state: { ...task.state, version: 0 } }, life)} ${i + 1}`,
      orderHint: hintOf(mix(life, 42, i)),
      lastModifiedDateTime: iso(createdMs(life, 0)),
      lastModifiedBy: identity(memberOf(world, task.plan, life)),
    };
    return [objectIdOf(world.store.seed, checklistKind, mix(life, i)), item] as const;
  });
  return Object.fromEntries(items);
}

/** The names of references are addresses in which Planner escapes what OData gives a meaning. */
function referencesOf(world: PlannerWorld, task: Task, life: number): Json {
  const count = (life % 5 === 0 ? 1 : 0) + countOf(task, 'referenced');
  const references = Array.from({ length: count }, (_, i) => {
    const reference = {
      '@odata.type': '#microsoft.graph.plannerExternalReference',
      alias: `Ticket ${mix(life, 51, i) % 9_973}`,
      type: 'Other',
      previewPriority: hintOf(mix(life, 52, i)),
      lastModifiedDateTime: iso(createdMs(life, 0)),
      lastModifiedBy: identity(memberOf(world, task.plan, life)),
    };
    return [`https%3A//werkbank%2Eexample/tickets/${mix(life, 51, i) % 9_973}`, reference] as const;
  });
  return Object.fromEntries(references);
}

export function taskDetailsJson(world: PlannerWorld, task: Task): Json {
  const { plan, state } = task;
  const life = taskLife(world, task);
  const described = countOf(task, 'described');
  const style = { language: memberOf(world, plan, life).language, form: 'plain' as const };
  const lines = mix(life, 61) % 5;
  return {
    '@odata.etag': etagOf('TaskDetails', life, state.marks.length),
    description: described + lines === 0 ? '' : decodedText(style, mix(life, described, 62), 1 + lines),
    previewType: 'automatic',
    id: world.store.taskId(plan, state.number),
    references: referencesOf(world, task, life),
    checklist: checklistOf(world, task, life),
  };
}
