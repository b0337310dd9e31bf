/** Reading lists: metadata, columns, items and their delta. */
import type { Answer } from '../http/answer.ts';
import { getDrive } from '../files/drive-operations.ts';
import {
  collectionAnswer,
  entityAnswer,
  readPageRequest,
  sliceAnswer,
  withNames,
} from '../graph/paged-collection.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import { invalidRequest, itemNotFound, unknownProperty } from '../graph/sharepoint-problems.ts';
import { treeDelta, type DeltaSource } from '../graph/tree-delta.ts';
import { listSource, numberOfListId, listInfo, type ListEntry, type ListSource } from './list-source.ts';
import type { ListState } from './site-content.ts';
import {
  columnsJson,
  contentTypesJson,
  fieldsJson,
  itemVersionJson,
  listItemJson,
  listJson,
  type ItemShape,
} from './site-json.ts';
import type { SitePlace } from './site-operations.ts';

/** A call about one list. */
export interface ListCall extends SitePlace {
  list: ListState;
}

/** The list of an id or a title, if it exists. */
export function findList({ organization, store, site }: SitePlace, idOrTitle: string): ListState | null {
  const { seed } = organization.options;
  const content = store.content(site);
  const number = numberOfListId(seed, site, idOrTitle);
  if (number >= 0) return content.list(number);
  const wanted = idOrTitle.toLowerCase();
  return (
    content.listStates().find((list) => listInfo(seed, site, list).displayName.toLowerCase() === wanted) ??
    null
  );
}

const sourceOf = ({ organization, store, site, list }: ListCall): ListSource =>
  listSource({ organization, content: store.content(site), list });

const listProperties = [
  'id',
  'name',
  'displayName',
  'description',
  'createdDateTime',
  'lastModifiedDateTime',
  'createdBy',
  'lastModifiedBy',
  'eTag',
  'webUrl',
  'parentReference',
  'list',
  'system',
  'sharepointIds',
];
const expandable = ['columns', 'contentTypes'];

/** What is wrong with the names a call for lists gives, or null. */
function wrongListNames(place: SitePlace, select: readonly string[] | null, expand: string): Answer | null {
  const names = expand === '' ? [] : expand.split(',');
  const wrong =
    select?.find((name) => !listProperties.includes(name)) ??
    names.find((name) => !expandable.includes(name));
  return wrong === undefined ? null : unknownProperty(place.call, wrong, 'list');
}

function listWith(
  { organization, site }: SitePlace,
  list: ListState,
  { select, expand }: { select: readonly string[] | null; expand: string },
): Record<string, unknown> {
  const isSystemShown = select?.includes('system') ?? false;
  const json = withNames(listJson(organization, site, { list, isSystemShown }), select);
  if (expand.includes('columns')) json['columns'] = columnsJson(organization, site, list);
  if (expand.includes('contentTypes')) json['contentTypes'] = contentTypesJson(list.number);
  return json;
}

/** Lists of a site; hidden ones only when `system` is selected. */
export function listLists(place: SitePlace): Answer {
  const { organization, call, store, site } = place;
  const request = readPageRequest(call, ['expand']);
  if ('status' in request) return request;
  const refusal = wrongListNames(place, request.select, request.expand);
  if (refusal) return refusal;
  const isSystemShown = request.select?.includes('system') ?? false;
  const { seed } = organization.options;
  return sliceAnswer(organization, call, {
    request,
    context: 'sites/lists',
    all: store
      .content(site)
      .listStates()
      .filter((list) => isSystemShown || !listInfo(seed, site, list).isHidden),
    toJson: (list) => listWith(place, list, request),
  });
}

/** GET of a list, with columns and content types when expanded. */
export function getList(place: ListCall): Answer {
  const { organization, call, list } = place;
  const select = selectedNames(call);
  const expand = call.query.get('expand') ?? '';
  return (
    refuseOptions(call, ['select', 'expand']) ??
    wrongListNames(place, select, expand) ??
    entityAnswer(organization, 'sites/lists/$entity', listWith(place, list, { select, expand }))
  );
}

/** Columns of a list. */
export function listColumns({ organization, call, site, list }: ListCall): Answer {
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  return sliceAnswer(organization, call, {
    request,
    context: 'sites/lists/columns',
    all: columnsJson(organization, site, list),
    toJson: (column) => withNames(column as Record<string, unknown>, request.select),
  });
}

