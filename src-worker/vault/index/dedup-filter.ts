/**
 * The set of chunk ids that the vault already has, shared by all codec threads: "is this chunk new, and if so it is
 * mine". Holds 102 bits of each keyed id in open-addressing shards on growable shared memory, 15 to 19 bytes a chunk;
 * with keyed ids, the chance that there ever was a false match among 20 million chunks is 2^-54. Holds no locations:
 * those are the index's.
 */

const shardCount = 64;
const slotWords = 3;
const slotBytes = slotWords * 4;
const initialSlots = 1024;
const maxLoad = 0.8;
/** Small steps keep the memory close to what is needed; a chunk is moved five times on average, which costs little. */
const growthFactor = 1.25;
/** 64 shards of 4 million slots hold 200 million chunks; growable memory reserves addresses, not pages. */
const maxSlots = 1 << 22;

const lockWord = 0;
const usedWord = 1;
const slotsWord = 2;
const headerWords = 4;

/** The memory of a filter: what one thread posts to another. */
export type DedupFilterMemory = readonly SharedArrayBuffer[];

/** Makes the memory of an empty filter. */
export function createDedupFilterMemory(): DedupFilterMemory {
  return Array.from({ length: shardCount }, () => {
    const memory = new SharedArrayBuffer(shardBytes(initialSlots), { maxByteLength: shardBytes(maxSlots) });
    new Int32Array(memory)[slotsWord] = initialSlots;
    return memory;
  });
}

/** One thread's view of a filter. Safe to use from several threads at the same time. */
export class DedupFilter {
  readonly #shards: readonly Shard[];

  constructor(memory: DedupFilterMemory) {
    this.#shards = memory.map((each) => new Shard(each));
  }

  /** Adds a 32-byte id. True for exactly one caller: the one that must store the chunk. */
  claim(id: Uint8Array): boolean {
    const shard = this.#shards[(id[0] ?? 0) % shardCount];
    return shard?.claim(id) ?? false;
  }

  /** Ids in the filter. */
  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.used, 0);
  }

  /** Bytes of shared memory in use. */
  get memoryBytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.memoryBytes, 0);
  }
}

function shardBytes(slots: number): number {
  return headerWords * 4 + slots * slotBytes;
}

class Shard {
  readonly #memory: SharedArrayBuffer;
  readonly #key = new Int32Array(slotWords);
  #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory;
    this.#words = new Int32Array(memory);
  }

  get used(): number {
    return Atomics.load(this.#words, usedWord);
  }

  get memoryBytes(): number {
    return this.#memory.byteLength;
  }

  claim(id: Uint8Array): boolean {
    this.#lock();
    try {
      if (this.#words.byteLength !== this.#memory.byteLength) this.#words = new Int32Array(this.#memory);
      if (this.#count(usedWord) >= this.#count(slotsWord) * maxLoad) this.#grow();
      this.#readKey(id);
      return this.#insert();
    } finally {
      this.#unlock();
    }
  }

  #count(word: number): number {
    return this.#words[word] ?? 0;
  }

  /** Bytes 1 to 12 of the id; byte 0 has chosen the shard. A zero first word marks an empty slot. */
  #readKey(id: Uint8Array): void {
    for (let word = 0; word < slotWords; word += 1) {
      const at = 1 + word * 4;
      this.#key[word] =
        (id[at] ?? 0) | ((id[at + 1] ?? 0) << 8) | ((id[at + 2] ?? 0) << 16) | ((id[at + 3] ?? 0) << 24);
    }
    if (this.#key[0] === 0) this.#key[0] = 1;
  }

  #insert(): boolean {
    const words = this.#words;
    const [a = 0, b = 0, c = 0] = this.#key;
    const slots = this.#count(slotsWord);
    // The first word as a share of all there are: slots need not be a power of two.
    for (let slot = Math.floor(((a >>> 0) / 2 ** 32) * slots); ; slot = slot + 1 === slots ? 0 : slot + 1) {
      const at = headerWords + slot * slotWords;
      if (words[at] === 0) {
        words[at + 1] = b;
        words[at + 2] = c;
        words[at] = a;
        words[usedWord] = this.#count(usedWord) + 1;
        return true;
      }
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c) return false;
    }
  }

  #grow(): void {
    const oldSlots = this.#count(slotsWord);
    if (oldSlots >= maxSlots) throw new Error('the dedup filter is full');
    const old = this.#words.slice(headerWords, headerWords + oldSlots * slotWords);
    const slots = Math.min(maxSlots, Math.ceil(oldSlots * growthFactor));
    this.#memory.grow(shardBytes(slots));
    this.#words = new Int32Array(this.#memory);
    this.#words.fill(0, headerWords);
    this.#words[slotsWord] = slots;
    this.#words[usedWord] = 0;
    for (let at = 0; at < old.length; at += slotWords) {
      if (old[at] === 0) continue;
      this.#key.set(old.subarray(at, at + slotWords));
      this.#insert();
    }
  }

  #lock(): void {
    while (Atomics.compareExchange(this.#words, lockWord, 0, 1) !== 0)
      Atomics.wait(this.#words, lockWord, 1, 1);
  }

  #unlock(): void {
    Atomics.store(this.#words, lockWord, 0);
    Atomics.notify(this.#words, lockWord, 1);
  }
}
