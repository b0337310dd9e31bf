/** Tells how far a job is that asks nothing of Microsoft 365, and how long it will take at the pace so far. */
import type { Clock } from '../../src-shared/model/clock.ts';
import type { JobProgress } from '../../src-shared/model/job.ts';

const intervalMs = 100;

/** So many of so many, and the bytes that went through. */
interface Done {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

export class LocalProgress {
  readonly #phase: JobProgress['phase'];
  readonly #clock: Clock;
  readonly #onProgress: (progress: JobProgress) => void;
  readonly #startedMs: number;
  #lastToldMs = 0;

  constructor(
    phase: JobProgress['phase'],
    { clock, onProgress }: { clock: Clock; onProgress: (progress: JobProgress) => void },
  ) {
    this.#phase = phase;
    this.#clock = clock;
    this.#onProgress = onProgress;
    this.#startedMs = clock.nowMs();
  }

  /** Since the job began. */
  get elapsedMs(): number {
    return this.#clock.nowMs() - this.#startedMs;
  }

  /** At most ten times a second. */
  tell({ done, total, bytes }: Done): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#lastToldMs < intervalMs) return;
    this.#lastToldMs = nowMs;
    const { elapsedMs } = this;
    this.#onProgress({
      phase: this.#phase,
      accountsDone: 0,
      accountsTotal: null,
      itemsDone: done,
      itemsTotal: total,
      bytes,
      requests: 0,
      throttled: 0,
      isPaused: false,
      budget: [],
      elapsedMs,
      remainingMs: done === 0 ? null : Math.round((elapsedMs * (total - done)) / done),
    });
  }
}
