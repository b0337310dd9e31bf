/**
 * The engine's side of the codecs: hands content over in batches, takes back references and finished packs.
 * Small items travel together, because a message between threads costs more than a small mail.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { ContentRef } from '../../src-shared/model/rows.ts';
import type { FinishedPack } from '../vault/objects/pack-writer.ts';
import type { WriteTotals } from '../vault/objects/object-writer.ts';
import type { BufferShelf } from './buffer-shelf.ts';
import type { CodecLink, CodecReply, WriteRequest } from './codec-link.ts';

const batchBytes = 1024 * 1024;
const batchItems = 64;
/** Memory of a batch for what is small. */
const batchMemoryBytes = 256 * 1024;
/** A codec that has this many batches to do is what the backup waits for. */
const hurryAfterBatches = 2;
/** Less is copied into the memory of its batch: sending a buffer of its own costs more. */
const copiedBelowBytes = 24 * 1024;
/** Content that waits or is being worked on; above it callers wait, so that memory does not follow the network. */
const maxQueuedBytes = 8 * 1024 * 1024;
/**
 * Packs that are being put into the store: a slow disk holds the network back, not the other way round. One pack, and
 * content keeps coming while it is written; with a second one, no more comes.
 */
const maxStoringBytes = 20 * 1024 * 1024;

interface Waiter {
  readonly resolve: (content: ContentRef) => void;
  readonly reject: (error: unknown) => void;
  readonly sizeBytes: number;
}

/** Content of which pieces were sent; all of them go to one codec. */
interface OpenStream {
  readonly member: PoolMember;
  readonly sequence: number;
  readonly content: Promise<ContentRef>;
}

class PoolMember {
  readonly codec: CodecLink;
  batch: WriteRequest[] = [];
  batchBytes = 0;
  /** Where the small content of the batch lies, one behind the other. */
  batchMemory: Uint8Array<ArrayBuffer> | undefined;
  copiedBytes = 0;
  queuedBytes = 0;
  batchesUnderWay = 0;
  flushes: PromiseWithResolvers<WriteTotals>[] = [];

  constructor(codec: CodecLink) {
    this.codec = codec;
  }
}

const nothingWritten: WriteTotals = { readBytes: 0, newChunkBytes: 0, newChunks: 0, knownChunks: 0 };

/** What a {@link CodecPool} works with. */
export interface CodecPoolServices {
  /** Called when the first content comes: a run that finds nothing new needs none. */
  readonly startCodecs: () => readonly CodecLink[];
  /** Gets the buffers of written content. */
  readonly shelf: BufferShelf;
  /** Told of content that is not stored yet, so that not much more of it is fetched; what it answers ends that. */
  readonly holdBack: (sizeBytes: number) => () => void;
  /** Makes a pack durable; its failure fails the pool. */
  readonly onPack: (pack: FinishedPack) => Promise<void>;
}

/** Distributes content over codecs. */
export class CodecPool {
  readonly #services: CodecPoolServices;
  #members: readonly PoolMember[] = [];
  readonly #waiters = new Map<number, Waiter>();
  readonly #storing = new Set<Promise<void>>();
  #blocked: (() => void)[] = [];
  #queuedBytes = 0;
  #storingBytes = 0;
  #sequence = 0;
  #isSendScheduled = false;
  #failure: unknown;

  constructor(services: CodecPoolServices) {
    this.#services = services;
  }

  /** Stores one content; its buffer is given away. Resolves with the reference before its packs are durable. */
  async write(kind: 'mime' | 'bytes', bytes: Uint8Array<ArrayBuffer>, affinity: string): Promise<ContentRef> {
    const letGo = this.#services.holdBack(bytes.length);
    try {
      while (this.#isFull) await this.#room();
      this.#throwIfFailed();
      return await this.#enqueue(kind, bytes, affinity);
    } finally {
      letGo();
    }
  }

  #enqueue(kind: 'mime' | 'bytes', bytes: Uint8Array<ArrayBuffer>, affinity: string): Promise<ContentRef> {
    const sequence = this.#sequence++;
    const member = this.#leastLoaded();
    this.#queuedBytes += bytes.length;
    member.queuedBytes += bytes.length;
    const placed = this.#place(member, bytes);
    member.batch.push({ sequence, kind, bytes: placed, affinity });
    member.batchBytes += placed.length;
    const result = new Promise<ContentRef>((resolve, reject) => {
      this.#waiters.set(sequence, { resolve, reject, sizeBytes: bytes.length });
    });
    if (member.batchBytes >= batchBytes || member.batch.length >= batchItems) this.#send(member);
    else if (member.batchesUnderWay === 0) this.#scheduleSend();
    return result;
  }

