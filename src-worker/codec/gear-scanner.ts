/**
 * Finds the cuts of content-defined chunking (FastCDC with a keyed gear table) in bytes that arrive in pieces. The
 * rolling hash runs in WebAssembly; what is skipped is not even copied there. Keeps no bytes: chunker.ts does.
 */
import { gearChunkerWasm } from './gear-chunker.wasm.ts';
import { createKeyedHash, digestBytes } from './hash.ts';

/** Sizes of chunks in bytes. Only the last chunk of an object may be shorter than the minimum. */
export interface ChunkSizes {
  readonly minBytes: number;
  /** A power of two; the size around which chunks gather. */
  readonly averageBytes: number;
  readonly maxBytes: number;
}

interface GearExports {
  readonly memory: WebAssembly.Memory;
  reset(): void;
  roll(at: number, end: number): void;
  find(at: number, end: number, bits: number): number;
}

/** The top bits of the hash depend on this many last bytes. */
const GEAR_WINDOW_BYTES = 64;
/** Bits by which the mask is stricter before the average size and looser behind it (FastCDC "normalised chunking"). */
const NORMALISATION_BITS = 2;

const TABLE_BYTES = 256 * 8;
const WINDOW_START = TABLE_BYTES;
/** Small enough to stay in the processor's first cache, and with the table within one page of WebAssembly memory. */
const WINDOW_BYTES = 16 * 1024;

const gearModule = new WebAssembly.Module(Buffer.from(gearChunkerWasm, 'base64'));
const encoder = new TextEncoder();

/**
 * The 256 words of the gear table, little-endian: the digests of BLAKE2b-256 keyed with `chunkKey` over
 * utf8("holdfast v1 gear table ") || u8(block), for blocks 0 to 63, one behind the other.
 */
export function gearTableBytes(chunkKey: Uint8Array): Uint8Array {
  const keyed = createKeyedHash(chunkKey);
  const label = encoder.encode('holdfast v1 gear table ');
  const table = new Uint8Array(TABLE_BYTES);
  for (let block = 0; block < TABLE_BYTES / digestBytes; block += 1) {
    table.set(keyed.hash(Uint8Array.of(...label, block)), block * digestBytes);
  }
  return table;
}

/**
 * One scan at a time over one object. `feed` may be called with pieces of any size and finds the same cuts;
 * `reset` begins another object.
 */
export class GearScanner {
  readonly sizes: ChunkSizes;
  readonly #gear: GearExports;
  readonly #memory: Uint8Array;
  /** Cut after a byte where the hash is below 2^(64 - bits). */
  readonly #strictBits: number;
  readonly #looseBits: number;
  /** Bytes of the present chunk that lie behind. */
  #chunkBytes = 0;

  constructor(chunkKey: Uint8Array, sizes: ChunkSizes) {
    const averageBits = Math.log2(sizes.averageBytes);
    const isOrdered =
      GEAR_WINDOW_BYTES <= sizes.minBytes &&
      sizes.minBytes < sizes.averageBytes &&
      sizes.averageBytes < sizes.maxBytes;
    if (!Number.isInteger(averageBits) || !isOrdered)
      throw new RangeError('chunk sizes must rise, around a power of two');
    this.sizes = sizes;
    this.#strictBits = averageBits + NORMALISATION_BITS;
    this.#looseBits = averageBits - NORMALISATION_BITS;
    this.#gear = new WebAssembly.Instance(gearModule).exports as unknown as GearExports;
    this.#memory = new Uint8Array(this.#gear.memory.buffer);
    this.#memory.set(gearTableBytes(chunkKey));
  }

  /** Forgets the present chunk. */
  reset(): void {
    this.#chunkBytes = 0;
    this.#gear.reset();
  }

  /** The ends of the chunks that end within `data`, as offsets into `data`, in order. */
  feed(data: Uint8Array): number[] {
    const cuts: number[] = [];
    let offset = this.#skip(data.length);
    while (offset < data.length) {
      const step = this.#scan(data.subarray(offset, offset + WINDOW_BYTES));
      offset += step.scannedBytes;
      this.#chunkBytes += step.scannedBytes;
      if (step.isCut) {
        cuts.push(offset);
        this.reset();
        offset += this.#skip(data.length - offset);
      }
    }
    return cuts;
  }

  /** Passes over what lies too far before the earliest cut to influence it; returns how many bytes that were. */
  #skip(availableBytes: number): number {
    const unseenBytes = this.sizes.minBytes - GEAR_WINDOW_BYTES - this.#chunkBytes;
    const skippedBytes = Math.max(0, Math.min(unseenBytes, availableBytes));
    this.#chunkBytes += skippedBytes;
    return skippedBytes;
  }

  /** Scans the head of `window` in the phase that the present chunk is in: warm-up, strict, or loose. */
  #scan(window: Uint8Array): { scannedBytes: number; isCut: boolean } {
    const { minBytes, averageBytes, maxBytes } = this.sizes;
    const isStrict = this.#chunkBytes < averageBytes;
    // The warm-up ends one byte before the minimum, so that the first cut may come exactly there, with a full hash.
    const isWarmUp = this.#chunkBytes < minBytes - 1;
    const phaseEnd = isWarmUp ? minBytes - 1 : isStrict ? averageBytes : maxBytes;
    const scannedBytes = Math.min(window.length, phaseEnd - this.#chunkBytes);
    const end = WINDOW_START + scannedBytes;
    this.#memory.set(window.subarray(0, scannedBytes), WINDOW_START);
    if (isWarmUp) {
      this.#gear.roll(WINDOW_START, end);
      return { scannedBytes, isCut: false };
    }
    const cut = this.#gear.find(WINDOW_START, end, isStrict ? this.#strictBits : this.#looseBits);
    if (cut !== 0) return { scannedBytes: cut - WINDOW_START, isCut: true };
    return { scannedBytes, isCut: this.#chunkBytes + scannedBytes === maxBytes };
  }
}
