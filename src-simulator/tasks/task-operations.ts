/** Operations on task lists, tasks and what hangs below a task. */
import { badRequest, graphError, notFound, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames, wantsImmutableIds } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import {
  badSelect,
  bytesAnswer,
  corruptData,
  entityAnswer,
  listAnswer,
  selectFrom,
  type Json,
} from '../outlook/answers.ts';
import { containerDelta, itemDelta, type DeltaSubject } from '../outlook/box-delta.ts';
import type { ContainerState, ItemBox } from '../outlook/item-box.ts';
import type { OutlookCall } from '../outlook/outlook-route.ts';
import {
  checklistOf,
  flaggedList,
  isTaskProperty,
  linksOf,
  taskAttachments,
  taskId,
  taskJson,
  type TaskView,
  type TaskWorld,
} from './task-json.ts';

export const defaultList = 1;
/** To Do's own page size. */
const pageSize = 100;

/** Where the tasks of a call are. */
export interface TaskPlace {
  readonly world: TaskWorld;
  readonly box: ItemBox;
}

/** A list as Graph shows it. */
export const listJson = (box: ItemBox, { number, name }: ContainerState): Json => ({
  id: box.ids.container(number),
  displayName: name,
  isOwner: true,
  isShared: number > flaggedList && number % 3 === 0,
  wellknownListName:
    number === defaultList ? 'defaultList' : number === flaggedList ? 'flaggedEmails' : 'none',
});

const badListSelect = (call: GraphCall) =>
  badSelect(
    call,
    (name) => ['displayName', 'isOwner', 'isShared', 'wellknownListName'].includes(name),
    'todoTaskList',
  );

export const noSuchList = (call: GraphCall): Answer =>
  graphError(call, 404, { code: 'ErrorItemNotFound', message: 'The specified task list was not found.' });

export function listLists(outlook: OutlookCall, { box }: TaskPlace): Answer {
  const { call, person } = outlook;
  const refusal = refuseOptions(call, ['select', 'top', 'skip', 'count']) ?? badListSelect(call);
  if (refusal) return refusal;
  const list = { context: `users('${person.id}')/todo/lists`, rows: box.containers(), pageSize };
  return listAnswer(outlook, list, (one) => selectFrom(listJson(box, one), selectedNames(call)));
}

export function getList(outlook: OutlookCall, { box }: TaskPlace, list: ContainerState): Answer {
  const { call, person } = outlook;
  const refusal = refuseOptions(call, ['select']) ?? badListSelect(call);
  if (refusal) return refusal;
  const json = selectFrom(listJson(box, list), selectedNames(call));
  return entityAnswer(outlook, `users('${person.id}')/todo/lists/$entity`, json);
}

const subjectOf = ({ world, box }: TaskPlace, type: string, refuse: () => Answer | null): DeltaSubject => ({
  area: 'tasks',
  type,
  box,
  age: world.store.ageOf(box),
  pageSize,
  refuse,
});

export function listDelta(outlook: OutlookCall, place: TaskPlace): Answer {
  const { box } = place;
  const subject = {
    ...subjectOf(place, 'todoTaskList', () => badListSelect(outlook.call)),
    isShown: () => true,
  };
  return containerDelta(outlook, subject, (one, { select }) => selectFrom(listJson(box, one), select));
}

const badTaskSelect = (call: GraphCall) => badSelect(call, isTaskProperty, 'todoTask');

const expandable: Readonly<Record<string, (view: TaskView) => Json[]>> = {
  checklistItems: checklistOf,
  linkedResources: linksOf,
  attachments: (view) => taskAttachments(view).map(({ json }) => json),
};

const expandedNames = (call: GraphCall) =>
  (call.query.get('expand') ?? '').split(',').filter((name) => name !== '');

function badExpand(call: GraphCall): Answer | null {
  const wrong = expandedNames(call).find((name) => !Object.hasOwn(expandable, name));
  return wrong === undefined
    ? null
    : badRequest(call, `Could not find a property named '${wrong}' on type 'microsoft.graph.todoTask'.`);
}

function withExpansions(call: GraphCall, view: TaskView): Json {
  const expanded = expandedNames(call).map((name) => [name, expandable[name]?.(view)]);
  return { ...taskJson(view, selectedNames(call)), ...(Object.fromEntries(expanded) as Json) };
}

export function listTasks(outlook: OutlookCall, { world, box }: TaskPlace, list: number): Answer {
  const { call, person } = outlook;
  const refusal =
    refuseOptions(call, ['select', 'top', 'skip', 'count', 'expand']) ??
    badTaskSelect(call) ??
    badExpand(call);
  if (refusal) return refusal;
  const isImmutable = wantsImmutableIds(call);
  const rows = { context: `users('${person.id}')/todo/lists/tasks`, rows: box.items(list), pageSize };
  return listAnswer(outlook, rows, (state) => withExpansions(call, { world, box, state, isImmutable }));
}

export function taskDelta(outlook: OutlookCall, place: TaskPlace, list: number): Answer {
  const { world, box } = place;
  const subject = { ...subjectOf(place, 'todoTask', () => badTaskSelect(outlook.call)), container: list };
  return itemDelta(outlook, subject, (state, { select, isImmutable }) =>
    taskJson({ world, box, state, isImmutable }, select),
  );
}

/** A task of a list; null when the list has no such task. */
export function findTask(
  { world, box }: TaskPlace,
  call: GraphCall,
  { list, id }: { list: number; id: string },
): TaskView | null {
  const found = box.findItem(id);
  return found?.state.container === list
    ? { world, box, state: found.state, isImmutable: wantsImmutableIds(call) }
    : null;
}

export function getTask(outlook: OutlookCall, view: TaskView): Answer {
  const { call, person } = outlook;
  const refusal = refuseOptions(call, ['select', 'expand']) ?? badTaskSelect(call) ?? badExpand(call);
  if (refusal) return refusal;
  return entityAnswer(outlook, `users('${person.id}')/todo/lists/tasks/$entity`, withExpansions(call, view));
}

/** What hangs below a task, by the segment that names it. */
export function listParts(outlook: OutlookCall, view: TaskView, part: keyof typeof expandable): Answer {
  const { call } = outlook;
  const refusal = refuseOptions(call, ['top', 'skip', 'count']);
  if (refusal) return refusal;
  const context = `todo/lists/tasks('${taskId(view)}')/${part}`;
  const list = { context, rows: expandable[part]?.(view) ?? [], pageSize };
  return listAnswer(outlook, list, (json) => json);
}

export function getTaskAttachment(outlook: OutlookCall, view: TaskView, id: string): Answer {
  const { call } = outlook;
  const refusal = refuseOptions(call, ['select']);
  if (refusal) return refusal;
  const found = taskAttachments(view).find(({ json }) => json['id'] === id);
  if (!found) return notFound(call);
  const json = { ...found.json, contentBytes: found.bytes().toString('base64') };
  return entityAnswer(outlook, 'attachments/$entity', selectFrom(json, selectedNames(call)));
}

export function getTaskAttachmentBytes({ call }: OutlookCall, view: TaskView, id: string): Answer {
  const found = taskAttachments(view).find(({ json }) => json['id'] === id);
  return found ? bytesAnswer(found.contentType, found.bytes()) : notFound(call);
}

/** The answer for a task that is not there or cannot be read, or null. */
export function taskProblem(call: GraphCall, view: TaskView | null): Answer | null {
  if (!view) return notFound(call);
  return view.world.store.isUnreadable(view.box, view.state.number) ? corruptData(call) : null;
}
