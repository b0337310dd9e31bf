/** Operations on contacts and their folders. */
import { badRequest, graphError, notFound, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames, wantsImmutableIds } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import type { Documents } from '../mail/documents.ts';
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
import type { ContainerState, ItemBox, ItemState } from '../outlook/item-box.ts';
import type { OutlookCall } from '../outlook/outlook-route.ts';
import { expandedJson, expandedProperties, filteredProperty } from '../writes/extended-properties.ts';
import {
  contactJson,
  isContactProperty,
  photoOf,
  type Photo,
  type ContactView,
  type ContactWorld,
} from './contact-json.ts';

/** The folder that exists in every mailbox; lists of folders show what is below it. */
export const defaultFolder = 1;

/** Where the contacts of a call are. */
export interface ContactPlace {
  readonly world: ContactWorld;
  readonly box: ItemBox;
}

/** A folder by id, or the default one by the name `contacts`. */
export const findFolder = ({ box }: ContactPlace, id: string): ContainerState | null =>
  id.toLowerCase() === 'contacts' ? box.container(defaultFolder) : box.findContainer(id);

export const noSuchFolder = (call: GraphCall): Answer =>
  graphError(call, 404, {
    code: 'ErrorItemNotFound',
    message: 'The specified folder could not be found in the store.',
  });

/** A folder as Graph shows it. */
export const folderJson = (box: ItemBox, { number, parent, name }: ContainerState): Json => ({
  id: box.ids.container(number),
  parentFolderId: box.ids.container(parent),
  displayName: name,
});

const badFolderSelect = (call: GraphCall) =>
  badSelect(call, (name) => name === 'displayName' || name === 'parentFolderId', 'contactFolder');

export function listFolders(outlook: OutlookCall, { box }: ContactPlace, parent: number): Answer {
  const { call, person } = outlook;
  const refusal = refuseOptions(call, ['select', 'top', 'skip', 'count']) ?? badFolderSelect(call);
  if (refusal) return refusal;
  const list = { context: `users('${person.id}')/contactFolders`, rows: box.children(parent) };
  return listAnswer(outlook, list, (folder) => selectFrom(folderJson(box, folder), selectedNames(call)));
}

export function getFolder(outlook: OutlookCall, { box }: ContactPlace, folder: ContainerState): Answer {
  const { call, person } = outlook;
  const refusal = refuseOptions(call, ['select']) ?? badFolderSelect(call);
  if (refusal) return refusal;
  const json = selectFrom(folderJson(box, folder), selectedNames(call));
  return entityAnswer(outlook, `users('${person.id}')/contactFolders/$entity`, json);
}

const subjectOf = (
  { world, box }: ContactPlace,
  type: string,
  refuse: () => Answer | null,
): DeltaSubject => ({ area: 'contacts', type, box, age: world.store.ageOf(box), pageSize: 50, refuse });

export function folderDelta(outlook: OutlookCall, place: ContactPlace): Answer {
  const { box } = place;
  const subject = {
    ...subjectOf(place, 'contactFolder', () => badFolderSelect(outlook.call)),
    isShown: ({ number }: ContainerState) => number !== defaultFolder,
  };
  return containerDelta(outlook, subject, (folder, { select }) =>
    selectFrom(folderJson(box, folder), select),
  );
}

const badContactSelect = (call: GraphCall) => badSelect(call, isContactProperty, 'contact');

export function listContacts(outlook: OutlookCall, { world, box }: ContactPlace, folder: number): Answer {
  const { call, person } = outlook;
  const refusal =
    refuseOptions(call, ['select', 'top', 'skip', 'count', 'filter', 'expand']) ??
    badContactSelect(call) ??
    badExpand(call);
  if (refusal) return refusal;
  const isImmutable = wantsImmutableIds(call);
  const rows = matching(box, folder, call.query.get('filter'));
  if (!rows) return badRequest(call, 'Invalid filter clause.');
  const list = { context: `users('${person.id}')/contacts`, rows };
  return listAnswer(outlook, list, (state) => expanded(call, { world, box, state, isImmutable }));
}

/** Contacts of a folder that a filter by an extended property asks for; null for any other filter. */
function matching(box: ItemBox, folder: number, filter: string | undefined): ItemState[] | null {
  if (filter === undefined) return box.items(folder);
  const wanted = filteredProperty(filter);
  if (!wanted) return null;
  const found = box.writings
    .withProperty(wanted.id, wanted.value)
    .flatMap((number) => box.item(number) ?? []);
  return found.filter((state) => !state.isDeleted && state.container === folder);
}

const badExpand = (call: GraphCall): Answer | null =>
  call.query.has('expand') && !expandedProperties(call.query.get('expand') ?? '')
    ? badRequest(call, 'Parsing OData Select and Expand failed: only extended properties, filtered by id.')
    : null;

/** A contact with the extended properties that $expand asks for. */
function expanded(call: GraphCall, view: ContactView): Json {
  const ids = expandedProperties(call.query.get('expand') ?? '') ?? [];
  const given = view.box.writings.get(view.state.number)?.properties;
  return { ...contactJson(view, selectedNames(call)), ...expandedJson(ids, (id) => given?.get(id) ?? null) };
}

export function contactDelta(outlook: OutlookCall, place: ContactPlace, folder: number): Answer {
  const { world, box } = place;
  const subject = {
    ...subjectOf(place, 'contact', () => badContactSelect(outlook.call)),
    container: folder,
  };
  return itemDelta(outlook, subject, (state, { select, isImmutable }) =>
    contactJson({ world, box, state, isImmutable }, select),
  );
}

function findContact({ world, box }: ContactPlace, call: GraphCall, id: string): ContactView | null {
  const found = box.findItem(id);
  return found && { world, box, state: found.state, isImmutable: wantsImmutableIds(call) };
}

const isUnreadable = ({ world, box, state }: ContactView) => world.store.isUnreadable(box, state.number);

export function getContact(outlook: OutlookCall, place: ContactPlace, id: string): Answer {
  const { call, person } = outlook;
  const refusal = refuseOptions(call, ['select', 'expand']) ?? badContactSelect(call) ?? badExpand(call);
  if (refusal) return refusal;
  const view = findContact(place, call, id);
  if (!view) return notFound(call);
  if (isUnreadable(view)) return corruptData(call);
  return entityAnswer(outlook, `users('${person.id}')/contacts/$entity`, expanded(call, view));
}

const noPhoto = (call: GraphCall): Answer =>
  graphError(call, 404, { code: 'ErrorItemNotFound', message: "The photo wasn't found." });

/** The picture of a contact, or an answer that says why there is none. */
function findPhoto(place: ContactPlace, call: GraphCall, id: string): Photo | Answer {
  const view = findContact(place, call, id);
  if (!view) return notFound(call);
  if (isUnreadable(view)) return corruptData(call);
  return photoOf(view) ?? noPhoto(call);
}

export function getPhoto(outlook: OutlookCall, place: ContactPlace, id: string): Answer {
  const { call, person } = outlook;
  const picture = findPhoto(place, call, id);
  if ('status' in picture) return picture;
  const json = { '@odata.mediaContentType': picture.contentType, id: '64x64', height: 64, width: 64 };
  return entityAnswer(outlook, `users('${person.id}')/contacts('${id}')/photo/$entity`, json);
}

export function getPhotoBytes(
  { call }: OutlookCall,
  place: ContactPlace & { readonly documents: Documents },
  id: string,
): Answer {
  const picture = findPhoto(place, call, id);
  return 'status' in picture ? picture : bytesAnswer(picture.contentType, picture.bytes(place.documents));
}
