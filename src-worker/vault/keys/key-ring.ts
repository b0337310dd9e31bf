/**
 * The keys of an open vault: everything is derived from the root key, but for the data keys, which are random per
 * epoch and wrapped under it, so that a later revocation can start a new epoch.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { openWithNonce, sealWithNonce } from '../../codec/aead.ts';
import { deriveKey } from '../../codec/hash.ts';
import { fileClass, type FileClass } from '../format/layout.ts';
import type { SealContext } from '../format/seal.ts';

/** The file `keyring/<epoch>`. */
export const wrappedEpochSchema = z.object({
  v: z.literal(1),
  epoch: z.number().int().positive(),
  nonce: z.base64().max(64),
  box: z.base64().max(256),
});
export type WrappedEpoch = z.infer<typeof wrappedEpochSchema>;

/** The keys that codec threads need; posted to them as they are. */
export interface WriterKeys {
  readonly vaultId: Uint8Array;
  readonly epoch: number;
  /** Chunk ids: keyed BLAKE2b-256. */
  readonly idKey: Uint8Array;
  /** The chunker's gear table. */
  readonly chunkKey: Uint8Array;
  /** Data packs of this epoch. */
  readonly dataKey: Uint8Array;
}

/** Keys of an open vault. */
export class KeyRing {
  readonly vaultId: Uint8Array;
  readonly currentEpoch: number;
  readonly #rootKey: Uint8Array;
  readonly #epochKeys: ReadonlyMap<number, Uint8Array>;

  constructor(vaultId: Uint8Array, rootKey: Uint8Array, epochKeys: ReadonlyMap<number, Uint8Array>) {
    this.vaultId = vaultId;
    this.#rootKey = rootKey;
    this.#epochKeys = epochKeys;
    this.currentEpoch = Math.max(...epochKeys.keys());
  }

  /** The context for files of a class; undefined for an epoch that this vault does not have. */
  context(fileClassOfFile: FileClass, epoch: number = this.currentEpoch): SealContext | undefined {
    const epochKey = this.#epochKeys.get(epoch);
    if (epochKey === undefined) return undefined;
    const classKey = deriveKey(epochKey, `class ${fileClassOfFile}`);
    return { vaultId: this.vaultId, fileClass: fileClassOfFile, epoch, classKey };
  }

  /** The context for writing files of a class. */
  writeContext(fileClassOfFile: FileClass): SealContext {
    const context = this.context(fileClassOfFile);
    if (context === undefined) throw new Error('the current epoch has no key');
    return context;
  }

  /** The key of the local catalog, so that nothing of the mail stands in plain text beside the vault. */
  get catalogKey(): Uint8Array {
    return deriveKey(this.#rootKey, 'catalog');
  }

  /** The key of the journals of restores to Microsoft 365, for the same reason. */
  get journalKey(): Uint8Array {
    return deriveKey(this.#rootKey, 'journal');
  }

  /** What codec threads need. */
  get writerKeys(): WriterKeys {
    return {
      vaultId: this.vaultId,
      epoch: this.currentEpoch,
      idKey: deriveKey(this.#rootKey, 'chunk id'),
      chunkKey: deriveKey(this.#rootKey, 'chunker'),
      dataKey: this.writeContext(fileClass.dataPack).classKey,
    };
  }
}

/** Wraps a new random data key. */
export function createEpoch(rootKey: Uint8Array, vaultId: Uint8Array, epoch: number): WrappedEpoch {
  const nonce = new Uint8Array(randomBytes(24));
  const key = new Uint8Array(randomBytes(32));
  const box = sealWithNonce(key, {
    key: deriveKey(rootKey, 'key ring'),
    nonce,
    aad: epochAad(vaultId, epoch),
  });
  return {
    v: 1,
    epoch,
    nonce: Buffer.from(nonce).toString('base64'),
    box: Buffer.from(box).toString('base64'),
  };
}

/** Unwraps a data key; throws `pack-damaged` where it was altered or belongs to another vault. */
export function openEpoch(rootKey: Uint8Array, vaultId: Uint8Array, wrapped: WrappedEpoch): Uint8Array {
  const nonce = new Uint8Array(Buffer.from(wrapped.nonce, 'base64'));
  const box = new Uint8Array(Buffer.from(wrapped.box, 'base64'));
  return openWithNonce(box, {
    key: deriveKey(rootKey, 'key ring'),
    nonce,
    aad: epochAad(vaultId, wrapped.epoch),
  });
}

function epochAad(vaultId: Uint8Array, epoch: number): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(`holdfast v1 epoch ${epoch} `), vaultId]));
}
