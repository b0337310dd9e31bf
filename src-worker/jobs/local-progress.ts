/** Tells how far a job is whose work is known from the start, and how long it will take at the pace so far. */
import type { Clock } from '../../src-shared/model/clock.ts';
import type { JobProgress } from '../../src-shared/model/job.ts';

const intervalMs = 100;

/** So many of so many, and the bytes that went through. */
interface Done {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

/** What was asked of Microsoft 365 so far. */
type NetworkProgress = Pick<JobProgress, 'requests' | 'throttled' | 'budget'>;

interface ProgressServices {
  readonly clock: Clock;
  readonly onProgress: (progress: JobProgress) => void;
  /** Absent in a job that asks nothing of Microsoft 365. */
  readonly network?: (() => NetworkProgress) | undefined;
}

export class LocalProgress {
  readonly #phase: JobProgress['phase'];
  readonly #clock: Clock;
  readonly #onProgress: (progress: JobProgress) => void;
  readonly #network: (() => NetworkProgress) | undefined;
  readonly #startedMs: number;
  #lastToldMs = 0;

  constructor(phase: JobProgress['phase'], { clock, onProgress, network }: ProgressServices) {
    this.#phase = phase;
    this.#clock = clock;
    this.#onProgress = onProgress;
    this.#network = network;
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
      ...(this.#network?.() ?? { requests: 0, throttled: 0, budget: [] }),
      isPaused: false,
      elapsedMs,
      remainingMs: done === 0 ? null : Math.max(0, Math.round((elapsedMs * (total - done)) / done)),
    });
  }
}
