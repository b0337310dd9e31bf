/** Writing contacts, their pictures and their folders. */
import { z } from 'zod';
import { graphError, headerOf, notFound, type GraphCall } from '../graph/graph-call.ts';
import { wantsImmutableIds } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { entityAnswer, type Json } from '../outlook/answers.ts';
import type { ContainerState, ItemState } from '../outlook/item-box.ts';
import { created, fullMailbox, noContent } from '../outlook/outlook-writes.ts';
import type { OutlookCall, OutlookOperation } from '../outlook/outlook-route.ts';
import { propertiesSchema } from '../writes/extended-properties.ts';
import { onlyNames, withBody } from '../writes/request-shape.ts';
import { contactJson, isContactProperty } from './contact-json.ts';
import {
  defaultFolder,
  findFolder,
  folderJson,
  noSuchFolder,
  type ContactPlace,
} from './contact-operations.ts';

const text = z.string().nullish();
const texts = z.array(z.string()).max(100);
const address = z
  .object({ street: text, city: text, state: text, countryOrRegion: text, postalCode: text })
  .nullish();
const textNames = [
  'fileAs',
  'displayName',
  'givenName',
  'initials',
  'middleName',
  'nickName',
  'surname',
  'title',
  'yomiGivenName',
  'yomiSurname',
  'yomiCompanyName',
  'generation',
  'jobTitle',
  'companyName',
  'department',
  'officeLocation',
  'profession',
  'businessHomePage',
  'assistantName',
  'manager',
  'mobilePhone',
  'spouseName',
  'personalNotes',
];
const fields: z.ZodRawShape = {
  ...Object.fromEntries(textNames.map((name) => [name, text])),
  birthday: z.iso.datetime({ offset: true }).nullish(),
  categories: texts.optional(),
  imAddresses: texts.optional(),
  homePhones: texts.optional(),
  businessPhones: texts.optional(),
  children: texts.optional(),
  emailAddresses: z
    .array(z.object({ name: text, address: text }))
    .max(3)
    .optional(),
  homeAddress: address,
  businessAddress: address,
  otherAddress: address,
};
const computed = ['id', 'createdDateTime', 'lastModifiedDateTime', 'changeKey', 'parentFolderId'];
const contactSchema = z
  .looseObject({ ...fields, singleValueExtendedProperties: propertiesSchema.optional() })
  .superRefine(onlyNames([...Object.keys(fields), ...computed, 'singleValueExtendedProperties']));

