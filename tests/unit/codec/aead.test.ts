import { beforeAll, describe, expect, test } from 'vitest';
import { chooseCipher, selectAccelerators } from '../../../src-worker/codec/accelerators.ts';
import { createPackCipher, openWithNonce, sealWithNonce } from '../../../src-worker/codec/aead.ts';
import {
  createNativeFrameCipher,
  createWasmFrameCipher,
  type FrameCipher,
} from '../../../src-worker/codec/frame-cipher.ts';
import { loadedSodium, loadSodium } from '../../../src-worker/codec/sodium.ts';

beforeAll(async () => {
  await loadSodium();
});

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const range = (from: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => from + index);
const paths = ['native', 'wasm'] as const;

/** draft-irtf-cfrg-xchacha-03, appendix A.3.1. */
const draft = {
  key: range(0x80, 32),
  salt: range(0x40, 16),
  counter: 0x5756555453525150n,
  aad: bytes('50515253c0c1c2c3c4c5c6c7'),
  plaintext: Buffer.from(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  ),
  sealed:
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e' +
    'c0875924c1c7987947deafd8780acf49',
};

/** RFC 8439 appendix A.5, whose nonce begins with four zero bytes as ours do. */
const rfc8439 = {
  key: bytes('1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0'),
  binding: { aad: bytes('f33388860000000000004e91'), counter: 0x0807060504030201n },
  sealed: bytes(
    '64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709b' +
      'eead9d67890cbb22392336fea1851f38',
  ),
};

describe.each(paths)('pack cipher, %s', (path) => {
  const cipher = (key = draft.key, salt = draft.salt) => createPackCipher(key, salt, path);

  test('seals and opens the vector of the XChaCha draft', () => {
    const sealed = cipher().seal(draft.plaintext, draft.aad, draft.counter);
    expect(hex(sealed)).toBe(draft.sealed);
    expect(hex(cipher().open(sealed, draft.aad, draft.counter))).toBe(hex(draft.plaintext));
  });

  test('agrees with libsodium’s XChaCha20-Poly1305 under the whole nonce', () => {
    const nonce = Uint8Array.of(...draft.salt, 7, 0, 0, 0, 0, 0, 0, 0);
    const expected = sealWithNonce(draft.plaintext, { key: draft.key, nonce, aad: draft.aad });
    expect(hex(cipher().seal(draft.plaintext, draft.aad, 7))).toBe(hex(expected));
  });

  test('opens the vector of RFC 8439 under its own key', () => {
    const inner = (path === 'native' ? createNativeFrameCipher : createWasmFrameCipher)(rfc8439.key);
    const plaintext = inner.open(rfc8439.sealed, rfc8439.binding);
    expect(Buffer.from(plaintext ?? []).toString()).toMatch(
      /^Internet-Drafts are draft documents valid .*“work in progress\./,
    );
  });

  test('writes into the room it is given and nowhere else', () => {
    const buffer = new Uint8Array(64).fill(0xee);
    cipher().sealInto(buffer.subarray(8, 8 + 20), range(0, 4), { aad: draft.aad, counter: 1 });
    expect(hex(buffer.subarray(8, 28))).toBe(hex(cipher().seal(range(0, 4), draft.aad, 1)));
    expect([...buffer.subarray(0, 8), ...buffer.subarray(28)].every((byte) => byte === 0xee)).toBe(true);
  });

  test('refuses room of another size', () => {
    const binding = { aad: draft.aad, counter: 1 };
    expect(() => cipher().sealInto(new Uint8Array(21), range(0, 4), binding)).toThrow(RangeError);
  });

  test.each([
    { what: 'a flipped bit of the ciphertext', sealed: flip(bytes(draft.sealed), 0) },
    { what: 'a flipped bit of the tag', sealed: flip(bytes(draft.sealed), draft.sealed.length / 2 - 1) },
    { what: 'a missing byte', sealed: bytes(draft.sealed).subarray(0, -1) },
    { what: 'less than a tag', sealed: bytes(draft.sealed).subarray(0, 15) },
    { what: 'other bound data', aad: new Uint8Array(12) },
    { what: 'another counter', counter: draft.counter + 1n },
  ])('reports $what as damage', (change) => {
    const { sealed, aad, counter } = { ...draft, sealed: bytes(draft.sealed), ...change };
    expect(() => cipher().open(sealed, aad, counter)).toThrow(
      expect.objectContaining({ code: 'pack-damaged' }),
    );
  });

  test('does not open under another key or salt', () => {
    const sealed = bytes(draft.sealed);
    for (const other of [cipher(range(0, 32)), cipher(draft.key, range(0, 16))]) {
      expect(() => other.open(sealed, draft.aad, draft.counter)).toThrow(
        expect.objectContaining({ code: 'pack-damaged' }),
      );
    }
  });

  test('seals nothing at all, bound to its place', () => {
    const sealed = cipher().seal(new Uint8Array(0), draft.aad, 3);
    expect(sealed.length).toBe(16);
    expect(cipher().open(sealed, draft.aad, 3).length).toBe(0);
  });
});

