/**
 * Small chunks that will share a frame. Their bytes are laid down where the frame will have them, so that an open
 * bundle is one piece of memory whatever the number of its chunks, and closing it copies nothing.
 */
import type { ChunkEntry } from '../../../src-shared/model/rows.ts';
import { bundleBytes, bundledChunkBytes } from '../format/layout.ts';
import { chunkTableBytes } from '../format/pack-footer.ts';

/** A bundle of many tiny chunks closes here, so that the room for its table can be set aside. */
const maxChunks = 4096;
const tableRoomBytes = chunkTableBytes(maxChunks);
const memoryBytes = tableRoomBytes + bundleBytes + bundledChunkBytes;

/** A frame's raw payload (length table, then the chunks back to back) and what lies where in it. */
export interface RawFrame {
  readonly raw: Buffer;
  readonly tableBytes: number;
  readonly chunks: readonly ChunkEntry[];
}

/** One open bundle. {@link close} empties it, and its memory serves the next. */
export class ChunkBundle {
  readonly #memory = Buffer.allocUnsafeSlow(memoryBytes);
  #ids: Uint8Array[] = [];
  #lengths: number[] = [];
  #endBytes = tableRoomBytes;

  /** Adds a chunk of less than {@link bundledChunkBytes}; true when the bundle must be closed now. */
  add(id: Uint8Array, bytes: Uint8Array): boolean {
    this.#memory.set(bytes, this.#endBytes);
    this.#ids.push(id);
    this.#lengths.push(bytes.length);
    this.#endBytes += bytes.length;
    return this.#endBytes - tableRoomBytes >= bundleBytes || this.#ids.length === maxChunks;
  }

  /** The finished frame, in this bundle's memory: valid until the next {@link add}. */
  close(): RawFrame {
    const tableBytes = chunkTableBytes(this.#ids.length);
    const raw = this.#memory.subarray(tableRoomBytes - tableBytes, this.#endBytes);
    let offsetBytes = tableBytes;
    const chunks = this.#ids.map((id, index) => {
      const lengthBytes = this.#lengths[index] ?? 0;
      raw.writeUInt32LE(lengthBytes, index * 4);
      const entry = { id, offsetBytes, lengthBytes };
      offsetBytes += lengthBytes;
      return entry;
    });
    this.#ids = [];
    this.#lengths = [];
    this.#endBytes = tableRoomBytes;
    return { raw, tableBytes, chunks };
  }
}
