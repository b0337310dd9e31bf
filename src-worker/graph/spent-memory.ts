/**
 * Gives the memory of what came from the network back as soon as it was copied. Left to V8, a few thousand such buffers
 * make it collect all garbage, again and again (decision 8).
 */

export class SpentMemory {
  #buffer: ArrayBufferLike | undefined;

  /** `chunk` was copied. undici may still read what follows in the same buffer, so the one before is freed. */
  note({ buffer }: Buffer): void {
    if (buffer === this.#buffer) return;
    this.free();
    this.#buffer = buffer;
  }

  /** Nothing more will come. Must not be called from within undici's parser. */
  free(): void {
    const buffer = this.#buffer;
    this.#buffer = undefined;
    // What Node joined from small pieces can lie in the pool that its Buffers share.
    if (buffer instanceof ArrayBuffer && buffer.byteLength !== Buffer.poolSize) buffer.transfer(0);
  }
}
