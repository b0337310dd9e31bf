/** Writing task lists, tasks and what hangs below a task. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { graphError, notFound } from '../graph/graph-call.ts';
import { wantsImmutableIds } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { entityAnswer, type Json } from '../outlook/answers.ts';
import type { ContainerState, ItemState } from '../outlook/item-box.ts';
import { blankWriting } from '../outlook/item-writings.ts';
import { created, fullMailbox, noContent } from '../outlook/outlook-writes.ts';
import type { OutlookCall, OutlookOperation } from '../outlook/outlook-route.ts';
import { onlyNames, withBody } from '../writes/request-shape.ts';
import {
  checklistOf,
  flaggedList,
  linksOf,
  taskAttachments,
  taskId,
  taskJson,
  type TaskView,
} from './task-json.ts';
import { defaultList, findTask, listJson, noSuchList, type TaskPlace } from './task-operations.ts';

const text = z.string().nullish();
const moment = z.object({ dateTime: z.string().min(10), timeZone: z.string().min(1) }).nullish();
const linkSchema = z
  .looseObject({ applicationName: text, displayName: text, externalId: text, webUrl: text })
  .superRefine(onlyNames(['id', 'applicationName', 'displayName', 'externalId', 'webUrl']));
const fields = {
  title: text,
  body: z.object({ content: text, contentType: z.enum(['text', 'html']) }).nullish(),
  importance: z.enum(['low', 'normal', 'high']).optional(),
  status: z.enum(['notStarted', 'inProgress', 'completed', 'waitingOnOthers', 'deferred']).optional(),
  categories: z.array(z.string()).max(100).optional(),
  isReminderOn: z.boolean().optional(),
  dueDateTime: moment,
  startDateTime: moment,
  reminderDateTime: moment,
  completedDateTime: moment,
  recurrence: z.looseObject({ pattern: z.looseObject({}), range: z.looseObject({}) }).nullish(),
};
const computed = [
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'bodyLastModifiedDateTime',
  'hasAttachments',
];
const taskSchema = z
  .looseObject({ ...fields, linkedResources: z.array(linkSchema).max(25).optional() })
  .superRefine(onlyNames([...Object.keys(fields), ...computed, 'linkedResources']));
const stepSchema = z
  .looseObject({ displayName: z.string().min(1), isChecked: z.boolean().optional() })
  .superRefine(onlyNames(['id', 'displayName', 'isChecked', 'checkedDateTime', 'createdDateTime']));
const fileSchema = z
  .looseObject({
    '@odata.type': z.literal('#microsoft.graph.taskFileAttachment'),
    name: z.string().min(1),
    contentType: text,
    contentBytes: z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/),
  })
  .superRefine(onlyNames(['id', 'name', 'contentType', 'contentBytes', 'size', 'lastModifiedDateTime']));

interface Writer extends TaskPlace {
  readonly outlook: OutlookCall;
}

const iso = () => `${new Date().toISOString().slice(0, 19)}Z`;

/** What is kept of a task as it was given. */
function valuesOf(input: z.output<typeof taskSchema>): Json {
  const given = Object.entries(input).filter(([name]) => Object.hasOwn(fields, name));
  const links = input.linkedResources?.map((link) => withId(link));
  return { ...Object.fromEntries(given), ...(links ? { linkedResources: links } : {}) };
}

const withId = (part: Readonly<Record<string, unknown>>): Json => ({
  ...Object.fromEntries(Object.entries(part).filter(([name]) => !name.includes('@'))),
  id: randomUUID(),
});

const viewOf = ({ world, box, outlook }: Writer, state: ItemState): TaskView => ({
  world,
  box,
  state,
  isImmutable: wantsImmutableIds(outlook.call),
});

function taskAnswer(place: Writer, state: ItemState, status: number): Answer {
  const context = `users('${place.outlook.person.id}')/todo/lists/tasks/$entity`;
  return { ...entityAnswer(place.outlook, context, taskJson(viewOf(place, state), null)), status };
}

const createTask = (place: Writer, list: ContainerState): Answer =>
  list.number === flaggedList
    ? fixedList(place)
    : (fullMailbox(place.outlook) ??
      withBody(place.outlook.call, taskSchema, (input) => {
        const state = place.box.createItem(list.number);
        place.box.writings.add(state.number, { isWhole: true, values: valuesOf(input) });
        return taskAnswer(place, state, created);
      }));

const updateTask = (place: Writer, view: TaskView): Answer =>
  withBody(place.outlook.call, taskSchema, (input) => {
    const { box } = place;
    box.writings.add(view.state.number, { values: valuesOf(input) });
    return taskAnswer(place, box.changeItem(view.state.number, {}), 200);
  });

function deleteTask({ box }: Writer, view: TaskView): Answer {
  box.changeItem(view.state.number, { isDeleted: true });
  box.writings.drop(view.state.number);
  return noContent;
}

/** Adds one thing to what hangs below a task under `name`. */
function addPart(
  { box, outlook }: Writer,
  view: TaskView,
  { name, before, part }: { name: string; before: readonly Json[]; part: Json },
): Answer {
  box.writings.add(view.state.number, { values: { [name]: [...before, part] } });
  box.changeItem(view.state.number, {});
  const context = `todo/lists/tasks('${taskId(view)}')/${name}/$entity`;
  return { ...entityAnswer(outlook, context, part), status: created };
}

