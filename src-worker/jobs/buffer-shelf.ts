/**
 * Memory for content, used again and again. Fresh memory costs more than what is done with it: the kernel clears every
 * page of it first, and V8 collects garbage because of it. Keeps a bounded amount; what does not fit is given back at
 * once, as the garbage collector sees no hurry in a few buffers of many megabytes.
 */

import { release } from '../codec/plain-bytes.ts';

const smallestShelvedBytes = 4 * 1024;
const shelfBytes = 40 * 1024 * 1024;

export class BufferShelf {
  /** Free buffers by size, which is a power of two. */
  readonly #free = new Map<number, ArrayBuffer[]>();
  /** Buffers that were taken and have not been sent to a thread since. */
  readonly #lent = new WeakSet<ArrayBuffer>();
  #freeBytes = 0;

  /** `sizeBytes` of memory with any content. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    if (sizeBytes < smallestShelvedBytes) return new Uint8Array(Buffer.allocUnsafeSlow(sizeBytes).buffer);
    const roundBytes = 2 ** Math.ceil(Math.log2(sizeBytes));
    const buffer = this.#free.get(roundBytes)?.pop();
    if (buffer !== undefined) this.#freeBytes -= roundBytes;
    const lent = buffer ?? Buffer.allocUnsafeSlow(roundBytes).buffer;
    this.#lent.add(lent);
    return new Uint8Array(lent, 0, sizeBytes);
  }

  /** Takes back what {@link take} gave, when nobody uses it any more; memory from elsewhere is not touched. */
  giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (this.#lent.delete(buffer)) this.keep(buffer);
  }

  /** Takes a buffer that nobody else has: one that came back from a thread. */
  keep(buffer: ArrayBuffer): void {
    const sizeBytes = buffer.byteLength;
    const isOurs = sizeBytes >= smallestShelvedBytes && Number.isInteger(Math.log2(sizeBytes));
    if (!isOurs || this.#freeBytes + sizeBytes > shelfBytes) {
      release(new Uint8Array(buffer));
      return;
    }
    const free = this.#free.get(sizeBytes);
    if (free === undefined) this.#free.set(sizeBytes, [buffer]);
    else free.push(buffer);
    this.#freeBytes += sizeBytes;
  }
}