  /**
   * Stores content that comes in pieces; their buffers are given away. Rejects as `pieces` does, and then nothing names
   * what was stored of it. `sizeBytes`: what it is expected to be.
   */
  async writeStream(
    pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
    sizeBytes: number,
    affinity: string,
  ): Promise<ContentRef> {
    let first: Uint8Array<ArrayBuffer> | undefined;
    let stream: OpenStream | undefined;
    try {
      for await (const bytes of pieces) {
        if (first === undefined) {
          first = bytes;
          continue;
        }
        if (stream === undefined) {
          stream = this.#beginStream(sizeBytes, affinity);
          await this.#sendPiece(stream, first);
        }
        await this.#sendPiece(stream, bytes);
      }
    } catch (error) {
      if (stream !== undefined) this.#giveUp(stream);
      throw error;
    }
    // A single piece is not worth the messages of a stream.
    if (stream === undefined) return this.write('bytes', first ?? new Uint8Array(0), affinity);
    stream.member.codec.send({ type: 'stream-end', sequence: stream.sequence, isWhole: true }, []);
    return stream.content;
  }

  #beginStream(sizeBytes: number, affinity: string): OpenStream {
    this.#throwIfFailed();
    const sequence = this.#sequence++;
    const member = this.#leastLoaded();
    member.codec.send({ type: 'stream-begin', sequence, sizeBytes, affinity }, []);
    const content = new Promise<ContentRef>((resolve, reject) => {
      this.#waiters.set(sequence, { resolve, reject, sizeBytes: 0 });
    });
    content.catch(() => undefined);
    return { member, sequence, content };
  }

  async #sendPiece({ member, sequence }: OpenStream, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    while (this.#isFull) await this.#room();
    this.#throwIfFailed();
    this.#queuedBytes += bytes.length;
    member.queuedBytes += bytes.length;
    member.codec.send({ type: 'stream-piece', sequence, bytes }, [bytes.buffer]);
  }

  #giveUp({ member, sequence }: OpenStream): void {
    this.#waiters.delete(sequence);
    member.codec.send({ type: 'stream-end', sequence, isWhole: false }, []);
  }

  get #isFull(): boolean {
    return this.#queuedBytes > maxQueuedBytes || this.#storingBytes > maxStoringBytes;
  }

  /** Small content moves into the memory of the batch, which is sent first where there is no room. */
  #place(member: PoolMember, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (bytes.length >= copiedBelowBytes) return bytes;
    if (member.copiedBytes + bytes.length > batchMemoryBytes) this.#send(member);
    const memory = (member.batchMemory ??= this.#services.shelf.take(batchMemoryBytes));
    const place = memory.subarray(member.copiedBytes, member.copiedBytes + bytes.length);
    place.set(bytes);
    member.copiedBytes += bytes.length;
    this.#services.shelf.giveBack(bytes);
    return place;
  }

  /** Resolves when everything written before is in durable packs. */
  async flush(): Promise<WriteTotals> {
    this.#throwIfFailed();
    const totals = await Promise.all(this.#members.map((member) => this.#flushMember(member)));
    await Promise.all(this.#storing);
    this.#throwIfFailed();
    return totals.reduce(
      (sum, each) => ({
        readBytes: sum.readBytes + each.readBytes,
        newChunkBytes: sum.newChunkBytes + each.newChunkBytes,
        newChunks: sum.newChunks + each.newChunks,
        knownChunks: sum.knownChunks + each.knownChunks,
      }),
      nothingWritten,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.codec.stop()));
    await Promise.allSettled(this.#storing);
  }

  #start(): void {
    this.#members = this.#services.startCodecs().map((codec) => new PoolMember(codec));
    for (const member of this.#members) {
      member.codec.listen(
        (reply) => this.#take(member, reply),
        (error) => this.#fail(error),
      );
    }
  }

  #flushMember(member: PoolMember): Promise<WriteTotals> {
    this.#send(member);
    const flush = Promise.withResolvers<WriteTotals>();
    member.flushes.push(flush);
    member.codec.send({ type: 'flush' }, []);
    return flush.promise;
  }

  #take(member: PoolMember, reply: CodecReply): void {
    switch (reply.type) {
      case 'written':
        member.batchesUnderWay -= 1;
        for (const buffer of reply.buffers) this.#services.shelf.keep(buffer);
        for (const { sequence, content } of reply.items) this.#settle(member, sequence, content);
        // What came while the codec was busy travels together.
        if (member.batchesUnderWay === 0) this.#send(member);
        break;
      case 'piece-written':
        this.#services.shelf.keep(reply.buffer);
        this.#queuedBytes -= reply.sizeBytes;
        member.queuedBytes -= reply.sizeBytes;
        this.#wake();
        break;
      case 'stream-written':
        this.#settle(member, reply.sequence, reply.content);
        break;
      case 'pack':
        this.#store(member, reply.pack);
        break;
      case 'flushed':
        member.flushes.shift()?.resolve(reply.totals);
        break;
    }
  }

  #settle(member: PoolMember, sequence: number, content: ContentRef): void {
    const waiter = this.#waiters.get(sequence);
    if (waiter === undefined) return;
    this.#waiters.delete(sequence);
    this.#queuedBytes -= waiter.sizeBytes;
    member.queuedBytes -= waiter.sizeBytes;
    waiter.resolve(content);
    this.#wake();
  }

  #store(member: PoolMember, pack: FinishedPack): void {
    this.#storingBytes += pack.sizeBytes;
    const stored = this.#services
      .onPack(pack)
      .then(() => this.#recycle(member, pack.bytes.buffer))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#storing.delete(stored);
        this.#storingBytes -= pack.sizeBytes;
        this.#wake();
      });
    this.#storing.add(stored);
  }

  #recycle(member: PoolMember, packBuffer: ArrayBuffer): void {
    member.codec.send({ type: 'recycle', packBuffer }, [packBuffer]);
  }

  #leastLoaded(): PoolMember {
    if (this.#members.length === 0) this.#start();
    const [first, ...others] = this.#members;
    if (first === undefined) throw new Error('a codec pool needs a codec');
    return others.reduce((best, member) => (member.queuedBytes < best.queuedBytes ? member : best), first);
  }

  #send(member: PoolMember): void {
    if (member.batch.length === 0) return;
    const items = member.batch;
    member.batch = [];
    member.batchBytes = 0;
    member.batchMemory = undefined;
    member.copiedBytes = 0;
    const buffers = [...new Set(items.map((item) => item.bytes.buffer))];
    const isHurried = member.batchesUnderWay >= hurryAfterBatches;
    member.batchesUnderWay += 1;
    member.codec.send({ type: 'write', items, isHurried }, buffers);
  }

  /** An idle codec gets what there is, as soon as this turn's answers are in. */
  #scheduleSend(): void {
    if (this.#isSendScheduled) return;
    this.#isSendScheduled = true;
    setImmediate(() => {
      this.#isSendScheduled = false;
      for (const member of this.#members) this.#send(member);
    });
  }

  #room(): Promise<void> {
    this.#throwIfFailed();
    return new Promise((resolve) => this.#blocked.push(resolve));
  }

  #wake(): void {
    const blocked = this.#blocked;
    if (this.#failure === undefined && this.#isFull) return;
    this.#blocked = [];
    for (const resume of blocked) resume();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters.values()) waiter.reject(this.#asError());
    this.#waiters.clear();
    for (const member of this.#members)
      for (const flush of member.flushes.splice(0)) flush.reject(this.#asError());
    this.#wake();
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#asError();
  }

  #asError(): Error {
    if (this.#failure instanceof Error) return this.#failure;
    return new AppError(
      'internal',
      'Compressing and encrypting stopped unexpectedly. Nothing that was committed is affected; run again.',
    );
  }
}
