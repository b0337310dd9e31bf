/** Follows a backup and tells about it, at most ten times a second. */
import type { Clock } from '../../../src-shared/model/clock.ts';
import type { JobProgress, ServiceBudget } from '../../../src-shared/model/job.ts';
import type { GraphClient } from '../../graph/graph-client.ts';
import type { AccountProgress } from './account-backup.ts';

const intervalMs = 100;
/** Before this much of the work is done, an estimate of the rest would be a guess. */
const estimateAfterShare = 0.02;

type LimitedService = ServiceBudget['service'];

/** What progress is read from, and how many accounts are backed up at the same time. */
interface ProgressServices {
  readonly clock: Clock;
  readonly graph: GraphClient;
  readonly accountsAtOnce: number;
}

export class BackupProgress implements AccountProgress {
  readonly #clock: Clock;
  readonly #graph: GraphClient;
  readonly #accountsAtOnce: number;
  readonly #onProgress: (progress: JobProgress) => void;
  readonly #startedMs: number;
  #savingSinceMs = 0;
  /** Time of pauses before saving began, which no estimate of the rest is made from. */
  #pausedBeforeMs = 0;
  /** What the services' calls cost before saving began: finding out whom to save is not repeated. */
  #spentBefore: Readonly<Record<LimitedService, number>>;
  #lastToldMs = 0;
  #phase: JobProgress['phase'] = 'preparing';
  #accountsTotal: number | null = null;
  /** Services of accounts that have said how many items are new, and how many will. */
  #enumerations = 0;
  #enumerationsTotal: number | null = null;
  #accountsDone = 0;
  /** Null where a service does not say how many there are. */
  #expectedItems: number | null = 0;
  #itemsDone = 0;
  #bytes = 0;

  constructor(
    { clock, graph, accountsAtOnce }: ProgressServices,
    onProgress: (progress: JobProgress) => void,
  ) {
    this.#clock = clock;
    this.#graph = graph;
    this.#accountsAtOnce = accountsAtOnce;
    this.#spentBefore = graph.spent();
    this.#onProgress = onProgress;
    this.#startedMs = clock.nowMs();
  }

  get elapsedMs(): number {
    return this.#clock.nowMs() - this.#startedMs;
  }

  /** What Microsoft's limits still allow, and how long they will bound what is left to do. */
  budget(): ServiceBudget[] {
    const forecasts = this.#forecastsMs();
    return this.#graph.budgets().map((budget) => ({
      ...budget,
      free: Math.max(0, budget.allowed - budget.used),
      forecastMs: forecasts?.[budget.service] ?? null,
    }));
  }

  /** What is left costs each service as much, for its share, as what is done. Null while no share is known. */
  #forecastsMs(): Readonly<Record<LimitedService, number>> | null {
    const { done, total } = this.#share();
    if (this.#phase !== 'saving' || !isTelling(done, total)) return null;
    const spent = this.#graph.spent();
    const accounts = (this.#accountsTotal ?? 0) - this.#accountsDone;
    const aheadOf = (service: LimitedService) => ({
      cost: ((spent[service] - this.#spentBefore[service]) * (total - done)) / done,
      accounts,
      accountsAtOnce: this.#accountsAtOnce,
    });
    return this.#graph.forecastsMs({
      outlook: aheadOf('outlook'),
      directory: aheadOf('directory'),
      sharepoint: aheadOf('sharepoint'),
      teams: aheadOf('teams'),
      planner: aheadOf('planner'),
    });
  }

  enter(phase: JobProgress['phase']): void {
    this.#phase = phase;
    this.#tell();
  }

  /** Begins to save `accounts`, of which all together have `services`. */
  enterSaving(accounts: number, services: number): void {
    this.#accountsTotal = accounts;
    this.#enumerationsTotal = services;
    this.#savingSinceMs = this.#clock.nowMs();
    this.#pausedBeforeMs = this.#graph.stats().pausedMs;
    this.#spentBefore = this.#graph.spent();
    this.enter('saving');
  }

  accountFinished(): void {
    this.#accountsDone += 1;
    this.#tellSometimes();
  }

  expect(items: number | null): void {
    this.#enumerations += 1;
    this.#expectedItems = this.#expectedItems === null || items === null ? null : this.#expectedItems + items;
  }

  finish(items: number, sizeBytes: number): void {
    this.#itemsDone += items;
    this.#bytes += sizeBytes;
    this.#tellSometimes();
  }

  /** Says at once that the run was paused or goes on: while it rests, nothing else would. */
  pauseTurned(): void {
    this.#tell();
  }

  close(): void {
    this.#tell();
  }

  #tellSometimes(): void {
    if (this.#clock.nowMs() - this.#lastToldMs >= intervalMs) this.#tell();
  }

  #tell(): void {
    this.#lastToldMs = this.#clock.nowMs();
    const { requests, throttled, isPaused } = this.#graph.stats();
    this.#onProgress({
      phase: this.#phase,
      accountsDone: this.#accountsDone,
      accountsTotal: this.#accountsTotal,
      itemsDone: this.#itemsDone,
      itemsTotal: this.#itemsTotal(),
      bytes: this.#bytes,
      requests,
      throttled,
      isPaused,
      elapsedMs: this.elapsedMs,
      remainingMs: this.#remainingMs(),
      budget: this.budget(),
    });
  }

  /** Known only when every service of every account has said how many items are new. */
  #itemsTotal(): number | null {
    const haveAllSaid = this.#enumerationsTotal !== null && this.#enumerations >= this.#enumerationsTotal;
    const expected = this.#expectedItems;
    return haveAllSaid && expected !== null && expected >= this.#itemsDone ? expected : null;
  }

  #remainingMs(): number | null {
    const { done, total } = this.#share();
    if (this.#phase !== 'saving' || !isTelling(done, total)) return null;
    const restedMs = this.#graph.stats().pausedMs - this.#pausedBeforeMs;
    const spentMs = this.#clock.nowMs() - this.#savingSinceMs - restedMs;
    return Math.round((spentMs * (total - done)) / done);
  }

  /** How much of the work is done: of the items where their total is known, else of the accounts. */
  #share(): { readonly done: number; readonly total: number } {
    const itemsTotal = this.#itemsTotal();
    return itemsTotal === null
      ? { done: this.#accountsDone, total: this.#accountsTotal ?? 0 }
      : { done: this.#itemsDone, total: itemsTotal };
  }
}

/** True when enough is done to tell from it what the rest will take. */
function isTelling(done: number, total: number): boolean {
  return total > 0 && done > 0 && done >= total * estimateAfterShare;
}
