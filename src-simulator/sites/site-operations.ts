/** Reading sites: which there are, what changed, and what is said of one. */
import type { Answer } from '../http/answer.ts';
import type { GraphCall, Organization } from '../graph/graph-call.ts';
import {
  collectionAnswer,
  entityAnswer,
  readPageRequest,
  sliceAnswer,
  withNames,
} from '../graph/paged-collection.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import { itemNotFound, unknownProperty } from '../graph/sharepoint-problems.ts';
import { treeDelta, type DeltaSource } from '../graph/tree-delta.ts';
import { columnsJson, contentTypesJson, siteJson } from './site-json.ts';
import type { PlannedSite } from './site-plan.ts';
import type { SiteStore } from './site-store.ts';

/** A call to the site area. */
export interface SiteCall {
  organization: Organization;
  call: GraphCall;
  store: SiteStore;
}

/** A call about one site. */
export interface SitePlace extends SiteCall {
  site: PlannedSite;
}

const properties = [
  'id',
  'name',
  'displayName',
  'description',
  'webUrl',
  'createdDateTime',
  'lastModifiedDateTime',
  'eTag',
  'isPersonalSite',
  'parentReference',
  'root',
  'siteCollection',
  'sharepointIds',
  'template',
  'locale',
];
const wrongName = (names: readonly string[] | null) => names?.find((name) => !properties.includes(name));

function pageOfSites(
  { organization, call, store }: SiteCall,
  parts: { path?: string; isWanted: (site: PlannedSite) => boolean },
): Answer {
  const request = readPageRequest(call, ['search']);
  if ('status' in request) return request;
  const wrong = wrongName(request.select);
  if (wrong !== undefined) return unknownProperty(call, wrong, 'site');
  const { plan } = store;
  const value: object[] = [];
  let next: number | null = null;
  for (const site of plan.all(request.cursor)) {
    if (!parts.isWanted(site)) continue;
    if (value.length === request.top) {
      next = plan.positionOf(site);
      break;
    }
    value.push(withNames(siteJson(organization, store, site), request.select));
  }
  const path = parts.path === undefined ? {} : { path: parts.path };
  return collectionAnswer(organization, call, { request, context: 'sites', value, next, ...path });
}

/** Every site of the organization, personal ones included. Its links are spelled in another way than its address. */
export const getAllSites = (at: SiteCall): Answer =>
  pageOfSites(at, { path: 'sites/oneDrive.getAllSites', isWanted: () => true });

/** Sites a search finds: no personal ones. */
export function listSites(at: SiteCall): Answer {
  const text = (at.call.query.get('search') ?? '*').toLowerCase().replaceAll('*', '');
  return pageOfSites(at, {
    isWanted: (site) => site.person === null && at.store.titleOf(site).toLowerCase().includes(text),
  });
}

/** One number that tells the delta of sites from others. */
const siteDeltaMark = 17;

/** One page of the delta of all sites. */
export function sitesDelta({ organization, call, store }: SiteCall): Answer {
  const { plan } = store;
  const wrong = wrongName(selectedNames(call));
  if (wrong !== undefined) return unknownProperty(call, wrong, 'site');
  const at = (position: number) => [...first(plan.all(position), 1)];
  const source: DeltaSource<PlannedSite> = {
    of: siteDeltaMark,
    book: store.sites,
    path: 'sites',
    context: 'sites',
    options: [],
    isQuietShown: true,
    hasPlainLinks: true,
    enumerate: (cursor, limit) => {
      const entries = [...first(plan.all(cursor), limit + 1)];
      const following = entries[limit];
      return {
        entries: entries.slice(0, limit),
        next: following === undefined ? null : plan.positionOf(following),
      };
    },
    changed: at,
    toJson: (site, { select }) => withNames(siteJson(organization, store, site), select),
  };
  return treeDelta(organization, call, source);
}

function* first<Entry>(entries: Iterable<Entry>, count: number): Generator<Entry> {
  let left = count;
  for (const entry of entries) {
    if (left <= 0) return;
    left -= 1;
    yield entry;
  }
}

/** GET of a site. */
export function getSite({ organization, call, store, site }: SitePlace): Answer {
  const names = selectedNames(call);
  const wrong = wrongName(names);
  if (wrong !== undefined) return unknownProperty(call, wrong, 'site');
  const json = withNames(siteJson(organization, store, site), names);
  return refuseOptions(call, ['select']) ?? entityAnswer(organization, 'sites/$entity', json);
}

/** Sites right below a site. */
export function listSubsites({ organization, call, store, site }: SitePlace): Answer {
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  return sliceAnswer(organization, call, {
    request,
    context: 'sites',
    all: store.plan.children(site.number),
    toJson: (child) => withNames(siteJson(organization, store, child), request.select),
  });
}

/** Columns and content types of a site are those of its document library. */
export function listSiteColumns({ organization, call, store, site }: SitePlace): Answer {
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  const [list] = store.content(site).listStates();
  return sliceAnswer(organization, call, {
    request,
    context: 'sites/columns',
    all: list ? columnsJson(organization, site, list) : [],
    toJson: (column) => withNames(column as Record<string, unknown>, request.select),
  });
}

/** Content types of a site, or of a list of it. */
export function listContentTypes({ organization, call }: SiteCall, listNumber?: number): Answer {
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  return sliceAnswer(organization, call, {
    request,
    context: 'sites/contentTypes',
    all: contentTypesJson(listNumber),
    toJson: (type) => withNames(type as Record<string, unknown>, request.select),
  });
}

/** Applications that were granted this site alone. */
const sitePermissions = ({ organization, site }: SitePlace) => [
  {
    id: Buffer.from(`site grant ${site.number}`).toString('base64url'),
    roles: ['read'],
    grantedToIdentitiesV2: [
      { application: { id: organization.application.clientId, displayName: 'Zeiterfassung' } },
    ],
  },
];

/** What applications were granted of a site. */
export function listSitePermissions(place: SitePlace): Answer {
  const { organization, call } = place;
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  const value = sitePermissions(place);
  return collectionAnswer(organization, call, { request, context: 'sites/permissions', value, next: null });
}

/** One grant. */
export function getSitePermission(place: SitePlace, id: string): Answer {
  const found = sitePermissions(place).find((permission) => permission.id === id);
  return found
    ? entityAnswer(place.organization, 'sites/permissions/$entity', found)
    : itemNotFound(place.call);
}
