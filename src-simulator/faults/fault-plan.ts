/**
 * Decides which requests a fault hits. Each decision is a function of the plan's seed, the kind and how often the kind
 * was asked about since that seed was set, so a run can be repeated; one key (a URL) is never hit more than `maxInARow`
 * times in succession.
 */
import { hashText, mix, shareOf } from '../chance.ts';
import type { FaultOptions } from '../options.ts';

type NotAKind = 'seed' | 'maxInARow' | 'slowMs' | 'stallMs' | 'retryAfterSeconds';
export type FaultKind = Exclude<keyof FaultOptions, NotAKind>;

export class FaultPlan {
  #options: FaultOptions;
  /** Faults done, by kind. */
  readonly injected: Partial<Record<FaultKind, number>> = {};
  readonly #asked = new Map<FaultKind, number>();
  readonly #row = new Map<string, number>();

  constructor(options: FaultOptions) {
    this.#options = options;
  }

  get options(): FaultOptions {
    return this.#options;
  }

  /** Another seed begins its decisions anew, however often was asked before. */
  set options(options: FaultOptions) {
    if (options.seed !== this.#options.seed) this.#asked.clear();
    this.#options = options;
  }

  /** True when this request is to be hit by `kind`. `key` names what must not be hit too often in a row. */
  strikes(kind: FaultKind, key = ''): boolean {
    const rate = this.options[kind];
    if (rate === 0) return false;
    const asked = (this.#asked.get(kind) ?? 0) + 1;
    this.#asked.set(kind, asked);
    const row = this.#row.get(key) ?? 0;
    if (row >= this.options.maxInARow || shareOf(mix(this.options.seed, hashText(kind), asked)) >= rate)
      return false;
    if (key !== '') this.#row.set(key, row + 1);
    this.injected[kind] = (this.injected[kind] ?? 0) + 1;
    return true;
  }

  /** The request came through; the next one for the same key may be hit again. */
  spare(key: string): void {
    this.#row.delete(key);
  }

  /** How often a kind was injected so far. */
  countOf(kind: FaultKind): number {
    return this.injected[kind] ?? 0;
  }
}
