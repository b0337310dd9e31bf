import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { createPackCipher, sealWithNonce } from '../../src-worker/codec/aead.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';

beforeAll(async () => {
  await loadSodium();
});

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const frame = fc.record({
  key: bytes(32),
  salt: bytes(16),
  aad: fc.uint8Array({ maxLength: 100 }),
  counter: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  plaintext: fc.uint8Array({ maxLength: 5000 }),
});

test('native, WebAssembly and libsodium’s XChaCha20-Poly1305 seal alike and open each other', () => {
  fc.assert(
    fc.property(frame, ({ key, salt, aad, counter, plaintext }) => {
      const native = createPackCipher(key, salt, 'native');
      const wasm = createPackCipher(key, salt, 'wasm');
      const sealed = Buffer.from(native.seal(plaintext, aad, counter));
      const nonce = new Uint8Array(24);
      nonce.set(salt);
      new DataView(nonce.buffer).setBigUint64(16, counter, true);
      expect(sealed.equals(wasm.seal(plaintext, aad, counter))).toBe(true);
      expect(sealed.equals(sealWithNonce(plaintext, { key, nonce, aad }))).toBe(true);
      expect(Buffer.from(plaintext).equals(wasm.open(sealed, aad, counter))).toBe(true);
      expect(Buffer.from(plaintext).equals(native.open(sealed, aad, counter))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('no single changed byte opens, on either path', () => {
  fc.assert(
    fc.property(
      frame,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      ({ key, salt, aad, counter, plaintext }, at, change) => {
        for (const path of ['native', 'wasm'] as const) {
          const cipher = createPackCipher(key, salt, path);
          const sealed = cipher.seal(plaintext, aad, counter);
          const index = at % sealed.length;
          sealed[index] = sealed[index]! ^ change;
          expect(() => cipher.open(sealed, aad, counter)).toThrow(
            expect.objectContaining({ code: 'pack-damaged' }),
          );
        }
      },
    ),
    { numRuns: 50 },
  );
});
