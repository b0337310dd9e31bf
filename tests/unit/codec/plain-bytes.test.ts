import { beforeAll, expect, test } from 'vitest';
import { createPackCipher } from '../../../src-worker/codec/aead.ts';
import { base64LineEncoder } from '../../../src-worker/codec/base64-lines.ts';
import { createCompressor } from '../../../src-worker/codec/compress.ts';
import { sha256 } from '../../../src-worker/codec/hash.ts';
import { joinMime, splitMime } from '../../../src-worker/codec/mime-split.ts';
import { plainBytes, release } from '../../../src-worker/codec/plain-bytes.ts';
import { loadSodium } from '../../../src-worker/codec/sodium.ts';

beforeAll(async () => {
  await loadSodium();
});

const data = new Uint8Array(5000).fill(65);

test('plainBytes shares memory and drops the Buffer', () => {
  const buffer = Buffer.from('abc');
  const plain = plainBytes(buffer);
  plain[0] = 0x41;
  expect(buffer.toString()).toBe('Abc');
  expect(Buffer.isBuffer(plain)).toBe(false);
});

test('release gives memory of its own back at once and leaves shared memory alone', () => {
  const own = new Uint8Array(1000);
  release(own);
  expect(own.buffer.detached).toBe(true);
  const shared = new Uint8Array(1000);
  release(shared.subarray(0, 500));
  expect(shared.buffer.detached).toBe(false);
  const locked = new Uint8Array(new SharedArrayBuffer(8));
  expect(() => release(locked)).not.toThrow();
});

/** A Buffer that slipped out would make `slice` share memory on one path and copy it on another. */
test.each([
  ['native seal', () => createPackCipher(data.slice(0, 32), data.slice(0, 16), 'native').seal(data, data, 1)],
  ['native open', () => open('native')],
  ['WebAssembly open', () => open('wasm')],
  ['zstd-napi', () => roundTrip('zstd-napi')],
  ['node-zlib', () => roundTrip('node-zlib')],
  ['sha256', () => sha256(data)],
  ['split', () => split().parts[0]!.decoded],
  ['skeleton', () => split().skeleton],
  ['join', () => joinMime(split().skeleton, split().parts)],
  [
    'line encoder',
    () => base64LineEncoder({ lineLength: 76, lineEnding: 'lf', hasFinalLineEnding: true }).end(),
  ],
])('%s gives a plain Uint8Array', (_, run) => {
  const result = run();
  expect(result).toBeInstanceOf(Uint8Array);
  expect(Buffer.isBuffer(result)).toBe(false);
});

function open(path: 'native' | 'wasm'): Uint8Array {
  const cipher = createPackCipher(data.slice(0, 32), data.slice(0, 16), path);
  return cipher.open(cipher.seal(data, data, 1), data, 1);
}

function roundTrip(preferred: 'zstd-napi' | 'node-zlib'): Uint8Array {
  const compressor = createCompressor({ preferred });
  const stored = compressor.compress(data, 3);
  expect(Buffer.isBuffer(stored)).toBe(false);
  return compressor.decompress(stored, data.length);
}

function split(): NonNullable<ReturnType<typeof splitMime>> {
  const body = Buffer.from(data).toString('base64');
  const result = splitMime(Buffer.from(`Content-Transfer-Encoding: base64\r\n\r\n${body}\r\n`));
  if (result === null) throw new Error('did not split');
  return result;
}
