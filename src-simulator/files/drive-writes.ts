/** Writing to drives: files whole or in sessions, folders, names, places, times, and what is deleted. */
import { z } from 'zod';
import { graphError, type GraphCall } from '../graph/graph-call.ts';
import { entityAnswer } from '../graph/paged-collection.ts';
import { invalidRequest, itemNotFound } from '../graph/sharepoint-problems.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import { withBody } from '../writes/request-shape.ts';
import { sessionJson, type RangeRules } from '../writes/upload-sessions.ts';
import { findItem, type ItemPlace } from './drive-operations.ts';
import type { FileTimes, ItemState } from './drive.ts';
import { idOfDrive, itemJson } from './item-json.ts';

/** A call that writes; the item itself is in the operations' own arguments. */
export type WritePlace = Omit<ItemPlace, 'state'>;

/** A file or folder that is to be in a folder under a name; `state` is what has that name already. */
export interface Target {
  readonly parent: ItemState;
  readonly name: string;
  readonly state: ItemState | null;
}

const conflictName = '@microsoft.graph.conflictBehavior';
const conflictSchema = z.enum(['fail', 'replace', 'rename']);
type Conflict = z.output<typeof conflictSchema>;

const timeText = z.iso.datetime({ offset: true });
const timesSchema = z
  .looseObject({ createdDateTime: timeText.optional(), lastModifiedDateTime: timeText.optional() })
  .transform((info): FileTimes => ({
    ...(info.createdDateTime === undefined ? {} : { createdMs: Date.parse(info.createdDateTime) }),
    ...(info.lastModifiedDateTime === undefined ? {} : { modifiedMs: Date.parse(info.lastModifiedDateTime) }),
  }));

const longestName = 255;
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d|desktop\.ini|\.lock)$|^~\$/i;

/** 400 of a name that SharePoint does not take, or null. */
function nameProblem(call: GraphCall, name: string): Answer | null {
  const isBad =
    name === '' ||
    name.length > longestName ||
    /["*:<>?/\\|]|^ | $/.test(name) ||
    reserved.test(name) ||
    name.endsWith('.');
  return isBad ? invalidRequest(call, 'The provided name contains invalid characters.') : null;
}

const nameExists = (call: GraphCall): Answer =>
  graphError(call, 409, {
    code: 'nameAlreadyExists',
    message: 'The specified item name already exists.',
  });

function fullDrive({ organization, call, drive }: WritePlace): Answer | null {
  return organization.tallies.fullDrives.has(idOfDrive(drive))
    ? graphError(call, 507, { code: 'quotaLimitReached', message: 'The quota of the drive is used up.' })
    : null;
}

export function childNamed({ drive }: WritePlace, parent: ItemState, name: string): ItemState | null {
  const wanted = name.toLowerCase();
  return drive.children(parent.number).find((child) => child.name.toLowerCase() === wanted) ?? null;
}

/** A name beside the ones that are there: `name 1.ext`. */
function freeName(place: WritePlace, { parent, name }: Target): string {
  const dot = name.lastIndexOf('.');
  const [stem, suffix] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 1; ; number += 1) {
    const candidate = `${stem} ${number}${suffix}`;
    if (!childNamed(place, parent, candidate)) return candidate;
  }
}

function itemAnswer({ organization, drive }: WritePlace, state: ItemState, status: number): Answer {
  const json = itemJson({ organization, drive, state, isDelta: false }, null);
  return { ...entityAnswer(organization, 'drives/items/$entity', json), status };
}

/** Puts bytes where the target is: a new file, a new version of the one there, or another name. */
function putFile(
  place: WritePlace,
  target: Target,
  { bytes, conflict, times }: { bytes: Buffer; conflict: Conflict; times: FileTimes },
): Answer {
  const { drive, call } = place;
  const there = target.state ?? childNamed(place, target.parent, target.name);
  if (there && conflict === 'fail') return nameExists(call);
  if (there && conflict === 'replace') {
    if (there.isFolder) return nameExists(call);
    return itemAnswer(place, drive.write(there.number, bytes, times), 200);
  }
  const name = there ? freeName(place, target) : target.name;
  const made = drive.create(target.parent.number, name, false);
  return itemAnswer(place, drive.writeFirst(made.number, bytes, times), 201);
}

/** The conflict behaviour that the query names, or null for none that there is. */
function conflictOf({ query }: GraphCall): Conflict | null {
  const text = query.get(conflictName.toLowerCase());
  return text === undefined ? 'replace' : (conflictSchema.safeParse(text).data ?? null);
}

/** PUT content. */
export function putContent(place: WritePlace, target: Target): Answer {
  const { call } = place;
  const conflict = conflictOf(call);
  if (!conflict) return invalidRequest(call, 'The conflict behavior is not known.');
  const bytes = Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
  return (
    nameProblem(call, target.name) ??
    fullDrive(place) ??
    putFile(place, target, { bytes, conflict, times: {} })
  );
}

