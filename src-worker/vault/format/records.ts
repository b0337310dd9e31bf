/**
 * What segments and commits say, as validated shapes. A segment is an ordered list of records; a reader applies them
 * in order (docs/vault-format.md section 6). Encoding is CBOR (RFC 8949); item rows stand in columns, because columns
 * compress to half of what maps do.
 */
import { decode, encode, encodeInto } from 'cborg';
import { z } from 'zod';
import {
  accountRowSchema,
  collectionRowSchema,
  contentRefSchema,
  idSchema,
  issueRowSchema,
  itemInfoSchema,
  snapshotCountsSchema,
  snapshotOutcomes,
  stateRowSchema,
  type ItemRow,
  type RemovalRow,
  type RowOwner,
} from '../../../src-shared/model/rows.ts';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { damaged } from './seal.ts';

const key = z.string().min(1).max(1024);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const id = idSchema;
const size = z.number().int().nonnegative();
const scope = { workload: key, account: key };

const strings = z.array(z.string().max(1024));

const recordSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('packs'),
    packs: z.array(z.object({ name: id, sizeBytes: size, epoch: size, salt: bytes, directory: bytes })),
  }),
  z.object({ t: z.literal('accounts'), put: z.array(accountRowSchema) }),
  z.object({
    t: z.literal('collections'),
    ...scope,
    put: z.array(collectionRowSchema),
    removed: z.array(key),
  }),
  z.object({
    t: z.literal('items'),
    ...scope,
    collections: z.array(key),
    ids: strings,
    at: z.array(size),
    versions: strings,
    contents: z.array(contentRefSchema),
    infos: z.array(itemInfoSchema),
  }),
  z.object({
    t: z.literal('removals'),
    ...scope,
    collections: z.array(key),
    ids: strings,
    at: z.array(size),
  }),
  z.object({ t: z.literal('states'), ...scope, put: z.array(stateRowSchema), removed: z.array(key) }),
  z.object({ t: z.literal('issues'), ...scope, put: z.array(issueRowSchema), cleared: strings }),
]);

/** A record of a segment. Item rows of one record share workload and account. */
export type SegmentRecord = z.infer<typeof recordSchema>;
/** A pack with its directory, as encoded in the pack itself: pack-footer.ts reads it. */
export type PackRecord = Extract<SegmentRecord, { t: 'packs' }>['packs'][number];

/**
 * Encodes a record into `memory`, of the size of the largest frame; throws `internal` for one that no reader would take,
 * because a segment cannot be mended later.
 */
export function encodeRecord(record: SegmentRecord, memory: Uint8Array): Uint8Array {
  try {
    recordSchema.parse(record);
    return memory.subarray(0, encodeInto(record, memory).written);
  } catch (cause) {
    throw new AppError(
      'internal',
      'Something of this mailbox is longer than a vault can hold, so it was not written. What was committed before is safe.',
      { cause, details: { record: record.t } },
    );
  }
}

/** Parses one record; throws `pack-damaged` where it has another shape. */
export function decodeRecord(data: Uint8Array): SegmentRecord {
  const parsed = recordSchema.safeParse(decode(data));
  if (!parsed.success) throw damaged('a record has another shape than its kind');
  return parsed.data;
}

/** The rows of an `items` record. */
export function* itemRows(record: Extract<SegmentRecord, { t: 'items' }>): Iterable<ItemRow> {
  for (const [index, itemId] of record.ids.entries()) {
    const collection = record.collections[record.at[index] ?? -1];
    const version = record.versions[index];
    const content = record.contents[index];
    const info = record.infos[index];
    if (collection === undefined || version === undefined || content === undefined || info === undefined) {
      throw damaged('the columns of a record have different lengths');
    }
    yield { id: itemId, collection, version, content, info };
  }
}

/** The rows of a `removals` record. */
export function* removalRows(record: Extract<SegmentRecord, { t: 'removals' }>): Iterable<RemovalRow> {
  for (const [index, itemId] of record.ids.entries()) {
    const collection = record.collections[record.at[index] ?? -1];
    if (collection === undefined) throw damaged('the columns of a record have different lengths');
    yield { id: itemId, collection };
  }
}

/** Packs item rows of one account into a record. */
export function itemsRecord(owner: RowOwner, rows: readonly ItemRow[]): SegmentRecord {
  return {
    t: 'items',
    ...owner,
    ...idColumns(rows),
    versions: rows.map((row) => row.version),
    contents: rows.map((row) => row.content),
    infos: rows.map((row) => row.info),
  };
}

/** Packs removals of one account into a record. */
export function removalsRecord(owner: RowOwner, rows: readonly RemovalRow[]): SegmentRecord {
  return { t: 'removals', ...owner, ...idColumns(rows) };
}

function idColumns(rows: readonly RemovalRow[]): { collections: string[]; ids: string[]; at: number[] } {
  const collections = [...new Set(rows.map((row) => row.collection))];
  const positions = new Map(collections.map((collection, index) => [collection, index]));
  return {
    collections,
    ids: rows.map((row) => row.id),
    at: rows.map((row) => positions.get(row.collection) ?? 0),
  };
}

/** The single record of a commit. `parent` is the SHA-256 of the previous commit of the chain, null for the first. */
const commitSchema = z.object({
  v: z.literal(1),
  chain: key,
  number: z.number().int().positive(),
  parent: id.nullable(),
  session: key,
  agent: key,
  startedAt: z.iso.datetime(),
  committedAt: z.iso.datetime(),
  protectedItem: z.object({
    id: key,
    name: z.string().max(256),
    organization: z.string().max(256),
    /** Names of the workloads that were chosen. */
    services: z.array(key).max(64).optional(),
    /** What it leaves out by choice; commits of before there was a choice have no list. */
    leftOut: z.array(z.string().max(64)).max(64).optional(),
  }),
  /** `checkpoint`: a first run saved what it had and went on; `partial`: something is missing, the issues say what. */
  outcome: z.enum(snapshotOutcomes),
  segments: z.array(z.object({ name: key, hash: id, sizeBytes: size })),
  packs: size,
  counts: snapshotCountsSchema,
  /** Items that the snapshot lacks, by cause. */
  issues: z.array(z.object({ outcome: z.enum(['skipped', 'failed']), code: key, count: size })),
});
export type CommitRecord = z.infer<typeof commitSchema>;

export function encodeCommit(commit: CommitRecord): Uint8Array {
  return encode(commit);
}

export function decodeCommit(data: Uint8Array): CommitRecord {
  const parsed = commitSchema.safeParse(decode(data));
  if (!parsed.success) throw damaged('a commit has another shape than a commit');
  return parsed.data;
}
