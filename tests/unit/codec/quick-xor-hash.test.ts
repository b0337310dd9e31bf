import { expect, test } from 'vitest';
import { QuickXorHash } from '../../../src-worker/codec/quick-xor-hash.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';

/** The hash as its description reads, a bit at a time. */
function describedHash(bytes: Uint8Array): string {
  const hash = Buffer.alloc(20);
  bytes.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit += 1) {
      const place = (11 * i + bit) % 160;
      hash[place >> 3]! ^= ((byte >> bit) & 1) << (place & 7);
    }
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  length.forEach((byte, i) => (hash[12 + i]! ^= byte));
  return hash.toString('base64');
}

const hashOf = (bytes: Uint8Array) => new QuickXorHash().update(bytes).digest();

test.each([
  ['', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  ['hello world', 'aCgDG9jwBhDc4Q1yawMZAAAAAAA='],
  ['\xd2\x96\x4f', '0rDEEwAAAAAAAAAAAwAAAAAAAAA='],
])('hashes %j as Microsoft does', (text, hash) => {
  expect(hashOf(Buffer.from(text, 'latin1'))).toBe(hash);
});

test.each([1, 3, 19, 20, 159, 160, 161, 320, 1_000, 4_096, 24_000, 24_160, 70_001])(
  'hashes %i bytes as described',
  (sizeBytes) => {
    const bytes = pseudoRandomBytes(sizeBytes, sizeBytes);
    expect(hashOf(bytes)).toBe(describedHash(bytes));
  },
);

test('does not depend on where the bytes are cut or lie in memory', () => {
  const bytes = pseudoRandomBytes(200_003, 7);
  const expected = describedHash(bytes);
  for (const step of [1, 7, 64, 159, 161, 1_021, 65_536]) {
    const hash = new QuickXorHash();
    for (let at = 0; at < bytes.length; at += step) hash.update(bytes.subarray(at, at + step));
    expect(hash.digest(), `pieces of ${step}`).toBe(expected);
  }
  for (let shift = 1; shift < 4; shift += 1) {
    const moved = new Uint8Array(bytes.length + shift);
    moved.set(bytes, shift);
    expect(hashOf(moved.subarray(shift))).toBe(expected);
  }
});

test('a digest may be taken on the way', () => {
  const bytes = pseudoRandomBytes(1_000, 11);
  const hash = new QuickXorHash().update(bytes.subarray(0, 400));
  expect(hash.digest()).toBe(describedHash(bytes.subarray(0, 400)));
  expect(hash.update(bytes.subarray(400)).digest()).toBe(describedHash(bytes));
});
