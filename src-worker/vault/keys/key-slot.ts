/**
 * Key slots: small JSON files that wrap the vault's root key for one way of opening it. A slot is opened by a key
 * encryption key (KEK) that a password (Argon2id) or the printed recovery key gives. Knows no store and derives no
 * password keys itself: Argon2id runs in a thread that ends after use.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { openWithNonce, sealWithNonce } from '../../codec/aead.ts';
import { createKeyedHash, deriveKey, sha256 } from '../../codec/hash.ts';
import { passwordKeyFloor, type PasswordKeyParameters } from '../../codec/password-key.ts';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';

const base64 = z.base64().max(512);

const passwordKdfSchema = z.object({
  name: z.literal('argon2id13'),
  opsLimit: z.number().int().positive().max(64),
  memLimitBytes: z
    .number()
    .int()
    .positive()
    .max(4 * 1024 ** 3),
  salt: base64,
});

/** The file `keys/<slot>`. `box` holds the sealed root key, `commit` tells a wrong key from a damaged slot. */
export const keySlotSchema = z.discriminatedUnion('kind', [
  z.object({
    v: z.literal(1),
    kind: z.literal('password'),
    kdf: passwordKdfSchema,
    nonce: base64,
    commit: base64,
    box: base64,
  }),
  z.object({ v: z.literal(1), kind: z.literal('recovery'), nonce: base64, commit: base64, box: base64 }),
]);
export type KeySlot = z.infer<typeof keySlotSchema>;

/** A way of opening a vault, as the user gives it. */
export type KeySource =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'recovery'; readonly recoveryKey: Uint8Array };

/** Turns a password into a KEK; provided by whoever can run Argon2id in a thread of its own. */
export type DerivePasswordKey = (password: string, parameters: PasswordKeyParameters) => Promise<Uint8Array>;

/** What a new slot is made of. `vaultFile` is the exact content of vault.json: a slot opens only beside it. */
export interface SlotContents {
  readonly rootKey: Uint8Array;
  readonly vaultFile: Uint8Array;
  readonly derivePasswordKey: DerivePasswordKey;
  /** Argon2id cost of a password slot; never below the floor. */
  readonly passwordCost: Pick<PasswordKeyParameters, 'opsLimit' | 'memLimitBytes'>;
}

const decodeBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const encodeBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Wraps the root key for one source. */
export async function createKeySlot(source: KeySource, contents: SlotContents): Promise<KeySlot> {
  if (source.kind === 'recovery') {
    return { v: 1, kind: 'recovery', ...seal(recoveryKek(source.recoveryKey), 'recovery', contents) };
  }
  const kdf = { name: 'argon2id13' as const, ...contents.passwordCost, salt: encodeBase64(randomBytes(16)) };
  const kek = await contents.derivePasswordKey(source.password, {
    ...contents.passwordCost,
    salt: decodeBase64(kdf.salt),
  });
  return { v: 1, kind: 'password', kdf, ...seal(kek, slotBinding(kdf), contents) };
}

/**
 * The root key, or undefined when the source does not fit this slot. Throws `vault-key-downgraded` for a slot whose
 * Argon2id cost is below the floor, and `vault-damaged` for one that was altered.
 */
export async function openKeySlot(
  slot: KeySlot,
  source: KeySource,
  contents: Pick<SlotContents, 'vaultFile' | 'derivePasswordKey'>,
): Promise<Uint8Array | undefined> {
  if (slot.kind !== source.kind) return undefined;
  if (slot.kind === 'password') refuseDowngrade(slot.kdf);
  const kek = await slotKek(slot, source, contents.derivePasswordKey);
  if (!timingSafeEqual(commitment(kek), sized(decodeBase64(slot.commit)))) return undefined;
  const binding = slot.kind === 'password' ? slotBinding(slot.kdf) : 'recovery';
  try {
    const seal = { key: kek, nonce: decodeBase64(slot.nonce), aad: slotAad(binding, contents.vaultFile) };
    return openWithNonce(decodeBase64(slot.box), seal);
  } catch (error) {
    if (!isAppError(error, 'pack-damaged')) throw error;
    throw new AppError(
      'vault-damaged',
      'The password fits, but vault.json or this key slot was altered since it was written. No data was changed. Restore both files from a copy, or open the vault with the recovery key.',
      { cause: error },
    );
  }
}

async function slotKek(slot: KeySlot, source: KeySource, derive: DerivePasswordKey): Promise<Uint8Array> {
  if (source.kind === 'recovery') return recoveryKek(source.recoveryKey);
  if (slot.kind !== 'password') throw new Error('a password cannot open a recovery slot');
  const { opsLimit, memLimitBytes, salt } = slot.kdf;
  return derive(source.password, { opsLimit, memLimitBytes, salt: decodeBase64(salt) });
}

function refuseDowngrade(kdf: { opsLimit: number; memLimitBytes: number }): void {
  if (kdf.opsLimit >= passwordKeyFloor.opsLimit && kdf.memLimitBytes >= passwordKeyFloor.memLimitBytes)
    return;
  throw new AppError(
    'vault-key-downgraded',
    'A password slot of this vault asks for a weaker key derivation than Holdfast ever writes. Somebody may have altered it to guess your password; it was not used.',
    { details: { opsLimit: kdf.opsLimit, memLimitBytes: kdf.memLimitBytes } },
  );
}

function seal(
  kek: Uint8Array,
  binding: string,
  contents: SlotContents,
): { nonce: string; commit: string; box: string } {
  const nonce = new Uint8Array(randomBytes(24));
  const box = sealWithNonce(contents.rootKey, { key: kek, nonce, aad: slotAad(binding, contents.vaultFile) });
  return { nonce: encodeBase64(nonce), commit: encodeBase64(commitment(kek)), box: encodeBase64(box) };
}

function recoveryKek(recoveryKey: Uint8Array): Uint8Array {
  return deriveKey(recoveryKey, 'recovery slot');
}

function commitment(kek: Uint8Array): Uint8Array {
  return createKeyedHash(kek).hash(Buffer.from('holdfast v1 commit'));
}

function sized(bytes: Uint8Array): Uint8Array {
  return bytes.length === 32 ? bytes : new Uint8Array(32);
}

function slotBinding(kdf: { name: string; opsLimit: number; memLimitBytes: number; salt: string }): string {
  return ['password', kdf.name, kdf.opsLimit, kdf.memLimitBytes, kdf.salt].join(' ');
}

/** Binds a slot to its parameters and to every byte of vault.json. */
function slotAad(binding: string, vaultFile: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(`holdfast v1 slot ${binding} `), sha256(vaultFile)]));
}
