/**
 * quickXorHash, the hash OneDrive and SharePoint tell of files. Byte i is XORed into 160 bits at bit 11 * i (mod 160),
 * so bytes 160 apart fall on the same place: they are gathered in rows of 160 bytes and folded once, at the end.
 */

/** Bytes after which places repeat. */
export const rowBytes = 160;
const hashBytes = 20;

/** Takes the bytes of one file in order. */
export class QuickXorHash {
  readonly #words = new Int32Array(rowBytes / 4);
  readonly #row = Buffer.from(this.#words.buffer);
  #lengthBytes = 0;

  update(bytes: Uint8Array): this {
    const start = this.#lengthBytes % rowBytes;
    this.#lengthBytes += bytes.length;
    const headBytes = start === 0 ? 0 : Math.min(rowBytes - start, bytes.length);
    this.#addSingly(bytes.subarray(0, headBytes), start);
    const wholeEnd = headBytes + Math.floor((bytes.length - headBytes) / rowBytes) * rowBytes;
    this.#addRows(bytes.subarray(headBytes, wholeEnd));
    this.#addSingly(bytes.subarray(wholeEnd), 0);
    return this;
  }

  /** Adds `lengthBytes` (whole rows) whose XOR by place is known already. */
  updateWithRow(words: Int32Array, lengthBytes: number): this {
    for (let i = 0; i < words.length; i += 1) this.#words[i] = (this.#words[i] ?? 0) ^ (words[i] ?? 0);
    this.#lengthBytes += lengthBytes;
    return this;
  }

  #addSingly(bytes: Uint8Array, start: number): void {
    for (let i = 0; i < bytes.length; i += 1)
      this.#row[start + i] = (this.#row[start + i] ?? 0) ^ (bytes[i] ?? 0);
  }

  #addRows(bytes: Uint8Array): void {
    // Words can be read only where they are aligned.
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
    foldIntoRow(this.#words, words);
  }

  /** The hash in base64. More bytes may follow. */
  digest(): string {
    const hash = Buffer.alloc(hashBytes);
    for (let i = 0; i < rowBytes; i += 1) {
      const bit = (11 * i) % rowBytes;
      const spread = (this.#row[i] ?? 0) << (bit & 7);
      const at = bit >> 3;
      hash[at] = (hash[at] ?? 0) ^ (spread & 0xff);
      const next = (at + 1) % hashBytes;
      hash[next] = (hash[next] ?? 0) ^ (spread >> 8);
    }
    hash.writeBigUInt64LE(hash.readBigUInt64LE(12) ^ BigInt(this.#lengthBytes), 12);
    return hash.toString('base64');
  }
}

/** XORs whole rows of words into one row. */
export function foldIntoRow(row: Int32Array, words: Int32Array): void {
  const width = row.length;
  for (let at = 0; at < words.length; at += width) {
    for (let i = 0; i < width; i += 1) row[i] = (row[i] ?? 0) ^ (words[at + i] ?? 0);
  }
}
