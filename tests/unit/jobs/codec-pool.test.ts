import { expect, test } from 'vitest';
import { contentKind } from '../../../src-shared/model/rows.ts';
import { BufferShelf } from '../../../src-worker/jobs/buffer-shelf.ts';
import type { CodecLink, CodecReply, CodecRequest } from '../../../src-worker/jobs/codec-link.ts';
import { CodecPool } from '../../../src-worker/jobs/codec-pool.ts';

const mebibyte = 1024 * 1024;

/** A codec that answers when it is told to. */
class SlowCodec implements CodecLink {
  readonly requests: CodecRequest[] = [];
  #onReply: (reply: CodecReply) => void = () => undefined;

  send(request: CodecRequest): void {
    this.requests.push(request);
  }

  listen(onReply: (reply: CodecReply) => void): void {
    this.#onReply = onReply;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** Answers the oldest write. */
  answer(): void {
    const request = this.requests.shift();
    if (request?.type !== 'write') throw new Error('nothing to answer');
    const items = request.items.map(({ sequence, bytes }) => ({
      sequence,
      content: [contentKind.bytes, bytes.length, [bytes.length, 0, []]] as never,
    }));
    this.#onReply({ type: 'written', items, buffers: request.items.map(({ bytes }) => bytes.buffer) });
  }
}

function openPool() {
  const codec = new SlowCodec();
  const held = { bytes: 0, codecs: 0 };
  const pool = new CodecPool({
    startCodecs() {
      held.codecs += 1;
      return [codec];
    },
    shelf: new BufferShelf(),
    holdBack(sizeBytes) {
      held.bytes += sizeBytes;
      return () => (held.bytes -= sizeBytes);
    },
    onPack: () => Promise.resolve(),
  });
  return { codec, held, pool };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('no codec is started for nothing', async () => {
  const { pool, held } = openPool();
  expect(await pool.flush()).toEqual({ readBytes: 0, newChunkBytes: 0, newChunks: 0, knownChunks: 0 });
  await pool.close();
  expect(held.codecs).toBe(0);
});

test('content holds others back from its arrival until it is stored, also while it waits for room', async () => {
  const { pool, codec, held } = openPool();
  const written: number[] = [];
  for (const megabytes of [6, 7, 5]) {
    const content = pool.write('bytes', new Uint8Array(megabytes * mebibyte), 'one');
    void content.then(([, sizeBytes]) => written.push(sizeBytes / mebibyte));
  }
  await turn();
  // Two are on their way; the third would be too much at once.
  expect(codec.requests).toHaveLength(2);
  expect(held.bytes).toBe(18 * mebibyte);
  codec.answer();
  await turn();
  expect(written).toEqual([6]);
  expect(held.bytes).toBe(12 * mebibyte);
  for (let left = 2; left > 0; left -= 1) {
    codec.answer();
    await turn();
  }
  expect(written).toEqual([6, 7, 5]);
  expect(held.bytes).toBe(0);
});

async function* piecesOf(sizes: readonly number[], failure?: Error): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const size of sizes) {
    await turn();
    yield new Uint8Array(size);
  }
  if (failure !== undefined) throw failure;
}

test('a stream of one piece is written like any content, and nothing of it where it fails', async () => {
  const { pool, codec } = openPool();
  const content = pool.writeStream(piecesOf([1000]), 1000, 'one');
  await turn();
  await turn();
  await turn();
  codec.answer();
  expect((await content)[1]).toBe(1000);
  const failed = pool.writeStream(piecesOf([1000], new Error('another hash')), 1000, 'one');
  await expect(failed).rejects.toThrow('another hash');
  expect(codec.requests).toEqual([]);
});

test('a stream of several pieces goes to the codec as it comes, and is given up where it fails', async () => {
  const { pool, codec } = openPool();
  const failed = pool.writeStream(piecesOf([3, 2, 1], new Error('cut short')), 6, 'one');
  await expect(failed).rejects.toThrow('cut short');
  const said = codec.requests.map((request) =>
    request.type === 'stream-piece' ? request.bytes.length : request.type,
  );
  expect(said).toEqual(['stream-begin', 3, 2, 1, 'stream-end']);
  expect(codec.requests.at(-1)).toMatchObject({ isWhole: false });
});
