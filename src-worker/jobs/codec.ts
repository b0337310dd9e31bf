/**
 * Does what a codec is asked for: split, cut, name, compress, seal. Works in a thread of its own, or in the engine's where
 * there is only one core.
 */
import { createCompressor } from '../codec/compress.ts';
import { DedupFilter, type DedupFilterMemory } from '../vault/index/dedup-filter.ts';
import { fileClass } from '../vault/format/layout.ts';
import type { WriterKeys } from '../vault/keys/key-ring.ts';
import { ObjectWriter, type ContentStream } from '../vault/objects/object-writer.ts';
import { PackWriter } from '../vault/objects/pack-writer.ts';
import type { CodecReply, CodecRequest, WriteRequest, WrittenItem } from './codec-link.ts';

/** What a codec is started with. */
export interface CodecData {
  readonly keys: WriterKeys;
  readonly filterMemory: DedupFilterMemory;
}

export class Codec {
  readonly #reply: (message: CodecReply, transfer: readonly ArrayBuffer[]) => void;
  readonly #packs: PackWriter;
  readonly #writer: ObjectWriter;
  readonly #streams = new Map<number, ContentStream>();

  constructor(
    { keys, filterMemory }: CodecData,
    reply: (message: CodecReply, transfer: readonly ArrayBuffer[]) => void,
  ) {
    this.#reply = reply;
    this.#packs = new PackWriter(
      { vaultId: keys.vaultId, fileClass: fileClass.dataPack, epoch: keys.epoch, classKey: keys.dataKey },
      (pack) => reply({ type: 'pack', pack }, [pack.bytes.buffer]),
    );
    this.#writer = new ObjectWriter({
      idKey: keys.idKey,
      chunkKey: keys.chunkKey,
      filter: new DedupFilter(filterMemory),
      compressor: createCompressor(),
      packs: this.#packs,
    });
  }

  /** Does all of a request. */
  take(request: CodecRequest): void {
    const steps = this.steps(request);
    while (steps.next().done !== true);
  }

  /** Does a request step by step, an item of a batch each. Nothing else may be asked before the last step. */
  *steps(request: CodecRequest): Generator<undefined, void> {
    switch (request.type) {
      case 'write':
        this.#writer.isHurried = request.isHurried;
        yield* this.#write(request.items);
        break;
      case 'stream-begin':
        this.#streams.set(request.sequence, this.#writer.beginStream(request.sizeBytes, request.affinity));
        break;
      case 'stream-piece':
        this.#writePiece(request.sequence, request.bytes);
        break;
      case 'stream-end':
        this.#endStream(request.sequence, request.isWhole);
        break;
      case 'recycle':
        this.#packs.recycle(request.packBuffer);
        break;
      case 'flush':
        this.#writer.flush();
        this.#reply({ type: 'flushed', totals: this.#writer.totals }, []);
        break;
    }
  }

  *#write(items: readonly WriteRequest[]): Generator<undefined, void> {
    const written: WrittenItem[] = [];
    for (const item of items) {
      written.push(this.#writeItem(item));
      yield;
    }
    const buffers = [...new Set(items.map(({ bytes }) => bytes.buffer))];
    this.#reply({ type: 'written', items: written, buffers }, buffers);
  }

  #writeItem({ sequence, kind, bytes, affinity }: WriteRequest): WrittenItem {
    const writer = this.#writer;
    return {
      sequence,
      content: kind === 'mime' ? writer.writeMime(bytes, affinity) : writer.writeBytes(bytes, affinity),
    };
  }

  #writePiece(sequence: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#streams.get(sequence)?.push(bytes);
    const { buffer, length: sizeBytes } = bytes;
    this.#reply({ type: 'piece-written', buffer, sizeBytes }, [buffer]);
  }

  #endStream(sequence: number, isWhole: boolean): void {
    const stream = this.#streams.get(sequence);
    this.#streams.delete(sequence);
    if (stream === undefined) return;
    if (isWhole) this.#reply({ type: 'stream-written', sequence, content: stream.end() }, []);
    else stream.giveUp();
  }
}
