/** The newest snapshot of a vault, read item by item with the password alone: a catalog of its own, nothing of a run's. */
import type { AccountRow, ContentRef } from '../../src-shared/model/rows.ts';
import { Catalog } from '../../src-worker/catalog/catalog.ts';
import { createCompressor } from '../../src-worker/codec/compress.ts';
import { derivePasswordKey } from '../../src-worker/codec/password-key.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';
import { syncCatalog } from '../../src-worker/jobs/sync-catalog.ts';
import { openLocalDiskStore } from '../../src-worker/stores/local-disk-store.ts';
import { ObjectReader } from '../../src-worker/vault/objects/object-reader.ts';
import { openVault, type Vault } from '../../src-worker/vault/vault.ts';

/** An item with its parts in order; the first is the item itself. */
export interface SnapshotItem {
  readonly id: string;
  readonly collection: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly parts: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export class SnapshotReader {
  readonly #vault: Vault;
  readonly #catalog: Catalog;
  readonly #chainId: string;

  private constructor(vault: Vault, catalog: Catalog, chainId: string) {
    this.#vault = vault;
    this.#catalog = catalog;
    this.#chainId = chainId;
  }

  static async open(vaultPath: string, password: string, chainId: string): Promise<SnapshotReader> {
    await loadSodium();
    const store = await openLocalDiskStore(vaultPath);
    const services = { store, compressor: createCompressor(), derivePasswordKey };
    const vault = await openVault(services, { kind: 'password', password });
    const catalog = new Catalog(':memory:', vault.keys.catalogKey);
    return new SnapshotReader(vault, catalog, chainId);
  }

  /** Takes in what was committed since. */
  async refresh(): Promise<void> {
    await syncCatalog(this.#vault, this.#catalog);
  }

  /** Accounts that have not left. */
  accounts(): AccountRow[] {
    return this.#catalog.accounts(this.#chainId).filter(({ left }) => left === undefined);
  }

  async *items(workload: string, account: string): AsyncIterable<SnapshotItem> {
    const number = this.#catalog.head(this.#chainId)?.number ?? 0;
    const scope = { chainId: this.#chainId, number, workload, account };
    const reader = new ObjectReader(this.#vault, this.#catalog);
    for (const { id: collection } of this.#catalog.collections(scope))
      for (const { id, info, content } of this.#catalog.items(scope, collection))
        yield { id, collection, info, parts: await partsOf(reader, content) };
  }

  close(): void {
    this.#catalog.close();
  }
}

async function partsOf(reader: ObjectReader, content: ContentRef): Promise<SnapshotItem['parts']> {
  const parts = await reader.readParts(content);
  if (parts === undefined) return [{ name: '', bytes: await bytesOf(reader, content) }];
  return Promise.all(
    parts.map(async (part) => ({ name: part.name, bytes: await bytesOf(reader, part.content) })),
  );
}

async function bytesOf(reader: ObjectReader, content: ContentRef): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.readContent(content)) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}
