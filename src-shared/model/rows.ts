/**
 * The rows that a snapshot is made of, as the vault stores them and the catalog keeps them. Plain data: no behaviour,
 * no secrets, ids as Microsoft 365 gives them.
 */
import { z } from 'zod';
import { leftReasons } from './account-choice.ts';
import { accountKinds } from './account-kind.ts';

/** Bytes of a chunk id, a pack name or a hash. */
export const idBytes = 32;

const key = z.string().min(1).max(1024);
const size = z.number().int().nonnegative();

const isId = (value: unknown): value is Uint8Array => value instanceof Uint8Array && value.length === idBytes;

/** A 32-byte id. */
export const idSchema = z.custom<Uint8Array>(isId);

/** An object: its size, how many levels of id lists stand above the chunks, and the ids of the topmost level. */
export type ObjectRef = [sizeBytes: number, depth: number, ids: Uint8Array[]];
const deepestObject = 4;
const mostIds = 64;

/** A whole number, not below zero. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Rows come by the hundred thousand, so what each of them has is looked at and not copied. */
function isObjectRef(value: unknown): value is ObjectRef {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [sizeBytes, depth, ids] = value as unknown[];
  if (!isCount(sizeBytes) || !isCount(depth) || depth > deepestObject) return false;
  return Array.isArray(ids) && ids.length <= mostIds && ids.every(isId);
}
export const objectRefSchema = z.custom<ObjectRef>(isObjectRef);

/** How the content of an item is rebuilt from its object: as it is, by joining a split MIME message, or part by part. */
export const contentKind = { bytes: 0, mime: 1, parts: 2 } as const;

/** Kind, size of the rebuilt content (of all parts together) in bytes, object. */
export type ContentRef = [kind: 0 | 1 | 2, sizeBytes: number, object: ObjectRef];

export function isContentRef(value: unknown): value is ContentRef {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [kind, sizeBytes, object] = value as unknown[];
  return (kind === 0 || kind === 1 || kind === 2) && isCount(sizeBytes) && isObjectRef(object);
}
export const contentRefSchema = z.custom<ContentRef>(isContentRef);

/** What lists, search and a restore need to know of an item beside its content; the workload names the keys. */
export type ItemInfo = Record<string, unknown>;
const infoKey = /^[a-z][A-Za-z0-9]{0,63}$/;

export function isItemInfo(value: unknown): value is ItemInfo {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).every((name) => infoKey.test(name));
}

/** One item as a snapshot holds it. `version` changes with every change in Microsoft 365 (changeKey, eTag). */
export interface ItemRow {
  readonly id: string;
  readonly collection: string;
  readonly version: string;
  readonly content: ContentRef;
  readonly info: ItemInfo;
}

/** An item row as records and catalog keep it: the CBOR of its content reference, the JSON of its information. */
export interface PackedItemRow extends Pick<ItemRow, 'id' | 'collection' | 'version'> {
  readonly sizeBytes: number;
  readonly content: Uint8Array;
  readonly info: string;
}

/** An item that left a collection; it may have been moved to another one in the same session. */
export interface RemovalRow {
  readonly id: string;
  readonly collection: string;
}

export const collectionRowSchema = z.object({
  id: key,
  parent: key.nullable(),
  name: z.string().max(1024),
  isHidden: z.boolean(),
});
/** A mail folder, calendar, drive or list. `parent` is null at the top. */
export type CollectionRow = z.infer<typeof collectionRowSchema>;

export const issueRowSchema = z.object({
  item: key,
  collection: key,
  outcome: z.enum(['skipped', 'failed']),
  code: key,
  version: z.string().max(1024),
  name: z.string().max(1024),
  attempts: size,
});
/** An item that is not in the snapshot as it is in Microsoft 365, and why. An id of `*` stands for a whole collection. */
export type IssueRow = z.infer<typeof issueRowSchema>;

export const accountRowSchema = z.object({
  id: key,
  address: z.string().max(1024),
  name: z.string().max(1024),
  kind: z.enum(accountKinds),
  /** Why it is not saved any more; absent while it is. */
  left: z.enum(leftReasons).optional(),
});
/** An account of a snapshot. One that left keeps what was saved of it. */
export type AccountRow = z.infer<typeof accountRowSchema>;

/** Where an incremental enumeration of a collection goes on: a delta link, opaque and from Microsoft 365. */
export const stateRowSchema = z.object({ collection: key, link: z.string().max(32_768) });
export type StateRow = z.infer<typeof stateRowSchema>;

/** The workload of an account that rows belong to. */
export interface RowOwner {
  readonly workload: string;
  readonly account: string;
}

/** A chunk inside the raw payload of a frame. */
export interface ChunkEntry {
  readonly id: Uint8Array;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** One frame of a pack and its chunks. */
export interface FrameEntry {
  readonly sequence: number;
  readonly offsetBytes: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly chunks: readonly ChunkEntry[];
}

/** A data pack as the index knows it. `name` is the SHA-256 of its file. */
export interface PackEntry {
  readonly name: Uint8Array;
  readonly sizeBytes: number;
  readonly epoch: number;
  readonly salt: Uint8Array;
}

/** Where a chunk lies. */
export interface ChunkPlace {
  readonly pack: PackEntry;
  readonly sequence: number;
  readonly frameOffsetBytes: number;
  readonly frameStoredBytes: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export const snapshotOutcomes = ['complete', 'partial', 'checkpoint'] as const;
/** `checkpoint`: a long run saved what it had and goes on; `partial`: something is missing, the issues say what. */
export type SnapshotOutcome = (typeof snapshotOutcomes)[number];

export const snapshotCountsSchema = z.object({
  saved: size,
  unchanged: size,
  removed: size,
  skipped: size,
  failed: size,
  bytes: size,
});
/** Items of a run by outcome, and the bytes fetched for them. */
export type SnapshotCounts = z.infer<typeof snapshotCountsSchema>;
