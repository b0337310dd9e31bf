/**
 * Ids of events, contacts, tasks and what holds them, made like those of messages: texts that carry their numbers and
 * a checksum. The seed differs from area to area, so an id of one area names nothing in another.
 */
import { pack, unpack } from '../mail/ids.ts';

const immutablePrefix = 'AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A';
const mutablePrefix = 'AAMkAGUzY2FiOWE5LTVmOGUtNDA5Ni1hNzRk';
const containerPrefix = 'AQMkAGUzY2FiOWE5LTVmOGUtNDA5Ni1hNzRk';
const containerMark = 0xc0_17a1;
/** An id holds the number of moves in the lower half and an occurrence in the upper one. */
const movesBits = 16;
const movesMask = 0xffff;

export interface ItemKey {
  item: number;
  /** Moves of the item when a mutable id was made; -1 for an immutable id, which is the same for life. */
  moves: number;
  /** Occurrence of a series; -1 for the item itself. */
  occurrence: number;
}

/** Makes and reads the ids of one mailbox in one area. */
export class ItemIds {
  readonly #seed: number;
  readonly #mailbox: number;

  constructor(seed: number, mailbox: number) {
    this.#seed = seed;
    this.#mailbox = mailbox;
  }

  item(key: ItemKey): string {
    const tail = ((key.occurrence + 1) << movesBits) | ((key.moves + 1) & movesMask);
    return (
      (key.moves < 0 ? immutablePrefix : mutablePrefix) +
      pack(this.#seed, [this.#mailbox, key.item, tail >>> 0])
    );
  }

  /** Null for a text that names nothing here. */
  parseItem(id: string): ItemKey | null {
    const isImmutable = id.startsWith(immutablePrefix);
    if (!isImmutable && !id.startsWith(mutablePrefix)) return null;
    const parts = unpack(this.#seed, id.slice(immutablePrefix.length));
    if (parts?.[0] !== this.#mailbox) return null;
    const [, item, tail] = parts;
    const key = { item, moves: (tail & movesMask) - 1, occurrence: (tail >>> movesBits) - 1 };
    return key.moves < 0 === isImmutable ? key : null;
  }

  container(number: number): string {
    return containerPrefix + pack(this.#seed, [this.#mailbox, number, containerMark]);
  }

  /** The number of a container, or -1. */
  parseContainer(id: string): number {
    if (!id.startsWith(containerPrefix)) return -1;
    const parts = unpack(this.#seed, id.slice(containerPrefix.length));
    return parts?.[0] === this.#mailbox && parts[2] === containerMark ? parts[1] : -1;
  }
}
