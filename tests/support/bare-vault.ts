/** A vault for tests below the engine: random keys, its files in memory, nothing to unlock. */
import { createCompressor } from '../../src-worker/codec/compress.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';
import type { ByteRange, ObjectInfo, ObjectStore } from '../../src-worker/stores/store.ts';
import { KeyRing } from '../../src-worker/vault/keys/key-ring.ts';
import type { Vault } from '../../src-worker/vault/vault.ts';
import { pseudoRandomBytes } from './pseudo-random.ts';

export async function bareVault(): Promise<Vault> {
  await loadSodium();
  const [vaultId, rootKey, epochKey] = [
    pseudoRandomBytes(16, 1),
    pseudoRandomBytes(32, 2),
    pseudoRandomBytes(32, 3),
  ];
  return {
    store: new MemoryStore(),
    compressor: createCompressor(),
    keys: new KeyRing(vaultId, rootKey, new Map([[1, epochKey]])),
    id: Buffer.from(vaultId).toString('hex'),
  };
}

/** A store that forgets. Passes the same conformance suite as the others, so that tests may rely on it. */
export class MemoryStore implements ObjectStore {
  readonly location = 'memory';
  readonly #objects = new Map<string, Uint8Array>();

  // eslint-disable-next-line @typescript-eslint/require-await -- asynchronous by contract
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    for (const [name, bytes] of [...this.#objects])
      if (name.startsWith(prefix)) yield { name, sizeBytes: bytes.length };
  }

  read(name: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    const bytes = this.#objects.get(name);
    if (bytes === undefined || range === undefined) return Promise.resolve(bytes?.slice());
    const part = bytes.slice(range.offsetBytes, range.offsetBytes + range.lengthBytes);
    return part.length === range.lengthBytes
      ? Promise.resolve(part)
      : Promise.reject(new Error('a short part'));
  }

  createIfAbsent(name: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    if (this.#objects.has(name)) return Promise.resolve('exists');
    this.#objects.set(name, bytes.slice());
    return Promise.resolve('created');
  }

  remove(name: string): Promise<void> {
    this.#objects.delete(name);
    return Promise.resolve();
  }
}
