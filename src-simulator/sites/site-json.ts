/** Sites, lists and list items as JSON. */
import { objectIdOf } from '../directory/object-id.ts';
import { userIdentity } from '../files/sharing.ts';
import type { Organization } from '../graph/graph-call.ts';
import { siteUserId } from './field-values.ts';
import { allColumns, columnJson } from './list-columns.ts';
import { listIdOf, listInfo, lookupTarget, type ListEntry, type ListSource } from './list-source.ts';
import type { ListState } from './site-content.ts';
import type { PlannedSite } from './site-plan.ts';
import type { SiteStore } from './site-store.ts';

const isoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const bornAt = '2021-02-11T09:30:00Z';

/** A site's address lies on this server, as REST calls to it do. */
export const siteUrl = (organization: Organization, site: PlannedSite): string =>
  organization.origin() + encodeURI(site.path);

const slugOf = (site: PlannedSite): string => site.path.split('/').at(-1) ?? '';

/** A site with its usual properties. */
export function siteJson(organization: Organization, store: SiteStore, site: PlannedSite) {
  const { plan } = store;
  const parent = site.parent < 0 ? null : plan.site(site.parent);
  const changedAt = store.sites.get(plan.positionOf(site))?.changedAt ?? 0;
  return {
    id: plan.idOf(site),
    name: slugOf(site),
    displayName: store.titleOf(site),
    description: '',
    webUrl: siteUrl(organization, site),
    createdDateTime: bornAt,
    lastModifiedDateTime: '2026-10-20T07:12:00Z',
    eTag: `"${plan.webGuid(site)},${changedAt + 1}"`,
    isPersonalSite: site.person !== null,
    ...(parent
      ? { parentReference: { siteId: plan.idOf(parent) } }
      : { root: {}, siteCollection: { hostname: plan.hostOf(site), root: {} } }),
  };
}

/** The columns of a list as Graph defines them. */
export function columnsJson(organization: Organization, site: PlannedSite, list: ListState): object[] {
  const { seed } = organization.options;
  const lookupListId = listIdOf(seed, site, lookupTarget);
  return allColumns(list.number, list.addedColumns).map((column) => columnJson(seed, column, lookupListId));
}

const contentTypes = [
  ['0x01', 'Item'],
  ['0x0101', 'Document'],
  ['0x0120', 'Folder'],
  ['0x0101009D1CB255DA76424F860D91F20E6C4118', 'Site Page'],
] as const;
const idOfContentType = (name: string): string =>
  contentTypes.find(([, known]) => known === name)?.[0] ?? contentTypes[0][0];

/** Content types of a site, or of a list when `listNumber` is given: those have ids of their own. */
export const contentTypesJson = (listNumber?: number): object[] =>
  contentTypes.map(([id, name]) => ({
    id: listNumber === undefined ? id : `${id}00${String(listNumber).padStart(32, 'A')}`,
    name,
    description: '',
    group: 'List Content Types',
    hidden: false,
    isBuiltIn: true,
    readOnly: false,
    sealed: false,
    parentId: listNumber === undefined ? '0x' : id,
  }));

/** `isSystemShown` adds the facet that marks hidden lists; it comes only when asked for. */
export function listJson(
  organization: Organization,
  site: PlannedSite,
  { list, isSystemShown }: { list: ListState; isSystemShown: boolean },
): Record<string, unknown> {
  const { seed } = organization.options;
  const info = listInfo(seed, site, list);
  const eTag = `"${info.id},${list.changedAt + 1}"`;
  return {
    '@odata.etag': eTag,
    id: info.id,
    name: info.name,
    displayName: info.displayName,
    description: '',
    createdDateTime: bornAt,
    lastModifiedDateTime: '2026-10-20T07:12:00Z',
    eTag,
    webUrl: `${siteUrl(organization, site)}/${encodeURI(info.path)}`,
    createdBy: { user: userIdentity(organization.directory.person(0)) },
    parentReference: { siteId: organization.sites.idOf(site) },
    list: { contentTypesEnabled: false, hidden: info.isHidden, template: info.template },
    ...(isSystemShown && info.isHidden ? { system: {} } : {}),
  };
}

/** The values of an item: those people wrote, and SharePoint's own. */
export function fieldsJson(source: ListSource, entry: ListEntry): Record<string, unknown> {
  const values = entry.values();
  const title = values['Title'];
  return {
    '@odata.etag': itemTag(source, entry),
    ...values,
    ...(title === undefined ? {} : { LinkTitle: title, LinkTitleNoMenu: title }),
    id: String(entry.number),
    ContentType: entry.contentType,
    Modified: isoTime(entry.modifiedMs),
    Created: isoTime(entry.createdMs),
    AuthorLookupId: String(siteUserId(entry.author)),
    EditorLookupId: String(siteUserId(entry.author)),
    _UIVersionString: `${entry.version}.0`,
    Attachments: entry.attachmentCount > 0,
    Edit: '',
    ItemChildCount: '0',
    FolderChildCount: '0',
    _ComplianceFlags: '',
    _ComplianceTag: '',
    AppAuthorLookupId: null,
    AppEditorLookupId: null,
  };
}

const itemTag = (source: ListSource, entry: ListEntry): string =>
  `"${objectIdOf(source.hash, 49, entry.number)},${entry.tag + 1}"`;

/** How much of an item is asked for. */
export interface ItemShape {
  /** Names of `fields` to tell; null for all; undefined leaves `fields` out. */
  fieldNames?: readonly string[] | null;
}

/** An item of a list; of a deleted one only that it is. */
export function listItemJson(
  organization: Organization,
  source: ListSource,
  { entry, shape }: { entry: ListEntry; shape: ItemShape },
): Record<string, unknown> {
  const id = String(entry.number);
  const parentReference = {
    id: objectIdOf(source.hash, 49, entry.number),
    siteId: organization.sites.idOf(source.site),
  };
  if (entry.isDeleted)
    return {
      id,
      parentReference,
      contentType: { id: idOfContentType('Item') },
      deleted: { state: 'deleted' },
    };
  const author = { user: userIdentity(organization.directory.person(entry.author)) };
  const url = `${siteUrl(organization, source.site)}/${encodeURI(source.info.path)}`;
  return {
    '@odata.etag': itemTag(source, entry),
    id,
    eTag: itemTag(source, entry),
    createdDateTime: isoTime(entry.createdMs),
    lastModifiedDateTime: isoTime(entry.modifiedMs),
    webUrl: `${url}/${entry.urlName.split('/').map(encodeURIComponent).join('/')}`,
    createdBy: author,
    lastModifiedBy: author,
    parentReference,
    contentType: { id: idOfContentType(entry.contentType), name: entry.contentType },
    ...fieldsAsAsked(source, entry, shape),
  };
}

function fieldsAsAsked(source: ListSource, entry: ListEntry, { fieldNames }: ItemShape) {
  if (fieldNames === undefined) return {};
  const isWanted = (name: string) => !fieldNames || name.startsWith('@') || fieldNames.includes(name);
  const fields = Object.entries(fieldsJson(source, entry)).filter(([name]) => isWanted(name));
  return { fields: Object.fromEntries(fields) };
}

/** One version of an item. */
export const itemVersionJson = (
  organization: Organization,
  source: ListSource,
  { entry, shape }: { entry: ListEntry; shape: ItemShape },
): object => ({
  id: `${entry.version}.0`,
  lastModifiedDateTime: isoTime(entry.modifiedMs),
  lastModifiedBy: { user: userIdentity(organization.directory.person(entry.author)) },
  ...fieldsAsAsked(source, entry, shape),
});
