/**
 * Holds a running job and lets it go on: a switch that others turn and the job watches. It knows neither what is held nor
 * for how long.
 */
type Watcher = (isPaused: boolean) => void;

export class PauseSwitch {
  #isPaused = false;
  #watcher: Watcher | undefined;

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Turning it to where it is does nothing. */
  turn(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#watcher?.(isPaused);
  }

  /** Tells how it is turned from now on, and at once if it is turned already. One job watches a switch. */
  watch(watcher: Watcher): void {
    this.#watcher = watcher;
    if (this.#isPaused) watcher(true);
  }
}
