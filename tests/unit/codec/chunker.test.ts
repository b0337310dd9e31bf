import { beforeAll, describe, expect, test } from 'vitest';
import {
  createChunker,
  createStreamChunker,
  type StreamChunker,
  largeChunkSizes,
  singleChunkBytes,
  smallChunkSizes,
} from '../../../src-worker/codec/chunker.ts';
import { gearChunkerWasm } from '../../../src-worker/codec/gear-chunker.wasm.ts';
import { gearTableBytes } from '../../../src-worker/codec/gear-scanner.ts';
import { loadSodium } from '../../../src-worker/codec/sodium.ts';
import { compileWat } from '../../support/build-wasm.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';
import golden from './golden/gear-cuts.json' with { type: 'json' };

const key = new Uint8Array(Buffer.from(golden.chunkKey, 'hex'));
const sizesByName: Record<string, typeof smallChunkSizes> = {
  small: smallChunkSizes,
  large: largeChunkSizes,
};

beforeAll(async () => {
  await loadSodium();
});

function lengths(cuts: readonly number[]): number[] {
  return cuts.map((end, index) => end - (cuts[index - 1] ?? 0));
}

test('the committed WebAssembly is what the .wat compiles to', async () => {
  expect(gearChunkerWasm).toBe(Buffer.from(await compileWat('gear-chunker')).toString('base64'));
});

test('the gear table begins and ends with the golden words', () => {
  const table = Buffer.from(gearTableBytes(key));
  expect(table.readBigUInt64LE(0).toString(16)).toBe(golden.tableFirst);
  expect(table.readBigUInt64LE(2040).toString(16)).toBe(golden.tableLast);
});

test.each(golden.cases)(
  'cuts $bytes bytes of seed $seed at the golden offsets ($sizes)',
  ({ sizes, seed, bytes, cuts }) => {
    expect(createChunker(key, sizesByName[sizes]!).cut(pseudoRandomBytes(bytes, seed))).toEqual(cuts);
  },
);

describe('chunker', () => {
  test('makes no chunk of nothing and one of anything up to 64 KiB', () => {
    const chunker = createChunker(key, smallChunkSizes);
    expect(chunker.cut(new Uint8Array(0))).toEqual([]);
    expect(chunker.cut(pseudoRandomBytes(1, 1))).toEqual([1]);
    expect(chunker.cut(pseudoRandomBytes(singleChunkBytes, 1))).toEqual([singleChunkBytes]);
  });

  test('cuts content without features at the maximum', () => {
    const cuts = createChunker(key, smallChunkSizes).cut(new Uint8Array(600 * 1024));
    expect(cuts).toEqual([256 * 1024, 512 * 1024, 600 * 1024]);
  });

  test('gathers random content around the average', () => {
    const sizes = lengths(createChunker(key, smallChunkSizes).cut(pseudoRandomBytes(16 * 1024 * 1024, 5)));
    const meanBytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(meanBytes).toBeGreaterThan(56 * 1024);
    expect(meanBytes).toBeLessThan(84 * 1024);
  });

  test('cuts elsewhere under another key', () => {
    const data = pseudoRandomBytes(1_000_000, 6);
    const otherKey = key.map((byte) => byte ^ 1);
    const cuts = new Set(createChunker(key, smallChunkSizes).cut(data).slice(0, -1));
    const otherCuts = createChunker(otherKey, smallChunkSizes).cut(data).slice(0, -1);
    expect(otherCuts.filter((cut) => cuts.has(cut))).toEqual([]);
  });

  test('begins afresh with each object', () => {
    const chunker = createChunker(key, smallChunkSizes);
    const data = pseudoRandomBytes(500_000, 7);
    const first = chunker.cut(data);
    chunker.cut(pseudoRandomBytes(333_333, 8));
    expect(chunker.cut(data)).toEqual(first);
  });

  test.each([
    { minBytes: 32, averageBytes: 64, maxBytes: 128 },
    { minBytes: 1024, averageBytes: 3000, maxBytes: 8192 },
    { minBytes: 4096, averageBytes: 4096, maxBytes: 8192 },
  ])('refuses sizes that do not rise around a power of two: %j', (sizes) => {
    expect(() => createChunker(key, sizes)).toThrow(RangeError);
  });
});

describe('stream chunker', () => {
  let stream: StreamChunker;
  beforeAll(() => {
    stream = createStreamChunker(key, smallChunkSizes);
  });
  const lengthsOf = (give: (onChunk: (chunk: Uint8Array) => void) => void): number[] => {
    const lengths: number[] = [];
    give((chunk) => lengths.push(chunk.length));
    return lengths;
  };
  const push = (piece: Uint8Array): number[] => lengthsOf((onChunk) => stream.push(piece, onChunk));
  const end = (): number[] => lengthsOf((onChunk) => stream.end(onChunk));

  test('holds back until it knows that the object is more than a single chunk', () => {
    expect(push(pseudoRandomBytes(singleChunkBytes, 9))).toEqual([]);
    expect(end()).toEqual([singleChunkBytes]);
  });

  test('has nothing to say about an empty object', () => {
    expect(push(new Uint8Array(0))).toEqual([]);
    expect(end()).toEqual([]);
  });

  test('gives chunks as soon as they are complete, also after an object that was given up', () => {
    const data = pseudoRandomBytes(1_500_000, 1);
    const [first, second] = golden.cases[0]!.cuts;
    push(data.subarray(1, second));
    stream.reset();
    expect(push(data.subarray(0, second! - 1))).toEqual([first]);
    expect(push(data.subarray(second! - 1, second))).toEqual([second! - first!]);
    expect(end()).toEqual([]);
  });
});
