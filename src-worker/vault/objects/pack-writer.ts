/**
 * Fills data packs in a codec thread. Several packs are open at a time and each frame goes to one of them by chance,
 * so the size of a pack does not tell the sizes of neighbouring chunks. Finished packs are handed to `onPack`; putting
 * them into the store is the engine's job.
 */
import { randomInt } from 'node:crypto';
import { sha256 } from '../../codec/hash.ts';
import type { ChunkEntry, PackEntry } from '../../../src-shared/model/rows.ts';
import { frameType, maxDirectoryBytes, packBytes, trailerBytes } from '../format/layout.ts';
import { PackFooterBuilder } from '../format/pack-footer.ts';
import type { SealContext } from '../format/seal.ts';
import { SealedFileWriter, sealedFrameBytes } from '../format/sealed-file-writer.ts';

const openPackCount = 2;
/** One is on its way to the store as a rule; what is beyond that is given back. */
const maxSpareBuffers = 1;
/** Where a pack is built, and behind it the place for its directory as the index gets it. */
const memoryBytes = packBytes + maxDirectoryBytes;
/** A session that stores less than this keeps to one pack: two small files would tell no less and cost more. */
const spreadAfterBytes = 8 * 1024 * 1024;

/** A pack that is ready for the store; `bytes` and `directory` share one memory, to be given back by {@link PackWriter.recycle}. */
export interface FinishedPack extends PackEntry {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The encoded directory, as it stands in the pack. */
  readonly directory: Uint8Array<ArrayBuffer>;
}

/** A frame of chunks, compressed or not. */
export interface ChunkFrame {
  readonly flags: number;
  readonly stored: Uint8Array;
  readonly rawBytes: number;
  readonly chunks: readonly ChunkEntry[];
}

interface OpenPack {
  readonly memory: ArrayBuffer;
  readonly file: SealedFileWriter;
  readonly footer: PackFooterBuilder;
}

/** The open packs of one codec thread. */
export class PackWriter {
  readonly #context: SealContext;
  readonly #onPack: (pack: FinishedPack) => void;
  readonly #open: (OpenPack | undefined)[] = [];
  /** Buffers of packs that are in the store; their old content is overwritten byte by byte. */
  readonly #spare: ArrayBuffer[] = [];
  readonly #spareFooters: PackFooterBuilder[] = [];
  #writtenBytes = 0;

  constructor(context: SealContext, onPack: (pack: FinishedPack) => void) {
    this.#context = context;
    this.#onPack = onPack;
  }

  /** Puts a frame into one of the open packs; finishes that pack first when the frame would not fit. */
  append(frame: ChunkFrame): void {
    const slot = this.#writtenBytes < spreadAfterBytes ? 0 : randomInt(openPackCount);
    const pack = this.#packWithRoom(slot, frame);
    const place = pack.file.append({ type: frameType.chunks, count: frame.chunks.length, ...frame });
    pack.footer.add({
      ...place,
      storedBytes: frame.stored.length,
      rawBytes: frame.rawBytes,
      chunks: frame.chunks,
    });
    this.#writtenBytes += frame.stored.length;
  }

  /** Takes back the buffer of a pack that is in the store. */
  recycle(buffer: ArrayBuffer): void {
    if (buffer.byteLength === memoryBytes && this.#spare.length < maxSpareBuffers) this.#spare.push(buffer);
  }

  /** Finishes all open packs. */
  flush(): void {
    for (const pack of this.#open.splice(0)) if (pack !== undefined) this.#finish(pack, 0);
    this.#writtenBytes = 0;
  }

  #packWithRoom(slot: number, frame: ChunkFrame): OpenPack {
    const current = this.#open[slot];
    if (current !== undefined) {
      const directoryBytes = current.footer.encodedBytes(frame.chunks.length);
      const neededBytes =
        current.file.usedBytes +
        sealedFrameBytes(frame.stored.length) +
        sealedFrameBytes(directoryBytes) +
        trailerBytes;
      const isDirectoryFull = directoryBytes > maxDirectoryBytes;
      if (neededBytes <= packBytes && !isDirectoryFull) return current;
      this.#finish(current, isDirectoryFull ? 0 : packBytes);
    }
    const memory = this.#spare.pop() ?? new ArrayBuffer(memoryBytes);
    const file = new SealedFileWriter(this.#context, new Uint8Array(memory, 0, packBytes));
    const fresh = { memory, file, footer: this.#spareFooters.pop() ?? new PackFooterBuilder() };
    this.#open[slot] = fresh;
    return fresh;
  }

  #finish(pack: OpenPack, fullBytes: number): void {
    const directory = pack.footer.finishInto(new Uint8Array(pack.memory, packBytes));
    this.#spareFooters.push(pack.footer);
    const bytes = pack.file.finish(directory, fullBytes);
    this.#onPack({
      name: sha256(bytes),
      sizeBytes: bytes.length,
      epoch: this.#context.epoch,
      salt: pack.file.salt,
      bytes,
      directory,
    });
  }
}
