/**
 * Turns content into chunks and chunks into frames, in a codec thread: split, cut, name, claim, bundle, compress.
 * What the vault has already is named again and not stored again.
 */
import {
  createChunker,
  createStreamChunker,
  largeObjectBytes,
  largeChunkSizes,
  singleChunkBytes,
  smallChunkSizes,
  type Chunker,
  type StreamChunker,
} from '../../codec/chunker.ts';
import type { ChunkSizes } from '../../codec/gear-scanner.ts';
import { isLikelyIncompressible, type Compressor } from '../../codec/compress.ts';
import { createChunkHash, type KeyedHash } from '../../codec/hash.ts';
import { splitMime } from '../../codec/mime-split.ts';
import { release } from '../../codec/plain-bytes.ts';
import { contentKind, type ContentRef, type ObjectRef } from '../../../src-shared/model/rows.ts';
import type { DedupFilter } from '../index/dedup-filter.ts';
import { bundleBytes, bundledChunkBytes, zstdFlag } from '../format/layout.ts';
import { chunkTableBytes } from '../format/pack-footer.ts';
import { ChunkBundle, type RawFrame } from './chunk-bundle.ts';
import { encodeMimeRecipe } from './mime-recipe.ts';
import type { PackWriter } from './pack-writer.ts';

/** On text, level 3 stores 4 % less than level 1 and takes 1.7 times as long. */
const usualLevel = 3;
const hurriedLevel = 1;
/** An object with more chunks than this is named by a list of its chunks, which is an object itself. */
const maxInlineIds = 8;
const maxOpenBundles = 16;

/** What an {@link ObjectWriter} works with. */
export interface ObjectWriterServices {
  readonly idKey: Uint8Array;
  readonly chunkKey: Uint8Array;
  readonly filter: DedupFilter;
  readonly compressor: Compressor;
  readonly packs: PackWriter;
}

/** Bytes that went through a writer: all, and those of chunks that were new. */
export interface WriteTotals {
  readonly readBytes: number;
  readonly newChunkBytes: number;
  readonly newChunks: number;
  readonly knownChunks: number;
}

/** Content that comes in pieces. Each piece is copied or stored before `push` returns. */
export interface ContentStream {
  push(piece: Uint8Array): void;
  /** Nothing may be pushed afterwards. */
  end(): ContentRef;
  /** In place of an end. The chunks that were stored may serve another try. */
  giveUp(): void;
}

export class ObjectWriter {
  /** True while content comes faster than it can be stored: compresses more quickly and a little less. */
  isHurried = false;
  readonly #services: ObjectWriterServices;
  readonly #hash: KeyedHash;
  readonly #smallChunker: Chunker;
  readonly #largeChunker: Chunker;
  readonly #smallStreamChunkers: SpareChunkers;
  readonly #largeStreamChunkers: SpareChunkers;
  /** Small chunks wait here, by affinity, for company to be compressed with; insertion order is age. */
  readonly #bundles = new Map<string, ChunkBundle>();
  readonly #spareBundles: ChunkBundle[] = [];
  readonly #messageMemory = new Arena();
  #scratch = Buffer.allocUnsafeSlow(2 * bundleBytes);
  readonly #totals = { readBytes: 0, newChunkBytes: 0, newChunks: 0, knownChunks: 0 };

  constructor(services: ObjectWriterServices) {
    this.#services = services;
    this.#hash = createChunkHash(services.idKey);
    this.#smallChunker = createChunker(services.chunkKey, smallChunkSizes);
    this.#largeChunker = createChunker(services.chunkKey, largeChunkSizes);
    this.#smallStreamChunkers = new SpareChunkers(services.chunkKey, smallChunkSizes);
    this.#largeStreamChunkers = new SpareChunkers(services.chunkKey, largeChunkSizes);
  }

