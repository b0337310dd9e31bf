/** Looks into the packs of a vault, below any index, and counts what lies there more than once. */
import { createCompressor } from '../../src-worker/codec/compress.ts';
import { derivePasswordKey } from '../../src-worker/codec/password-key.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';
import { openLocalDiskStore } from '../../src-worker/stores/local-disk-store.ts';
import { decodePackFooter, footerFrames } from '../../src-worker/vault/format/pack-footer.ts';
import { listOrphanPacks, readPackDirectory } from '../../src-worker/vault/session/read-commits.ts';
import { openVault, type Vault } from '../../src-worker/vault/vault.ts';

export interface PackCensus {
  readonly packs: number;
  readonly packBytes: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  /** Chunks that were stored again, and their bytes before compression. */
  readonly duplicates: number;
  readonly duplicateBytes: number;
}

/** Opens the vault at `path` without an engine. */
export async function openBareVault(path: string, password: string): Promise<Vault> {
  await loadSodium();
  const store = await openLocalDiskStore(path, { agentName: 'census' });
  return openVault(
    { store, compressor: createCompressor(), derivePasswordKey },
    { kind: 'password', password },
  );
}

export async function takeCensus(vault: Vault): Promise<PackCensus> {
  const seen = new Set<string>();
  const census = { packs: 0, packBytes: 0, chunks: 0, chunkBytes: 0, duplicates: 0, duplicateBytes: 0 };
  for await (const name of listOrphanPacks(vault, () => false)) {
    const pack = await readPackDirectory(vault, name);
    if (pack === undefined) continue;
    census.packs += 1;
    census.packBytes += pack.sizeBytes;
    for (const { id, lengthBytes } of [...footerFrames(decodePackFooter(pack.directory))].flatMap(
      ({ chunks }) => chunks,
    )) {
      const key = Buffer.from(id).toString('base64');
      census.chunks += 1;
      census.chunkBytes += lengthBytes;
      if (seen.has(key)) {
        census.duplicates += 1;
        census.duplicateBytes += lengthBytes;
      }
      seen.add(key);
    }
  }
  return census;
}
