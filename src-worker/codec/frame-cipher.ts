/**
 * ChaCha20-Poly1305 (RFC 8439) under the subkey of one pack, twice: natively through node:crypto and in WebAssembly
 * through libsodium, with the same bytes. Electron's node:crypto lacks the native one. Must not decide which of the
 * two is used (accelerators.ts does) nor give out plaintext whose tag was not verified.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { plainBytes, release } from './plain-bytes.ts';
import { loadedSodium } from './sodium.ts';

/** Length of an authentication tag, in bytes. */
export const tagBytes = 16;

/** Where ChaCha20-Poly1305 is computed. */
export type CipherPath = 'native' | 'wasm';

/** What a sealed piece is bound to; `counter` (0..2^64-1) must be used once under a subkey. */
export interface FrameBinding {
  readonly aad: Uint8Array;
  readonly counter: bigint | number;
}

/** The cipher of frames. */
export interface FrameCipher {
  /** Writes ciphertext and tag to `out`, which is exactly {@link tagBytes} longer than `plaintext`. */
  seal(out: Uint8Array, plaintext: Uint8Array, binding: FrameBinding): void;
  /** The plaintext, or null when the tag does not fit; `sealed` has at least {@link tagBytes} bytes. */
  open(sealed: Uint8Array, binding: FrameBinding): Uint8Array | null;
}

/** The last 12 bytes of the XChaCha nonce's inner form: four zero bytes, then u64le(counter). */
function innerNonce(counter: bigint | number): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter), true);
  return nonce;
}

/** Through node:crypto; throws at the first use where the runtime does not know the cipher. */
export function createNativeFrameCipher(subkey: Uint8Array): FrameCipher {
  const key = createSecretKey(subkey);
  const options = { authTagLength: tagBytes };
  return {
    seal(out, plaintext, { aad, counter }) {
      const cipher = createCipheriv('chacha20-poly1305', key, innerNonce(counter), options);
      cipher.setAAD(aad, { plaintextLength: plaintext.length });
      const body = cipher.update(plaintext);
      out.set(body);
      release(body);
      cipher.final();
      out.set(cipher.getAuthTag(), plaintext.length);
    },
    open(sealed, { aad, counter }) {
      const bodyBytes = sealed.length - tagBytes;
      const decipher = createDecipheriv('chacha20-poly1305', key, innerNonce(counter), options);
      decipher.setAAD(aad, { plaintextLength: bodyBytes });
      decipher.setAuthTag(sealed.subarray(bodyBytes));
      const unverified = decipher.update(sealed.subarray(0, bodyBytes));
      try {
        decipher.final();
      } catch {
        return null;
      }
      return plainBytes(unverified);
    },
  };
}

/** The small region of the heap while sealing: key at 0, nonce at 32, tag at 48. */
const NONCE_OFFSET = 32;
const TAG_OFFSET = 48;

/** Lays out [body][aad] in the bulk region and key and nonce in the small one; returns the address of the body. */
function layOut(body: Uint8Array, binding: FrameBinding, subkey: Uint8Array): number {
  const { heap } = loadedSodium();
  const address = heap.bulk(body.length + binding.aad.length);
  const bytes = heap.bytes;
  bytes.set(body, address);
  bytes.set(binding.aad, address + body.length);
  bytes.set(subkey, heap.small);
  bytes.set(innerNonce(binding.counter), heap.small + NONCE_OFFSET);
  return address;
}

/** Through libsodium, in place in its heap. */
export function createWasmFrameCipher(key: Uint8Array): FrameCipher {
  const { raw, heap } = loadedSodium();
  const subkey = key.slice();
  const nonceAndKey = [0, heap.small + NONCE_OFFSET, heap.small] as const;
  const tag = heap.small + TAG_OFFSET;
  return {
    seal(out, plaintext, binding) {
      const bodyBytes = plaintext.length;
      const body = layOut(plaintext, binding, subkey);
      const message = [body, bodyBytes, 0, body + bodyBytes, binding.aad.length, 0] as const;
      raw._crypto_aead_chacha20poly1305_ietf_encrypt_detached(body, tag, 0, ...message, ...nonceAndKey);
      out.set(heap.bytes.subarray(body, body + bodyBytes));
      out.set(heap.bytes.subarray(tag, tag + tagBytes), bodyBytes);
    },
    open(sealed, binding) {
      const bodyBytes = sealed.length - tagBytes;
      const body = layOut(sealed.subarray(0, bodyBytes), binding, subkey);
      heap.bytes.set(sealed.subarray(bodyBytes), tag);
      const message = [body, bodyBytes, 0, tag, body + bodyBytes, binding.aad.length, 0] as const;
      const [secretNonce, ...publicNonceAndKey] = nonceAndKey;
      const verdict = raw._crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        body,
        secretNonce,
        ...message,
        ...publicNonceAndKey,
      );
      return verdict === 0 ? heap.bytes.slice(body, body + bodyBytes) : null;
    },
  };
}
