/** Follows a backup and tells about it, at most ten times a second. */
import type { Clock } from '../../../src-shared/model/clock.ts';
import type { JobProgress } from '../../../src-shared/model/job.ts';
import type { GraphClient } from '../../graph/graph-client.ts';
import type { AccountProgress } from './account-backup.ts';

const intervalMs = 100;
/** Before this much of the work is done, an estimate of the rest would be a guess. */
const estimateAfterShare = 0.02;

export class BackupProgress implements AccountProgress {
  readonly #clock: Clock;
  readonly #graph: GraphClient;
  readonly #onProgress: (progress: JobProgress) => void;
  readonly #startedMs: number;
  #savingSinceMs = 0;
  #lastToldMs = 0;
  #phase: JobProgress['phase'] = 'preparing';
  #accountsTotal: number | null = null;
  #accountsStarted = 0;
  #accountsDone = 0;
  #expectedItems = 0;
  #itemsDone = 0;
  #bytes = 0;

  constructor(clock: Clock, graph: GraphClient, onProgress: (progress: JobProgress) => void) {
    this.#clock = clock;
    this.#graph = graph;
    this.#onProgress = onProgress;
    this.#startedMs = clock.nowMs();
  }

  get elapsedMs(): number {
    return this.#clock.nowMs() - this.#startedMs;
  }

  enter(phase: JobProgress['phase'], accountsTotal: number | null = this.#accountsTotal): void {
    this.#phase = phase;
    this.#accountsTotal = accountsTotal;
    if (phase === 'saving') this.#savingSinceMs = this.#clock.nowMs();
    this.#tell();
  }

  accountStarted(): void {
    this.#accountsStarted += 1;
  }

  accountFinished(): void {
    this.#accountsDone += 1;
    this.#tellSometimes();
  }

  expect(items: number): void {
    this.#expectedItems += items;
  }

  finish(items: number, sizeBytes: number): void {
    this.#itemsDone += items;
    this.#bytes += sizeBytes;
    this.#tellSometimes();
  }

  close(): void {
    this.#tell();
  }

  #tellSometimes(): void {
    if (this.#clock.nowMs() - this.#lastToldMs >= intervalMs) this.#tell();
  }

  #tell(): void {
    this.#lastToldMs = this.#clock.nowMs();
    const { requests, throttled } = this.#graph.stats();
    const itemsTotal = this.#itemsTotal();
    this.#onProgress({
      phase: this.#phase,
      accountsDone: this.#accountsDone,
      accountsTotal: this.#accountsTotal,
      itemsDone: this.#itemsDone,
      itemsTotal,
      bytes: this.#bytes,
      requests,
      throttled,
      elapsedMs: this.elapsedMs,
      remainingMs: this.#remainingMs(itemsTotal),
    });
  }

  /** Known only when every account has said how many items are new. */
  #itemsTotal(): number | null {
    const areAllStarted = this.#accountsTotal !== null && this.#accountsStarted === this.#accountsTotal;
    return areAllStarted && this.#expectedItems >= this.#itemsDone ? this.#expectedItems : null;
  }

  /** From the items where their total is known, else from the accounts. */
  #remainingMs(itemsTotal: number | null): number | null {
    if (this.#phase !== 'saving') return null;
    const [done, total] =
      itemsTotal === null ? [this.#accountsDone, this.#accountsTotal ?? 0] : [this.#itemsDone, itemsTotal];
    if (total === 0 || done < total * estimateAfterShare) return null;
    const spentMs = this.#clock.nowMs() - this.#savingSinceMs;
    return done === 0 ? null : Math.round((spentMs * (total - done)) / done);
  }
}