/** The drive of a list that is a library. */
export function getListDrive({ organization, call, site, list }: ListCall): Answer {
  const drive = organization.drives.ofSite(site.number).find(({ ref }) => ref.library === list.number);
  return drive ? getDrive(organization, call, drive) : itemNotFound(call);
}

/** What $expand asks of items; null when it asks for something unknown. */
function shapeOf(expand: string): ItemShape | null {
  if (expand === '') return {};
  const names = /^fields(?:\(\$?select=([^)]*)\))?$/i.exec(expand);
  if (!names) return null;
  return { fieldNames: names[1]?.split(',').map((name) => name.trim()) ?? null };
}

const badExpand = (place: SitePlace): Answer =>
  invalidRequest(place.call, `The expansion '${place.call.query.get('expand') ?? ''}' is not supported.`);

/** Items of a list, with fields when expanded. */
export function listItems(place: ListCall): Answer {
  const { organization, call } = place;
  const request = readPageRequest(call, ['expand']);
  if ('status' in request) return request;
  const shape = shapeOf(request.expand);
  if (!shape) return badExpand(place);
  const source = sourceOf(place);
  const { entries, next } = source.page(request.cursor, request.top);
  return collectionAnswer(organization, call, {
    request,
    context: 'sites/lists/items',
    value: entries.map((entry) =>
      withNames(listItemJson(organization, source, { entry, shape }), request.select, ['id', 'fields']),
    ),
    next,
  });
}

/** An existing item by the id in the path. */
function findEntry(source: ListSource, id: string): ListEntry | null {
  const entry = /^\d{1,9}$/.test(id) ? source.entry(Number(id)) : null;
  return entry && !entry.isDeleted ? entry : null;
}

/** GET of one item tells its fields without being asked. */
export function getListItem(place: ListCall, id: string): Answer {
  const { organization, call } = place;
  const source = sourceOf(place);
  const entry = findEntry(source, id);
  if (!entry) return itemNotFound(call);
  const shape = shapeOf(call.query.get('expand') ?? 'fields');
  if (!shape) return badExpand(place);
  const json = withNames(listItemJson(organization, source, { entry, shape }), selectedNames(call), [
    'id',
    'fields',
  ]);
  return (
    refuseOptions(call, ['select', 'expand']) ?? entityAnswer(organization, 'sites/lists/items/$entity', json)
  );
}

/** The fields of one item. */
export function getFields(place: ListCall, id: string): Answer {
  const { organization, call } = place;
  const source = sourceOf(place);
  const entry = findEntry(source, id);
  if (!entry) return itemNotFound(call);
  const json = withNames(fieldsJson(source, entry), selectedNames(call));
  return (
    refuseOptions(call, ['select']) ?? entityAnswer(organization, 'sites/lists/items/fields/$entity', json)
  );
}

/** Versions of an item, the newest first; only rows have older ones. */
export function listItemVersions(place: ListCall, id: string): Answer {
  const { organization, call } = place;
  const request = readPageRequest(call, ['expand']);
  if ('status' in request) return request;
  const shape = shapeOf(request.expand);
  if (!shape) return badExpand(place);
  const source = sourceOf(place);
  const entry = findEntry(source, id);
  if (!entry) return itemNotFound(call);
  const count = entry.asOf ? entry.version : 1;
  return sliceAnswer(organization, call, {
    request,
    context: 'sites/lists/items/versions',
    all: Array.from({ length: count }, (_, i) => (i === 0 ? entry : entry.asOf?.(entry.version - i))),
    toJson: (version) => (version ? itemVersionJson(organization, source, { entry: version, shape }) : {}),
  });
}

const smallPrime = 1_000_003;

/** One page of the delta of a list. */
export function itemsDelta(place: ListCall): Answer {
  const { organization, call, site } = place;
  const list = sourceOf(place);
  if (!shapeOf(call.query.get('expand') ?? '')) return badExpand(place);
  const siteId = encodeURIComponent(organization.sites.idOf(site));
  const source: DeltaSource<ListEntry> = {
    of: list.hash % smallPrime,
    book: list.book,
    path: `sites/${siteId}/lists/${list.info.id}/items`,
    context: 'Collection(listItem)',
    options: ['expand'],
    isQuietShown: false,
    enumerate: list.page,
    changed: (number) => {
      const entry = list.entry(number);
      return entry ? [entry] : [];
    },
    toJson: (entry, { select, expand }) =>
      withNames(listItemJson(organization, list, { entry, shape: shapeOf(expand) ?? {} }), select, [
        'id',
        'fields',
        'deleted',
      ]),
  };
  return treeDelta(organization, call, source);
}
