/**
 * Ids of drives and items: texts that look like SharePoint's and carry their numbers and a checksum, so that no table
 * of ids is needed.
 */
import { mix } from '../chance.ts';
import { objectIdOf } from '../directory/object-id.ts';

/** Whose drive it is: a person's OneDrive, or a library of a site. */
export interface DriveRef {
  kind: 'person' | 'library';
  /** Number of the person or of the site. */
  owner: number;
  /** Number of the list that is the library; 0 for a person. */
  library: number;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const rootMark = '6Y2GOVW7725BZO354PWSELRRZ';

/** One number for a drive, for seeds. */
export const driveNumber = (ref: DriveRef): number =>
  mix(ref.kind === 'person' ? 71 : 72, ref.owner, ref.library);

const driveChecksum = (seed: number, ref: DriveRef) => mix(mix(seed, driveNumber(ref)), 73);

/** The id of a drive: `b!` and 64 characters. */
export function driveIdOf(seed: number, ref: DriveRef): string {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt32BE(driveChecksum(seed, ref), 0);
  bytes.writeUInt8(ref.kind === 'person' ? 1 : 2, 4);
  bytes.writeUInt32BE((ref.owner ^ seed) >>> 0, 5);
  bytes.writeUInt16BE(ref.library, 9);
  for (let at = 11; at < 47; at += 4) bytes.writeUInt32BE(mix(driveChecksum(seed, ref), at), at);
  return `b!${bytes.toString('base64url')}`;
}

/** What a drive id names; null for a text that is no drive id of this organization. */
export function parseDriveId(seed: number, id: string): DriveRef | null {
  if (id.length !== 66 || !id.startsWith('b!')) return null;
  const bytes = Buffer.from(id.slice(2), 'base64url');
  if (bytes.length !== 48) return null;
  const kind = bytes[4] === 1 ? 'person' : 'library';
  const ref: DriveRef = {
    kind,
    owner: (bytes.readUInt32BE(5) ^ seed) >>> 0,
    library: bytes.readUInt16BE(9),
  };
  return driveIdOf(seed, ref) === id ? ref : null;
}

function base32(value: number, length: number): string {
  let text = '';
  for (let left = value, i = 0; i < length; i += 1, left = Math.floor(left / 32))
    text += digits[left % 32] ?? '';
  return text;
}

function fromBase32(text: string): number {
  let value = 0;
  for (let i = text.length - 1; i >= 0; i -= 1) value = value * 32 + digits.indexOf(text[i] ?? '');
  return value;
}

/** The id of item `item`: `01`, six digits of the drive, and the item's own. The root's ends as every root's does. */
export function itemIdOf(seed: number, ref: DriveRef, item: number): string {
  const drive = `01${base32(driveChecksum(seed, ref), 7)}`;
  if (item === 0) return drive + rootMark;
  const own = mix(driveChecksum(seed, ref), item, 74);
  return `${drive}${base32(item, 7)}${base32(own, 7)}${base32(mix(own, 75), 7)}${base32(own, 4)}`;
}

/** The number inside an item id of a drive, or -1. */
export function parseItemId(seed: number, ref: DriveRef, id: string): number {
  if (id.length !== 34) return -1;
  if (id.endsWith(rootMark)) return itemIdOf(seed, ref, 0) === id ? 0 : -1;
  const item = fromBase32(id.slice(9, 16));
  return item > 0 && item < 2 ** 32 && itemIdOf(seed, ref, item) === id ? item : -1;
}

/** The unique id SharePoint shows in tags. */
export const itemGuid = (seed: number, ref: DriveRef, item: number): string =>
  objectIdOf(mix(seed, driveNumber(ref)), 76, item);
