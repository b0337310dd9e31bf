/**
 * One line about a running job, redrawn in place at most four times a second. Never more certain than the facts: no bar
 * before the total is known, ranges for the time that is left. Draws only on a terminal.
 */
import type { JobProgress } from '../../src-shared/model/job.ts';
import { countText, estimateText, perSecond, sizeText } from '../../src-shared/words/quantities.ts';
import { cut } from './table.ts';
import type { Terminal } from './terminal.ts';

const redrawMs = 250;
/** How long a request to wait is told after it was seen. */
const waitToldMs = 2000;
const barCells = 20;
const defaultColumns = 80;
/** From this share of a limit on, it is told. */
const toldShare = 0.8;
/** A service bounds the run when its limits alone take this share of the time that is left. */
const boundingShare = 0.8;
/** A bound that is over soon need not be told. */
const shortBoundMs = 30_000;

const phaseNames: Readonly<Record<JobProgress['phase'], string>> = {
  preparing: 'Preparing',
  saving: 'Saving',
  committing: 'Committing',
  restoring: 'Restoring',
  verifying: 'Verifying',
  indexing: 'Making the search index',
  planning: 'Planning',
  applying: 'Restoring to Microsoft 365',
  undoing: 'Undoing',
};

const serviceTitles: Readonly<Record<JobProgress['budget'][number]['service'], string>> = {
  outlook: 'A mailbox',
  directory: 'The directory',
  sharepoint: 'SharePoint',
  teams: 'Teams',
  planner: 'Planner',
};

const limitTitles: Readonly<Record<JobProgress['budget'][number]['service'], string>> = {
  outlook: 'limits of mailboxes',
  directory: 'limits of the directory',
  sharepoint: 'limits of SharePoint',
  teams: 'limits of Teams',
  planner: 'limits of Planner',
};

export class ProgressBar {
  readonly #terminal: Terminal;
  /** What is counted: `items`, or `packs` in a verification. */
  readonly #noun: string;
  #drawnAtMs = -Infinity;
  #throttled = 0;
  #throttledAtMs = -Infinity;
  #isDrawn = false;

  constructor(terminal: Terminal, noun: string) {
    this.#terminal = terminal;
    this.#noun = noun;
  }

  show(progress: JobProgress): void {
    const { errors, clock } = this.#terminal;
    if (errors.isTTY !== true) return;
    const nowMs = clock.nowMs();
    if (progress.throttled > this.#throttled) this.#throttledAtMs = nowMs;
    this.#throttled = progress.throttled;
    if (nowMs - this.#drawnAtMs < redrawMs) return;
    this.#drawnAtMs = nowMs;
    const isWaiting = nowMs - this.#throttledAtMs < waitToldMs;
    const line = progressText(progress, { noun: this.#noun, isWaiting });
    errors.write(`\r\u001b[K${cut(line, (errors.columns ?? defaultColumns) - 1)}`);
    this.#isDrawn = true;
  }

  /** Takes the line away, so that what follows starts on a clean one. */
  clear(): void {
    if (this.#isDrawn) this.#terminal.errors.write('\r\u001b[K');
    this.#isDrawn = false;
  }
}

/** The line itself. */
export function progressText(progress: JobProgress, told: { noun: string; isWaiting: boolean }): string {
  const { itemsDone, itemsTotal, bytes, elapsedMs, remainingMs } = progress;
  const parts = [progress.isPaused ? 'Paused' : phaseNames[progress.phase]];
  if (itemsTotal !== null && itemsTotal > 0) {
    parts.push(
      barText(itemsDone / itemsTotal),
      `${countText(itemsDone)} of ${countText(itemsTotal)} ${told.noun}`,
    );
  } else if (itemsDone > 0) {
    parts.push(`${countText(itemsDone)} ${told.noun}`);
  }
  if (bytes > 0) parts.push(sizeText(bytes));
  if (bytes > 0 && !progress.isPaused) parts.push(`${sizeText(perSecond(bytes, elapsedMs))}/s`);
  if (remainingMs !== null) parts.push(`${estimateText(remainingMs)} left`);
  parts.push(...budgetText(progress.budget), ...boundText(progress));
  if (told.isWaiting) parts.push('Microsoft asked to wait');
  return parts.join('  ');
}

/** The service that is nearest to its limit, once that begins to bear on how fast the work goes. */
function budgetText(budget: JobProgress['budget']): string[] {
  const shares = budget.map(({ service, used, allowed }) => ({ service, share: used / allowed }));
  const [fullest] = shares.toSorted((a, b) => b.share - a.share);
  if (fullest === undefined || fullest.share < toldShare) return [];
  return [
    `${serviceTitles[fullest.service]} at ${Math.min(100, Math.floor(fullest.share * 100))} % of its limit`,
  ];
}

/** The service whose limits the run will have to wait for, and how long that takes at the least. */
function boundText({ budget, remainingMs }: JobProgress): string[] {
  const known = budget.flatMap(({ service, forecastMs }) =>
    forecastMs === null ? [] : [{ service, forecastMs }],
  );
  const [longest] = known.toSorted((a, b) => b.forecastMs - a.forecastMs);
  if (longest === undefined || remainingMs === null || longest.forecastMs < shortBoundMs) return [];
  if (longest.forecastMs < boundingShare * remainingMs) return [];
  return [`${limitTitles[longest.service]} take ${estimateText(longest.forecastMs)}`];
}

function barText(share: number): string {
  const filled = Math.round(Math.min(1, share) * barCells);
  return '█'.repeat(filled) + '░'.repeat(barCells - filled);
}
