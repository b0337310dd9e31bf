/** From a path to an operation on drives. */
import type { Answer } from '../http/answer.ts';
import type { GraphCall, Organization, Route } from '../graph/graph-call.ts';
import { graphError } from '../graph/graph-call.ts';
import { itemNotFound, methodNotAllowed, resourceLocked } from '../graph/sharepoint-problems.ts';
import { deltaTokenOf, isDeltaSegment } from '../graph/tree-delta.ts';
import { getFields, getList, getListItem, type ListCall } from '../sites/list-operations.ts';
import { readSiteAddress } from '../sites/site-address.ts';
import type { PlannedSite } from '../sites/site-plan.ts';
import { driveDelta } from './drive-delta.ts';
import {
  findByPath,
  findItem,
  getContent,
  getDrive,
  getItem,
  getPermission,
  getVersion,
  getVersionContent,
  listChildren,
  listDrives,
  listPermissions,
  listVersions,
  type ItemPlace,
} from './drive-operations.ts';
import type { Drive } from './drive.ts';
import { driveWrite } from './drive-write-routes.ts';

/** An operation found: its name, its cost in resource units, and what it does. */
type Found = readonly [operation: string, cost: number, run: () => Answer];

/** True for a method that changes something. */
const isWrite = ({ method }: GraphCall) => method !== 'GET';

/** A call of this area with the part of the path that addresses the drive taken off. */
interface DriveCall {
  organization: Organization;
  call: GraphCall;
  drive: Drive;
  rest: readonly string[];
}

/** What addresses an item: its id or a path below another item. */
interface ItemAddress {
  /** `root`, or an id. */
  from: string;
  path: readonly string[] | null;
  rest: readonly string[];
}

function itemAddress(segments: readonly string[]): ItemAddress | null {
  const [first = '', second = ''] = segments;
  const isItems = first === 'items';
  const from = isItems ? second : first;
  if (!isItems && !/^root:?$/.test(first)) return null;
  const tail = segments.slice(isItems ? 2 : 1);
  if (!from.endsWith(':')) return from === '' ? null : { from, path: null, rest: tail };
  const end = tail.findIndex((segment) => segment.endsWith(':'));
  const path = tail.slice(0, end < 0 ? undefined : end + 1).map((name) => name.replace(/:$/, ''));
  return { from: from.slice(0, -1), path, rest: end < 0 ? [] : tail.slice(end + 1) };
}

const names = {
  root: {
    get: 'drives.GetRoot',
    children: 'drives.root.ListChildren',
    content: 'drives.root.GetContentByPath',
  },
  rootPath: {
    get: 'drives.GetRootByPath',
    children: 'drives.root.ListChildrenByPath',
    content: 'drives.root.GetContentByPath',
  },
  item: {
    get: 'drives.GetItems',
    children: 'drives.items.ListChildren',
    content: 'drives.items.GetContent',
  },
  itemPath: {
    get: 'drives.GetItemsByPath',
    children: 'drives.items.ListChildren',
    content: 'drives.items.GetContentByPath',
  },
} as const;

function namesOf({ from, path }: ItemAddress) {
  if (from === 'root') return path ? names.rootPath : names.root;
  return path ? names.itemPath : names.item;
}

/** Makes an operation of a function of the item addressed. */
type AtItem = (run: (place: ItemPlace) => Answer) => () => Answer;

function versionRoute(at: AtItem, rest: readonly string[]): Found | null {
  const [id, content] = rest;
  if (id === undefined) return ['drives.items.ListVersions', 2, at(listVersions)];
  if (rest.length === 1) return ['drives.items.GetVersions', 1, at((place) => getVersion(place, id))];
  return content === 'content' && rest.length === 2
    ? ['drives.items.versions.GetContent', 1, at((place) => getVersionContent(place, id))]
    : null;
}

function permissionRoute(at: AtItem, rest: readonly string[]): Found | null {
  const [id] = rest;
  if (id === undefined) return ['drives.items.ListPermissions', 5, at(listPermissions)];
  return rest.length === 1
    ? ['drives.items.GetPermissions', 5, at((place) => getPermission(place, id))]
    : null;
}