const valuesOf = (input: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(
    Object.entries(input).filter(([name]) => isContactProperty(name) && !computed.includes(name)),
  );

interface Writer extends ContactPlace {
  readonly outlook: OutlookCall;
}

function contactAnswer({ outlook, world, box }: Writer, state: ItemState, status: number): Answer {
  const view = { world, box, state, isImmutable: wantsImmutableIds(outlook.call) };
  const context = `users('${outlook.person.id}')/contacts/$entity`;
  return { ...entityAnswer(outlook, context, contactJson(view, null)), status };
}

const createContact = (place: Writer, folder: ContainerState): Answer =>
  fullMailbox(place.outlook) ??
  withBody(place.outlook.call, contactSchema, (input) => {
    const { box } = place;
    const state = box.createItem(folder.number);
    const properties = input.singleValueExtendedProperties ?? new Map<string, string>();
    box.writings.add(state.number, { isWhole: true, values: valuesOf(input), properties });
    return contactAnswer(place, state, created);
  });

function onContact({ box, outlook }: Writer, id: string, act: (state: ItemState) => Answer): Answer {
  const found = box.findItem(id);
  return found ? act(found.state) : notFound(outlook.call);
}

const updateContact = (place: Writer, id: string): Answer =>
  onContact(place, id, (state) =>
    withBody(place.outlook.call, contactSchema, (input) => {
      const { box } = place;
      const properties = input.singleValueExtendedProperties ?? new Map<string, string>();
      box.writings.add(state.number, { values: valuesOf(input), properties });
      return contactAnswer(place, box.changeItem(state.number, {}), 200);
    }),
  );

const deleteContact = (place: Writer, id: string): Answer =>
  onContact(place, id, (state) => {
    place.box.changeItem(state.number, { isDeleted: true });
    place.box.writings.drop(state.number);
    return noContent;
  });

/** What Exchange takes for a picture: JPEG and PNG, by their first bytes. */
const pictureTypes = [
  ['image/jpeg', Buffer.from('ffd8ff', 'hex')],
  ['image/png', Buffer.from('89504e47', 'hex')],
] as const;

const setPhoto = (place: Writer, id: string): Answer =>
  onContact(place, id, (state) => {
    const { call } = place.outlook;
    const bytes = Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
    const type = pictureTypes.find(([, start]) => bytes.subarray(0, start.length).equals(start))?.[0];
    if (type === undefined)
      return graphError(call, 400, {
        code: 'ErrorInvalidImage',
        message: `The content is no picture (${headerOf(call, 'content-type')}).`,
      });
    place.box.writings.add(state.number, { photo: { bytes, contentType: type } });
    place.box.changeItem(state.number, { marks: [...state.marks, 'photo'] });
    return { status: 200, body: '' };
  });

const folderSchema = z
  .looseObject({ displayName: z.string().trim().min(1).max(255) })
  .superRefine(onlyNames(['id', 'displayName', 'parentFolderId']));

const folderExists = (call: GraphCall): Answer =>
  graphError(call, 409, {
    code: 'ErrorFolderExists',
    message: 'A folder with the specified name already exists.',
  });

function folderAnswer({ outlook, box }: Writer, folder: ContainerState, status: number): Answer {
  const context = `users('${outlook.person.id}')/contactFolders/$entity`;
  return { ...entityAnswer(outlook, context, folderJson(box, folder)), status };
}

const isTaken = ({ box }: Writer, parent: number, name: string) =>
  box.children(parent).some((one) => one.name.toLowerCase() === name.toLowerCase());

const createFolder = (place: Writer, parent: ContainerState): Answer =>
  withBody(place.outlook.call, folderSchema, ({ displayName }) =>
    isTaken(place, parent.number, displayName)
      ? folderExists(place.outlook.call)
      : folderAnswer(place, place.box.createContainer(parent.number, displayName), created),
  );

const updateFolder = (place: Writer, folder: ContainerState): Answer =>
  withBody(place.outlook.call, folderSchema, ({ displayName }) => {
    const isSame = folder.name.toLowerCase() === displayName.toLowerCase();
    if (!isSame && isTaken(place, folder.parent, displayName)) return folderExists(place.outlook.call);
    place.box.renameContainer(folder.number, displayName);
    return folderAnswer(place, { ...folder, name: displayName }, 200);
  });

function deleteFolder({ outlook, box }: Writer, folder: ContainerState): Answer {
  if (folder.number === defaultFolder)
    return graphError(outlook.call, 403, {
      code: 'ErrorDeleteDistinguishedFolder',
      message: 'A distinguished folder cannot be deleted.',
    });
  box.deleteContainer(folder.number);
  return noContent;
}

/** POST, PATCH, DELETE and PUT below `contacts`, of the default folder or of one that is named. */
function contactWrite(
  place: Writer,
  folder: ContainerState | null,
  rest: readonly string[],
): OutlookOperation | null {
  const { method } = place.outlook.call;
  const [id, part, value] = rest;
  if (id === undefined)
    return method === 'POST'
      ? {
          operation: 'users.CreateContacts',
          run: () => (folder ? createContact(place, folder) : noSuchFolder(place.outlook.call)),
        }
      : null;
  if (part === 'photo' && value === '$value' && method === 'PUT')
    return { operation: 'users.contacts.photo.SetValue', run: () => setPhoto(place, id) };
  if (part === 'permanentDelete' && method === 'POST')
    return { operation: 'users.contacts.permanentDelete', run: () => deleteContact(place, id) };
  if (part !== undefined) return null;
  if (method === 'PATCH') return { operation: 'users.UpdateContacts', run: () => updateContact(place, id) };
  return method === 'DELETE'
    ? { operation: 'users.DeleteContacts', run: () => deleteContact(place, id) }
    : null;
}

function folderWrite(place: Writer, rest: readonly string[]): OutlookOperation | null {
  const { call } = place.outlook;
  const [id = 'contacts', part, ...more] = rest;
  const folder = findFolder(place, id);
  const inFolder = (act: (place: Writer, folder: ContainerState) => Answer) => () =>
    folder ? act(place, folder) : noSuchFolder(call);
  if (part === 'contacts') return contactWrite(place, folder, more);
  if (call.method === 'POST' && (rest.length === 0 || (part === 'childFolders' && more.length === 0))) {
    const operation =
      rest.length === 0 ? 'users.CreateContactFolders' : 'users.contactFolders.CreateChildFolders';
    return { operation, run: inFolder(createFolder) };
  }
  if (rest.length !== 1) return null;
  if (call.method === 'PATCH')
    return { operation: 'users.UpdateContactFolders', run: inFolder(updateFolder) };
  return call.method === 'DELETE'
    ? { operation: 'users.DeleteContactFolders', run: inFolder(deleteFolder) }
    : null;
}

/** The operation that writes contacts or their folders; null for a method that a path has not. */
export function contactsWrite(place: ContactPlace, outlook: OutlookCall): OutlookOperation | null {
  const writer: Writer = { ...place, outlook };
  const [first, ...rest] = outlook.segments;
  return first === 'contactFolders'
    ? folderWrite(writer, rest)
    : contactWrite(writer, findFolder(place, 'contacts'), rest);
}
