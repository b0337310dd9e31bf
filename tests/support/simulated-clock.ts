/**
 * Time that passes only when nothing is left to do at the moment it shows: for working out how long something would
 * take. It never looks at a real clock.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src-shared/model/clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export class SimulatedClock implements Clock {
  #nowMs = 0;
  /** A binary heap by `atMs`: no sleeper wakes before the two below it, at 2i + 1 and 2i + 2, need it to. */
  readonly #heap: Sleeper[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  /** Nobody who plans gives up half-way, so there is no signal to heed. */
  sleep(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#push({ atMs: this.#nowMs + delayMs, wake: () => resolve(undefined) });
    return promise;
  }

  /** Lets time pass until `work` has ended. Throws when it waits for something that no passing of time will bring. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    const state = { isOver: false };
    const end = (): void => {
      state.isOver = true;
    };
    work.then(end, end);
    for (;;) {
      await setImmediate();
      if (state.isOver) return work;
      const next = this.#heap[0];
      if (next === undefined) throw new Error('planned work waits for something else than time');
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      while (this.#heap[0] !== undefined && this.#heap[0].atMs <= this.#nowMs) this.#pop().wake();
    }
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#heap;
    let place = heap.push(sleeper) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#atMs(above) <= sleeper.atMs) break;
      this.#swap(place, above);
      place = above;
    }
  }

  #pop(): Sleeper {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) throw new Error('nobody sleeps');
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(sleeper: Sleeper): void {
    this.#heap[0] = sleeper;
    for (let place = 0; ;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const below = this.#atMs(right) < this.#atMs(left) ? right : left;
      if (this.#atMs(below) >= sleeper.atMs) return;
      this.#swap(place, below);
      place = below;
    }
  }

  #atMs(place: number): number {
    return this.#heap[place]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
