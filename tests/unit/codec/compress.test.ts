import { describe, expect, test } from 'vitest';
import {
  createCompressor,
  isLikelyIncompressible,
  maxRawBytes,
  type CompressorName,
} from '../../../src-worker/codec/compress.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';
import golden from './golden/zstd-frames.json' with { type: 'json' };

const names: readonly CompressorName[] = ['zstd-napi', 'node-zlib'];
const text = Buffer.from('One careful sentence after another, and again. '.repeat(500));
const damage = expect.objectContaining({ code: 'pack-damaged' }) as unknown;

describe.each(names)('%s', (preferred) => {
  const compressor = createCompressor({ preferred });

  test('is what was asked for', () => {
    expect(compressor.name).toBe(preferred);
  });

  test.each(golden.frames)('unpacks the golden frame of $name', ({ frame, rawSizeBytes, rawStart }) => {
    const raw = compressor.decompress(Buffer.from(frame, 'base64'), rawSizeBytes);
    expect(raw.length).toBe(rawSizeBytes);
    expect(Buffer.from(raw.subarray(0, 16)).toString('hex')).toBe(rawStart);
  });

  test.each([0, 1, 255, 256, 65_535, 300_000, maxRawBytes])('gives back %i bytes', (sizeBytes) => {
    const data = pseudoRandomBytes(sizeBytes, 1);
    const raw = compressor.decompress(compressor.compress(data, 3), sizeBytes);
    expect(Buffer.from(raw).equals(data)).toBe(true);
  });

  test('gives back the largest frame of zeros, however far it shrank', () => {
    const stored = compressor.compress(new Uint8Array(maxRawBytes), 3);
    expect(stored.length).toBeLessThan(1000);
    expect(compressor.decompress(stored, maxRawBytes).every((byte) => byte === 0)).toBe(true);
  });

  test('refuses a window above 8 MiB before unpacking', () => {
    const emptyFrame = (window: string): Buffer => Buffer.from(`28b52ffd00${window}010000`, 'hex');
    expect(compressor.decompress(emptyFrame('68'), 0).length).toBe(0);
    expect(() => compressor.decompress(emptyFrame('69'), 0)).toThrow(
      expect.objectContaining({ details: { reason: 'asks for too large a window' } }),
    );
  });

  test('declares the content size in the frame, so that readers can check it before unpacking', () => {
    const frame = compressor.compress(text, 3);
    expect(() => compressor.decompress(frame, text.length - 1)).toThrow(
      expect.objectContaining({ details: { reason: 'declares another length' } }),
    );
  });

  const whole = createCompressor().compress(text, 3).slice();
  test.each([
    ['an expected length above 4 MiB', whole, maxRawBytes + 1],
    ['an expected length that is no length', whole, -1],
    ['no frame at all', text, text.length],
    ['an empty frame', new Uint8Array(0), 0],
    ['a frame cut short', whole.subarray(0, -3), text.length],
    ['bytes behind the frame', Buffer.concat([whole, text]), text.length],
    ['a second frame', Buffer.concat([whole, whole]), text.length],
    [
      'a changed byte in the content',
      Buffer.from(whole.map((byte, at) => (at === 9 ? byte ^ 0xff : byte))),
      text.length,
    ],
  ])('refuses %s', (_, stored, rawSizeBytes) => {
    expect(() => compressor.decompress(stored, rawSizeBytes)).toThrow(damage);
  });
});

test('the two write frames that the other reads', () => {
  const [napi, zlib] = names.map((preferred) => createCompressor({ preferred }));
  const data = Buffer.concat([text, pseudoRandomBytes(10_000, 4)]);
  for (const level of [1, 3, 9]) {
    expect(Buffer.from(zlib!.decompress(napi!.compress(data, level), data.length)).equals(data)).toBe(true);
    expect(Buffer.from(napi!.decompress(zlib!.compress(data, level), data.length)).equals(data)).toBe(true);
  }
});

test('reports why it is not the faster implementation', () => {
  expect(createCompressor({ preferred: 'zstd-napi' }).fallbackReason).toBeNull();
  expect(createCompressor({ preferred: 'node-zlib' }).fallbackReason).toBe('asked for');
});

describe('isLikelyIncompressible', () => {
  test.each([
    ['JPEG', 'ffd8ffe000104a464946'],
    ['PNG', '89504e470d0a1a0a'],
    ['docx and other zip', '504b030414000600'],
    ['mp4', '00000020667479706d703432'],
    ['gzip', '1f8b0800'],
    ['7z', '377abcaf271c0004'],
    ['WebP', '524946460000000057454250'],
  ])('believes the signature of %s even before text', (_, signature) => {
    expect(isLikelyIncompressible(Buffer.concat([Buffer.from(signature, 'hex'), text]))).toBe(true);
  });

  test('finds larger random content out by trying', () => {
    expect(isLikelyIncompressible(pseudoRandomBytes(200_000, 3))).toBe(true);
  });

  test('looks further than the beginning before it gives up', () => {
    const mixed = Buffer.concat([pseudoRandomBytes(8192, 3), ...Array.from({ length: 8 }, () => text)]);
    expect(isLikelyIncompressible(mixed)).toBe(false);
  });

  test.each([
    ['text', text],
    ['a PDF of text', Buffer.concat([Buffer.from('%PDF-1.7\n'), text])],
    ['much text', Buffer.concat(Array.from({ length: 8 }, () => text))],
    ['what is compressed as fast as it is looked at', pseudoRandomBytes(100_000, 3)],
    ['nothing', new Uint8Array(0)],
  ])('lets %s be compressed', (_, data) => {
    expect(isLikelyIncompressible(data)).toBe(false);
  });
});
