/**
 * Takes a restore back: removes exactly what it made, unless somebody has changed that since, puts back what it replaced,
 * and removes the folders that it made and that are empty again. Can be stopped and run again.
 */
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import type { UndoReport } from '../../../src-shared/model/cloud-restore.ts';
import type { Place, Step } from '../../journal/restore-journal.ts';
import type { MadeItem, CloudTarget } from '../../workloads/cloud-target.ts';
import { forEachConcurrent } from '../concurrency.ts';
import type { LocalProgress } from '../local-progress.ts';
import { tagOf } from './apply-restore.ts';
import {
  accountsAtOnce,
  Failures,
  itemsAtOnce,
  progressOf,
  requirePermissions,
  Targets,
  type CloudRun,
  type CloudServices,
} from './restore-lanes.ts';

export interface UndoRun extends CloudRun {
  /** Removes also what somebody has changed since. */
  readonly includesChanged: boolean;
}

/** Rejects with `AppError` where undoing as a whole cannot go on; it can be run again then. */
export async function undoRestore(services: CloudServices, run: UndoRun): Promise<UndoReport> {
  if (services.journal.state === 'planned')
    throw new AppError('input-invalid', 'This restore was never applied, so there is nothing to undo.');
  await requirePermissions(services);
  services.journal.state = 'undoing';
  const undo = new Undo(services, run);
  await undo.run();
  if (undo.isWhole) services.journal.state = 'undone';
  return undo.report();
}

const undone = ['started', 'done', 'failed', 'kept'] as const;

class Undo {
  readonly #services: CloudServices;
  readonly #run: UndoRun;
  readonly #targets: Targets;
  readonly #progress: LocalProgress;
  readonly #failures = new Failures();
  readonly #planId: string;
  readonly #total: number;
  readonly #requestsBefore: number;
  #removed = 0;
  #putBack = 0;
  #kept = 0;

  constructor(services: CloudServices, run: UndoRun) {
    this.#services = services;
    this.#run = run;
    this.#targets = new Targets(services, run.signal);
    this.#progress = progressOf('undoing', services, run);
    this.#planId = services.journal.header.id;
    this.#total = services.journal.countSteps(...undone);
    this.#requestsBefore = services.graph.stats().requests;
  }

  get isWhole(): boolean {
    return this.#failures.count === 0;
  }

  async run(): Promise<void> {
    const lanes = Map.groupBy(this.#services.journal.places(), ({ targetAccount }) => targetAccount);
    await forEachConcurrent([...lanes.values()], accountsAtOnce, (places) => this.#undoLane(places));
  }

  report(): UndoReport {
    return {
      id: this.#planId,
      removed: this.#removed,
      putBack: this.#putBack,
      kept: this.#kept,
      failed: this.#failures.count,
      problems: this.#failures.problems,
      requests: this.#services.graph.stats().requests - this.#requestsBefore,
      durationMs: this.#progress.elapsedMs,
    };
  }

  /** Children before parents, so that folders are empty when their turn comes. */
  async #undoLane(places: readonly Place[]): Promise<void> {
    for (const place of places.toReversed()) {
      const { container, placeNo } = place;
      if (container === null) continue;
      const target = this.#targets.of(place);
      const steps = this.#services.journal.steps(placeNo, undone);
      await forEachConcurrent(steps, itemsAtOnce, (step) => this.#undoStep(step, target, container));
      if (place.state === 'made' && (await target.removeContainer(container)))
        this.#services.journal.markPlace(placeNo, 'removed', null);
    }
  }

  async #undoStep(step: Step, target: CloudTarget, container: string): Promise<void> {
    if (step.action !== 'create' && step.action !== 'replace') return;
    this.#run.signal.throwIfAborted();
    const { journal } = this.#services;
    try {
      // What was replaced comes back first, so that at no time both are missing.
      await this.#putBackAside(step, target, container);
      journal.markStep(step.stepNo, (await this.#removeMade(step, target, container)) ? 'undone' : 'kept');
      this.#failures.ended();
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.#failures.note(step.title, error);
    }
    const done = this.#removed + this.#kept + this.#failures.count;
    this.#progress.tell({ done, total: this.#total, bytes: 0 });
  }

  async #putBackAside(step: Step, target: CloudTarget, container: string): Promise<void> {
    const { stepNo, aside } = step;
    if (aside === null) return;
    await target.putBack(aside, { container, tag: `${tagOf(this.#planId, step)}-back` });
    this.#services.journal.markAside(stepNo, null);
    this.#putBack += 1;
  }

  /** False for what somebody has changed. */
  async #removeMade(step: Step, target: CloudTarget, container: string): Promise<boolean> {
    const made = await this.#madeBy(step, target, container);
    const result = made === undefined ? 'gone' : await target.removeMade(made);
    if (result === 'removed') this.#removed += 1;
    if (result === 'changed') this.#kept += 1;
    return result !== 'changed';
  }

  /** A step that was cut off may have made something that the journal does not know. */
  async #madeBy(step: Step, target: CloudTarget, container: string): Promise<MadeItem | undefined> {
    const { includesChanged } = this.#run;
    if (step.madeId !== null)
      return { id: step.madeId, version: includesChanged ? '' : (step.madeVersion ?? '') };
    const item = { id: step.item, version: '', sizeBytes: step.sizeBytes, info: {} };
    return target.findMade({ container, item, tag: tagOf(this.#planId, step) });
  }
}
