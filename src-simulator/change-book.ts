/**
 * What changed in one collection since it was planned: the changed entries by number, and a log that tells which were
 * touched after a given change. Everything untouched stays computed; only changes take memory.
 */

interface BookLine {
  at: number;
  entry: number;
  isQuiet: boolean;
}

/** Changes of one collection, numbered from 1. */
export class ChangeBook<State> {
  /** Number of the last change. */
  changeCount = 0;
  /** Delta tokens of an earlier age are expired. */
  tokenAge = 0;
  readonly #changed = new Map<number, State>();
  readonly #log: BookLine[] = [];

  get isTouched(): boolean {
    return this.changeCount > 0 || this.tokenAge > 0;
  }

  get(entry: number): State | undefined {
    return this.#changed.get(entry);
  }

  /** Numbers of changed entries, in the order of their first change. */
  entries(): Iterable<number> {
    return this.#changed.keys();
  }

  /** Keeps the new state of an entry, made from the number of this change. A quiet change only some deltas tell. */
  put(entry: number, make: (changedAt: number) => State, isQuiet = false): State {
    this.changeCount += 1;
    const state = make(this.changeCount);
    this.#changed.set(entry, state);
    this.#log.push({ at: this.changeCount, entry, isQuiet });
    return state;
  }

  /** Entries touched after change `since`, each once, in order of their last change. */
  since(since: number, withQuiet = true): { at: number; entry: number }[] {
    const seen = new Map<number, number>();
    for (let i = this.#log.length - 1; i >= 0; i -= 1) {
      const line = this.#log[i] as BookLine;
      if (line.at <= since) break;
      if ((withQuiet || !line.isQuiet) && !seen.has(line.entry)) seen.set(line.entry, line.at);
    }
    return [...seen].map(([entry, at]) => ({ entry, at })).reverse();
  }
}
