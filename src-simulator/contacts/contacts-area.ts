/** Contacts and their folders of all mailboxes: paths, changes, truth. */
import { mix } from '../chance.ts';
import type { Language } from '../directory/names.ts';
import type { Person } from '../directory/people.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import type { Documents } from '../mail/documents.ts';
import { boxChanges, itemName, pickItem, wipeBoxes, type Scene } from '../outlook/box-changes.ts';
import { BoxStore } from '../outlook/box-store.ts';
import { canonicalHash, sha256Of } from '../outlook/canonical.ts';
import type { ContainerState, ItemBox, ItemState, PlannedContainer } from '../outlook/item-box.ts';
import { isDelta, outlookRoute, type OutlookCall, type OutlookOperation } from '../outlook/outlook-route.ts';
import { contactsWrite } from './contact-writes.ts';
import { contactJson, photoOf, type ContactView, type ContactWorld } from './contact-json.ts';
import {
  contactDelta,
  defaultFolder,
  findFolder,
  folderDelta,
  getContact,
  getFolder,
  getPhoto,
  getPhotoBytes,
  listContacts,
  listFolders,
  noSuchFolder,
  type ContactPlace,
} from './contact-operations.ts';

const areaSeed = 0xc0_47ac;
const medianContacts = 30;

const defaultNames: Readonly<Record<Language, string>> = {
  de: 'Kontakte',
  fr: 'Contacts',
  ja: '連絡先',
  ru: 'Контакты',
  ar: 'جهات الاتصال',
  en: 'Contacts',
};

function planFolders({ language }: Person, isRich: boolean): PlannedContainer[] {
  const always = [
    { parent: -1, name: '', weight: 0 },
    { parent: 0, name: defaultNames[language], weight: 12 },
  ];
  if (!isRich) return always;
  return [
    ...always,
    { parent: 1, name: 'Kunden', weight: 5 },
    { parent: 2, name: 'Müller & Söhne GmbH', weight: 2 },
    { parent: 3, name: 'a\\b:c*d?"e<f>g|h', weight: 1 },
    { parent: 1, name: 'Lieferanten', weight: 4 },
    { parent: 5, name: 'Kunden', weight: 1 },
    { parent: 1, name: 'empty', weight: 0 },
  ];
}

/** An area with the pool of documents that pictures come from. */
interface ContactDesk extends ContactWorld {
  readonly documents: Documents;
}

function contactOperation(
  desk: ContactDesk,
  outlook: OutlookCall,
  { rest, prefix }: { rest: readonly string[]; prefix: string },
): OutlookOperation | null {
  const place = { world: desk, box: desk.store.box(outlook.person), documents: desk.documents };
  const [id = '', part, value] = rest;
  const about = 'item' as const;
  if (rest.length === 1)
    return { operation: `${prefix}GetContacts`, about, run: () => getContact(outlook, place, id) };
  if (part !== 'photo') return null;
  // Not `about` the item: a 404 is the usual answer here, so nobody could tell the fault from it.
  if (rest.length === 2)
    return { operation: `${prefix}contacts.GetPhoto`, run: () => getPhoto(outlook, place, id) };
  return value === '$value'
    ? {
        operation: `${prefix}contacts.photo.GetValue`,
        run: () => getPhotoBytes(outlook, place, id),
      }
    : null;
}

/** Operations on the contacts of one folder, or those of the default one below /contacts. */
function contactsOperation(
  desk: ContactDesk,
  outlook: OutlookCall,
  { folder, rest }: { folder: string | null; rest: readonly string[] },
): OutlookOperation | null {
  const place = { world: desk, box: desk.store.box(outlook.person) };
  const prefix = folder === null ? 'users.' : 'users.contactFolders.';
  const about = 'container' as const;
  const inFolder = (run: (folder: number) => Answer) => () => {
    const found = findFolder(place, folder ?? 'contacts');
    return found ? run(found.number) : noSuchFolder(outlook.call);
  };
  if (rest.length === 0)
    return {
      operation: `${prefix}ListContacts`,
      about,
      run: inFolder((number) => listContacts(outlook, place, number)),
    };
  if (isDelta(rest[0]) && rest.length === 1)
    return {
      operation: `${prefix}contacts.delta`,
      about,
      run: inFolder((number) => contactDelta(outlook, place, number)),
    };
  return contactOperation(desk, outlook, { rest, prefix });
}

