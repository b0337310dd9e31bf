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
  idSchema,
  isContentRef,
  isCount,
  isItemInfo,
  issueRowSchema,
  snapshotCountsSchema,
  snapshotOutcomes,
  stateRowSchema,
  type ItemRow,
  type PackedItemRow,
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

/** A column of a record of rows. Records have hundreds of rows, so values are looked at and not copied. */
const column = <T>(isValue: (value: unknown) => value is T) =>
  z.custom<readonly T[]>((value) => Array.isArray(value) && value.every(isValue));
const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= 1024;
const isText = (value: unknown): value is string => typeof value === 'string';
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

const strings = column(isShort);
const counts = column(isCount);

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
    at: counts,
    versions: strings,
    sizes: counts,
    contents: column(isBytes),
    infos: column(isText),
  }),
  z.object({
    t: z.literal('removals'),
    ...scope,
    collections: z.array(key),
    ids: strings,
    at: counts,
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
    throw unwritable(record.t, cause);
  }
}

function unwritable(record: SegmentRecord['t'], cause: unknown): AppError {
  return new AppError(
    'internal',
    'Something of this mailbox is longer than a vault can hold, so it was not written. What was committed before is safe.',
    { cause, details: { record } },
  );
}

/** Parses one record; throws `pack-damaged` where it has another shape. */
export function decodeRecord(data: Uint8Array): SegmentRecord {
  const parsed = recordSchema.safeParse(decode(data));
  if (!parsed.success) throw damaged('a record has another shape than its kind');
  return parsed.data;
}

/** Throws `internal` for a row that no reader would take. */
export function packItemRow({ id: itemId, collection, version, content, info }: ItemRow): PackedItemRow {
  if (!isContentRef(content) || !isItemInfo(info)) throw unwritable('items', undefined);
  const [, sizeBytes] = content;
  return { id: itemId, collection, version, sizeBytes, content: encode(content), info: JSON.stringify(info) };
}

/** The rows of an `items` record. What is packed in them is checked when it is read. */
export function* itemRows(record: Extract<SegmentRecord, { t: 'items' }>): Iterable<PackedItemRow> {
  const { ids, sizes, versions, contents, infos } = record;
  const isEven = [sizes, versions, contents, infos, record.at].every(({ length }) => length === ids.length);
  if (!isEven) throw unevenColumns();
  for (let index = 0; index < ids.length; index += 1) {
    const collection = record.collections[record.at[index] ?? -1];
    const [itemId, version, content] = [ids[index], versions[index], contents[index]];
    const [sizeBytes, info] = [sizes[index], infos[index]];
    if (collection === undefined || itemId === undefined || version === undefined) throw unevenColumns();
    if (content === undefined || sizeBytes === undefined || info === undefined) throw unevenColumns();
    yield { id: itemId, collection, version, sizeBytes, content, info };
  }
}

const unevenColumns = (): AppError => damaged('the columns of a record have different lengths');

/** The rows of a `removals` record. */
export function* removalRows(record: Extract<SegmentRecord, { t: 'removals' }>): Iterable<RemovalRow> {
  for (const [index, itemId] of record.ids.entries()) {
    const collection = record.collections[record.at[index] ?? -1];
    if (collection === undefined) throw unevenColumns();
    yield { id: itemId, collection };
  }
}

/** Packs item rows of one account into a record. */
export function itemsRecord(owner: RowOwner, rows: readonly PackedItemRow[]): SegmentRecord {
  return {
    t: 'items',
    ...owner,
    ...idColumns(rows),
    versions: rows.map((row) => row.version),
    sizes: rows.map((row) => row.sizeBytes),
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
