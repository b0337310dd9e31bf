/** Content of an item of a snapshot, as workloads ask for it when they write it back. */
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { ContentRef } from '../../../src-shared/model/rows.ts';
import type { ObjectReader } from '../../vault/objects/object-reader.ts';
import type { StoredContent, StoredPart } from '../../workloads/cloud-target.ts';

export class VaultContent implements StoredContent {
  readonly #reader: ObjectReader;
  readonly #content: ContentRef;

  constructor(reader: ObjectReader, content: ContentRef) {
    this.#reader = reader;
    this.#content = content;
  }

  whole(maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#read(this.#content, maxBytes);
  }

  async parts(maxBytes: number): Promise<StoredPart[]> {
    const parts: StoredPart[] = [];
    let roomBytes = maxBytes;
    for (const { name, mediaType, content } of (await this.#reader.readParts(this.#content)) ?? []) {
      const bytes = await this.#read(content, roomBytes);
      roomBytes -= bytes.length;
      parts.push({ name, mediaType, bytes });
    }
    return parts;
  }

  #read(content: ContentRef, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const [, sizeBytes] = content;
    if (sizeBytes > maxBytes)
      throw new AppError(
        'item-too-large',
        'This item is larger than Microsoft 365 takes, so it was not written there. Restore it to this PC instead.',
        { details: { sizeBytes, maxBytes } },
      );
    return this.#reader.readWhole(content, maxBytes);
  }
}
