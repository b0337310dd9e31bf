/** Drives and their items as JSON, with the properties a business drive has. */
import type { Organization } from '../graph/graph-call.ts';
import { mix } from '../chance.ts';
import type { PlannedSite } from '../sites/site-plan.ts';
import { plannedLists } from '../sites/site-plan.ts';
import { writeDownloadPath } from './download-links.ts';
import type { Drive, ItemState } from './drive.ts';
import { driveIdOf, itemGuid, itemIdOf } from './drive-ids.ts';
import { ownerOf, permissionsOf, sharedFacet, userIdentity } from './sharing.ts';

/** An item and how it is asked about. */
export interface ItemView {
  organization: Organization;
  drive: Drive;
  state: ItemState;
  /** Delta leaves out paths and cTags. */
  isDelta: boolean;
}

/** A time as Graph writes it, without fractions. */
export const isoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const wrongHash = 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const totalBytes = 1_099_511_627_776;

/** The id of a drive as Graph tells it. */
export const idOfDrive = (drive: Drive): string => driveIdOf(drive.world.seed, drive.ref);
/** The id of an item as Graph tells it. */
export const idOfItem = (drive: Drive, item: number): string => itemIdOf(drive.world.seed, drive.ref, item);
const driveType = ({ ref }: Drive) => (ref.kind === 'person' ? 'business' : 'documentLibrary');

function siteOf(organization: Organization, { ref, world }: Drive): PlannedSite {
  const { sites } = organization;
  const site =
    ref.kind === 'person' ? sites.ofPerson(world.directory.person(ref.owner)) : sites.site(ref.owner);
  if (!site) throw new RangeError('a drive without a site');
  return site;
}

/** Names of the library a drive is: as shown and in addresses. */
export function libraryName({ ref }: Drive): { shown: string; inUrl: string } {
  if (ref.kind === 'person') return { shown: 'OneDrive', inUrl: 'Documents' };
  return ref.library === plannedLists.documents
    ? { shown: 'Documents', inUrl: 'Shared Documents' }
    : { shown: 'Projektakten', inUrl: 'Projektakten' };
}

function webUrlOf(organization: Organization, drive: Drive, names: readonly string[]): string {
  const parts = [libraryName(drive).inUrl, ...names].map(encodeURIComponent).join('/');
  return `${organization.origin()}${siteOf(organization, drive).path}/${parts}`;
}

/** A drive with all its properties. */
export function driveJson(organization: Organization, drive: Drive): Record<string, unknown> {
  const root = drive.item(0) as ItemState;
  const used = drive.sizeBytes(root);
  const owner = { user: userIdentity(ownerOf(drive)) };
  return {
    id: idOfDrive(drive),
    driveType: driveType(drive),
    name: libraryName(drive).shown,
    description: '',
    webUrl: webUrlOf(organization, drive, []),
    createdDateTime: '2021-03-02T08:14:21Z',
    lastModifiedDateTime: isoTime(drive.modifiedMs(root)),
    createdBy: owner,
    lastModifiedBy: owner,
    owner:
      drive.ref.kind === 'person'
        ? owner
        : { group: { displayName: `${siteOf(organization, drive).title} Owners` } },
    quota: { deleted: 0, remaining: totalBytes - used, state: 'normal', total: totalBytes, used },
  };
}

function parentReference({ organization, drive, state, isDelta }: ItemView): object {
  const place = {
    driveType: driveType(drive),
    driveId: idOfDrive(drive),
    siteId: organization.sites.idOf(siteOf(organization, drive)),
  };
  if (state.number === 0) return place;
  // SharePoint says of what is deleted that it lay in the root.
  if (state.isDeleted) return { ...place, id: idOfItem(drive, 0) };
  const above = drive.ancestors(state);
  const names = above.slice(1).map((folder) => encodeURIComponent(folder.name));
  return {
    ...place,
    id: idOfItem(drive, state.parent),
    name: above.at(-1)?.name,
    ...(isDelta ? {} : { path: `/drives/${place.driveId}/root:${names.map((name) => `/${name}`).join('')}` }),
  };
}

function hashes({ organization, drive, state }: ItemView): object {
  if (drive.isHashMissing(state)) return {};
  const { bytes } = drive.world;
  const right = bytes.quickXorHash(drive.content(state));
  return { hashes: { quickXorHash: organization.faults.strikes('wrongHash') ? wrongHash : right } };
}

function downloadUrl({ organization, drive, state }: ItemView): string | undefined {
  if (state.isFolder) return undefined;
  return downloadAddress(organization, drive, { item: state.number, version: drive.versionCount(state) });
}

