/**
 * The bytes of files, made when asked for and addressable by place, so that a file of any size costs the memory of
 * one block. Noise is a block of a small pool XORed with a mask of one row of the quickXorHash: a mask repeated an
 * even number of times leaves no trace in that hash, so the hash of a huge file is known without making its bytes,
 * and yet no two blocks are equal.
 */
import { createHash } from 'node:crypto';
import { fillWithNoise, mix } from '../chance.ts';
import type { Documents } from '../mail/documents.ts';
import type { FileFormat } from './file-formats.ts';
import { foldIntoRow, QuickXorHash, rowBytes } from './quick-xor-hash.ts';

/** What fixes the bytes of one version of a file. */
export interface FileContent {
  /** Fixes the bytes together with `version`. */
  hash: number;
  sizeBytes: number;
  format: FileFormat;
  /** Edits so far. */
  version: number;
  /** Number of a document that is sent by mail too and is kept here as it is; null for bytes of its own. */
  document: number | null;
  /** Bytes that a client wrote; absent for those that are made. */
  given?: Buffer;
}

/** An even number of rows, see above. */
const blockBytes = rowBytes * 410;
const blockWords = blockBytes / 4;
const rowWords = rowBytes / 4;
const poolBlocks = 32;
/** Divides a block. */
const lineBytes = 100;
const numberDigits = 8;
const keptHashes = 20_000;
/** An edit in place changes one block in so many. */
const editedOneIn = 8;

const textWords = (
  'offer invoice delivery project contract meeting drawing machine customer order price total quality ' +
  'Montage Pruefung Termin Anlage Kunde Freigabe Werkstoff Lager Entwurf the of and to for with on is not by'
).split(' ');

interface PoolBlock {
  words: Int32Array;
  /** XOR of all its rows. */
  row: Int32Array;
}

/** Makes bytes and hashes of contents. */
export class FileBytes {
  readonly #seed: number;
  readonly #documents: Documents;
  readonly #pool: PoolBlock[] = [];
  readonly #texts: Buffer[] = [];
  readonly #hashes = new Map<string, string>();

  constructor(seed: number, documents: Documents) {
    this.#seed = seed;
    this.#documents = documents;
  }

  /** Bytes [start, end) in pieces of at most a block, in order. */
  *read(content: FileContent, start = 0, end = content.sizeBytes): Generator<Buffer> {
    for (let at = start; at < end;) {
      const index = Math.floor(at / blockBytes);
      const blockStart = index * blockBytes;
      const block =
        content.given?.subarray(blockStart, blockStart + blockBytes) ?? this.#block(content, index);
      const piece = block.subarray(at - blockStart, end - blockStart);
      yield piece;
      at += piece.length;
    }
  }

  /** SHA-256 in hexadecimal digits; makes every byte. */
  sha256(content: FileContent): string {
    const hash = createHash('sha256');
    for (const piece of this.read(content)) hash.update(piece);
    return hash.digest('hex');
  }

