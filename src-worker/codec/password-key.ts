/**
 * The key that a password gives: Argon2id version 1.3 (RFC 9106), one lane, computed by libsodium. WebAssembly memory
 * never shrinks, so this belongs in a thread that ends afterwards. Must not decide whether parameters are acceptable
 * for opening a slot; it refuses only what is below the floor.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import { loadSodium } from './sodium.ts';

const MIB = 1024 * 1024;

/** Argon2id parameters: passes, memory in bytes (whole KiB), and 16 bytes of salt. */
export interface PasswordKeyParameters {
  readonly salt: Uint8Array;
  readonly opsLimit: number;
  readonly memLimitBytes: number;
}

/** The least that is accepted, so that nobody can weaken a slot to make guessing cheap. */
export const passwordKeyFloor = { opsLimit: 2, memLimitBytes: 64 * MIB } as const;

/** What new slots use: about 0.7 s and 256 MiB for one guess. */
export const passwordKeyDefaults = { opsLimit: 3, memLimitBytes: 256 * MIB } as const;

/** Lengths in bytes. */
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * 32 bytes from `password`, which is normalised to Unicode NFC and encoded as UTF-8 first, so that the same characters
 * typed on another keyboard give the same key. Throws AppError 'vault-key-downgraded' below {@link passwordKeyFloor}.
 */
export async function derivePasswordKey(
  password: string,
  parameters: PasswordKeyParameters,
): Promise<Uint8Array> {
  const { salt, opsLimit, memLimitBytes } = parameters;
  if (opsLimit < passwordKeyFloor.opsLimit || memLimitBytes < passwordKeyFloor.memLimitBytes) {
    throw new AppError(
      'vault-key-downgraded',
      'The password protection of this vault is weaker than Holdfast ever writes. It may have been tampered with.',
      { details: { opsLimit, memLimitBytes } },
    );
  }
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
  const { api } = await loadSodium();
  const secret = new TextEncoder().encode(password.normalize('NFC'));
  try {
    return api.crypto_pwhash(
      KEY_BYTES,
      secret,
      salt,
      opsLimit,
      memLimitBytes,
      api.crypto_pwhash_ALG_ARGON2ID13,
    );
  } finally {
    secret.fill(0);
  }
}
