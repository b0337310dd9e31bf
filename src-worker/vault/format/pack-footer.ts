/**
 * The directory of a data pack: which frames it has and which chunks lie in each. It stands at the end of the pack
 * and again in the segment of the session that wrote it, so the index has two sources.
 */
import { decode, encodeInto } from 'cborg';
import { z } from 'zod';
import { damaged } from './seal.ts';
import { idBytes, type ChunkEntry, type FrameEntry } from '../../../src-shared/model/rows.ts';
import { maxDirectoryBytes, maxFrameRawBytes } from './layout.ts';

const count = z.number().int().nonnegative();
const column = z.array(count);

/** Columns of a footer: one entry a frame in o, s, r, n; one entry a chunk in l; 32 bytes a chunk in i. */
const footerSchema = z.object({
  o: column.describe('offset of the frame in the pack'),
  s: column.describe('stored payload bytes'),
  r: column.describe('raw payload bytes'),
  n: column.describe('chunks in the frame'),
  l: column.describe('raw bytes of each chunk'),
  i: z.custom<Uint8Array>((value) => value instanceof Uint8Array).describe('ids of the chunks, concatenated'),
});

export type PackFooter = z.infer<typeof footerSchema>;

/** Collects the directory of one pack while that is written, and then of the next. */
export class PackFooterBuilder {
  #footer: Omit<PackFooter, 'i'> = emptyColumns();
  /** Ids back to back: a pack of small mail has a hundred thousand, and an object each would outweigh the pack. */
  readonly #ids = new Uint8Array(maxDirectoryBytes);
  #chunkCount = 0;

  /** An upper bound of the encoded size with `moreChunks` chunks in one more frame. */
  encodedBytes(moreChunks: number): number {
    return 64 + (this.#footer.o.length + 1) * 24 + (this.#chunkCount + moreChunks) * (idBytes + 5);
  }

  /** Adds a frame; {@link encodedBytes} must have said that it fits into {@link maxDirectoryBytes}. */
  add(frame: FrameEntry): void {
    const footer = this.#footer;
    footer.o.push(frame.offsetBytes);
    footer.s.push(frame.storedBytes);
    footer.r.push(frame.rawBytes);
    footer.n.push(frame.chunks.length);
    for (const chunk of frame.chunks) {
      footer.l.push(chunk.lengthBytes);
      this.#ids.set(chunk.id, this.#chunkCount * idBytes);
      this.#chunkCount += 1;
    }
  }

  /** Writes the directory to `memory`, of {@link maxDirectoryBytes} at least, and begins an empty one. */
  finishInto(memory: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const footer: PackFooter = { ...this.#footer, i: this.#ids.subarray(0, this.#chunkCount * idBytes) };
    const { written } = encodeInto(footer, memory);
    this.#footer = emptyColumns();
    this.#chunkCount = 0;
    return memory.subarray(0, written);
  }
}

function emptyColumns(): Omit<PackFooter, 'i'> {
  return { o: [], s: [], r: [], n: [], l: [] };
}

/** Parses a directory, out of a pack or a segment; throws `pack-damaged` where it is not one. */
export function decodePackFooter(bytes: Uint8Array): PackFooter {
  const parsed = footerSchema.safeParse(decode(bytes));
  if (!parsed.success) throw damaged('its directory has another shape than a directory');
  const { o, s, r, n, l, i } = parsed.data;
  const chunkCount = n.reduce((sum, each) => sum + each, 0);
  const isConsistent =
    [s, r, n].every((each) => each.length === o.length) &&
    l.length === chunkCount &&
    i.length === chunkCount * idBytes &&
    r.every((bytes) => bytes <= maxFrameRawBytes);
  if (!isConsistent) throw damaged('its directory contradicts itself');
  return parsed.data;
}

/** The frames of a footer, each with its chunks. */
export function* footerFrames(footer: PackFooter): Iterable<FrameEntry> {
  let chunk = 0;
  for (const [sequence, offsetBytes] of footer.o.entries()) {
    const chunkCount = footer.n[sequence] ?? 0;
    yield {
      sequence,
      offsetBytes,
      storedBytes: footer.s[sequence] ?? 0,
      rawBytes: footer.r[sequence] ?? 0,
      chunks: frameChunks(footer, chunk, chunkCount),
    };
    chunk += chunkCount;
  }
}

function frameChunks(footer: PackFooter, first: number, chunkCount: number): ChunkEntry[] {
  let offsetBytes = chunkTableBytes(chunkCount);
  return Array.from({ length: chunkCount }, (_, index) => {
    const lengthBytes = footer.l[first + index] ?? 0;
    const start = (first + index) * idBytes;
    const entry = { id: footer.i.subarray(start, start + idBytes), offsetBytes, lengthBytes };
    offsetBytes += lengthBytes;
    return entry;
  });
}

/** Bytes of the length table (u32le a chunk) at the head of a chunk frame's raw payload. */
export function chunkTableBytes(chunkCount: number): number {
  return chunkCount * 4;
}