  get totals(): WriteTotals {
    return { ...this.#totals };
  }

  /** Stores a MIME message; its larger base64 attachments become objects of their own. */
  writeMime(message: Uint8Array, affinity: string): ContentRef {
    this.#totals.readBytes += message.length;
    const split = splitMime(message, this.#messageMemory.reset());
    if (split === null) return [contentKind.bytes, message.length, this.#writeObject(message, affinity)];
    const recipe = encodeMimeRecipe({
      skeleton: this.#writeObject(split.skeleton, affinity),
      parts: split.parts.map((part) => ({ ...part, object: this.#writeObject(part.decoded, affinity) })),
    });
    this.#messageMemory.reset();
    return [contentKind.mime, message.length, this.#writeObject(recipe, affinity)];
  }

  /** Stores bytes as they are. */
  writeBytes(bytes: Uint8Array, affinity: string): ContentRef {
    this.#totals.readBytes += bytes.length;
    return [contentKind.bytes, bytes.length, this.#writeObject(bytes, affinity)];
  }

  /**
   * Begins to store content of about `sizeBytes` that comes in pieces. The size decides how it is cut, so that a file is
   * cut as it was when it came whole.
   */
  beginStream(sizeBytes: number, affinity: string): ContentStream {
    const spare = sizeBytes > largeObjectBytes ? this.#largeStreamChunkers : this.#smallStreamChunkers;
    const chunker = spare.take();
    const ids: Uint8Array[] = [];
    let writtenBytes = 0;
    const write = (chunk: Uint8Array): void => {
      ids.push(this.#writeChunk(chunk, affinity));
    };
    return {
      push: (piece) => {
        writtenBytes += piece.length;
        this.#totals.readBytes += piece.length;
        chunker.push(piece, write);
      },
      end: () => {
        chunker.end(write);
        spare.giveBack(chunker);
        return [contentKind.bytes, writtenBytes, this.#nameObject(writtenBytes, ids, affinity)];
      },
      giveUp: () => {
        chunker.reset();
        spare.giveBack(chunker);
      },
    };
  }

  /** Closes all bundles and packs. */
  flush(): void {
    for (const [affinity, bundle] of this.#bundles) this.#closeBundle(affinity, bundle);
    this.#services.packs.flush();
  }

  #writeObject(bytes: Uint8Array, affinity: string): ObjectRef {
    return this.#nameObject(bytes.length, this.#writeChunks(bytes, affinity), affinity);
  }

  #nameObject(sizeBytes: number, ids: Uint8Array[], affinity: string): ObjectRef {
    if (ids.length <= maxInlineIds) return [sizeBytes, 0, ids];
    const [, depth, listIds] = this.#writeObject(new Uint8Array(Buffer.concat(ids)), affinity);
    return [sizeBytes, depth + 1, listIds];
  }

  #writeChunks(bytes: Uint8Array, affinity: string): Uint8Array[] {
    if (bytes.length === 0) return [];
    if (bytes.length <= singleChunkBytes) return [this.#writeChunk(bytes, affinity)];
    const chunker = bytes.length > largeObjectBytes ? this.#largeChunker : this.#smallChunker;
    const ids: Uint8Array[] = [];
    let start = 0;
    for (const end of chunker.cut(bytes)) {
      ids.push(this.#writeChunk(bytes.subarray(start, end), affinity));
      start = end;
    }
    return ids;
  }

  #writeChunk(bytes: Uint8Array, affinity: string): Uint8Array {
    const id = this.#hash.hash(bytes);
    if (!this.#services.filter.claim(id)) {
      this.#totals.knownChunks += 1;
      return id;
    }
    this.#totals.newChunks += 1;
    this.#totals.newChunkBytes += bytes.length;
    if (bytes.length < bundledChunkBytes) this.#bundle(id, bytes, affinity);
    else this.#storeLoneChunk(id, bytes);
    return id;
  }

  #bundle(id: Uint8Array, bytes: Uint8Array, affinity: string): void {
    let bundle = this.#bundles.get(affinity);
    if (bundle === undefined) {
      if (this.#bundles.size >= maxOpenBundles) this.#closeOldestBundle();
      bundle = this.#spareBundles.pop() ?? new ChunkBundle();
      this.#bundles.set(affinity, bundle);
    }
    if (bundle.add(id, bytes)) this.#closeBundle(affinity, bundle);
  }

  #closeOldestBundle(): void {
    const [oldest] = this.#bundles;
    if (oldest !== undefined) this.#closeBundle(...oldest);
  }

  #closeBundle(affinity: string, bundle: ChunkBundle): void {
    this.#bundles.delete(affinity);
    this.#storeFrame(bundle.close());
    this.#spareBundles.push(bundle);
  }

  #storeLoneChunk(id: Uint8Array, bytes: Uint8Array): void {
    const tableBytes = chunkTableBytes(1);
    const raw = this.#scratchOf(tableBytes + bytes.length);
    raw.writeUInt32LE(bytes.length, 0);
    raw.set(bytes, tableBytes);
    const chunks = [{ id, offsetBytes: tableBytes, lengthBytes: bytes.length }];
    this.#storeFrame({ raw, tableBytes, chunks });
  }

  #storeFrame({ raw, tableBytes, chunks }: RawFrame): void {
    this.#services.packs.append({ ...this.#compressed(raw, tableBytes), rawBytes: raw.length, chunks });
  }

  /** Memory for one frame at a time; a pack copies it when it seals. */
  #scratchOf(sizeBytes: number): Buffer {
    if (this.#scratch.length < sizeBytes) this.#scratch = Buffer.allocUnsafeSlow(sizeBytes);
    return this.#scratch.subarray(0, sizeBytes);
  }

  #compressed(raw: Uint8Array, tableBytes: number): { flags: number; stored: Uint8Array } {
    if (isLikelyIncompressible(raw.subarray(tableBytes), this.#services.compressor))
      return { flags: 0, stored: raw };
    const level = this.isHurried ? hurriedLevel : usualLevel;
    const compressed = this.#services.compressor.compress(raw, level);
    return compressed.length < raw.length
      ? { flags: zstdFlag, stored: compressed }
      : { flags: 0, stored: raw };
  }
}

/** Chunkers of streams that ended: a new one has to make its table and megabytes of memory first. */
class SpareChunkers {
  readonly #chunkKey: Uint8Array;
  readonly #sizes: ChunkSizes;
  readonly #spare: StreamChunker[] = [];

  constructor(chunkKey: Uint8Array, sizes: ChunkSizes) {
    this.#chunkKey = chunkKey;
    this.#sizes = sizes;
  }

  take(): StreamChunker {
    return this.#spare.pop() ?? createStreamChunker(this.#chunkKey, this.#sizes);
  }

  /** Takes a chunker back that is at the beginning of an object. */
  giveBack(chunker: StreamChunker): void {
    this.#spare.push(chunker);
  }
}

const arenaBytes = 4 * 1024 * 1024;

/** Memory for the attachments and the rest of one message at a time; what does not fit gets memory of its own. */
class Arena {
  readonly #memory = Buffer.allocUnsafeSlow(arenaBytes);
  readonly #others: Uint8Array[] = [];
  #usedBytes = 0;

  /** Forgets all it gave out, and gives it out again. */
  reset(): (sizeBytes: number) => Uint8Array {
    this.#usedBytes = 0;
    for (const other of this.#others.splice(0)) release(other);
    return (sizeBytes) => {
      const start = this.#usedBytes;
      if (start + sizeBytes > arenaBytes) {
        const other = Buffer.allocUnsafeSlow(sizeBytes);
        this.#others.push(other);
        return other;
      }
      this.#usedBytes += sizeBytes;
      return this.#memory.subarray(start, start + sizeBytes);
    };
  }
}