const permissionsExpanded = (call: GraphCall): boolean => call.query.get('expand') === 'permissions';

function itemRoute({ organization, call, drive, rest }: DriveCall): Found | null {
  const address = itemAddress(rest);
  if (!address) return null;
  const at: AtItem = (run) => () => {
    const from = findItem(drive, address.from);
    const state = from && address.path ? findByPath(drive, from, address.path) : from;
    return state ? run({ organization, call, drive, state }) : itemNotFound(call);
  };
  const operation = namesOf(address);
  const [part, ...more] = address.rest;
  if (part === 'versions') return versionRoute(at, more);
  if (part === 'permissions') return permissionRoute(at, more);
  if (more.length > 0) return null;
  const cost = permissionsExpanded(call) ? 5 : 0;
  switch (part) {
    case undefined:
      return [operation.get, cost || 1, at(getItem)];
    case 'children':
      return [operation.children, cost || 2, at(listChildren)];
    case 'content':
      return [operation.content, 1, at(getContent)];
    default:
      return null;
  }
}

/** The library a drive is, as a list of its site. */
function listOf({ organization, call, drive }: Omit<DriveCall, 'rest'>): ListCall | null {
  const { sites, siteStore: store, directory } = organization;
  const { ref } = drive;
  const site = ref.kind === 'person' ? sites.ofPerson(directory.person(ref.owner)) : sites.site(ref.owner);
  const list = site && store.content(site).list(ref.library);
  return list && { organization, call, store, site, list };
}

/** `list` of a drive, and `listItem` of an item: what SharePoint knows of them beyond files. */
function listRoute(place: DriveCall): Found | null {
  const { call, drive, rest } = place;
  const inList = (run: (list: ListCall) => Answer) => () => {
    const list = listOf(place);
    return list ? run(list) : itemNotFound(call);
  };
  if (rest[0] === 'list') return rest.length === 1 ? ['drives.GetList', 1, inList(getList)] : null;
  const [items, id = '', part, fields] = rest;
  if (items !== 'items' || part !== 'listItem' || rest.length > 4) return null;
  const number = findItem(drive, id)?.number ?? 0;
  if (fields === undefined)
    return ['drives.items.GetListItem', 1, inList((list) => getListItem(list, String(number)))];
  return fields === 'fields'
    ? ['drives.items.listItem.GetFields', 1, inList((list) => getFields(list, String(number)))]
    : null;
}

function deltaRoute({ organization, call, drive, rest }: DriveCall): Found | null {
  const isRoot = rest.length === 2 && rest[0] === 'root';
  if (!isRoot || !isDeltaSegment(rest[1])) return null;
  const isPathToken = rest[1]?.includes("token='") ?? false;
  const token = deltaTokenOf(call);
  const cost = permissionsExpanded(call) ? 5 : 0;
  return [
    isPathToken ? 'drives.root.deltaByToken' : 'drives.root.delta',
    cost || (token === undefined ? 2 : 1),
    () => driveDelta(organization, call, drive),
  ];
}

/** The operation that writes; 405 for a method that an address has not. */
function writeRoute({ organization, call, drive, rest }: DriveCall): Found {
  const address = itemAddress(rest);
  const found = address && driveWrite({ organization, call, drive }, address);
  return found ?? ['GetDrives', 1, () => methodNotAllowed(call)];
}

function belowDrive(place: DriveCall): Found | null {
  const { organization, call, drive, rest } = place;
  if (isWrite(call)) return writeRoute(place);
  if (rest.length === 0) return ['GetDrives', 1, () => getDrive(organization, call, drive)];
  return deltaRoute(place) ?? listRoute(place) ?? itemRoute(place);
}

/** Drives somebody owns, and what follows in the path. */
interface Owned {
  owner: 'users' | 'groups' | 'sites';
  drives: readonly Drive[];
  /** `drive` or `drives`, then the rest. */
  rest: readonly string[];
  /** Answer when there is no owner or no drive. */
  missing: () => Answer;
}

