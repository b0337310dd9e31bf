/**
 * Writes the segments of one session: records in the order they come, in frames of about a mebibyte, in files of a few.
 * A segment is invisible until the session's commit names it, so it may be written at any time.
 */
import { sha256 } from '../../codec/hash.ts';
import { fileClass, frameType, maxFrameRawBytes, segmentName, zstdFlag } from '../format/layout.ts';
import {
  encodeRecord,
  itemsRecord,
  packItemRow,
  removalsRecord,
  type SegmentRecord,
} from '../format/records.ts';
import { SealedFileWriter } from '../format/sealed-file-writer.ts';
import type { ItemRow, PackedItemRow, RemovalRow, RowOwner } from '../../../src-shared/model/rows.ts';
import type { Vault } from '../vault.ts';

const compressionLevel = 3;
const segmentBytes = 4 * 1024 * 1024;
/** A segment is closed when it has reached its size, so one record of any size may stand behind that. */
const memoryBytes = 2 * segmentBytes + maxFrameRawBytes;
/** Letters of information about items in one record: whom a file is shared with can be much. */
const infoPerRecord = 512 * 1024;
/** Rows of an account wait for so many of their kind: alone they would neither compress nor seal cheaply. */
const rowsPerRecord = 256;

/** A segment as a commit names it. */
export interface WrittenSegment {
  readonly name: string;
  readonly hash: Uint8Array;
  readonly sizeBytes: number;
}

type PendingRows =
  | { readonly t: 'items'; readonly owner: RowOwner; readonly rows: PackedItemRow[]; infoLength: number }
  | { readonly t: 'removals'; readonly owner: RowOwner; readonly rows: RemovalRow[] };

/** The segments of one session. Calls must not overlap: await each before the next. */
export class SegmentWriter {
  readonly #vault: Vault;
  readonly #sessionId: string;
  readonly #written: WrittenSegment[] = [];
  /** One segment after the other is built here. */
  readonly #memory = new Uint8Array(memoryBytes);
  readonly #recordMemory = new Uint8Array(maxFrameRawBytes);
  #file: SealedFileWriter | undefined;
  readonly #pending = new Map<string, PendingRows>();

  constructor(vault: Vault, sessionId: string) {
    this.#vault = vault;
    this.#sessionId = sessionId;
  }

  async writeItem(owner: RowOwner, row: ItemRow): Promise<void> {
    const packed = packItemRow(row);
    const pending = await this.#pendingOf(owner, 'items');
    if (pending.t === 'items') {
      pending.rows.push(packed);
      pending.infoLength += packed.info.length;
    }
    await this.#flushIfFull(pending);
  }

  async writeRemoval(owner: RowOwner, row: RemovalRow): Promise<void> {
    const pending = await this.#pendingOf(owner, 'removals');
    if (pending.t === 'removals') pending.rows.push(row);
    await this.#flushIfFull(pending);
  }

  /** Writes a record behind all rows of its account that were given before. */
  async write(record: SegmentRecord): Promise<void> {
    if ('account' in record) await this.#flushRows(this.#pending.get(keyOf(record)));
    await this.#append(record);
  }

  /** Puts what is left into the store and returns all segments in order. */
  async finish(): Promise<readonly WrittenSegment[]> {
    for (const pending of [...this.#pending.values()]) await this.#flushRows(pending);
    await this.#closeFile();
    return this.#written;
  }

  /** The rows of an account that wait; those of the other kind are written first, because order counts. */
  async #pendingOf(owner: RowOwner, kind: PendingRows['t']): Promise<PendingRows> {
    const waiting = this.#pending.get(keyOf(owner));
    if (waiting?.t === kind) return waiting;
    await this.#flushRows(waiting);
    const fresh: PendingRows =
      kind === 'items' ? { t: kind, owner, rows: [], infoLength: 0 } : { t: kind, owner, rows: [] };
    this.#pending.set(keyOf(owner), fresh);
    return fresh;
  }

  async #flushIfFull(pending: PendingRows): Promise<void> {
    const isLong = pending.t === 'items' && pending.infoLength >= infoPerRecord;
    if (isLong || pending.rows.length >= rowsPerRecord) await this.#flushRows(pending);
  }

  async #flushRows(pending: PendingRows | undefined): Promise<void> {
    if (pending === undefined) return;
    this.#pending.delete(keyOf(pending.owner));
    await this.#append(
      pending.t === 'items'
        ? itemsRecord(pending.owner, pending.rows)
        : removalsRecord(pending.owner, pending.rows),
    );
  }

  async #append(record: SegmentRecord): Promise<void> {
    this.#file ??= new SealedFileWriter(this.#vault.keys.writeContext(fileClass.segment), this.#memory);
    const raw = encodeRecord(record, this.#recordMemory);
    const compressed = this.#vault.compressor.compress(raw, compressionLevel);
    const isSmaller = compressed.length < raw.length;
    this.#file.append({
      type: frameType.record,
      flags: isSmaller ? zstdFlag : 0,
      count: 1,
      stored: isSmaller ? compressed : raw,
      rawBytes: raw.length,
    });
    if (this.#file.usedBytes >= segmentBytes) await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    if (this.#file === undefined) return;
    const bytes = this.#file.finish(new Uint8Array(0));
    this.#file = undefined;
    const name = segmentName(this.#sessionId, this.#written.length);
    await this.#vault.store.createIfAbsent(name, bytes);
    this.#written.push({ name, hash: sha256(bytes), sizeBytes: bytes.length });
  }
}

function keyOf({ workload, account }: RowOwner): string {
  return `${workload} ${account}`;
}
