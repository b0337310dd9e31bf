/**
 * Bounds the memory of large bodies: those that are read or wait to be stored share a budget, whoever reads them. A body
 * that is larger than all of it has it alone. A small body never asks. A ticket can be given back at any time, also while
 * it still waits.
 */

/** A place in the line for large bodies. `onGranted` was called, or will be unless {@link giveBack} comes first. */
export interface BodyTicket {
  readonly giveBack: () => void;
}

/** A budget with a line before it. */
export class BodyPermits {
  readonly #budget: number;
  /** Below zero where more is held than there was. */
  #free: number;
  readonly #line: { readonly cost: number; readonly grant: () => void }[] = [];

  constructor(budget: number) {
    this.#budget = budget;
    this.#free = budget;
  }

  /** Calls `onGranted` once there is room for `size`; at once when there is. */
  take(size: number, onGranted: () => void): BodyTicket {
    const cost = Math.min(size, this.#budget);
    let state: 'waiting' | 'held' | 'returned' = 'waiting';
    const place = {
      cost,
      grant: (): void => {
        state = 'held';
        onGranted();
      },
    };
    this.#line.push(place);
    this.#grant();
    return {
      giveBack: () => {
        if (state === 'waiting') this.#line.splice(this.#line.indexOf(place), 1);
        if (state === 'held') this.#free += cost;
        state = 'returned';
        this.#grant();
      },
    };
  }

  /** For a body that was read and still fills memory: at once, so that others wait the longer. */
  hold(size: number): BodyTicket {
    let cost = Math.min(size, this.#budget);
    this.#free -= cost;
    return {
      giveBack: () => {
        this.#free += cost;
        cost = 0;
        this.#grant();
      },
    };
  }

  /** In order: what needs much is not passed over by what needs little. */
  #grant(): void {
    for (let next = this.#line[0]; next !== undefined && next.cost <= this.#free; next = this.#line[0]) {
      this.#line.shift();
      this.#free -= next.cost;
      next.grant();
    }
  }
}
