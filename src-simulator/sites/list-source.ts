/**
 * A list as operations see it, whatever its items are: rows people filled in, files of a library, or pages. Says what
 * a list is called and what an item of it holds.
 */
import type { ChangeBook } from '../change-book.ts';
import { mix } from '../chance.ts';
import { numberOfObjectId, objectIdOf } from '../directory/object-id.ts';
import type { Drive, ItemState } from '../files/drive.ts';
import type { Organization } from '../graph/graph-call.ts';
import { epochMs } from '../mail/message-facts.ts';
import { columnValues, phrase, siteUserId } from './field-values.ts';
import { ownColumns, recordColumns } from './list-columns.ts';
import type { EntryState, ListState, SiteContent } from './site-content.ts';
import { plannedLists, type PlannedSite } from './site-plan.ts';

export interface ListInfo {
  id: string;
  displayName: string;
  /** Name in addresses. */
  name: string;
  template: string;
  isHidden: boolean;
  /** Server-relative, below the site. */
  path: string;
}

/** An item of a list as it is now, or was. */
export interface ListEntry {
  number: number;
  isDeleted: boolean;
  /** Grows with every change. */
  tag: number;
  version: number;
  createdMs: number;
  modifiedMs: number;
  contentType: string;
  /** Number of the person who wrote it. */
  author: number;
  attachmentCount: number;
  /** What it is called in addresses. */
  urlName: string;
  values: () => Record<string, unknown>;
  /** The item as it was in an older version, 1 being the first; null where no history is kept. */
  asOf: ((version: number) => ListEntry) | null;
}

export interface ListSource {
  site: PlannedSite;
  list: ListState;
  info: ListInfo;
  /** One number for the list, for seeds and tokens. */
  hash: number;
  book: ChangeBook<unknown>;
  page: (cursor: number, limit: number) => { entries: ListEntry[]; next: number | null };
  entry: (number: number) => ListEntry | null;
}

const listKind = 44;
const listsPerSite = 256;
const dayMs = 86_400_000;
const attachedOneIn = 5;
const versionedOneIn = 7;

/** Where a list is. */
export interface ListPlace {
  organization: Organization;
  content: SiteContent;
  list: ListState;
}

const named = (displayName: string, name: string, template: string) => ({
  displayName,
  name,
  template,
  isHidden: false,
});
const library = 'documentLibrary';
const names: Readonly<Record<number, Omit<ListInfo, 'id' | 'path'>>> = {
  [plannedLists.documents]: named('Documents', 'Shared Documents', library),
  [plannedLists.records]: named('Projektakten', 'Projektakten', library),
  [plannedLists.pages]: named('Site Pages', 'SitePages', 'webPageLibrary'),
  [plannedLists.inventory]: named('Inventar', 'Inventar', 'genericList'),
  [plannedLists.tasks]: named('Aufgaben', 'Aufgaben', 'tasks'),
  [plannedLists.partners]: named('Kontakte & Partner', 'Kontakte  Partner', 'genericList'),
  [plannedLists.users]: {
    ...named('User Information List', 'users', 'userInformation'),
    isHidden: true,
  },
  [plannedLists.masterPages]: {
    ...named('Master Page Gallery', 'masterpage', 'masterPageCatalog'),
    isHidden: true,
  },
};

/** The id of a list of a site. */
export const listIdOf = (seed: number, site: PlannedSite, list: number): string =>
  objectIdOf(seed, listKind, site.number * listsPerSite + list);

/** The number of the list an id names in a site, or -1. */
export function numberOfListId(seed: number, site: PlannedSite, id: string): number {
  const number = numberOfObjectId(seed, listKind, id) - site.number * listsPerSite;
  return number >= 0 && number < listsPerSite ? number : -1;
}

/** What a list is called. */
export function listInfo(seed: number, site: PlannedSite, list: ListState): ListInfo {
  const info = firstInfo(seed, site, list.number);
  return { ...info, displayName: list.title ?? info.displayName };
}

/** What it was called at first; its address stays what it was. */
function firstInfo(seed: number, site: PlannedSite, list: number): ListInfo {
  const id = listIdOf(seed, site, list);
  if (site.person)
    return { id, ...named('Documents', 'Documents', 'mySiteDocumentLibrary'), path: 'Documents' };
  const known = names[list] ?? named(`Neue Liste ${list}`, `Neue Liste ${list}`, 'genericList');
  const isCatalog = known.isHidden ? '_catalogs/' : '';
  const isRows = known.template === 'genericList' || known.template === 'tasks';
  return { id, ...known, path: `${isRows ? 'Lists/' : isCatalog}${known.name}` };
}

const sourceHash = ({ organization, content, list }: ListPlace) =>
  mix(mix(organization.options.seed, 771), content.site.number, list.number);

/** Versions a row had at the start. */
const versionsAtStart = (hash: number): number => (hash % versionedOneIn === 0 ? 3 : 1);

