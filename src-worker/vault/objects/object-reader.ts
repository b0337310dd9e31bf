/**
 * Rebuilds content from chunks. Every chunk is authenticated with its frame and named again by its keyed hash, so
 * what comes out is what went in, or an error that says which chunk is gone. Memory is bounded by the frame cache.
 */
import { createChunkHash, type KeyedHash } from '../../codec/hash.ts';
import { base64LineEncoder } from '../../codec/base64-lines.ts';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import {
  contentKind,
  idBytes,
  type ChunkPlace,
  type ContentRef,
  type ObjectRef,
} from '../../../src-shared/model/rows.ts';
import { fileClass, frameHeaderBytes, packName, tagBytes } from '../format/layout.ts';
import { damaged } from '../format/seal.ts';
import { frameKeys, openFrame } from '../format/sealed-file-reader.ts';
import { missingFile } from '../session/read-commits.ts';
import type { Vault } from '../vault.ts';
import { decodeMimeRecipe, type RecipePart } from './mime-recipe.ts';
import { decodePartsList, type ContentPart } from './parts-list.ts';

const frameCacheBytes = 32 * 1024 * 1024;
/** What is read as a whole and claims more than this is damaged: recipes and lists of ids are small by construction. */
const maxWholeBytes = 64 * 1024 * 1024;

/** The index, as far as reading needs it. */
export interface ChunkIndex {
  locateChunk(id: Uint8Array): ChunkPlace | undefined;
}

export class ObjectReader {
  readonly #vault: Vault;
  readonly #index: ChunkIndex;
  readonly #hash: KeyedHash;
  /** Raw payloads by pack and sequence; insertion order is age. */
  readonly #frames = new Map<string, Uint8Array>();
  #cachedBytes = 0;

  constructor(vault: Vault, index: ChunkIndex) {
    this.#vault = vault;
    this.#index = index;
    this.#hash = createChunkHash(vault.keys.writerKeys.idKey);
  }

  /** The parts of an item; undefined for one that is a whole. Throws what {@link readContent} throws. */
  async readParts([kind, , object]: ContentRef): Promise<readonly ContentPart[] | undefined> {
    if (kind !== contentKind.parts) return undefined;
    return decodePartsList(await collect(this.readObject(object)));
  }

  /**
   * The content of an item, in pieces; of several parts, the first, which is the item itself. Throws `chunk-missing`,
   * `pack-missing` or `pack-damaged`.
   */
  async *readContent(content: ContentRef): AsyncIterable<Uint8Array> {
    const [main] = (await this.readParts(content)) ?? [];
    const [kind, sizeBytes, object] = main?.content ?? content;
    let readBytes = 0;
    const pieces = kind === contentKind.bytes ? this.readObject(object) : this.#readMime(object);
    for await (const piece of pieces) {
      readBytes += piece.length;
      yield piece;
    }
    if (readBytes !== sizeBytes)
      throw damaged(`an item has ${readBytes} bytes where ${sizeBytes} were saved`);
  }

  /**
   * Like {@link readContent}, of content that is damaged: what can be read of it, one piece behind the other. Throws where
   * that is nothing, and where a message's text is part of what is lost.
   */
  async *readRemains(content: ContentRef): AsyncIterable<Uint8Array> {
    const [kind, sizeBytes, object] = content;
    let readBytes = 0;
    const pieces =
      kind === contentKind.bytes
        ? this.#remainsOf(object)
        : this.#readMime(object, (part) => this.#remainsOf(part));
    for await (const piece of pieces) {
      readBytes += piece.length;
      yield piece;
    }
    if (readBytes === 0 && sizeBytes > 0) throw damaged('nothing of an item can be read');
  }

