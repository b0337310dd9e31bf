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

/** Cuts one object that arrives in pieces. */
export interface StreamChunker {
  /** The chunks that are complete with `piece`, in order. They hold until the next call; `piece` is copied. */
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

/** A chunker for one object whose end is not known yet; cuts exactly where {@link createChunker} would. */
export function createStreamChunker(chunkKey: Uint8Array, sizes: ChunkSizes): StreamChunker {
  const scanner = new GearScanner(chunkKey, sizes);
  /** What was pushed and not given out before the present call, from 0 to `filled`; `taken` of it is given out now. */
  let memory = Buffer.allocUnsafeSlow(2 * sizes.maxBytes);
  let filled = 0;
  let taken = 0;
  let pushedBytes = 0;
  /** Ends of chunks that are known but not yet given out: the object may still turn out to be a single chunk. */
  let ends: number[] = [];

  const append = (piece: Uint8Array): void => {
    memory.copyWithin(0, taken, filled);
    filled -= taken;
    taken = 0;
    if (filled + piece.length > memory.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (filled + piece.length));
      memory.copy(larger, 0, 0, filled);
      memory = larger;
    }
    memory.set(piece, filled);
    filled += piece.length;
  };
  const takeUpTo = (end: number): Uint8Array => {
    const chunk = plainBytes(memory.subarray(taken, end));
    taken = end;
    return chunk;
  };
  return {
    push(piece) {
      append(piece);
      const start = filled - piece.length - pushedBytes;
      for (const end of scanner.feed(piece)) ends.push(pushedBytes + end);
      pushedBytes += piece.length;
      if (pushedBytes <= singleChunkBytes) return [];
      const chunks = ends.map((end) => takeUpTo(start + end));
      ends = [];
      return chunks;
    },
    end: () => (filled === taken ? [] : [takeUpTo(filled)]),
  };
}
