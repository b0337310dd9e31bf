/** What is stored of one item, read in pieces and never whole unless it is small. */
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { ContentRef } from '../../../src-shared/model/rows.ts';
import type { CatalogItem } from '../../catalog/catalog.ts';
import { ByteWindow, type ByteRange, type RangeOfBytes } from '../../formats/byte-window.ts';
import { readMailPart } from '../../formats/mime/read-part.ts';
import type { ObjectReader } from '../../vault/objects/object-reader.ts';
import type { ContentPart } from '../../vault/objects/parts-list.ts';

interface OpenedItem {
  readonly item: CatalogItem;
  readonly workload: string;
  readonly signal: AbortSignal | undefined;
}

/** So much is read before others that the engine serves have their turn. */
const turnBytes = 4 * 1024 * 1024;

export class ItemContent {
  readonly item: CatalogItem;
  /** Of an item of several parts all of them, the item itself first; undefined for one that is a whole. */
  readonly parts: readonly ContentPart[] | undefined;
  readonly #reader: ObjectReader;
  readonly #opened: OpenedItem;

  private constructor(reader: ObjectReader, opened: OpenedItem, parts: readonly ContentPart[] | undefined) {
    this.item = opened.item;
    this.parts = parts;
    this.#reader = reader;
    this.#opened = opened;
  }

  /** Rejects, as all methods do, with what reading the vault rejects with. */
  static async open(reader: ObjectReader, opened: OpenedItem): Promise<ItemContent> {
    return new ItemContent(reader, opened, await reader.readParts(opened.item.content));
  }

  get isMail(): boolean {
    return this.#opened.workload === 'mail' && this.parts === undefined;
  }

  /** Size of the item itself, without what is attached to it. */
  get mainBytes(): number {
    const [, sizeBytes] = this.parts?.[0]?.content ?? this.item.content;
    return sizeBytes;
  }

  /** The item itself, in pieces. */
  pieces(): AsyncIterable<Uint8Array> {
    return this.#inTurns(this.item.content);
  }

  /** The beginning of the item itself. */
  async head(limitBytes: number): Promise<Uint8Array> {
    const { bytes } = await this.#range(this.item.content, { offsetBytes: 0, limitBytes });
    return bytes;
  }

  /** Bytes of a part as a preview numbers them. Throws `input-invalid` where there is no such part. */
  async readPart(number: number, range: ByteRange): Promise<RangeOfBytes> {
    const found = this.isMail
      ? await readMailPart(this.pieces(), number, range)
      : await this.#storedPart(number, range);
    if (found !== undefined) return found;
    throw new AppError(
      'input-invalid',
      `This item has no part ${number}, so nothing was read. Look at the item again for the parts that it has.`,
      { details: { part: number } },
    );
  }

  /** As much of the item itself as `limitBytes`, as text, and how much follows. */
  async readSource(limitBytes: number): Promise<{ text: string; leftOutBytes: number }> {
    const bytes = await this.head(limitBytes);
    // A letter that the end cuts in two is left out.
    const text = new TextDecoder().decode(bytes, { stream: true });
    return { text, leftOutBytes: this.mainBytes - bytes.length };
  }

  async #storedPart(number: number, range: ByteRange): Promise<RangeOfBytes | undefined> {
    const content = this.parts === undefined ? [this.item.content][number] : this.parts[number]?.content;
    return content === undefined ? undefined : this.#range(content, range);
  }

  async #range(content: ContentRef, range: ByteRange): Promise<RangeOfBytes> {
    const window = new ByteWindow(range);
    for await (const piece of this.#inTurns(content)) {
      window.push(piece);
      if (window.isPast) break;
    }
    return window.range();
  }

  async *#inTurns(content: ContentRef): AsyncIterable<Uint8Array> {
    let sinceTurnBytes = 0;
    for await (const piece of this.#reader.readContent(content)) {
      yield piece;
      sinceTurnBytes += piece.length;
      if (sinceTurnBytes < turnBytes) continue;
      sinceTurnBytes = 0;
      await setImmediate();
      this.#opened.signal?.throwIfAborted();
    }
  }
}