function flip(sealed: Uint8Array, at: number): Uint8Array {
  return sealed.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

test('HChaCha20 gives the subkey of the XChaCha draft, section 2.2.1', () => {
  const subkey = loadedSodium().api.crypto_core_hchacha20(
    bytes('000000090000004a0000000031415927'),
    range(0, 32),
    null,
  );
  expect(hex(subkey)).toBe('82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc');
});

describe('lone seals', () => {
  const seal = { key: draft.key, nonce: range(0x40, 24), aad: draft.aad };

  test('give the vector of the XChaCha draft', () => {
    expect(hex(sealWithNonce(draft.plaintext, seal))).toBe(draft.sealed);
    expect(hex(openWithNonce(bytes(draft.sealed), seal))).toBe(hex(draft.plaintext));
  });

  test.each([
    ['another key', { ...seal, key: range(0, 32) }],
    ['another nonce', { ...seal, nonce: range(0, 24) }],
    ['a nonce of another length', { ...seal, nonce: range(0, 12) }],
    ['other bound data', { ...seal, aad: range(0, 12) }],
  ])('do not open with %s', (_, other) => {
    expect(() => openWithNonce(bytes(draft.sealed), other)).toThrow(
      expect.objectContaining({ code: 'pack-damaged' }),
    );
  });

  test('do not open when shorter than a tag', () => {
    expect(() => openWithNonce(range(0, 5), seal)).toThrow(expect.objectContaining({ code: 'pack-damaged' }));
  });
});

describe('start-up self-test', () => {
  const twisted = (twist: Partial<FrameCipher>) => (subkey: Uint8Array) => ({
    ...createWasmFrameCipher(subkey),
    ...twist,
  });

  test('takes the native cipher where it gives the same bytes', () => {
    expect(selectAccelerators().cipher.path).toBe('native');
    expect(createPackCipher(draft.key, draft.salt).path).toBe('native');
  });

  test('falls back to WebAssembly where the runtime lacks the cipher, and says so', () => {
    const choice = chooseCipher(() => {
      throw new Error('Unknown cipher');
    });
    expect(choice).toEqual({ path: 'wasm', reason: 'the runtime has no native cipher: Unknown cipher' });
  });

  test('falls back where the native cipher gives other bytes', () => {
    const choice = chooseCipher(twisted({ seal: (out) => void out.fill(0) }));
    expect(choice).toEqual({ path: 'wasm', reason: 'the native cipher differs from WebAssembly at 0 bytes' });
  });

  test('falls back where the native cipher accepts forgeries', () => {
    const lastGood: Uint8Array[] = [];
    const choice = chooseCipher((subkey) => {
      const honest = createWasmFrameCipher(subkey);
      return {
        ...honest,
        open: (sealed, binding) => {
          const plaintext = honest.open(sealed, binding) ?? lastGood[0] ?? null;
          if (plaintext !== null) lastGood[0] = plaintext;
          return plaintext;
        },
      };
    });
    expect(choice).toEqual({ path: 'wasm', reason: 'the native cipher accepts a forged tag or body' });
  });
});
