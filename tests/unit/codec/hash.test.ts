import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  blake2b,
  createChunkHash,
  createKeyedHash,
  deriveKey,
  sha256,
} from '../../../src-worker/codec/hash.ts';
import { loadedSodium, loadSodium } from '../../../src-worker/codec/sodium.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';
import derivation from './golden/derivation.json' with { type: 'json' };

beforeAll(async () => {
  await loadSodium();
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

/** The generator of RFC 7693 appendix E. */
function selfTestSequence(length: number, seed: number): Uint8Array {
  let a = Math.imul(0xdead4bad, seed) >>> 0;
  let b = 1;
  return Uint8Array.from({ length }, () => {
    const next = (a + b) >>> 0;
    a = b;
    b = next;
    return next >>> 24;
  });
}

describe('BLAKE2b', () => {
  test('gives the digest of "abc" that RFC 7693 appendix A prints', () => {
    expect(hex(blake2b(Buffer.from('abc'), { sizeBytes: 64 }))).toBe(
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    );
  });

  test('passes the keyed and unkeyed self-test of RFC 7693 appendix E', () => {
    const digests = [20, 32, 48, 64].flatMap((sizeBytes) =>
      [0, 3, 128, 129, 255, 1024].flatMap((length) => {
        const data = selfTestSequence(length, length);
        const key = selfTestSequence(sizeBytes, sizeBytes);
        return [blake2b(data, { sizeBytes }), blake2b(data, { sizeBytes, key })];
      }),
    );
    expect(hex(blake2b(Buffer.concat(digests)))).toBe(
      'c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475',
    );
  });

  test.each([
    [
      0,
      '10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568',
    ],
    [
      1,
      '961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd',
    ],
    [
      2,
      'da2cfbe2d8409a0f38026113884f84b50156371ae304c4430173d08a99d9fb1b983164a3770706d537f49e0c916d9f32b95cc37a95b99d857436f0232c88a965',
    ],
    [
      255,
      '142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e92484be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461',
    ],
  ])('gives the keyed digest of %i bytes of the BLAKE2 known answers', (length, digest) => {
    expect(hex(blake2b(counting(length), { key: counting(64), sizeBytes: 64 }))).toBe(digest);
  });

  test('agrees with libsodium’s own interface beyond the piece size, where it hashes piece by piece', () => {
    const data = pseudoRandomBytes(9 * 1024 * 1024 + 5, 3);
    const key = counting(32);
    expect(hex(createKeyedHash(key).hash(data))).toBe(
      hex(loadedSodium().api.crypto_generichash(32, data, key)),
    );
  });

  test.each([0, 15, 65])('refuses a key of %i bytes', (keyBytes) => {
    expect(() => blake2b(new Uint8Array(1), { key: new Uint8Array(keyBytes) })).toThrow(RangeError);
  });
});

describe('keyed hash', () => {
  test('keeps its key when the caller wipes theirs', () => {
    const key = counting(32);
    const keyed = createKeyedHash(key);
    const before = hex(keyed.hash(counting(10)));
    key.fill(0);
    expect(hex(keyed.hash(counting(10)))).toBe(before);
  });

  test('gives digests that later calls do not overwrite', () => {
    const keyed = createKeyedHash(counting(32));
    const first = keyed.hash(counting(1));
    const copy = hex(first);
    keyed.hash(counting(2));
    expect(hex(first)).toBe(copy);
  });

  test('refuses a key that is not 32 bytes', () => {
    expect(() => createKeyedHash(counting(16))).toThrow(RangeError);
  });
});

test('names a chunk by keyed BLAKE2b over its SHA-256, as Node’s own hash and libsodium’s interface have it', () => {
  const chunk = pseudoRandomBytes(70_001, 5);
  const digest = createHash('sha256').update(chunk).digest();
  expect(hex(createChunkHash(counting(32)).hash(chunk))).toBe(
    hex(loadedSodium().api.crypto_generichash(32, digest, counting(32))),
  );
});

test.each(derivation.keys)('derives the golden key for "$label"', ({ label, key }) => {
  expect(hex(deriveKey(Buffer.from(derivation.root, 'hex'), label))).toBe(key);
});

test('sha256 gives the digest of "abc" that FIPS 180-4 prints', () => {
  expect(hex(sha256(Buffer.from('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
