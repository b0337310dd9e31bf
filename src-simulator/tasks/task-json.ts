/** What a To Do task is, a pure function of the seed, the mailbox, its number and version, and how Graph shows it. */
import { mix, shareOf } from '../chance.ts';
import { chooseRecurrence, dayMs, recurrenceJson } from '../calendar/recurrence.ts';
import type { Directory } from '../directory/people.ts';
import { objectIdOf } from '../directory/object-id.ts';
import type { Documents } from '../mail/documents.ts';
import { epochMs } from '../mail/message-facts.ts';
import { decodedText } from '../mail/text-blocks.ts';
import { vocabularies } from '../mail/vocabulary.ts';
import type { Json } from '../outlook/answers.ts';
import type { BoxStore } from '../outlook/box-store.ts';
import type { ItemBox, ItemState } from '../outlook/item-box.ts';

/** What all tasks are made from. */
export interface TaskWorld {
  readonly seed: number;
  readonly store: BoxStore;
  readonly directory: Directory;
  readonly documents: Documents;
}

export interface TaskView {
  readonly world: TaskWorld;
  readonly box: ItemBox;
  readonly state: ItemState;
  readonly isImmutable: boolean;
}

/** An attachment and its bytes. */
export interface TaskAttachment {
  readonly json: Json;
  readonly contentType: string;
  readonly bytes: () => Buffer;
}

/** Number of the list that shows flagged mail. */
export const flaggedList = 2;
const historyDays = 300;
const checklistKind = 31;
const resourceKind = 32;
const states = ['notStarted', 'notStarted', 'inProgress', 'completed', 'waitingOnOthers', 'deferred'];
/** To Do takes attachments of up to 25 MB; the long tail of the pool stays in mail. */
const popularDocuments = 60;

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const lifeOf = ({ world, box, state }: TaskView) => mix(mix(world.seed, 801), box.mailbox, state.number);
const hashOf = (view: TaskView) =>
  view.state.version === 0 ? lifeOf(view) : mix(lifeOf(view), view.state.version);
const createdMs = (view: TaskView) =>
  view.state.createdAt === 0
    ? epochMs - dayMs - (lifeOf(view) % historyDays) * dayMs
    : epochMs + view.state.createdAt * 1_000;
const modifiedMs = (view: TaskView) =>
  view.state.changedAt === 0 ? createdMs(view) + 60_000 : epochMs + view.state.changedAt * 1_000;
const languageOf = ({ world, box }: TaskView) => world.directory.person(box.mailbox).language;

function dayOf(view: TaskView, kind: number): Json {
  const ms = createdMs(view) + (1 + (mix(lifeOf(view), kind) % 40)) * dayMs;
  return { dateTime: `${new Date(ms).toISOString().slice(0, 10)}T00:00:00.0000000`, timeZone: 'UTC' };
}

const oneIn = (count: number, kind: number) => (view: TaskView) =>
  mix(lifeOf(view), kind) % count === 0 ? dayOf(view, kind) : null;

function statusOf(view: TaskView): string {
  return states[mix(hashOf(view), 41) % states.length] ?? 'notStarted';
}

function titleOf(view: TaskView): string {
  const { subjects } = vocabularies[languageOf(view)];
  const life = lifeOf(view);
  const title = `${subjects[(life >>> 3) % subjects.length] ?? ''} ${(life >>> 9) % 991}`;
  return view.state.version === 0 ? title : `${title} (${view.state.version + 1})`;
}

function bodyOf(view: TaskView): Json {
  const lines = mix(lifeOf(view), 42) % 7;
  const style = { language: languageOf(view), form: 'plain' as const };
  return { content: decodedText(style, hashOf(view), lines), contentType: 'text' };
}

/** Numbers of the documents attached to a task. */
function documentsOf(view: TaskView): number[] {
  const life = lifeOf(view);
  if (view.box.writings.get(view.state.number)?.isWhole === true) return [];
  if (view.state.container === flaggedList || mix(life, 43) % 6 !== 0) return [];
  const count = 1 + (mix(life, 44) % 2);
  return Array.from({ length: count }, (_, i) =>
    Math.min(popularDocuments, view.world.documents.choose(shareOf(mix(life, 45, i)))),
  );
}

type Property = (view: TaskView) => unknown;

const properties: Readonly<Record<string, Property>> = {
  importance: (view) => (lifeOf(view) % 7 === 0 ? 'high' : 'normal'),
  isReminderOn: (view) => lifeOf(view) % 4 === 0,
  status: statusOf,
  title: titleOf,
  createdDateTime: (view) => iso(createdMs(view)),
  lastModifiedDateTime: (view) => iso(modifiedMs(view)),
  bodyLastModifiedDateTime: (view) => iso(createdMs(view)),
  hasAttachments: (view) => taskAttachments(view).length > 0,
  categories: (view) => (lifeOf(view) % 5 === 0 ? ['Red category'] : []),
  body: bodyOf,
  dueDateTime: oneIn(2, 51),
  startDateTime: oneIn(5, 52),
  reminderDateTime: (view) => (lifeOf(view) % 4 === 0 ? dayOf(view, 53) : null),
  completedDateTime: (view) => (statusOf(view) === 'completed' ? dayOf(view, 54) : null),
  recurrence: (view) =>
    mix(lifeOf(view), 55) % 8 === 0
      ? recurrenceJson(chooseRecurrence(lifeOf(view), Math.floor(createdMs(view) / dayMs)), 'UTC')
      : null,
};