function rowEntry(place: ListPlace, state: EntryState, olderVersion?: number): ListEntry {
  const { organization, list } = place;
  const { seed } = organization.options;
  const { directory } = organization;
  const hash = mix(sourceHash(place), state.number);
  const createdMs = state.changedAt > 0 && state.edits === 0 ? epochMs : epochMs - (1 + (hash % 900)) * dayMs;
  const current = versionsAtStart(hash) + state.edits;
  const version = olderVersion ?? current;
  const item = { hash: mix(hash, version, 772), seed, directory, origin: organization.origin() };
  const isAttachable = list.number === plannedLists.inventory || list.number === plannedLists.tasks;
  return {
    number: state.number,
    isDeleted: state.isDeleted,
    tag: state.changedAt,
    version,
    createdMs,
    modifiedMs:
      state.changedAt > 0 && version === current
        ? epochMs + state.changedAt * 1_000
        : createdMs + (version - 1) * 3_600_000,
    contentType: 'Item',
    author: hash % directory.size,
    attachmentCount: isAttachable && hash % attachedOneIn === 0 ? 1 + (hash % 2) : 0,
    urlName: `${state.number}_.000`,
    values: () =>
      list.number === plannedLists.users
        ? userValues(organization, state.number)
        : columnValues(item, ownColumns(list.number, state.columns)),
    asOf: (older) => rowEntry(place, state, older),
  };
}

function userValues({ directory }: Organization, item: number): Record<string, unknown> {
  const person = directory.person(item - siteUserId(0));
  return {
    Title: person.displayName,
    EMail: person.userPrincipalName,
    Name: `i:0#.f|membership|${person.userPrincipalName}`,
  };
}

function rowSource(place: ListPlace): ListSource {
  const { organization, content, list } = place;
  const items = content.items(list.number);
  return {
    site: content.site,
    list,
    info: listInfo(organization.options.seed, content.site, list),
    hash: sourceHash(place),
    book: items.book,
    page: (cursor, limit) => {
      const { entries, next } = items.page(cursor, limit);
      return { entries: entries.map((state) => rowEntry(place, state)), next };
    },
    entry: (number) => {
      const state = items.get(number);
      return state && rowEntry(place, state);
    },
  };
}

/** The file a page is in the page library. */
export const pageFileName = (number: number): string => (number === 1 ? 'Home.aspx' : `Seite-${number}.aspx`);
/** The title of a page, another one after an edit. */
export const pageTitle = (hash: number, state: EntryState): string =>
  state.number === 1 ? 'Home' : `${phrase(mix(hash, state.number, state.edits))} ${state.number}`;

function pagesSource(place: ListPlace): ListSource {
  const { content } = place;
  const source = rowSource(place);
  const toEntry = (state: EntryState): ListEntry => ({
    ...rowEntry(place, state),
    asOf: null,
    version: state.edits + 1,
    contentType: 'Site Page',
    attachmentCount: 0,
    urlName: pageFileName(state.number),
    values: () => ({
      Title: pageTitle(source.hash, state),
      FileLeafRef: pageFileName(state.number),
      FileSizeDisplay: '4096',
      DocIcon: 'aspx',
    }),
  });
  return {
    ...source,
    book: content.pages.book,
    page: (cursor, limit) => {
      const { entries, next } = content.pages.page(cursor, limit);
      return { entries: entries.map(toEntry), next };
    },
    entry: (number) => {
      const state = content.pages.get(number);
      return state && toEntry(state);
    },
  };
}

function fileEntry(place: ListPlace, drive: Drive, state: ItemState): ListEntry {
  const { organization, list } = place;
  const { directory } = organization;
  const hash = drive.hashOf(state.number);
  const { seed } = organization.options;
  const item = { hash: mix(hash, 776), seed, directory, origin: organization.origin() };
  const isRecord = list.number === plannedLists.records && !state.isFolder;
  const names = [...drive.ancestors(state), state].slice(1).map((one) => one.name);
  const size = drive.sizeBytes(state);
  return {
    number: state.number,
    isDeleted: !drive.isReachable(state),
    tag: state.changedAt,
    asOf: null,
    version: state.isFolder ? 1 : drive.versionCount(state),
    createdMs: drive.createdMs(state),
    modifiedMs: drive.modifiedMs(state),
    contentType: state.isFolder ? 'Folder' : 'Document',
    author: hash % directory.size,
    attachmentCount: 0,
    urlName: names.join('/'),
    values: () => ({
      FileLeafRef: state.name,
      ...(isRecord ? columnValues(item, recordColumns) : {}),
      ...(state.isFolder ? {} : { FileSizeDisplay: String(size), DocIcon: state.name.split('.').at(-1) }),
    }),
  };
}

function filesSource(place: ListPlace, drive: Drive): ListSource {
  return {
    ...rowSource(place),
    book: drive.book,
    page: (cursor, limit) => {
      // The root of a library is no item of its list.
      const { items, next } = drive.page(Math.max(1, cursor), limit);
      return { entries: items.map((state) => fileEntry(place, drive, state)), next };
    },
    entry: (number) => {
      const state = number > 0 ? drive.item(number) : null;
      return state && fileEntry(place, drive, state);
    },
  };
}

/** The items of a list, wherever they come from. */
export function listSource(place: ListPlace): ListSource {
  const { organization, content, list } = place;
  if (list.number === plannedLists.pages) return pagesSource(place);
  const drives = organization.drives.ofSite(content.site.number);
  const drive = drives.find(({ ref }) => ref.library === list.number);
  return drive ? filesSource(place, drive) : rowSource(place);
}

/** Number of the list whose items lookups point to. */
export const lookupTarget = plannedLists.tasks;
