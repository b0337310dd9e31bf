/**
 * Buffers that go to the codec threads full and come back empty. Fresh memory costs more than what is done with it: the
 * kernel clears every page of it first. Keeps a bounded amount; what does not fit is left to the garbage collector.
 */

/** Below this, new memory is as cheap as carrying the old one back. */
export const smallestShelvedBytes = 64 * 1024;
const shelfBytes = 48 * 1024 * 1024;

export class BufferShelf {
  /** Free buffers by size, which is a power of two. */
  readonly #free = new Map<number, ArrayBuffer[]>();
  #freeBytes = 0;

  /** `sizeBytes` of memory with any content. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    if (sizeBytes < smallestShelvedBytes) return new Uint8Array(Buffer.allocUnsafeSlow(sizeBytes).buffer);
    const roundBytes = 2 ** Math.ceil(Math.log2(sizeBytes));
    const buffer = this.#free.get(roundBytes)?.pop();
    if (buffer !== undefined) this.#freeBytes -= roundBytes;
    return new Uint8Array(buffer ?? Buffer.allocUnsafeSlow(roundBytes).buffer, 0, sizeBytes);
  }

  /** Takes a buffer back that nobody uses any more. */
  giveBack(buffer: ArrayBuffer): void {
    const sizeBytes = buffer.byteLength;
    const isOurs = sizeBytes >= smallestShelvedBytes && Number.isInteger(Math.log2(sizeBytes));
    if (!isOurs || this.#freeBytes + sizeBytes > shelfBytes) return;
    const free = this.#free.get(sizeBytes);
    if (free === undefined) this.#free.set(sizeBytes, [buffer]);
    else free.push(buffer);
    this.#freeBytes += sizeBytes;
  }
}