/** A fresh pre-authenticated address. */
export function downloadAddress(
  organization: Organization,
  drive: Drive,
  what: { item: number; version: number },
): string {
  const expiresAtMs = Date.now() + organization.options.drives.downloadUrlSeconds * 1_000;
  return organization.origin() + writeDownloadPath({ driveId: idOfDrive(drive), ...what, expiresAtMs });
}

/** Whoever wrote an item last, by its history. */
export function authorOf({ drive, state }: Pick<ItemView, 'drive' | 'state'>, place: number): object {
  const { directory } = drive.world;
  if (drive.ref.kind === 'person') return { user: userIdentity(ownerOf(drive)) };
  return {
    user: userIdentity(directory.person(mix(drive.hashOf(state.number), 751, place) % directory.size)),
  };
}

const guid = ({ drive, state }: ItemView) =>
  itemGuid(drive.world.seed, drive.ref, state.number).toUpperCase();

type Writer = (view: ItemView) => unknown;
const whenFile =
  (writer: Writer): Writer =>
  (view) =>
    view.state.isFolder ? undefined : writer(view);

const writers: Readonly<Record<string, Writer>> = {
  createdBy: (view) => authorOf(view, 0),
  createdDateTime: ({ drive, state }) => isoTime(drive.createdMs(state)),
  eTag: (view) => `"{${guid(view)}},${view.state.changedAt + 1}"`,
  lastModifiedBy: (view) => authorOf(view, view.state.edits),
  lastModifiedDateTime: ({ drive, state }) => isoTime(drive.modifiedMs(state)),
  name: ({ state }) => state.name,
  parentReference,
  webUrl: ({ organization, drive, state }) =>
    webUrlOf(
      organization,
      drive,
      [...drive.ancestors(state), state].slice(1).map((item) => item.name),
    ),
  cTag: (view) => (view.isDelta ? undefined : `"c:{${guid(view)}},${view.drive.versionCount(view.state)}"`),
  file: whenFile((view) => ({
    ...hashes(view),
    mimeType: view.drive.content(view.state).format.contentType,
  })),
  fileSystemInfo: ({ drive, state }) => ({
    createdDateTime: isoTime(drive.createdMs(state)),
    lastModifiedDateTime: isoTime(drive.modifiedMs(state)),
  }),
  // A notebook is a package: something like a folder that is shown as a file.
  folder: ({ drive, state }) =>
    state.isFolder && !drive.plan.isNotebook(state.number)
      ? { childCount: drive.childCount(state.number) }
      : undefined,
  package: ({ drive, state }) => (drive.plan.isNotebook(state.number) ? { type: 'oneNote' } : undefined),
  root: ({ state }) => (state.number === 0 ? {} : undefined),
  malware: ({ drive, state }) =>
    drive.plan.isMalware(state.number) ? { description: 'Virus:DOS/EICAR_Test_File' } : undefined,
  shared: ({ drive, state }) => sharedFacet(drive, state),
  size: ({ drive, state }) => drive.sizeBytes(state),
};
const downloadNames = ['@microsoft.graph.downloadUrl', 'content.downloadUrl'];
/** Properties of a driveItem that this organization never fills. */
const emptyNames = [
  'id',
  'audio',
  'bundle',
  'deleted',
  'description',
  'image',
  'location',
  'pendingOperations',
  'photo',
  'publication',
  'remoteItem',
  'searchResult',
  'sharepointIds',
  'specialFolder',
  'video',
  'webDavUrl',
];
const names = Object.keys(writers);

/** A name that is no property of an item. */
export const unknownItemName = (wanted: readonly string[] | null): string | undefined =>
  wanted?.find(
    (name) => !names.includes(name) && !emptyNames.includes(name) && !downloadNames.includes(name),
  );

/** An item with the named properties; null names all usual ones and, for a file, its download address. */
export function itemJson(
  view: ItemView,
  wanted: readonly string[] | null,
  expand = '',
): Record<string, unknown> {
  const { organization, drive, state } = view;
  if (state.isDeleted) return deletedJson(view);
  const json: Record<string, unknown> = {};
  if (wanted === null || wanted.some((name) => downloadNames.includes(name)))
    json['@microsoft.graph.downloadUrl'] = downloadUrl(view);
  json['id'] = idOfItem(drive, state.number);
  for (const name of wanted ?? names) {
    const value = writers[name]?.(view);
    if (value !== undefined) json[name] = value;
  }
  if (expand === 'permissions') json['permissions'] = permissionsOf(organization, drive, state);
  return json;
}

/** What is still told of an item that was deleted; its name is not. */
const deletedJson = (view: ItemView): Record<string, unknown> => ({
  id: idOfItem(view.drive, view.state.number),
  parentReference: parentReference(view),
  deleted: { state: 'deleted' },
  ...(view.state.isFolder ? { folder: {} } : { file: {} }),
});
