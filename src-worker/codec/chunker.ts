/**
 * Cuts objects into chunks where their content says so (chunker kind `gear-keyed` of vault format 1), so that an
 * insertion moves few cuts and equal content gives equal chunks. Whole buffers and streams are cut alike. Must not
 * hash, compress or keep what it cut.
 */
import { GearScanner, type ChunkSizes } from './gear-scanner.ts';
import { plainBytes } from './plain-bytes.ts';

const KIB = 1024;

/** For objects up to {@link largeObjectBytes}. */
export const smallChunkSizes: ChunkSizes = {
  minBytes: 16 * KIB,
  averageBytes: 64 * KIB,
  maxBytes: 256 * KIB,
};
/** For larger objects, so that the index of big files stays small. */
export const largeChunkSizes: ChunkSizes = {
  minBytes: 128 * KIB,
  averageBytes: 512 * KIB,
  maxBytes: 2048 * KIB,
};
/** Above this an object is cut with {@link largeChunkSizes}. */
export const largeObjectBytes = 16 * KIB * KIB;
/** Objects up to this size are one chunk, whatever they contain. */
export const singleChunkBytes = 64 * KIB;

/** Cuts whole objects. Reusable, one object at a time. */
export interface Chunker {
  /** The ends of the chunks of `object` in order, the last being its length; empty for an empty object. */
  cut(object: Uint8Array): number[];
}

/** Is given a chunk, which lies in memory that is used again as soon as this returns. */
type OnChunk = (chunk: Uint8Array) => void;

/** Cuts objects that arrive in pieces. Reusable, one object at a time. */
export interface StreamChunker {
  /** Gives out the chunks that are complete with `piece`, in order; the rest of it is copied. */
  push(piece: Uint8Array, onChunk: OnChunk): void;
  /** Gives out what is left, in order. What is pushed afterwards is another object. */
  end(onChunk: OnChunk): void;
  /** Forgets an object whose end will not come. */
  reset(): void;
}

/** A chunker under `chunkKey` (32 bytes). Needs loadSodium() to have finished in this thread. */
export function createChunker(chunkKey: Uint8Array, sizes: ChunkSizes): Chunker {
  const scanner = new GearScanner(chunkKey, sizes);
  return {
    cut(object) {
      if (object.length === 0) return [];
      if (object.length <= singleChunkBytes) return [object.length];
      scanner.reset();
      const cuts = scanner.feed(object);
      if (cuts.at(-1) !== object.length) cuts.push(object.length);
      return cuts;
    },
  };
}

/** A chunker for objects whose end is not known yet; cuts exactly where {@link createChunker} would. */
export function createStreamChunker(chunkKey: Uint8Array, sizes: ChunkSizes): StreamChunker {
  return new PieceChunker(chunkKey, sizes);
}

class PieceChunker implements StreamChunker {
  readonly #scanner: GearScanner;
  /** Begins with what was pushed and not given out: part of a chunk, or all of what may be a single one. */
  readonly #held: Buffer;
  #heldBytes = 0;
  /** Ends of chunks within what is held. */
  #heldEnds: number[] = [];
  #isLong = false;

  constructor(chunkKey: Uint8Array, sizes: ChunkSizes) {
    this.#scanner = new GearScanner(chunkKey, sizes);
    this.#held = Buffer.allocUnsafeSlow(singleChunkBytes + sizes.maxBytes);
  }

  push(piece: Uint8Array, onChunk: OnChunk): void {
    const start = this.#heldBytes;
    const ends = [...this.#heldEnds, ...this.#scanner.feed(piece).map((end) => start + end)];
    this.#isLong ||= start + piece.length > singleChunkBytes;
    if (!this.#isLong) {
      this.#hold(piece);
      this.#heldEnds = ends;
      return;
    }
    let from = 0;
    for (const end of ends) {
      onChunk(this.#between(from, end, piece));
      from = end;
    }
    this.#held.copyWithin(0, from, start);
    this.#heldBytes = Math.max(0, start - from);
    this.#heldEnds = [];
    this.#hold(piece.subarray(Math.max(0, from - start)));
  }

  end(onChunk: OnChunk): void {
    if (this.#heldBytes > 0) onChunk(plainBytes(this.#held.subarray(0, this.#heldBytes)));
    this.reset();
  }

  reset(): void {
    this.#scanner.reset();
    this.#heldBytes = 0;
    this.#heldEnds = [];
    this.#isLong = false;
  }

  #hold(bytes: Uint8Array): void {
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes += bytes.length;
  }

  /** Bytes of what is held and of `piece` behind it. Only what lies in both is put together. */
  #between(from: number, end: number, piece: Uint8Array): Uint8Array {
    const start = this.#heldBytes;
    if (from >= start) return plainBytes(piece.subarray(from - start, end - start));
    if (end > start) this.#held.set(piece.subarray(0, end - start), start);
    return plainBytes(this.#held.subarray(from, end));
  }
}
