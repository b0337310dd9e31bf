/** Reading drives and items: metadata, children, permissions, versions, and the way to the bytes. */
import type { Answer } from '../http/answer.ts';
import { graphError, type GraphCall, type Organization } from '../graph/graph-call.ts';
import {
  collectionAnswer,
  entityAnswer,
  readPageRequest,
  sliceAnswer,
  withNames,
} from '../graph/paged-collection.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import { invalidRequest, itemNotFound, unknownProperty } from '../graph/sharepoint-problems.ts';
import type { Drive, ItemState } from './drive.ts';
import { parseItemId } from './drive-ids.ts';
import { authorOf, downloadAddress, driveJson, isoTime, itemJson, unknownItemName } from './item-json.ts';
import { permissionsOf } from './sharing.ts';

/** An item named by a call. */
export interface ItemPlace {
  organization: Organization;
  call: GraphCall;
  drive: Drive;
  state: ItemState;
}

/** The item of an id, if it exists. */
export function findItem(drive: Drive, id: string): ItemState | null {
  const number = id === 'root' ? 0 : parseItemId(drive.world.seed, drive.ref, id);
  const state = drive.item(number);
  return state && drive.isReachable(state) ? state : null;
}

/** The item at a path below another; names compare as SharePoint's do, whatever their case, exact ones first. */
export function findByPath(drive: Drive, from: ItemState, path: readonly string[]): ItemState | null {
  let at: ItemState | null = from;
  for (const name of path) {
    const children: ItemState[] = at ? drive.children(at.number) : [];
    const wanted = name.toLowerCase();
    at =
      children.find((child) => child.name === name) ??
      children.find((child) => child.name.toLowerCase() === wanted) ??
      null;
  }
  return at;
}

/** GET of a drive. */
export function getDrive(organization: Organization, call: GraphCall, drive: Drive): Answer {
  const refusal = refuseOptions(call, ['select']);
  if (refusal) return refusal;
  return entityAnswer(
    organization,
    'drives/$entity',
    withNames(driveJson(organization, drive), selectedNames(call)),
  );
}

/** The drives of one owner, page by page. */
export function listDrives(organization: Organization, call: GraphCall, drives: readonly Drive[]): Answer {
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  return sliceAnswer(organization, call, {
    request,
    context: 'drives',
    all: drives,
    toJson: (drive) => withNames(driveJson(organization, drive), request.select),
  });
}

const isKnownExpand = (expand: string) => expand === '' || expand === 'permissions';

/** GET of an item, with its permissions when expanded. */
export function getItem(place: ItemPlace): Answer {
  const { organization, call, drive, state } = place;
  const refusal = refuseOptions(call, ['select', 'expand']);
  if (refusal) return refusal;
  const names = selectedNames(call);
  const wrong = unknownItemName(names);
  if (wrong !== undefined) return unknownProperty(call, wrong, 'driveItem');
  const expand = call.query.get('expand') ?? '';
  if (!isKnownExpand(expand)) return unknownProperty(call, expand, 'driveItem');
  const json = itemJson({ organization, drive, state, isDelta: false }, names, expand);
  return entityAnswer(organization, 'drives/items/$entity', json);
}

/** Children of a folder, page by page. */
export function listChildren(place: ItemPlace): Answer {
  const { organization, call, drive, state } = place;
  const request = readPageRequest(call, ['expand']);
  if ('status' in request) return request;
  const wrong = unknownItemName(request.select);
  if (wrong !== undefined) return unknownProperty(call, wrong, 'driveItem');
  if (!isKnownExpand(request.expand)) return unknownProperty(call, request.expand, 'driveItem');
  return sliceAnswer(organization, call, {
    request,
    context: 'drives/items/children',
    all: drive.children(state.number),
    toJson: (child) =>
      itemJson({ organization, drive, state: child, isDelta: false }, request.select, request.expand),
  });
}

/** All permissions of an item, inherited ones included. */
export function listPermissions({ organization, call, drive, state }: ItemPlace): Answer {
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  return collectionAnswer(organization, call, {
    request,
    context: 'drives/items/permissions',
    value: permissionsOf(organization, drive, state),
    next: null,
  });
}

