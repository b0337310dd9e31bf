/** A codec thread: split, cut, name, compress, seal. Gets keys and the shared filter at its start, then content. */
import { parentPort, workerData } from 'node:worker_threads';
import { createCompressor } from '../codec/compress.ts';
import { loadSodium } from '../codec/sodium.ts';
import { DedupFilter, type DedupFilterMemory } from '../vault/index/dedup-filter.ts';
import { fileClass } from '../vault/format/layout.ts';
import type { WriterKeys } from '../vault/keys/key-ring.ts';
import { ObjectWriter, type ContentStream } from '../vault/objects/object-writer.ts';
import { PackWriter } from '../vault/objects/pack-writer.ts';
import type { CodecReply, CodecRequest, WriteRequest } from '../jobs/codec-pool.ts';

/** What a codec thread is started with. */
export interface CodecThreadData {
  readonly keys: WriterKeys;
  readonly filterMemory: DedupFilterMemory;
}

const port = parentPort;
if (port === null) throw new Error('a codec thread is started by the engine');
await loadSodium();
const { keys, filterMemory } = workerData as CodecThreadData;

const reply = (message: CodecReply, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const packs = new PackWriter(
  { vaultId: keys.vaultId, fileClass: fileClass.dataPack, epoch: keys.epoch, classKey: keys.dataKey },
  (pack) => reply({ type: 'pack', pack }, [pack.bytes.buffer]),
);
const writer = new ObjectWriter({
  idKey: keys.idKey,
  chunkKey: keys.chunkKey,
  filter: new DedupFilter(filterMemory),
  compressor: createCompressor(),
  packs,
});

function write(item: WriteRequest): { sequence: number; content: ReturnType<ObjectWriter['writeBytes']> } {
  const { sequence, kind, bytes, affinity } = item;
  const content = kind === 'mime' ? writer.writeMime(bytes, affinity) : writer.writeBytes(bytes, affinity);
  return { sequence, content };
}

function replyWritten(items: readonly WriteRequest[]): void {
  const buffers = [...new Set(items.map(({ bytes }) => bytes.buffer))];
  reply({ type: 'written', items: items.map(write), buffers }, buffers);
}

const streams = new Map<number, ContentStream>();

function replyPiece(sequence: number, bytes: Uint8Array<ArrayBuffer>): void {
  streams.get(sequence)?.push(bytes);
  const { buffer, length: sizeBytes } = bytes;
  reply({ type: 'piece-written', buffer, sizeBytes }, [buffer]);
}

function endStream(sequence: number, isWhole: boolean): void {
  const stream = streams.get(sequence);
  streams.delete(sequence);
  if (stream === undefined) return;
  if (isWhole) reply({ type: 'stream-written', sequence, content: stream.end() });
  else stream.giveUp();
}

port.on('message', (request: CodecRequest) => {
  switch (request.type) {
    case 'write':
      writer.isHurried = request.isHurried;
      replyWritten(request.items);
      break;
    case 'stream-begin':
      streams.set(request.sequence, writer.beginStream(request.sizeBytes, request.affinity));
      break;
    case 'stream-piece':
      replyPiece(request.sequence, request.bytes);
      break;
    case 'stream-end':
      endStream(request.sequence, request.isWhole);
      break;
    case 'recycle':
      packs.recycle(request.packBuffer);
      break;
    case 'flush':
      writer.flush();
      reply({ type: 'flushed', totals: writer.totals });
      break;
  }
});
