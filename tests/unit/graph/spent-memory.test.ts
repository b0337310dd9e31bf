import { expect, test } from 'vitest';
import { SpentMemory } from '../../../src-worker/graph/spent-memory.ts';

const chunk = (sizeBytes = 16_384): Buffer => Buffer.allocUnsafeSlow(sizeBytes);

test('a buffer is freed when the next one comes, and the last one in the end', () => {
  const spent = new SpentMemory();
  const [first, second] = [chunk(), chunk()];
  spent.note(first);
  expect(first.length).toBe(16_384);
  spent.note(second);
  expect([first.length, second.length]).toEqual([0, 16_384]);
  spent.free();
  expect(second.length).toBe(0);
  spent.free();
});

test('nothing is freed while more of the same buffer comes', () => {
  const spent = new SpentMemory();
  const whole = chunk();
  spent.note(whole.subarray(0, 5_000));
  spent.note(whole.subarray(5_000));
  expect(whole.length).toBe(16_384);
});

test('memory that Buffers share is left alone', () => {
  const spent = new SpentMemory();
  const [mine, other] = [Buffer.allocUnsafe(100), Buffer.from('of somebody else')];
  expect(mine.buffer).toBe(other.buffer);
  spent.note(mine);
  spent.free();
  expect(other.toString()).toBe('of somebody else');
});