export const isTaskProperty = (name: string): boolean => Object.hasOwn(properties, name);

export const taskId = ({ box, state, isImmutable }: TaskView): string => box.idOf(state, isImmutable);

/** A task; `names` null means all properties. What hangs below it is not in it. */
export function taskJson(view: TaskView, names: readonly string[] | null): Json {
  const etag = mix(mix(view.world.seed, view.box.mailbox), view.state.number, view.state.changedAt);
  const wanted = (names ?? Object.keys(properties)).filter((name) => name !== 'id');
  return {
    '@odata.etag': `W/"${etag.toString(36)}${view.state.changedAt.toString(36)}"`,
    id: taskId(view),
    ...Object.fromEntries(wanted.map((name) => [name, valueOf(view, name)])),
  };
}

/** What a task has that a client created and said nothing of. */
const blanks: Json = {
  importance: 'normal',
  isReminderOn: false,
  status: 'notStarted',
  title: '',
  categories: [],
  body: { content: '', contentType: 'text' },
};
const computed = /^(?:(?:created|lastModified|bodyLastModified)DateTime|hasAttachments)$/;

/** A property as it was written, otherwise as planned; blank of a task that a client created. */
function valueOf(view: TaskView, name: string): unknown {
  const writing = view.box.writings.get(view.state.number);
  if (!writing || computed.test(name)) return properties[name]?.(view);
  if (Object.hasOwn(writing.values, name)) return writing.values[name];
  return writing.isWhole ? (blanks[name] ?? null) : properties[name]?.(view);
}

/** What a client wrote under a name that holds a list; empty of a task that it created, null where the plan counts. */
function writtenList({ box, state }: TaskView, name: string): Json[] | null {
  const writing = box.writings.get(state.number);
  const list = writing?.values[name];
  if (Array.isArray(list)) return list as Json[];
  return writing?.isWhole === true ? [] : null;
}

/** Steps of a task. Every mark checks or unchecks one of them, or adds the first. */
export function checklistOf(view: TaskView): Json[] {
  const written = writtenList(view, 'checklistItems');
  if (written) return written;
  const life = lifeOf(view);
  const { marks } = view.state;
  const planned = mix(life, 61) % 3 === 0 ? 1 + (mix(life, 62) % 5) : 0;
  const count = Math.max(planned, marks.length > 0 ? 1 : 0);
  return Array.from({ length: count }, (_, i) => {
    const isChecked = (mix(life, 63, i) + (i === 0 ? marks.length : 0)) % 2 === 1;
    return {
      id: objectIdOf(view.world.seed, checklistKind, mix(life, i)),
      displayName: `${titleOf({ ...view, state: { ...view.state, version: 0 } })} ${i + 1}`,
      createdDateTime: iso(createdMs(view)),
      ...(isChecked ? { checkedDateTime: iso(modifiedMs(view)) } : {}),
      isChecked,
    };
  });
}

/** What a task links to: for flagged mail the message, for some others a page of another application. */
export function linksOf(view: TaskView): Json[] {
  const written = writtenList(view, 'linkedResources');
  if (written) return written;
  const life = lifeOf(view);
  const isMail = view.state.container === flaggedList;
  if (!isMail && mix(life, 71) % 7 !== 0) return [];
  return [
    {
      id: objectIdOf(view.world.seed, resourceKind, life),
      applicationName: isMail ? 'Outlook' : 'Werkbank',
      displayName: titleOf({ ...view, state: { ...view.state, version: 0 } }),
      externalId: life.toString(16),
      webUrl: `https://werkbank.example/tickets/${life % 9973}`,
    },
  ];
}

export function taskAttachments(view: TaskView): TaskAttachment[] {
  const { documents } = view.world;
  const planned = documentsOf(view).map((document, index) => {
    const { name, contentType, sizeBytes } = documents.describe(document);
    const json = {
      '@odata.type': '#microsoft.graph.taskFileAttachment',
      id: `${taskId(view)}AAABEgAQ${Buffer.from([0xa7, index, 0x3c]).toString('base64url')}`,
      name,
      contentType,
      size: sizeBytes,
      lastModifiedDateTime: iso(createdMs(view)),
    };
    return { json, contentType, bytes: () => documents.bytes(document) };
  });
  return [...planned, ...writtenAttachments(view)];
}

/** Attachments that clients added; their numbers begin where those of the plan never come. */
function writtenAttachments(view: TaskView): TaskAttachment[] {
  const { attachments = [] } = view.box.writings.get(view.state.number) ?? {};
  return attachments.map(({ number, name, contentType, bytes, lastModifiedMs }) => ({
    json: {
      '@odata.type': '#microsoft.graph.taskFileAttachment',
      id: `${taskId(view)}AAABEgAQ${Buffer.from([0xa8, number, 0x3c]).toString('base64url')}`,
      name,
      contentType,
      size: bytes.length,
      lastModifiedDateTime: iso(lastModifiedMs),
    },
    contentType: contentType ?? 'application/octet-stream',
    bytes: () => bytes,
  }));
}
