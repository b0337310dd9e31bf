/** From a path to an operation on sites, lists and pages. */
import type { Answer } from '../http/answer.ts';
import type { Route } from '../graph/graph-call.ts';
import {
  itemNotFound,
  methodNotAllowed,
  resourceLocked,
  noSharePoint,
} from '../graph/sharepoint-problems.ts';
import { deltaTokenOf, isDeltaSegment } from '../graph/tree-delta.ts';
import {
  findList,
  getFields,
  getList,
  getListDrive,
  getListItem,
  itemsDelta,
  listColumns,
  listItemVersions,
  listItems,
  listLists,
  type ListCall,
} from './list-operations.ts';
import { getCanvasLayout, getPage, listPages } from './page-operations.ts';
import { readSiteAddress } from './site-address.ts';
import {
  getAllSites,
  getSite,
  getSitePermission,
  listContentTypes,
  listSiteColumns,
  listSitePermissions,
  listSites,
  listSubsites,
  sitesDelta,
  type SiteCall,
  type SitePlace,
} from './site-operations.ts';

/** An operation found: its name, its cost in resource units, and what it does. */
type Found = readonly [operation: string, cost: number, run: () => Answer];

const allSites = /^(?:oneDrive\.|microsoft\.graph\.)?getAllSites(?:\(\))?$/i;
const deltaCost = ({ call }: SiteCall): number => (deltaTokenOf(call) === undefined ? 2 : 1);

function collectionRoute(at: SiteCall): Found | null {
  const [, second, third] = at.call.segments;
  if (third !== undefined) return null;
  if (second === undefined) return ['ListSites', 2, () => listSites(at)];
  if (allSites.test(second)) return ['sites.getAllSites', 2, () => getAllSites(at)];
  return isDeltaSegment(second) ? ['sites.delta', deltaCost(at), () => sitesDelta(at)] : null;
}

/** Makes an operation of a function of the list addressed. */
type AtList = (run: (place: ListCall) => Answer) => () => Answer;

function itemsRoute(at: SiteCall, inList: AtList, rest: readonly string[]): Found | null {
  const [id, part, ...more] = rest;
  if (id === undefined) return ['sites.lists.ListItems', 2, inList(listItems)];
  if (isDeltaSegment(id) && part === undefined) {
    const isPathToken = id.includes("token='");
    return [
      isPathToken ? 'sites.lists.items.deltaByToken' : 'sites.lists.items.delta',
      deltaCost(at),
      inList(itemsDelta),
    ];
  }
  if (part === undefined) return ['sites.lists.GetItems', 1, inList((place) => getListItem(place, id))];
  if (more.length > 0) return null;
  if (part === 'versions')
    return ['sites.lists.items.ListVersions', 2, inList((place) => listItemVersions(place, id))];
  return part === 'fields'
    ? ['sites.lists.items.GetFields', 1, inList((place) => getFields(place, id))]
    : null;
}

function listRoute(place: SitePlace, rest: readonly string[]): Found | null {
  const [id, part, ...more] = rest;
  if (id === undefined) return ['sites.ListLists', 2, () => listLists(place)];
  const inList: AtList = (run) => () => {
    const list = findList(place, id);
    return list ? run({ ...place, list }) : itemNotFound(place.call);
  };
  if (part === 'items') return itemsRoute(place, inList, more);
  if (more.length > 0) return null;
  switch (part) {
    case undefined:
      return ['sites.GetLists', 1, inList(getList)];
    case 'columns':
      return ['sites.lists.ListColumns', 2, inList(listColumns)];
    case 'contentTypes':
      return [
        'sites.lists.ListContentTypes',
        2,
        inList(({ list, ...site }) => listContentTypes(site, list.number)),
      ];
    case 'drive':
      return ['sites.lists.GetDrive', 1, inList(getListDrive)];
    default:
      return null;
  }
}

const typeCast = 'microsoft.graph.sitePage';

