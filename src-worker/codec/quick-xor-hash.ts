/**
 * quickXorHash, the only hash OneDrive and SharePoint tell of files: it proves that what was downloaded is what the
 * service holds. It is no cryptographic hash and must not name or protect anything in the vault.
 *
 * Byte i of the file is XORed into 160 bits from bit 11 * i (mod 160) on, wrapping; at the end the length is XORed
 * into the last 8 bytes. Bytes 160 apart fall on the same bits, so they are XORed together first, a word at a time,
 * in a row of 160 bytes; turning and folding that row waits for the end. A gigabyte takes well under a second.
 */

const rowBytes = 160;
const rowWords = rowBytes / 4;
const hashBytes = 20;
/** Words of a row that are gathered in one pass, in variables. Divides a row. */
const laneWords = 8;
/** Bytes per pass: what is gathered several times stays in the processor's first cache. */
const bandBytes = rowBytes * 150;
/** For bytes that are not aligned; used and left within one call. */
const scratch = new Uint8Array(bandBytes);

/** Takes the bytes of one file in order. */
export class QuickXorHash {
  readonly #words = new Int32Array(rowWords);
  readonly #row = Buffer.from(this.#words.buffer);
  #lengthBytes = 0;

  /** Adds bytes. They may be reused by the caller afterwards. */
  update(bytes: Uint8Array): this {
    const start = this.#lengthBytes % rowBytes;
    this.#lengthBytes += bytes.length;
    const headEnd = start === 0 ? 0 : Math.min(rowBytes - start, bytes.length);
    const wholeEnd = headEnd + Math.floor((bytes.length - headEnd) / rowBytes) * rowBytes;
    this.#addBytes(bytes.subarray(0, headEnd), start);
    if (wholeEnd > headEnd) this.#addRows(bytes.subarray(headEnd, wholeEnd));
    this.#addBytes(bytes.subarray(wholeEnd), 0);
    return this;
  }

  /** The hash of what was added so far, in base64 as Graph tells it. More may follow. */
  digest(): string {
    const hash = Buffer.alloc(hashBytes);
    this.#row.forEach((byte, i) => {
      const bit = (11 * i) % rowBytes;
      const turned = byte << (bit & 7);
      const at = bit >> 3;
      const next = (at + 1) % hashBytes;
      hash[at] = (hash[at] ?? 0) ^ (turned & 0xff);
      hash[next] = (hash[next] ?? 0) ^ (turned >> 8);
    });
    hash.writeBigUInt64LE(hash.readBigUInt64LE(12) ^ BigInt(this.#lengthBytes), 12);
    return hash.toString('base64');
  }

  #addBytes(bytes: Uint8Array, start: number): void {
    for (let i = 0; i < bytes.length; i += 1)
      this.#row[start + i] = (this.#row[start + i] ?? 0) ^ (bytes[i] ?? 0);
  }

  #addRows(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += bandBytes) {
      const band = wordsOf(bytes.subarray(from, from + bandBytes));
      for (let lane = 0; lane < rowWords; lane += laneWords) gatherLane(this.#words, band, lane);
    }
  }
}

/** Bytes as words. Words can be read only where they are aligned; copying costs less than reading bytes singly. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const isAligned = bytes.byteOffset % 4 === 0;
  if (!isAligned) scratch.set(bytes);
  const { buffer, byteOffset } = isAligned ? bytes : scratch;
  return new Int32Array(buffer, byteOffset, bytes.length / 4);
}

/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index lies within whole rows, and this loop is the hash's speed */
/** XORs eight words of every row of `band` into the row. */
function gatherLane(row: Int32Array, band: Int32Array, lane: number): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let at = lane; at < band.length; at += rowWords) {
    a ^= band[at]!;
    b ^= band[at + 1]!;
    c ^= band[at + 2]!;
    d ^= band[at + 3]!;
    e ^= band[at + 4]!;
    f ^= band[at + 5]!;
    g ^= band[at + 6]!;
    h ^= band[at + 7]!;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (row[lane + i]! ^= word));
}
/* eslint-enable @typescript-eslint/no-non-null-assertion */
