/** A cache of buffers bounded by their bytes; the least recently used go first. */
export class ByteCache {
  readonly #limitBytes: number;
  readonly #entries = new Map<string, Buffer>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get(key: string, make: () => Buffer): Buffer {
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const made = make();
    if (made.length > this.#limitBytes) return made;
    this.#entries.set(key, made);
    this.#bytes += made.length;
    for (const [oldest, bytes] of this.#entries) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= bytes.length;
    }
    return made;
  }
}
