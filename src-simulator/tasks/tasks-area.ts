/** To Do lists and tasks of all mailboxes: paths, changes, truth. */
import { mix } from '../chance.ts';
import type { Language } from '../directory/names.ts';
import type { Person } from '../directory/people.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import { boxChanges, itemName, pickItem, wipeBoxes, type Scene } from '../outlook/box-changes.ts';
import { BoxStore } from '../outlook/box-store.ts';
import { canonicalHash, sha256Of } from '../outlook/canonical.ts';
import type { ContainerState, ItemBox, ItemState, PlannedContainer } from '../outlook/item-box.ts';
import { isDelta, outlookRoute, type OutlookCall, type OutlookOperation } from '../outlook/outlook-route.ts';
import {
  checklistOf,
  flaggedList,
  linksOf,
  taskAttachments,
  taskJson,
  type TaskView,
  type TaskWorld,
} from './task-json.ts';
import {
  defaultList,
  findTask,
  getList,
  getTask,
  getTaskAttachment,
  getTaskAttachmentBytes,
  listDelta,
  listLists,
  listParts,
  listTasks,
  noSuchList,
  taskDelta,
  taskProblem,
  type TaskPlace,
} from './task-operations.ts';
import { tasksWrite } from './task-writes.ts';

const areaSeed = 0x7a_5c;
const medianTasks = 24;

const names: Readonly<Record<Language, readonly [tasks: string, flagged: string]>> = {
  de: ['Aufgaben', 'Gekennzeichnete E-Mails'],
  fr: ['Tâches', 'E-mails avec indicateur'],
  ja: ['タスク', 'フラグを設定したメール'],
  ru: ['Задачи', 'Помеченные письма'],
  ar: ['المهام', 'البريد الإلكتروني المميز بعلامة'],
  en: ['Tasks', 'Flagged Emails'],
};

function planLists({ language }: Person, isRich: boolean): PlannedContainer[] {
  const [tasks, flagged] = names[language];
  const always = [
    { parent: -1, name: '', weight: 0 },
    { parent: 0, name: tasks, weight: 8 },
    { parent: 0, name: flagged, weight: isRich ? 3 : 0 },
  ];
  if (!isRich) return always;
  return [
    ...always,
    { parent: 0, name: 'Umzug Halle 4 🚚', weight: 4 },
    { parent: 0, name: 'Privé', weight: 2 },
    { parent: 0, name: 'empty', weight: 0 },
  ];
}

const partOperations: Readonly<Record<string, string>> = {
  checklistItems: 'users.todo.lists.tasks.ListChecklistItems',
  linkedResources: 'users.todo.lists.tasks.ListLinkedResources',
  attachments: 'users.todo.lists.tasks.ListAttachments',
};

/** A task's operations; `find` gives the task or the answer that it is not there. */
function taskOperation(
  outlook: OutlookCall,
  rest: readonly string[],
  withTask: (run: (view: TaskView) => Answer) => () => Answer,
): OutlookOperation | null {
  const [, part, attachment, value] = rest;
  const about = 'item' as const;
  if (part === undefined)
    return { operation: 'users.todo.lists.GetTasks', about, run: withTask((view) => getTask(outlook, view)) };
  const operation = partOperations[part];
  if (operation === undefined) return null;
  if (attachment === undefined)
    return { operation, about, run: withTask((view) => listParts(outlook, view, part)) };
  if (part !== 'attachments') return null;
  if (value === undefined)
    return {
      operation: 'users.todo.lists.tasks.GetAttachments',
      about,
      run: withTask((view) => getTaskAttachment(outlook, view, attachment)),
    };
  return value !== '$value'
    ? null
    : {
        operation: 'users.todo.lists.tasks.attachments.GetValue',
        about,
        run: withTask((view) => getTaskAttachmentBytes(outlook, view, attachment)),
      };
}

