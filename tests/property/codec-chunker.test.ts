import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { createChunker, createStreamChunker, singleChunkBytes } from '../../src-worker/codec/chunker.ts';
import { gearTableBytes, type ChunkSizes } from '../../src-worker/codec/gear-scanner.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';
import { referenceCuts } from '../support/gear-reference.ts';
import { pseudoRandomBytes } from '../support/pseudo-random.ts';

beforeAll(async () => {
  await loadSodium();
});

const key = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
/** Small sizes, so that little data has many cuts; the rules are the same for all sizes. */
const sizes: ChunkSizes = { minBytes: 1024, averageBytes: 4096, maxBytes: 16 * 1024 };

/** Random stretches, runs of one byte and repeats: content with and without features. */
const content = fc
  .array(
    fc.record({ seed: fc.nat(1000), sizeBytes: fc.integer({ min: 1, max: 40_000 }), isFlat: fc.boolean() }),
    { minLength: 1, maxLength: 6 },
  )
  .map((stretches) =>
    Buffer.concat(
      stretches.map(({ seed, sizeBytes, isFlat }) =>
        isFlat ? new Uint8Array(sizeBytes).fill(seed) : pseudoRandomBytes(sizeBytes, seed),
      ),
    ),
  );

test('the WebAssembly chunker cuts where the plain reference cuts', () => {
  const chunker = createChunker(key, sizes);
  const table = gearTableBytes(key);
  fc.assert(
    fc.property(content, (data) => {
      expect(chunker.cut(data)).toEqual(referenceCuts(data, table, sizes));
    }),
    { numRuns: 25 },
  );
});

test('all chunks but the last keep to minimum and maximum, and together they are the object', () => {
  const chunker = createChunker(key, sizes);
  fc.assert(
    fc.property(content, (data) => {
      const cuts = chunker.cut(data);
      expect(cuts.at(-1)).toBe(data.length);
      if (data.length <= singleChunkBytes) return;
      cuts.forEach((end, index) => {
        const length = end - (cuts[index - 1] ?? 0);
        if (index < cuts.length - 1) expect(length).toBeGreaterThanOrEqual(sizes.minBytes);
        expect(length).toBeLessThanOrEqual(sizes.maxBytes);
      });
    }),
    { numRuns: 50 },
  );
});

test('a stream is cut like the whole object, however its pieces fall', () => {
  const stream = createStreamChunker(key, sizes);
  const pieceSizes = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(content, pieceSizes, (data, sizesOfPieces) => {
      const chunks: Uint8Array[] = [];
      let offset = 0;
      for (const pieceBytes of [...sizesOfPieces, data.length]) {
        stream.push(data.subarray(offset, offset + pieceBytes), (chunk) => chunks.push(chunk.slice()));
        offset = Math.min(data.length, offset + pieceBytes);
      }
      stream.end((chunk) => chunks.push(chunk.slice()));
      const cuts = createChunker(key, sizes).cut(data);
      expect(chunks.map((chunk) => chunk.length)).toEqual(
        cuts.map((end, index) => end - (cuts[index - 1] ?? 0)),
      );
      expect(Buffer.concat(chunks).equals(data)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('an insertion moves the cuts near it and no others', () => {
  const data = pseudoRandomBytes(400_000, 42);
  const chunker = createChunker(key, sizes);
  const cuts = chunker.cut(data);
  fc.assert(
    fc.property(fc.nat(300_000), fc.uint8Array({ minLength: 1, maxLength: 200 }), (at, inserted) => {
      const changed = chunker.cut(Buffer.concat([data.subarray(0, at), inserted, data.subarray(at)]));
      const moved = new Set(changed.map((end) => (end > at ? end - inserted.length : end)));
      const lost = cuts.filter((end) => !moved.has(end));
      expect(lost.length).toBeLessThanOrEqual(12);
      expect(lost.every((end) => end >= at - 64 && end <= at + 100_000)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
