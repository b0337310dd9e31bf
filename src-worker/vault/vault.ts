/**
 * Creating and opening a Storage Vault: its description, key slots and key ring. An open {@link Vault} reads and
 * writes sealed files; what they mean is the business of sessions, snapshots and objects.
 */
import { randomBytes } from 'node:crypto';
import type { Compressor } from '../codec/compress.ts';
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import type { ObjectStore } from '../stores/store.ts';
import { KeyRing, createEpoch, openEpoch, wrappedEpochSchema } from './keys/key-ring.ts';
import {
  createKeySlot,
  keySlotSchema,
  openKeySlot,
  type DerivePasswordKey,
  type KeySource,
  type SlotContents,
} from './keys/key-slot.ts';
import { vaultFileName } from './format/layout.ts';
import { decodeVaultFile, encodeVaultFile } from './vault-file.ts';

/** What a vault works with. */
export interface VaultServices {
  readonly store: ObjectStore;
  readonly compressor: Compressor;
  readonly derivePasswordKey: DerivePasswordKey;
}

/** An unlocked vault. */
export interface Vault {
  readonly store: ObjectStore;
  readonly compressor: Compressor;
  readonly keys: KeyRing;
  /** Hex of the vault id. */
  readonly id: string;
}

/** How a new vault may be opened: at least one password or recovery key. */
export interface VaultCreation {
  readonly sources: readonly KeySource[];
  readonly passwordCost: SlotContents['passwordCost'];
}

/** Creates a vault in an empty place; throws `vault-exists` where there is one already. */
export async function createVault(services: VaultServices, creation: VaultCreation): Promise<Vault> {
  const { store } = services;
  if ((await store.read(vaultFileName)) !== undefined) throw vaultExists(store);
  await removeUnfinishedVault(store);
  const vaultId = new Uint8Array(randomBytes(16));
  const rootKey = new Uint8Array(randomBytes(32));
  const vaultFile = encodeVaultFile(vaultId);
  const contents: SlotContents = { ...services, rootKey, vaultFile, passwordCost: creation.passwordCost };
  for (const source of creation.sources) {
    const slotName = `keys/${Buffer.from(randomBytes(8)).toString('hex')}.json`;
    await store.createIfAbsent(slotName, jsonBytes(await createKeySlot(source, contents)));
  }
  const epoch = createEpoch(rootKey, vaultId, 1);
  await store.createIfAbsent('keyring/00000001.json', jsonBytes(epoch));
  // vault.json last: a crash before it leaves a folder that is not yet a vault.
  if ((await store.createIfAbsent(vaultFileName, vaultFile)) === 'exists') throw vaultExists(store);
  return openedVault(
    services,
    new KeyRing(vaultId, rootKey, new Map([[1, openEpoch(rootKey, vaultId, epoch)]])),
  );
}

/** Unlocks a vault. Throws `vault-not-found`, `vault-key-wrong`, `vault-format-newer` or `vault-damaged`. */
export async function openVault(services: VaultServices, source: KeySource): Promise<Vault> {
  const { store } = services;
  const vaultFile = await store.read(vaultFileName);
  if (vaultFile === undefined) {
    throw new AppError(
      'vault-not-found',
      `There is no vault at ${store.location}. Check the folder, or create a vault there with "holdfast vault create".`,
    );
  }
  const description = decodeVaultFile(vaultFile, store.location);
  const vaultId = new Uint8Array(Buffer.from(description.vaultId, 'hex'));
  const rootKey = await openAnySlot(services, source, vaultFile);
  const epochs = await readEpochs(store, rootKey, vaultId);
  return openedVault(services, new KeyRing(vaultId, rootKey, epochs));
}

function openedVault(services: VaultServices, keys: KeyRing): Vault {
  const { store, compressor } = services;
  return { store, compressor, keys, id: Buffer.from(keys.vaultId).toString('hex') };
}

/**
 * Removes what a creation left that crashed before vault.json. A folder with data but without vault.json is a damaged
 * vault, not an empty place, and is left alone.
 */
async function removeUnfinishedVault(store: ObjectStore): Promise<void> {
  const leftovers: string[] = [];
  for await (const { name } of store.list('')) {
    if (!/^(keys|keyring)\//.test(name)) {
      throw new AppError(
        'vault-damaged',
        `${store.location} is not empty: it holds "${name}" but no vault.json. Nothing was changed. If it was a vault, put back vault.json from a copy; otherwise choose an empty folder.`,
      );
    }
    leftovers.push(name);
  }
  for (const name of leftovers) await store.remove(name);
}

async function openAnySlot(
  services: VaultServices,
  source: KeySource,
  vaultFile: Uint8Array,
): Promise<Uint8Array> {
  let slots = 0;
  let refusal: AppError | undefined;
  for await (const { name } of services.store.list('keys/')) {
    const slot = keySlotSchema.safeParse(await readJson(services.store, name));
    slots += 1;
    if (!slot.success) continue;
    try {
      const rootKey = await openKeySlot(slot.data, source, { ...services, vaultFile });
      if (rootKey !== undefined) return rootKey;
    } catch (error) {
      // A slot that somebody altered or put here must not keep the good one beside it from being used.
      if (!isAppError(error, 'vault-damaged', 'vault-key-downgraded')) throw error;
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
  const what = source.kind === 'password' ? 'password' : 'recovery key';
  throw new AppError(
    'vault-key-wrong',
    `This ${what} does not open the vault at ${services.store.location}. Nothing was changed. Try again, or use ${source.kind === 'password' ? 'the printed recovery key' : 'the password'}.`,
    { details: { slots } },
  );
}

async function readEpochs(
  store: ObjectStore,
  rootKey: Uint8Array,
  vaultId: Uint8Array,
): Promise<Map<number, Uint8Array>> {
  const keys = new Map<number, Uint8Array>();
  for await (const { name } of store.list('keyring/')) {
    const wrapped = wrappedEpochSchema.safeParse(await readJson(store, name));
    if (wrapped.success) keys.set(wrapped.data.epoch, openEpoch(rootKey, vaultId, wrapped.data));
  }
  if (keys.size === 0) {
    throw new AppError(
      'vault-damaged',
      `The key ring of the vault at ${store.location} is missing. Its packs cannot be read without it; put back the folder "keyring" from a copy of the vault.`,
    );
  }
  return keys;
}

async function readJson(store: ObjectStore, name: string): Promise<unknown> {
  const bytes = await store.read(name);
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
}

function vaultExists(store: ObjectStore): AppError {
  return new AppError(
    'vault-exists',
    `There is a vault at ${store.location} already. It was not touched; open it with "holdfast vault open", or choose an empty folder.`,
  );
}
