import { describe, expect, test } from 'vitest';
import { padmeLength } from '../../../src-worker/codec/padme.ts';

describe('padmeLength', () => {
  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [9, 10],
    [100, 104],
    [1000, 1024],
    [1025, 1088],
    [10_000, 10_240],
    [16 * 1024 * 1024, 16 * 1024 * 1024],
    [16 * 1024 * 1024 + 1, 16 * 1024 * 1024 + 512 * 1024],
    [2 ** 40 + 1, 2 ** 40 + 2 ** 34],
  ])('pads %i to %i', (lengthBytes, paddedBytes) => {
    expect(padmeLength(lengthBytes)).toBe(paddedBytes);
  });

  test('adds at most 12 % and is its own result', () => {
    const wrong = Array.from({ length: 70_000 }, (_, index) => index + 2).filter((lengthBytes) => {
      const paddedBytes = padmeLength(lengthBytes);
      return (
        paddedBytes < lengthBytes ||
        paddedBytes > lengthBytes * 1.12 ||
        padmeLength(paddedBytes) !== paddedBytes
      );
    });
    expect(wrong).toEqual([]);
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses %d', (lengthBytes) => {
    expect(() => padmeLength(lengthBytes)).toThrow(RangeError);
  });
});
