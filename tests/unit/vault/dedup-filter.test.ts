import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createDedupFilterMemory, DedupFilter } from '../../../src-worker/vault/index/dedup-filter.ts';

test('an id is claimed once, by whichever view comes first', () => {
  const memory = createDedupFilterMemory();
  const [first, second] = [new DedupFilter(memory), new DedupFilter(memory)];
  const id = new Uint8Array(randomBytes(32));
  expect(first.claim(id)).toBe(true);
  expect(second.claim(id)).toBe(false);
  expect(first.claim(id)).toBe(false);
  expect(second.size).toBe(1);
});

test('ids survive growth, and memory stays below 20 bytes a chunk', () => {
  const memory = createDedupFilterMemory();
  const [writer, reader] = [new DedupFilter(memory), new DedupFilter(memory)];
  const count = 400_000;
  const ids = new Uint8Array(randomBytes(count * 32));
  const id = (index: number): Uint8Array => ids.subarray(index * 32, index * 32 + 32);
  for (let index = 0; index < count; index += 1) writer.claim(id(index));
  let repeated = 0;
  for (let index = 0; index < count; index += 1) if (!reader.claim(id(index))) repeated += 1;
  expect(repeated).toBe(count);
  expect(writer.memoryBytes / count).toBeLessThan(20);
});

test('an id of zero bytes is an id like any other', () => {
  const filter = new DedupFilter(createDedupFilterMemory());
  expect(filter.claim(new Uint8Array(32))).toBe(true);
  expect(filter.claim(new Uint8Array(32))).toBe(false);
});