  /** The chunks of an object that are there and are what they should be. */
  async *#remainsOf(object: ObjectRef): AsyncIterable<Uint8Array> {
    for await (const id of this.#chunkIds(object)) {
      const chunk = await this.#readChunk(id).catch((error: unknown) => {
        if (isDamage(error)) return undefined;
        throw error;
      });
      if (chunk !== undefined) yield chunk;
    }
  }

  /** The whole of {@link readContent}. Throws `pack-damaged` too for more than `maxBytes`, 64 MiB unless given. */
  async readWhole(content: ContentRef, maxBytes?: number): Promise<Uint8Array<ArrayBuffer>> {
    return collect(this.readContent(content), maxBytes);
  }

  /** Checks that all chunks of an item are in the index, without reading more than lists and recipes. */
  async checkContent(content: ContentRef): Promise<void> {
    const [kind, , object] = content;
    await this.#checkObject(object);
    if (kind === contentKind.bytes) return;
    if (kind === contentKind.parts) {
      for (const part of (await this.readParts(content)) ?? []) await this.checkContent(part.content);
      return;
    }
    const recipe = decodeMimeRecipe(await collect(this.readObject(object)));
    await this.#checkObject(recipe.skeleton);
    for (const part of recipe.parts) await this.#checkObject(part.object);
  }

  async #checkObject(object: ObjectRef): Promise<void> {
    for await (const id of this.#chunkIds(object)) this.#locate(id);
  }

  /** The bytes of an object, chunk by chunk. */
  async *readObject(object: ObjectRef): AsyncIterable<Uint8Array> {
    for await (const id of this.#chunkIds(object)) yield await this.#readChunk(id);
  }

  async *#chunkIds([, depth, ids]: ObjectRef): AsyncIterable<Uint8Array> {
    if (depth === 0) {
      yield* ids;
      return;
    }
    const list = await collect(this.readObject([maxWholeBytes, depth - 1, ids]));
    for (let at = 0; at < list.length; at += idBytes) yield list.subarray(at, at + idBytes);
  }

  async *#readMime(
    object: ObjectRef,
    readPart = (part: ObjectRef) => this.readObject(part),
  ): AsyncIterable<Uint8Array> {
    const recipe = decodeMimeRecipe(await collect(this.readObject(object)));
    const skeleton = await collect(this.readObject(recipe.skeleton));
    let at = 0;
    for (const part of recipe.parts) {
      yield skeleton.subarray(at, at + part.literalBytesBefore);
      at += part.literalBytesBefore;
      yield* encodedPart(part, readPart(part.object));
    }
    yield skeleton.subarray(at);
  }

  async #readChunk(id: Uint8Array): Promise<Uint8Array> {
    const place = this.#locate(id);
    const frame = await this.#readFrame(place);
    const chunk = frame.subarray(place.offsetBytes, place.offsetBytes + place.lengthBytes);
    if (!Buffer.from(this.#hash.hash(chunk)).equals(id))
      throw damaged('a chunk does not have the bytes of its name');
    return chunk;
  }

  #locate(id: Uint8Array): ChunkPlace {
    const place = this.#index.locateChunk(id);
    if (place !== undefined) return place;
    throw new AppError(
      'chunk-missing',
      'A part of this item is not in the vault’s index. Other items are not affected; run "holdfast verify" for the whole picture.',
      { details: { chunk: Buffer.from(id).toString('hex').slice(0, 16) } },
    );
  }

  async #readFrame(place: ChunkPlace): Promise<Uint8Array> {
    const name = packName(place.pack.name);
    const key = `${name} ${place.sequence}`;
    const cached = this.#frames.get(key);
    if (cached !== undefined) return cached;
    const lengthBytes = frameHeaderBytes + place.frameStoredBytes + tagBytes;
    const bytes = await this.#vault.store.read(name, { offsetBytes: place.frameOffsetBytes, lengthBytes });
    if (bytes === undefined) throw missingFile(name, 'a pack');
    const context = this.#vault.keys.context(fileClass.dataPack, place.pack.epoch);
    if (context === undefined) throw damaged('a pack was sealed with a key that this vault does not have');
    const sealed = { bytes, sequence: place.sequence, offsetBytes: place.frameOffsetBytes };
    const { raw } = openFrame(frameKeys(context, place.pack.salt), sealed, this.#vault.compressor.decompress);
    this.#remember(key, raw);
    return raw;
  }

  #remember(key: string, raw: Uint8Array): void {
    this.#frames.set(key, raw);
    this.#cachedBytes += raw.length;
    for (const [oldest, bytes] of this.#frames) {
      if (this.#cachedBytes <= frameCacheBytes) return;
      this.#frames.delete(oldest);
      this.#cachedBytes -= bytes.length;
    }
  }
}

async function* encodedPart(part: RecipePart, content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const encoder = base64LineEncoder(part);
  for await (const chunk of content) yield encoder.push(chunk);
  yield encoder.end();
}

/** True of an error that says that something in the vault is damaged or gone, and not that the vault cannot be reached. */
export const isDamage = (error: unknown): error is AppError =>
  isAppError(error, 'pack-damaged', 'pack-missing', 'chunk-missing');

/** All pieces of a stream as one array. Throws `pack-damaged` for more than `maxBytes`, 64 MiB unless given. */
export async function collect(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes = maxWholeBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of pieces) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw damaged('something small by construction is longer than that');
    all.push(piece);
  }
  return Buffer.concat(all);
}