function findOperation(world: TaskWorld, outlook: OutlookCall): OutlookOperation | null {
  const { segments, call } = outlook;
  const place: TaskPlace = { world, box: world.store.box(outlook.person) };
  const [, , listId = '', part, ...rest] = segments;
  const about = 'container' as const;
  const withList = (run: (list: ContainerState) => Answer) => () => {
    const list = place.box.findContainer(listId);
    return list ? run(list) : noSuchList(call);
  };
  if (segments.length === 2)
    return { operation: 'users.todo.ListLists', run: () => listLists(outlook, place) };
  if (segments.length === 3)
    return isDelta(listId)
      ? { operation: 'users.todo.lists.delta', run: () => listDelta(outlook, place) }
      : { operation: 'users.todo.GetLists', about, run: withList((list) => getList(outlook, place, list)) };
  if (part !== 'tasks') return null;
  const [id] = rest;
  if (id === undefined)
    return {
      operation: 'users.todo.lists.ListTasks',
      about,
      run: withList(({ number }) => listTasks(outlook, place, number)),
    };
  if (isDelta(id))
    return {
      operation: 'users.todo.lists.tasks.delta',
      about,
      run: withList(({ number }) => taskDelta(outlook, place, number)),
    };
  return taskOperation(outlook, rest, (run) =>
    withList(({ number }) => {
      const view = findTask(place, call, { list: number, id });
      const problem = taskProblem(call, view);
      return problem ?? (view ? run(view) : noSuchList(call));
    }),
  );
}

const editChecklist = (scene: Scene) => {
  const state = pickItem(scene, () => true);
  if (!state) return null;
  const { box } = scene;
  box.changeItem(state.number, { marks: [...state.marks, 'checked'] });
  return { item: itemName(box, state), container: box.ids.container(state.container) };
};

/**
 * Lines of a task: `sha256` is the canonical hash (outlook/canonical.ts) of the task as GET gives it with
 * $expand=checklistItems,linkedResources; attachments have hashes of what $value gives.
 */
function taskLine(world: TaskWorld, box: ItemBox, state: ItemState): object {
  const view: TaskView = { world, box, state, isImmutable: true };
  const json = taskJson(view, null);
  return {
    kind: 'task',
    id: itemName(box, state),
    containerId: box.ids.container(state.container),
    title: json['title'],
    sha256: canonicalHash({ ...json, checklistItems: checklistOf(view), linkedResources: linksOf(view) }),
    attachments: taskAttachments(view).map((one) => ({
      name: one.json['name'],
      type: one.json['@odata.type'],
      sha256: sha256Of(one.bytes()),
    })),
    unreadable: world.store.isUnreadable(box, state.number) ? 'ErrorCorruptData' : null,
  };
}

function* truthOf(world: TaskWorld, box: ItemBox): Generator<object> {
  const lists = box.containers();
  for (const { number, name } of lists)
    yield { kind: 'taskList', id: box.ids.container(number), displayName: name };
  for (const { number } of lists) for (const state of box.items(number)) yield taskLine(world, box, state);
}

/** The area `tasks`. Own change beside those of all areas: checklistsEdited. */
export function createTasksArea(organization: Organization): Area {
  const { options, directory, mail } = organization;
  const isRich = options.profile === 'sample';
  const seed = mix(options.seed, areaSeed);
  const store = new BoxStore(organization, {
    seed,
    options: options.tasks,
    median: medianTasks,
    containers: (person) => planLists(person, isRich),
  });
  const world: TaskWorld = { seed, store, directory, documents: mail.world.documents };
  const isFlagged = ({ number }: ContainerState) => number === flaggedList;
  const rules = {
    isEditable: (list: ContainerState) => !isFlagged(list),
    isOrdinary: (list: ContainerState) => !isFlagged(list) && list.number !== defaultList,
    parentOf: () => 0,
    newName: (box: ItemBox) => `Neue Liste ${box.containerCount}`,
  };
  return {
    name: 'tasks',
    route: (call) =>
      outlookRoute(organization, call, {
        role: 'Tasks.Read.All',
        owns: (segments) => segments[2] === 'todo' && segments[3] === 'lists',
        find: (outlook) => findOperation(world, outlook),
        writing: {
          role: 'Tasks.ReadWrite.All',
          find: (outlook) => tasksWrite({ world, box: store.box(outlook.person) }, outlook),
        },
      }),
    changes: boxChanges(store, rules, { checklistsEdited: editChecklist }),
    *truth(account) {
      const box = store.boxOf(account);
      if (box) yield* truthOf(world, box);
    },
    minimum: (account) => store.containersAndTheirList(account),
    wipe: (account) => wipeBoxes(store, { ...rules, isEditable: () => true }, account),
    expireDelta: (account) => store.expireDelta(account),
  };
}