const addStep = (place: Writer, view: TaskView): Answer =>
  withBody(place.outlook.call, stepSchema, ({ displayName, isChecked = false }) =>
    addPart(place, view, {
      name: 'checklistItems',
      before: checklistOf(view),
      part: {
        id: randomUUID(),
        displayName,
        createdDateTime: iso(),
        ...(isChecked ? { checkedDateTime: iso() } : {}),
        isChecked,
      },
    }),
  );

const addLink = (place: Writer, view: TaskView): Answer =>
  withBody(place.outlook.call, linkSchema, (link) =>
    addPart(place, view, { name: 'linkedResources', before: linksOf(view), part: withId(link) }),
  );

const addAttachment = (place: Writer, view: TaskView): Answer =>
  fullMailbox(place.outlook) ??
  withBody(place.outlook.call, fileSchema, (file) => {
    const { box, outlook } = place;
    const before = box.writings.get(view.state.number) ?? blankWriting;
    const attachment = {
      number: before.attachmentCount,
      kind: 'file' as const,
      name: file.name,
      contentType: file.contentType ?? 'application/octet-stream',
      isInline: false,
      contentId: null,
      lastModifiedMs: Date.now(),
      bytes: Buffer.from(file.contentBytes, 'base64'),
      item: null,
    };
    box.writings.add(view.state.number, {
      attachments: [...before.attachments, attachment],
      attachmentCount: before.attachmentCount + 1,
    });
    const after = box.changeItem(view.state.number, {});
    const json = taskAttachments({ ...view, state: after }).at(-1)?.json ?? {};
    return { ...entityAnswer(outlook, 'attachments/$entity', json), status: created };
  });

const listSchema = z
  .looseObject({ displayName: z.string().trim().min(1).max(255) })
  .superRefine(onlyNames(['id', 'displayName', 'isOwner', 'isShared', 'wellknownListName']));

function listAnswer({ outlook, box }: Writer, list: ContainerState, status: number): Answer {
  const context = `users('${outlook.person.id}')/todo/lists/$entity`;
  return { ...entityAnswer(outlook, context, listJson(box, list)), status };
}

const fixedList = ({ outlook }: Writer): Answer =>
  graphError(outlook.call, 400, {
    code: 'invalidRequest',
    message: 'A list that To Do makes itself cannot be changed so.',
  });

const isFixed = ({ number }: ContainerState) => number === defaultList || number === flaggedList;

const createList = (place: Writer): Answer =>
  withBody(place.outlook.call, listSchema, ({ displayName }) =>
    listAnswer(place, place.box.createContainer(0, displayName), created),
  );

const updateList = (place: Writer, list: ContainerState): Answer =>
  isFixed(list)
    ? fixedList(place)
    : withBody(place.outlook.call, listSchema, ({ displayName }) => {
        place.box.renameContainer(list.number, displayName);
        return listAnswer(place, { ...list, name: displayName }, 200);
      });

function deleteList(place: Writer, list: ContainerState): Answer {
  if (isFixed(list)) return fixedList(place);
  place.box.deleteContainer(list.number);
  return noContent;
}

type Named<Act> = Readonly<Record<string, readonly [operation: string, act: Act]>>;

const listActs: Named<(place: Writer, list: ContainerState) => Answer> = {
  PATCH: ['users.todo.UpdateLists', updateList],
  DELETE: ['users.todo.DeleteLists', deleteList],
  'POST tasks': ['users.todo.lists.CreateTasks', createTask],
};
const taskActs: Named<(place: Writer, view: TaskView) => Answer> = {
  PATCH: ['users.todo.lists.UpdateTasks', updateTask],
  DELETE: ['users.todo.lists.DeleteTasks', deleteTask],
  'POST checklistItems': ['users.todo.lists.tasks.CreateChecklistItems', addStep],
  'POST linkedResources': ['users.todo.lists.tasks.CreateLinkedResources', addLink],
  'POST attachments': ['users.todo.lists.tasks.CreateAttachments', addAttachment],
};

/** The operation that writes lists, tasks or parts of tasks; null for a method that a path has not. */
export function tasksWrite(place: TaskPlace, outlook: OutlookCall): OutlookOperation | null {
  const writer: Writer = { ...place, outlook };
  const { call, segments } = outlook;
  const [, , listId, part, taskName, ...rest] = segments;
  if (listId === undefined)
    return call.method === 'POST'
      ? { operation: 'users.todo.CreateLists', run: () => createList(writer) }
      : null;
  const list = place.box.findContainer(listId);
  const nameOf = (more: readonly string[]) => [call.method, ...more].join(' ');
  if (taskName === undefined) {
    const [operation, act] = listActs[nameOf(part === undefined ? [] : [part])] ?? [];
    return operation !== undefined && act
      ? { operation, run: () => (list ? act(writer, list) : noSuchList(call)) }
      : null;
  }
  const [operation, act] = part === 'tasks' ? (taskActs[nameOf(rest)] ?? []) : [];
  if (operation === undefined || !act) return null;
  const run = () => {
    const view = list && findTask(place, call, { list: list.number, id: taskName });
    return view ? act(writer, view) : notFound(call);
  };
  return { operation, about: 'item', run };
}
