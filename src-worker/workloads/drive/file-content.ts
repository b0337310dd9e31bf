/**
 * The bytes of a file, checked against the hash that the service tells. Where they differ, the service is asked once
 * more: it may have told a wrong hash, or none, or the file was changed while it was read.
 */
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { QuickXorHash } from '../../codec/quick-xor-hash.ts';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, FetchedContent } from '../workload.ts';
import { driveItemSchema, hashOf, isFolder, versionOf, type DriveItem } from './drive-item.ts';

const nothing = new Uint8Array(0);

/** Reads an item as it is now. */
export function readItem(scope: AccountScope, driveId: string, itemId: string): Promise<DriveItem> {
  return scope.graph.getJson(graphPath`/drives/${driveId}/items/${itemId}`, {
    schema: driveItemSchema,
    service: 'sharepoint',
    target: 'item',
    signal: scope.signal,
  });
}

/** The content of an item that an enumeration or a look-up has shown. A folder has none. */
export function fileContent(scope: AccountScope, driveId: string, item: DriveItem): FetchedContent {
  if (isFolder(item) || item.size === 0) return { kind: 'bytes', bytes: nothing };
  return new FileStream(scope, driveId, item);
}

class FileStream {
  readonly kind = 'stream' as const;
  readonly sizeBytes: number;
  readonly #scope: AccountScope;
  readonly #driveId: string;
  readonly #item: DriveItem;
  #hash: string;

  constructor(scope: AccountScope, driveId: string, item: DriveItem) {
    this.#scope = scope;
    this.#driveId = driveId;
    this.#item = item;
    this.#hash = hashOf(item);
    this.sizeBytes = item.size ?? 0;
  }

  /** That of the item as it was told, with the hash that was proven: a rename meanwhile is news to the next run. */
  get version(): string {
    return versionOf(this.#item, this.#hash);
  }

  get pieces(): AsyncIterable<Uint8Array<ArrayBuffer>> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { graph, signal } = this.#scope;
    const hash = new QuickXorHash();
    const source = {
      url: this.#item['@microsoft.graph.downloadUrl'] ?? undefined,
      freshUrl: () => this.#freshUrl(),
      sizeBytes: this.sizeBytes,
    };
    for await (const piece of graph.download(source, signal)) {
      hash.update(piece);
      yield piece;
    }
    await this.#check(hash.digest());
  }

  async #freshUrl(): Promise<string> {
    const { '@microsoft.graph.downloadUrl': url } = await readItem(this.#scope, this.#driveId, this.#item.id);
    if (typeof url === 'string') return url;
    throw changed('no address');
  }

  async #check(hash: string): Promise<void> {
    if (hash === this.#hash) return;
    const now = await readItem(this.#scope, this.#driveId, this.#item.id);
    const isSame = now.size === this.sizeBytes && (hashOf(now) === '' || hashOf(now) === hash);
    if (!isSame) throw changed('another hash');
    this.#hash = hash;
  }
}

function changed(what: string): AppError {
  return new AppError(
    'item-changed',
    'This file was changed while it was read, so it was not saved. The next run reads it again.',
    { retryable: true, details: { what } },
  );
}
