/**
 * Ids of messages and folders: texts that look like Exchange's and carry their numbers and a checksum, so that no
 * table of ids is needed. An immutable id is the same for life; a mutable id names the place too and changes on move.
 */
import { mix } from '../chance.ts';

const immutablePrefix = 'AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A';
const mutablePrefix = 'AAMkAGUzY2FiOWE5LTVmOGUtNDA5Ni1hNzRk';
const folderPrefix = 'AQMkAGUzY2FiOWE5LTVmOGUtNDA5Ni1hNzRk';
const scratch = Buffer.alloc(18);

export interface MessagePlace {
  mailbox: number;
  message: number;
}

const checksum = (seed: number, [a, b, c]: readonly [number, number, number]) => mix(mix(seed, a), b, c);

/** Three numbers and a checksum of them as text, 24 characters long. */
export function pack(seed: number, numbers: readonly [number, number, number]): string {
  const [a, b, c] = numbers;
  scratch.writeUInt32BE(checksum(seed, numbers), 0);
  scratch.writeUInt32BE((a ^ seed) >>> 0, 4);
  scratch.writeUInt32BE((b ^ 0x5bd1e995) >>> 0, 8);
  scratch.writeUInt32BE(c >>> 0, 12);
  scratch.writeUInt16BE(0, 16);
  return scratch.toString('base64url');
}

/** The numbers inside such a text; null for a text that is none of ours. */
export function unpack(seed: number, text: string): [number, number, number] | null {
  if (text.length !== 24) return null;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 18) return null;
  const a = (bytes.readUInt32BE(4) ^ seed) >>> 0;
  const b = (bytes.readUInt32BE(8) ^ 0x5bd1e995) >>> 0;
  const c = bytes.readUInt32BE(12);
  return bytes.readUInt32BE(0) === checksum(seed, [a, b, c]) ? [a, b, c] : null;
}

export const immutableMessageId = (seed: number, place: MessagePlace): string =>
  immutablePrefix + pack(seed, [place.mailbox, place.message, 0]);

/** `moves` counts the message's moves so far. */
export const mutableMessageId = (seed: number, place: MessagePlace, moves: number): string =>
  mutablePrefix + pack(seed, [place.mailbox, place.message, moves + 1]);

export const folderId = (seed: number, mailbox: number, folder: number): string =>
  folderPrefix + pack(seed, [mailbox, folder, 0xf01de5]);

/** What a message id names; `moves` is -1 for an immutable id. Null for a text that is no id of ours. */
export function parseMessageId(seed: number, id: string): (MessagePlace & { moves: number }) | null {
  const isImmutable = id.startsWith(immutablePrefix);
  if (!isImmutable && !id.startsWith(mutablePrefix)) return null;
  const parts = unpack(seed, id.slice(immutablePrefix.length));
  return parts && { mailbox: parts[0], message: parts[1], moves: isImmutable ? -1 : parts[2] - 1 };
}

/** The folder number an id names in a mailbox, or -1. */
export function parseFolderId(seed: number, mailbox: number, id: string): number {
  if (!id.startsWith(folderPrefix)) return -1;
  const parts = unpack(seed, id.slice(folderPrefix.length));
  return parts && parts[0] === mailbox && parts[2] === 0xf01de5 ? parts[1] : -1;
}
