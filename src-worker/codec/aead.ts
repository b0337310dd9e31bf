/**
 * XChaCha20-Poly1305-IETF (draft-irtf-cfrg-xchacha-03), the only cipher of vault suite 1. One HChaCha20 per pack turns
 * key and salt into a subkey, and each frame is then ChaCha20-Poly1305 (RFC 8439) under a counter. Must not choose
 * salts, nonces or counters: that none of them seals twice under a key is the caller's promise.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import { selectAccelerators } from './accelerators.ts';
import {
  createNativeFrameCipher,
  createWasmFrameCipher,
  tagBytes,
  type CipherPath,
  type FrameBinding,
} from './frame-cipher.ts';
import { loadedSodium } from './sodium.ts';

/** Lengths in bytes. */
const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const SALT_BYTES = 16;

/** Seals and opens the frames of one pack; the full nonce of a frame is salt16 || u64le(counter). */
export interface PackCipher {
  /** Where it computes, for reports; the bytes are the same. */
  readonly path: CipherPath;
  /** `plaintext` encrypted and followed by its 16-byte tag. A counter (0..2^64-1) seals once. */
  seal(plaintext: Uint8Array, aad: Uint8Array, counter: bigint | number): Uint8Array;
  /** Like {@link PackCipher.seal}, into `out`, which must be exactly 16 bytes longer than `plaintext`. */
  sealInto(out: Uint8Array, plaintext: Uint8Array, binding: FrameBinding): void;
  /** The plaintext, only after its tag was verified; throws AppError 'pack-damaged' otherwise. */
  open(sealed: Uint8Array, aad: Uint8Array, counter: bigint | number): Uint8Array;
}

function damaged(reason: string): AppError {
  return new AppError(
    'pack-damaged',
    'A part of the Storage Vault is damaged or was changed: its seal does not fit. What it holds cannot be used; verify the vault to see what is affected.',
    { details: { reason } },
  );
}

function requireLength(bytes: Uint8Array, lengthBytes: number, what: string): void {
  if (bytes.length !== lengthBytes)
    throw new RangeError(`${what} has ${lengthBytes} bytes, not ${bytes.length}`);
}

/**
 * The cipher of one pack: `key` has 32 bytes, `salt` 16. `path` is what the start-up self-test chose, unless a test or
 * a benchmark insists on one.
 */
export function createPackCipher(
  key: Uint8Array,
  salt: Uint8Array,
  path: CipherPath = selectAccelerators().cipher.path,
): PackCipher {
  requireLength(key, KEY_BYTES, 'a pack key');
  requireLength(salt, SALT_BYTES, 'a pack salt');
  const subkey = loadedSodium().api.crypto_core_hchacha20(salt, key, null);
  const cipher = path === 'native' ? createNativeFrameCipher(subkey) : createWasmFrameCipher(subkey);
  return {
    path,
    seal(plaintext, aad, counter) {
      const sealed = new Uint8Array(plaintext.length + tagBytes);
      cipher.seal(sealed, plaintext, { aad, counter });
      return sealed;
    },
    sealInto(out, plaintext, binding) {
      requireLength(out, plaintext.length + tagBytes, 'the room for a sealed frame');
      cipher.seal(out, plaintext, binding);
    },
    open(sealed, aad, counter) {
      if (sealed.length < tagBytes) throw damaged('shorter than a tag');
      const plaintext = cipher.open(sealed, { aad, counter });
      if (plaintext === null) throw damaged('authentication failed');
      return plaintext;
    },
  };
}

/** Key (32 bytes), nonce (24 random bytes, never used twice) and bound data of a piece that is sealed on its own. */
export interface LoneSeal {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

/** XChaCha20-Poly1305 of a lone piece, such as a key slot: ciphertext followed by its tag. */
export function sealWithNonce(plaintext: Uint8Array, { key, nonce, aad }: LoneSeal): Uint8Array {
  requireLength(key, KEY_BYTES, 'a key');
  requireLength(nonce, NONCE_BYTES, 'a nonce');
  return loadedSodium().api.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, key);
}

/** What {@link sealWithNonce} sealed; throws AppError 'pack-damaged' when key, nonce, bound data or bytes do not fit. */
export function openWithNonce(sealed: Uint8Array, { key, nonce, aad }: LoneSeal): Uint8Array {
  requireLength(key, KEY_BYTES, 'a key');
  if (nonce.length !== NONCE_BYTES) throw damaged('a nonce of another length');
  if (sealed.length < tagBytes) throw damaged('shorter than a tag');
  try {
    return loadedSodium().api.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, key);
  } catch {
    throw damaged('authentication failed');
  }
}
