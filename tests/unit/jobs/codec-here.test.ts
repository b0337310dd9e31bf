import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { loadSodium } from '../../../src-worker/codec/sodium.ts';
import { CodecHere } from '../../../src-worker/jobs/codec-here.ts';
import type { CodecReply, WriteRequest } from '../../../src-worker/jobs/codec-link.ts';
import { createDedupFilterMemory } from '../../../src-worker/vault/index/dedup-filter.ts';

beforeAll(() => loadSodium());

const turn = () => new Promise((resolve) => setImmediate(resolve));

const keys = {
  vaultId: randomBytes(16),
  epoch: 1,
  dataKey: randomBytes(32),
  idKey: randomBytes(32),
  chunkKey: randomBytes(32),
};

const item = (sequence: number): WriteRequest => ({
  sequence,
  kind: 'bytes',
  bytes: new Uint8Array(100 + sequence),
  affinity: 'one',
});

function listenTo(codec: CodecHere) {
  const replies: CodecReply[] = [];
  const failures: unknown[] = [];
  codec.listen(
    (reply) => replies.push(reply),
    (error) => failures.push(error),
  );
  return { replies, failures };
}

test('one item is done in a turn, and requests are answered in their order', async () => {
  const codec = new CodecHere({ keys, filterMemory: createDedupFilterMemory() });
  const { replies } = listenTo(codec);
  codec.send({ type: 'write', items: [1, 2, 3].map(item), isHurried: false });
  codec.send({ type: 'flush' });
  const types: string[][] = [];
  for (let turns = 0; turns < 8; turns += 1) {
    await turn();
    types.push(replies.splice(0).map(({ type }) => type));
  }
  const [first, second, third, ...others] = types;
  expect([first, second, third]).toEqual([[], [], []]);
  expect(others.flat()).toEqual(['written', 'pack', 'flushed']);
});

test('a failure is told once, and nothing is done after it', async () => {
  const codec = new CodecHere({ keys, filterMemory: createDedupFilterMemory() });
  const { replies, failures } = listenTo(codec);
  const broken = { ...item(1), kind: 'mime' as const, bytes: undefined as never };
  codec.send({ type: 'write', items: [broken], isHurried: false });
  codec.send({ type: 'flush' });
  for (let turns = 0; turns < 5; turns += 1) await turn();
  expect(failures).toHaveLength(1);
  expect(replies).toEqual([]);
});