function folderOperation(desk: ContactDesk, outlook: OutlookCall): OutlookOperation | null {
  const place: ContactPlace = { world: desk, box: desk.store.box(outlook.person) };
  const [, id, part, ...rest] = outlook.segments;
  const about = 'container' as const;
  const withFolder = (run: (folder: ContainerState) => Answer) => () => {
    const folder = findFolder(place, id ?? '');
    return folder ? run(folder) : noSuchFolder(outlook.call);
  };
  if (id === undefined)
    return { operation: 'users.ListContactFolders', run: () => listFolders(outlook, place, defaultFolder) };
  if (part === undefined)
    return isDelta(id)
      ? { operation: 'users.contactFolders.delta', run: () => folderDelta(outlook, place) }
      : {
          operation: 'users.GetContactFolders',
          about,
          run: withFolder((folder) => getFolder(outlook, place, folder)),
        };
  if (part === 'contacts') return contactsOperation(desk, outlook, { folder: id, rest });
  return part === 'childFolders' && rest.length === 0
    ? {
        operation: 'users.contactFolders.ListChildFolders',
        about,
        run: withFolder(({ number }) => listFolders(outlook, place, number)),
      }
    : null;
}

const findOperation = (desk: ContactDesk, outlook: OutlookCall): OutlookOperation | null =>
  outlook.segments[0] === 'contactFolders'
    ? folderOperation(desk, outlook)
    : contactsOperation(desk, outlook, { folder: null, rest: outlook.segments.slice(1) });

const changePhoto = (scene: Scene) => {
  const state = pickItem(scene, () => true);
  if (!state) return null;
  const { box } = scene;
  box.changeItem(state.number, { marks: [...state.marks, 'photo'] });
  return { item: itemName(box, state), container: box.ids.container(state.container) };
};

/**
 * Lines of a contact: `sha256` is the canonical hash (outlook/canonical.ts) of the contact as GET gives it,
 * `photoSha256` that of what photo/$value gives, or null.
 */
function contactLine(desk: ContactDesk, box: ItemBox, state: ItemState): object {
  const view: ContactView = { world: desk, box, state, isImmutable: true };
  const json = contactJson(view, null);
  const picture = photoOf(view);
  return {
    kind: 'contact',
    id: itemName(box, state),
    containerId: box.ids.container(state.container),
    displayName: json['displayName'],
    sha256: canonicalHash(json),
    photoSha256: picture === null ? null : sha256Of(picture.bytes(desk.documents)),
    unreadable: desk.store.isUnreadable(box, state.number) ? 'ErrorCorruptData' : null,
  };
}

function* truthOf(desk: ContactDesk, box: ItemBox): Generator<object> {
  const folders = box.containers();
  for (const { number, parent, name } of folders)
    yield {
      kind: 'contactFolder',
      id: box.ids.container(number),
      parentId: box.ids.container(parent),
      displayName: name,
    };
  for (const { number } of folders)
    for (const state of box.items(number)) yield contactLine(desk, box, state);
}

/** The area `contacts`. Own change beside those of all areas: photosChanged. */
export function createContactsArea(organization: Organization): Area {
  const { options, mail } = organization;
  const isRich = options.profile === 'sample';
  const seed = mix(options.seed, areaSeed);
  const store = new BoxStore(organization, {
    seed,
    options: options.contacts,
    median: medianContacts,
    containers: (person) => planFolders(person, isRich),
  });
  const { photoShare } = options.contacts;
  const desk: ContactDesk = { seed, store, photoShare, documents: mail.world.documents };
  const rules = {
    isEditable: () => true,
    isOrdinary: ({ number }: ContainerState) => number !== defaultFolder,
    parentOf: (dice: Scene['dice'], box: ItemBox) => dice.pick(box.containers()).number,
    newName: (box: ItemBox) => `Neuer Ordner ${box.containerCount}`,
  };
  return {
    name: 'contacts',
    route: (call) =>
      outlookRoute(organization, call, {
        role: 'Contacts.Read',
        owns: (segments) => segments[2] === 'contacts' || segments[2] === 'contactFolders',
        find: (outlook) => findOperation(desk, outlook),
        writing: {
          role: 'Contacts.ReadWrite',
          find: (outlook) => contactsWrite({ world: desk, box: store.box(outlook.person) }, outlook),
        },
      }),
    changes: boxChanges(store, rules, { photosChanged: changePhoto }),
    *truth(account) {
      const box = store.boxOf(account);
      if (box) yield* truthOf(desk, box);
    },
    minimum: (account) => store.containersAndTheirList(account),
    wipe: (account) => wipeBoxes(store, rules, account),
    expireDelta: (account) => store.expireDelta(account),
  };
}
