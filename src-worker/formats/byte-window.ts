/** Keeps a range of bytes that go by in pieces. */
export interface ByteRange {
  readonly offsetBytes: number;
  readonly limitBytes: number;
}

/** `isLast` where nothing follows the range. */
export interface RangeOfBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}

export class ByteWindow {
  readonly #start: number;
  readonly #end: number;
  readonly #kept: Uint8Array[] = [];
  #seenBytes = 0;

  constructor({ offsetBytes, limitBytes }: ByteRange) {
    this.#start = offsetBytes;
    this.#end = offsetBytes + limitBytes;
  }

  /** Bytes that went by so far. */
  get seenBytes(): number {
    return this.#seenBytes;
  }

  /** True once the range is whole and something behind it was seen, so that nothing more is needed. */
  get isPast(): boolean {
    return this.#seenBytes > this.#end;
  }

  /** `bytes` are lent. */
  push(bytes: Uint8Array): void {
    const from = Math.max(0, this.#start - this.#seenBytes);
    const to = Math.min(bytes.length, this.#end - this.#seenBytes);
    if (from < to) this.#kept.push(Uint8Array.from(bytes.subarray(from, to)));
    this.#seenBytes += bytes.length;
  }

  range(): RangeOfBytes {
    return { bytes: Uint8Array.from(Buffer.concat(this.#kept)), isLast: !this.isPast };
  }
}
