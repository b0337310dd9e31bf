/**
 * Writes the segments of one session: records in the order they come, in frames of about a mebibyte, in files of a few.
 * A segment is invisible until the session's commit names it, so it may be written at any time.
 */
import { sha256 } from '../../codec/hash.ts';
import { fileClass, frameType, segmentName, zstdFlag } from '../format/layout.ts';
import { encodeRecord, itemsRecord, removalsRecord, type SegmentRecord } from '../format/records.ts';
import { SealedFileWriter } from '../format/sealed-file-writer.ts';
import type { ItemRow, RemovalRow, RowOwner } from '../../../src-shared/model/rows.ts';
import type { Vault } from '../vault.ts';

const compressionLevel = 3;
const segmentBytes = 4 * 1024 * 1024;
/** Rows wait until so many of one account are together; more would only cost memory. */
const rowsPerRecord = 1024;

/** A segment as a commit names it. */
export interface WrittenSegment {
  readonly name: string;
  readonly hash: Uint8Array;
  readonly sizeBytes: number;
}

type PendingRows =
  | { readonly t: 'items'; readonly owner: RowOwner; readonly rows: ItemRow[] }
  | { readonly t: 'removals'; readonly owner: RowOwner; readonly rows: RemovalRow[] };

/** The segments of one session. Calls must not overlap: await each before the next. */
export class SegmentWriter {
  readonly #vault: Vault;
  readonly #sessionId: string;
  readonly #written: WrittenSegment[] = [];
  #file: SealedFileWriter | undefined;
  #pending: PendingRows | undefined;

  constructor(vault: Vault, sessionId: string) {
    this.#vault = vault;
    this.#sessionId = sessionId;
  }

  async writeItem(owner: RowOwner, row: ItemRow): Promise<void> {
    if (this.#pending?.t !== 'items' || !isSameOwner(this.#pending.owner, owner)) {
      await this.#flushRows();
      this.#pending = { t: 'items', owner, rows: [] };
    }
    this.#pending.rows.push(row);
    if (this.#pending.rows.length >= rowsPerRecord) await this.#flushRows();
  }

  async writeRemoval(owner: RowOwner, row: RemovalRow): Promise<void> {
    if (this.#pending?.t !== 'removals' || !isSameOwner(this.#pending.owner, owner)) {
      await this.#flushRows();
      this.#pending = { t: 'removals', owner, rows: [] };
    }
    this.#pending.rows.push(row);
    if (this.#pending.rows.length >= rowsPerRecord) await this.#flushRows();
  }

  /** Writes a record behind all rows given before. */
  async write(record: SegmentRecord): Promise<void> {
    await this.#flushRows();
    await this.#append(record);
  }

  /** Puts what is left into the store and returns all segments in order. */
  async finish(): Promise<readonly WrittenSegment[]> {
    await this.#flushRows();
    await this.#closeFile();
    return this.#written;
  }

  async #flushRows(): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    await this.#append(
      pending.t === 'items'
        ? itemsRecord(pending.owner, pending.rows)
        : removalsRecord(pending.owner, pending.rows),
    );
  }

  async #append(record: SegmentRecord): Promise<void> {
    this.#file ??= new SealedFileWriter(
      this.#vault.keys.writeContext(fileClass.segment),
      new ArrayBuffer(64 * 1024),
    );
    const raw = encodeRecord(record);
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

function isSameOwner(a: RowOwner, b: RowOwner): boolean {
  return a.account === b.account && a.workload === b.workload;
}
