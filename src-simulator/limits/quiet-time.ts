/**
 * Watches whether clients keep away as long as a Retry-After told them to. Calls that are on their way when it is sent
 * are no offence, and neither are those that lie in the sockets while this process is too busy to read them: the watch
 * begins when the loop has come round once more.
 */

const onTheWayMs = 50;
/** Clocks and timers round. */
const toleranceMs = 5;

export class QuietTime {
  #untilMs = 0;
  #isWatched = false;
  #order = 0;

  /** A Retry-After of `seconds` was sent. */
  begin(nowMs: number, seconds: number): void {
    this.#untilMs = Math.max(this.#untilMs, nowMs + seconds * 1_000);
    this.#isWatched = false;
    this.#order += 1;
    const order = this.#order;
    const watch = () => {
      if (order === this.#order) this.#isWatched = true;
    };
    setTimeout(() => setImmediate(watch), onTheWayMs).unref();
  }

  isBrokenBy(nowMs: number): boolean {
    return this.#isWatched && nowMs < this.#untilMs - toleranceMs;
  }
}