function drivesOfUser(organization: Organization, call: GraphCall): Owned {
  const [, id = '', ...rest] = call.segments;
  const person = organization.directory.find(id);
  const drive = person && organization.drives.ofPerson(person);
  const problem = person
    ? { code: 'ResourceNotFound', message: "User's mysite not found." }
    : { code: 'Request_ResourceNotFound', message: `Resource '${id}' does not exist.` };
  const missing = () => graphError(call, 404, problem);
  return { owner: 'users', drives: drive ? [drive] : [], rest, missing };
}

function ownedDrives(organization: Organization, call: GraphCall): Owned | null {
  const [first, id = '', word] = call.segments;
  const isDrive = word === 'drive' || word === 'drives';
  if (first === 'users') return isDrive ? drivesOfUser(organization, call) : null;
  const ofSite = (site: PlannedSite | null) => (site ? organization.drives.ofSite(site.number) : []);
  const missing = () => itemNotFound(call);
  if (first === 'groups') {
    const drives = isDrive ? ofSite(organization.sites.ofGroup(id)) : [];
    return { owner: 'groups', drives, rest: call.segments.slice(2), missing };
  }
  const address = readSiteAddress(organization.sites, call.segments);
  return address && { owner: 'sites', drives: ofSite(address.site), rest: address.rest, missing };
}

function ownedRoute(organization: Organization, call: GraphCall): Found | null {
  const owned = ownedDrives(organization, call);
  if (!owned || (owned.rest[0] !== 'drive' && owned.rest[0] !== 'drives')) return null;
  const { owner, drives, rest } = owned;
  const [first] = drives;
  const isList = rest[0] === 'drives' && rest.length === 1;
  const isOne = rest[0] === 'drive' && rest.length === 1;
  const operation = `${owner}.${isList ? 'ListDrives' : 'GetDrive'}`;
  if (!first) return [operation, 1, owned.missing];
  const place = { organization, call, drive: first };
  const read = (run: () => Answer) => (isWrite(call) ? () => methodNotAllowed(call) : whenOpen(place, run));
  if (isList) return [operation, 2, read(() => listDrives(organization, call, drives))];
  if (isOne) return [operation, 1, read(() => getDrive(organization, call, first))];
  return rest[0] === 'drive'
    ? driveRest(organization, call, { drive: first, rest: rest.slice(1) })
    : driveRest(organization, call, { drive: organization.drives.find(rest[1] ?? ''), rest: rest.slice(2) });
}

/** 423 instead when the drive is locked. */
const whenOpen =
  ({ organization, call, drive }: Omit<DriveCall, 'rest'>, run: () => Answer): (() => Answer) =>
  () =>
    organization.drives.isLocked(drive) ? resourceLocked(call) : run();

function driveRest(
  organization: Organization,
  call: GraphCall,
  { drive, rest }: { drive: Drive | null; rest: readonly string[] },
): Found | null {
  if (!drive) return ['GetDrives', 1, () => itemNotFound(call)];
  const found = belowDrive({ organization, call, drive, rest });
  return found && [found[0], found[1], whenOpen({ organization, call, drive }, found[2])];
}

/** The operation of a call on drives, or null. */
export function driveRoute(organization: Organization, call: GraphCall): Route | null {
  const { segments } = call;
  const found =
    segments[0] === 'drives' && segments[1] !== undefined
      ? driveRest(organization, call, {
          drive: organization.drives.find(segments[1]),
          rest: segments.slice(2),
        })
      : ownedRoute(organization, call);
  if (!found) return null;
  const [operation, cost, run] = found;
  return {
    operation,
    role: isWrite(call) ? 'Files.ReadWrite.All' : 'Files.Read.All',
    person: null,
    isMail: false,
    units: { service: 'sharepoint', cost },
    ...(/^drives\.(?:items\.|GetItems)/.test(operation) ? { about: 'item' } : {}),
    run,
  };
}
