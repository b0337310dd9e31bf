/**
 * Cuts objects into chunks where their content says so (chunker kind `gear-keyed` of vault format 1), so that an
 * insertion moves few cuts and equal content gives equal chunks. Whole buffers and streams are cut alike. Must not
 * hash, compress or keep what it cut.
 */
import { GearScanner, type ChunkSizes } from './gear-scanner.ts';

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

/** Cuts one object that arrives in pieces. */
export interface StreamChunker {
  /**
   * The chunks that are complete with `piece`, in order. Chunks may be views on pieces, so the caller hands over
   * each piece and must not write to it again.
   */
  push(piece: Uint8Array): Uint8Array[];
  /** What is left, in order; nothing may be pushed afterwards. */
  end(): Uint8Array[];
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

/** Pieces of an object, to be taken from the front in other portions than they came in. */
class PieceQueue {
  #pieces: Uint8Array[] = [];
  sizeBytes = 0;

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.sizeBytes += piece.length;
  }

  /** Removes the first `sizeBytes`; copies only where they lie in more than one piece. */
  take(sizeBytes: number): Uint8Array {
    this.sizeBytes -= sizeBytes;
    const [first] = this.#pieces;
    if (first !== undefined && first.length >= sizeBytes) {
      if (first.length === sizeBytes) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(sizeBytes);
      return first.subarray(0, sizeBytes);
    }
    const all = Buffer.concat(this.#pieces);
    this.#pieces = all.length === sizeBytes ? [] : [all.subarray(sizeBytes)];
    return new Uint8Array(all.buffer, all.byteOffset, sizeBytes);
  }
}

/** A chunker for one object whose end is not known yet; cuts exactly where {@link createChunker} would. */
export function createStreamChunker(chunkKey: Uint8Array, sizes: ChunkSizes): StreamChunker {
  const scanner = new GearScanner(chunkKey, sizes);
  const queue = new PieceQueue();
  let pushedBytes = 0;
  let takenBytes = 0;
  /** Ends of chunks that are known but not yet given out: the object may still turn out to be a single chunk. */
  let ends: number[] = [];

  const takeUpTo = (end: number): Uint8Array => {
    const chunk = queue.take(end - takenBytes);
    takenBytes = end;
    return chunk;
  };
  return {
    push(piece) {
      for (const end of scanner.feed(piece)) ends.push(pushedBytes + end);
      queue.push(piece);
      pushedBytes += piece.length;
      if (pushedBytes <= singleChunkBytes) return [];
      const chunks = ends.map(takeUpTo);
      ends = [];
      return chunks;
    },
    end: () => (queue.sizeBytes === 0 ? [] : [takeUpTo(pushedBytes)]),
  };
}