  quickXorHash(content: FileContent): string {
    const { hash, sizeBytes, version, document, format, given } = content;
    if (given) return new QuickXorHash().update(given).digest();
    const key =
      document === null ? `${hash} ${sizeBytes} ${version} ${format.suffix}` : `document ${document}`;
    const known = this.#hashes.get(key);
    if (known !== undefined) return known;
    const made = this.#hash(content);
    if (this.#hashes.size >= keptHashes) this.#hashes.clear();
    this.#hashes.set(key, made);
    return made;
  }

  #hash(content: FileContent): string {
    const hash = new QuickXorHash();
    const count = Math.ceil(content.sizeBytes / blockBytes);
    const isNoise = content.document === null && content.format.body === 'noise';
    // The first block and those with the end may carry the marks of the format, and the last may be short.
    const firstOfEnd = Math.floor((content.sizeBytes - content.format.tail.length) / blockBytes);
    for (let index = 0; index < count; index += 1) {
      const isMarked = index === 0 || index >= Math.min(firstOfEnd, count - 1);
      if (!isNoise || isMarked) hash.update(this.#block(content, index));
      else hash.updateWithRow(this.#poolBlock(blockSeed(content, index)).row, blockBytes);
    }
    return hash.digest();
  }

  #block(content: FileContent, index: number): Buffer {
    const start = index * blockBytes;
    const lengthBytes = Math.min(blockBytes, content.sizeBytes - start);
    if (content.document !== null)
      return this.#documents.bytes(content.document).subarray(start, start + lengthBytes);
    const seed = blockSeed(content, index);
    const { format } = content;
    const block =
      format.body === 'text' ? this.#textBlock(seed, lengthBytes) : this.#noiseBlock(seed, lengthBytes);
    overlay(block, format.head, -start);
    overlay(block, format.tail, content.sizeBytes - format.tail.length - start);
    return block;
  }

  #noiseBlock(seed: number, lengthBytes: number): Buffer {
    const { words } = this.#poolBlock(seed);
    const mask = new Int32Array(rowWords);
    fillWithNoise(Buffer.from(mask.buffer), mix(seed, 602));
    const mine = new Int32Array(Math.ceil(lengthBytes / rowBytes) * rowWords);
    for (let at = 0; at < mine.length; at += rowWords) {
      for (let i = 0; i < rowWords; i += 1) mine[at + i] = (words[at + i] ?? 0) ^ (mask[i] ?? 0);
    }
    return Buffer.from(mine.buffer, 0, lengthBytes);
  }

  /** Lines that start with numbers of their own, so that no two blocks have a longer piece in common. */
  #textBlock(seed: number, lengthBytes: number): Buffer {
    const number = seed % poolBlocks;
    const common = (this.#texts[number] ??= commonText(mix(this.#seed, 605, number)));
    const block = Buffer.from(common.subarray(0, Math.ceil(lengthBytes / lineBytes) * lineBytes));
    for (let at = 0, line = 0; at < block.length; at += lineBytes, line += 1) {
      let digits = mix(seed, 606, line);
      for (let i = 0; i < numberDigits; i += 1, digits = Math.floor(digits / 10))
        block[at + i] = 0x30 + (digits % 10);
    }
    return block.subarray(0, lengthBytes);
  }

  #poolBlock(seed: number): PoolBlock {
    const number = seed % poolBlocks;
    const known = this.#pool[number];
    if (known) return known;
    const words = new Int32Array(blockWords);
    fillWithNoise(Buffer.from(words.buffer), mix(this.#seed, 601, number));
    const row = new Int32Array(rowWords);
    foldIntoRow(row, words);
    return (this.#pool[number] = { words, row });
  }
}

/** The seed of a block: of the last edit that touched it. */
function blockSeed({ hash, version, format }: FileContent, index: number): number {
  if (format.isRewritten) return mix(mix(hash, 603), version, index);
  for (let edit = version; edit > 0; edit -= 1) {
    const seed = mix(mix(hash, 604), edit, index);
    if (index === 0 || seed % editedOneIn === 0) return seed;
  }
  return mix(mix(hash, 604), 0, index);
}

/** Lines of words, each with room for its number. */
function commonText(seed: number): Buffer {
  const block = Buffer.alloc(blockBytes, ' ');
  for (let at = 0, line = 0; at < blockBytes; at += lineBytes, line += 1) {
    let text = '';
    for (let i = 0; text.length < lineBytes; i += 1)
      text += ` ${textWords[mix(seed, line, i) % textWords.length] ?? ''}`;
    block.write(text.slice(0, lineBytes - numberDigits - 2), at + numberDigits, 'latin1');
    block.write('\r\n', at + lineBytes - 2, 'latin1');
  }
  return block;
}

function overlay(block: Buffer, patch: Buffer, at: number): void {
  for (let i = 0; i < patch.length; i += 1) {
    const place = at + i;
    if (place >= 0 && place < block.length) block[place] = patch[i] ?? 0;
  }
}
