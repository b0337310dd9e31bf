/**
 * Chance that can be repeated: integer mixing and a small generator, both pure functions of their seeds.
 * All content of the simulator comes from here. Not for secrets.
 */

/** Mixes up to three integers into one unsigned 32-bit integer (rounds of the murmur3 finalizer). */
export function mix(a: number, b: number, c = 0): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h ^ Math.imul(c + 0x165667b1, 0x27d4eb2f), 0x2c1b3c6d);
  h ^= h >>> 13;
  h = Math.imul(h, 0x297a2d39);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Turns an unsigned 32-bit integer into a share of [0, 1). */
export const shareOf = (hash: number): number => hash / 4294967296;

/** FNV-1a of the UTF-16 units of a text, for seeds that are words. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A sequence of numbers fixed by its seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** The next unsigned 32-bit integer. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A share of [0, 1). */
  unit(): number {
    return shareOf(this.next());
  }

  /** A whole number of [0, limit). */
  below(limit: number): number {
    return Math.floor(shareOf(this.next()) * limit);
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/**
 * A size with a log-normal distribution: half of the values lie below `median`, `spread` is the standard deviation
 * of its logarithm. Two shares of [0, 1) decide it (Box-Muller).
 */
export function logNormal(median: number, spread: number, dice: Dice): number {
  const radius = Math.sqrt(-2 * Math.log(1 - dice.unit()));
  return median * Math.exp(spread * radius * Math.cos(2 * Math.PI * dice.unit()));
}

/** Fills a buffer with bytes that do not compress, fixed by `seed` (xorshift32, four bytes a step). */
export function fillWithNoise(target: Buffer, seed: number): void {
  let x = seed | 1;
  const whole = target.length & ~3;
  const words = new Int32Array(whole / 4);
  for (let i = 0; i < words.length; i += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  Buffer.from(words.buffer).copy(target);
  for (let i = whole; i < target.length; i += 1) target[i] = mix(seed, i) & 0xff;
}