function pageRoute(place: SitePlace, rest: readonly string[]): Found | null {
  const [id, cast, part, ...more] = rest;
  if (id === undefined) return ['sites.ListPages', 2, () => listPages(place)];
  if (id === typeCast && cast === undefined) return ['sites.pages.ListSitePage', 2, () => listPages(place)];
  if (cast === undefined) return ['sites.GetPages', 1, () => getPage(place, id)];
  if (cast !== typeCast || more.length > 0) return null;
  if (part === undefined) return ['sites.pages.GetSitePage', 1, () => getPage(place, id)];
  return part === 'canvasLayout'
    ? ['sites.pages.sitePage.GetCanvasLayout', 1, () => getCanvasLayout(place, id)]
    : null;
}

function permissionRoute(place: SitePlace, rest: readonly string[]): Found | null {
  const [id] = rest;
  if (id === undefined) return ['sites.ListPermissions', 5, () => listSitePermissions(place)];
  return rest.length === 1 ? ['sites.GetPermissions', 5, () => getSitePermission(place, id)] : null;
}

function belowSite(place: SitePlace, rest: readonly string[]): Found | null {
  const [part, ...more] = rest;
  if (part === 'lists') return listRoute(place, more);
  if (part === 'pages') return pageRoute(place, more);
  if (part === 'permissions') return permissionRoute(place, more);
  if (more.length > 0 || part === undefined) return null;
  switch (part) {
    case 'sites':
      return ['sites.ListSites', 2, () => listSubsites(place)];
    case 'columns':
      return ['sites.ListColumns', 2, () => listSiteColumns(place)];
    case 'contentTypes':
      return ['sites.ListContentTypes', 2, () => listContentTypes(place)];
    default:
      return null;
  }
}

function addressedRoute(at: SiteCall): Found | null {
  const address = readSiteAddress(at.store.plan, at.call.segments);
  if (!address) return null;
  const { site, rest, isByPath } = address;
  const operation = isByPath ? 'GetSitesByPath' : 'GetSites';
  if (!site) {
    const isRoot = at.call.segments[1] === 'root';
    return [operation, 1, () => (isRoot ? noSharePoint(at.call) : itemNotFound(at.call))];
  }
  const place = { ...at, site };
  if (rest.length === 0) return [operation, 1, () => getSite(place)];
  const found = belowSite(place, rest);
  return found && site.isLocked ? [found[0], found[1], () => resourceLocked(at.call)] : found;
}

/** `groups/{id}/sites/root`: the site of a group. */
function groupRoute(at: SiteCall): Found | null {
  const [first, id = '', word, which = ''] = at.call.segments;
  if (first !== 'groups' || word !== 'sites' || at.call.segments.length !== 4) return null;
  const site = at.store.plan.ofGroup(id);
  const isMine = site && (which === 'root' || which === at.store.plan.idOf(site));
  return ['groups.GetSites', 1, () => (isMine ? getSite({ ...at, site }) : itemNotFound(at.call))];
}

/** What faults may say is not there. */
function aboutOf(operation: string): Pick<Route, 'about'> {
  if (/^sites\.lists\.(?:GetItems|items\.(?:Get|List))/.test(operation)) return { about: 'item' };
  return /^sites\.(?:lists\.|GetLists)/.test(operation) ? { about: 'container' } : {};
}

/** The operation of a call on sites, or null. */
export function siteRoute(at: SiteCall): Route | null {
  const { call } = at;
  const isSites = call.segments[0] === 'sites';
  const found = isSites ? (collectionRoute(at) ?? addressedRoute(at)) : groupRoute(at);
  if (!found) return null;
  const [operation, cost, run] = found;
  return {
    operation,
    role: /^sites\.(?:List|Get)Permissions$/.test(operation) ? 'Sites.FullControl.All' : 'Sites.Read.All',
    person: null,
    isMail: false,
    units: { service: 'sharepoint', cost },
    ...aboutOf(operation),
    run: call.method === 'GET' ? run : () => methodNotAllowed(call),
  };
}
