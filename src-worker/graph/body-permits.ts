/**
 * Bounds the memory of large bodies: only a few may be read at the same time, whoever reads them. A small body never
 * asks. A ticket can be given back at any time, also while it still waits.
 */

/** A place in the line for large bodies. `onGranted` was called, or will be unless {@link giveBack} comes first. */
export interface BodyTicket {
  giveBack(): void;
}

/** A counter of free permits with a line before it. */
export class BodyPermits {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Calls `onGranted` once a permit is free; at once when one is. */
  take(onGranted: () => void): BodyTicket {
    let state: 'waiting' | 'held' | 'returned' = 'waiting';
    const grant = (): void => {
      state = 'held';
      onGranted();
    };
    if (this.#free > 0) {
      this.#free -= 1;
      grant();
    } else {
      this.#line.push(grant);
    }
    return {
      giveBack: () => {
        if (state === 'waiting') this.#line.splice(this.#line.indexOf(grant), 1);
        if (state === 'held') this.#passOn();
        state = 'returned';
      },
    };
  }

  #passOn(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