/** Ranges of SharePoint and OneDrive (graph facts, section 7). */
const driveRanges: RangeRules = {
  mostBytes: 60 * 1024 * 1024 - 1,
  multipleOfBytes: 327_680,
  takenStatus: 202,
};

const sessionSchema = z.looseObject({
  item: z
    .looseObject({
      [conflictName]: conflictSchema.optional(),
      name: z.string().optional(),
      fileSize: z.number().int().positive().optional(),
      fileSystemInfo: timesSchema.optional(),
    })
    .nullish(),
});

/** POST createUploadSession. */
export const createSession = (place: WritePlace, target: Target): Answer =>
  withBody(place.call, sessionSchema, ({ item }) => {
    const { organization, call } = place;
    const conflict = item?.[conflictName] ?? 'replace';
    const isTaken = childNamed(place, target.parent, target.name) !== null;
    const refusal =
      nameProblem(call, target.name) ??
      fullDrive(place) ??
      (isTaken && conflict === 'fail' ? nameExists(call) : null);
    if (refusal) return refusal;
    const times = item?.fileSystemInfo ?? {};
    const finish = (bytes: Buffer): Answer => {
      const parent = place.drive.item(target.parent.number);
      return parent && place.drive.isReachable(parent)
        ? (fullDrive(place) ?? putFile(place, { ...target, state: null }, { bytes, conflict, times }))
        : itemNotFound(call);
    };
    const plan = { sizeBytes: item?.fileSize ?? null, rules: driveRanges, mailbox: null, finish };
    const session = organization.uploads.open(plan, Date.now());
    const uploadUrl = `${organization.origin()}/upload/${session.id}`;
    const context = `${organization.origin()}/v1.0/$metadata#microsoft.graph.uploadSession`;
    return jsonText(JSON.stringify({ '@odata.context': context, ...sessionJson(session, uploadUrl) }));
  });

const folderSchema = z.looseObject({
  name: z.string(),
  folder: z.looseObject({}),
  [conflictName]: conflictSchema.optional(),
  fileSystemInfo: timesSchema.optional(),
});

/** POST children: a folder. */
export const createFolder = (place: WritePlace, parent: ItemState): Answer =>
  withBody(place.call, folderSchema, (body) => {
    const { drive, call } = place;
    const { name } = body;
    const conflict = body[conflictName] ?? 'fail';
    const there = childNamed(place, parent, name);
    const refusal =
      (parent.isFolder ? null : invalidRequest(call, 'Only folders have children.')) ??
      nameProblem(call, name) ??
      fullDrive(place);
    if (refusal) return refusal;
    if (there && conflict === 'fail') return nameExists(call);
    if (there && conflict === 'replace') return itemAnswer(place, there, 200);
    const free = there ? freeName(place, { parent, name, state: there }) : name;
    const made = drive.create(parent.number, free, true);
    drive.setTimes(made.number, body.fileSystemInfo ?? {});
    return itemAnswer(place, made, 201);
  });

const patchSchema = z.looseObject({
  name: z.string().optional(),
  fileSystemInfo: timesSchema.optional(),
  parentReference: z.looseObject({ id: z.string().optional() }).optional(),
  [conflictName]: conflictSchema.optional(),
});

/** PATCH: another name, another folder of the drive, other times. */
export const updateItem = (place: WritePlace, state: ItemState): Answer =>
  withBody(place.call, patchSchema, ({ name = state.name, fileSystemInfo, parentReference }) => {
    const { drive, call } = place;
    const parent =
      parentReference?.id === undefined ? drive.item(state.parent) : findItem(drive, parentReference.id);
    if (!parent) return itemNotFound(call);
    const refusal = nameProblem(call, name) ?? placeProblem(place, state, parent);
    if (refusal) return refusal;
    const there = childNamed(place, parent, name);
    if (there && there.number !== state.number) return nameExists(call);
    drive.setTimes(state.number, fileSystemInfo ?? {});
    return itemAnswer(place, drive.change(state.number, { name, parent: parent.number }), 200);
  });

/** 400 of a place in which an item cannot be, or null. */
function placeProblem({ drive, call }: WritePlace, state: ItemState, parent: ItemState): Answer | null {
  const above = [...drive.ancestors(parent), parent].map(({ number }) => number);
  const isWithinItself = above.includes(state.number);
  return state.number === 0 || !parent.isFolder || isWithinItself
    ? invalidRequest(call, 'The item cannot be moved there.')
    : null;
}

/** DELETE. */
export function deleteItem({ drive, call }: WritePlace, state: ItemState): Answer {
  if (state.number === 0) return invalidRequest(call, 'The root cannot be deleted.');
  drive.delete(state.number);
  return { status: 204, body: '' };
}