/** One permission of an item. */
export function getPermission({ organization, call, drive, state }: ItemPlace, id: string): Answer {
  const found = permissionsOf(organization, drive, state).find(
    (permission) => (permission as { id: string }).id === id,
  );
  return (
    refuseOptions(call, ['select']) ??
    (found ? entityAnswer(organization, 'drives/items/permissions/$entity', found) : itemNotFound(call))
  );
}

function versionJson({ drive, state }: ItemPlace, version: number): Record<string, unknown> {
  const isCurrent = version === drive.versionCount(state);
  const writtenMs = isCurrent ? drive.modifiedMs(state) : drive.versionMs(state, version);
  return {
    id: `${version}.0`,
    lastModifiedDateTime: isoTime(writtenMs),
    size: drive.content(state, version).sizeBytes,
    lastModifiedBy: authorOf({ drive, state }, version),
  };
}

/** Versions of a file, the newest first. */
export function listVersions(place: ItemPlace): Answer {
  const { organization, call, drive, state } = place;
  const request = readPageRequest(call, []);
  if ('status' in request) return request;
  if (state.isFolder) return invalidRequest(call, 'Folders have no versions.');
  const count = drive.versionCount(state);
  const length = count - state.purged;
  return sliceAnswer(organization, call, {
    request,
    context: 'drives/items/versions',
    all: Array.from({ length }, (_, i) => count - i),
    toJson: (version) => withNames(versionJson(place, version), request.select),
  });
}

/** The number of a version id, or 0 when the file has no such version. */
function versionNumber({ drive, state }: ItemPlace, id: string): number {
  const version = /^(\d{1,6})\.0$/.exec(id)?.[1];
  const number = Number(version ?? 0);
  const isThere = number > state.purged && number <= drive.versionCount(state);
  return isThere && !state.isFolder ? number : 0;
}

/** One version of a file. */
export function getVersion(place: ItemPlace, id: string): Answer {
  const { organization, call } = place;
  const version = versionNumber(place, id);
  if (version === 0) return itemNotFound(call);
  return (
    refuseOptions(call, ['select']) ??
    entityAnswer(organization, 'drives/items/versions/$entity', versionJson(place, version))
  );
}

/** 302 to the bytes of an older version; the present one is refused, as SharePoint does. */
export function getVersionContent(place: ItemPlace, id: string): Answer {
  const { call, drive, state } = place;
  const version = versionNumber(place, id);
  if (version === 0) return itemNotFound(call);
  if (version === drive.versionCount(state))
    return invalidRequest(call, 'You cannot get the content of the current version.');
  const trouble = drive.versionTrouble(state, version);
  if (trouble === 'malwareDetected') return malwareAnswer(call);
  return trouble === 'itemNotFound' ? itemNotFound(call) : redirect(place, version);
}

/** What is told instead of the bytes of a file that carries malware. */
function malwareAnswer(call: GraphCall): Answer {
  const answer = graphError(call, 403, {
    code: 'malwareDetected',
    message: 'Malware was detected in the requested resource.',
  });
  return { ...answer, headers: { ...answer.headers, 'X-Virus-Infected': 'true' } };
}

/** 302 to the bytes of a file. */
export function getContent(place: ItemPlace): Answer {
  const { call, drive, state } = place;
  const refusal = refuseOptions(call, []);
  if (refusal) return refusal;
  if (state.isFolder) return invalidRequest(call, 'The content of a folder cannot be downloaded.');
  const trouble = drive.trouble(state);
  if (trouble === 'malwareDetected') return malwareAnswer(call);
  // The other trouble shows at the download itself.
  return trouble === 'itemNotFound' ? itemNotFound(call) : redirect(place, drive.versionCount(state));
}

function redirect({ organization, drive, state }: ItemPlace, version: number): Answer {
  const location = downloadAddress(organization, drive, { item: state.number, version });
  return { status: 302, body: '', headers: { Location: location } };
}
