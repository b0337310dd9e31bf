/**
 * Applies a planned restore. Every step is written down before it is taken and after, and what is made bears the name of
 * its step; so whoever applies the plan again, after any crash, goes on where it ended and makes nothing twice.
 */
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import type { ApplyReport } from '../../../src-shared/model/cloud-restore.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Place, Step } from '../../journal/restore-journal.ts';
import { ObjectReader } from '../../vault/objects/object-reader.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Making, CloudTarget } from '../../workloads/cloud-target.ts';
import { forEachConcurrent } from '../concurrency.ts';
import type { LocalProgress } from '../local-progress.ts';
import { makeOnce, type Patience } from './make-once.ts';
import { PlaceMaker } from './place-maker.ts';
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
import { VaultContent } from './stored-content.ts';

export interface ApplyServices extends CloudServices {
  readonly vault: Vault;
  readonly catalog: Catalog;
}

/** The name of a step, which what it makes bears. */
export const tagOf = (planId: string, { stepNo }: Pick<Step, 'stepNo'>): string => `${planId}-${stepNo}`;

/** Rejects with `AppError` where the restore as a whole cannot go on; it can be applied again then. */
export async function applyRestore(services: ApplyServices, run: CloudRun): Promise<ApplyReport> {
  requireApplicable(services);
  await requirePermissions(services);
  const application = new Application(services, run);
  services.journal.state = 'applying';
  await application.run();
  if (application.isWhole) services.journal.state = 'applied';
  return application.report();
}

function requireApplicable({ journal }: ApplyServices): void {
  if (journal.state === 'planned' || journal.state === 'applying' || journal.state === 'applied') return;
  throw new AppError(
    'input-invalid',
    'This restore was undone, or undoing it began, so it is not applied again. Nothing was changed. Make a new plan.',
  );
}

class Application {
  readonly #services: ApplyServices;
  readonly #run: CloudRun;
  readonly #targets: Targets;
  readonly #progress: LocalProgress;
  readonly #reader: ObjectReader;
  readonly #failures = new Failures();
  /** Targets that take nothing more, by account. */
  readonly #full = new Map<string, AppError>();
  readonly #patience: Patience;
  readonly #planId: string;
  readonly #total: number;
  readonly #requestsBefore: number;
  #created = 0;
  #replaced = 0;
  #bytes = 0;

  constructor(services: ApplyServices, run: CloudRun) {
    this.#services = services;
    this.#run = run;
    this.#targets = new Targets(services, run.signal);
    this.#progress = progressOf('applying', services, run);
    this.#reader = new ObjectReader(services.vault, services.catalog);
    this.#patience = { clock: services.clock, limits: services.retryLimits, signal: run.signal };
    this.#planId = services.journal.header.id;
    this.#total = services.journal.countSteps('planned', 'started', 'failed');
    this.#requestsBefore = services.graph.stats().requests;
  }

  get isWhole(): boolean {
    return this.#services.journal.countSteps('planned', 'started', 'failed') === 0;
  }

  async run(): Promise<void> {
    const lanes = Map.groupBy(this.#services.journal.places(), ({ targetAccount }) => targetAccount);
    await forEachConcurrent([...lanes.values()], accountsAtOnce, (places) => this.#applyLane(places));
  }

  report(): ApplyReport {
    const { journal, graph } = this.#services;
    const counts = journal.counts();
    const countOf = (wanted: string): number =>
      counts.reduce((sum, { action, count }) => sum + (action === wanted ? count : 0), 0);
    return {
      id: this.#planId,
      created: this.#created,
      replaced: this.#replaced,
      skipped: countOf('skip'),
      cannot: countOf('cannot'),
      failed: this.#failures.count,
      bytes: this.#bytes,
      problems: this.#failures.problems,
      requests: graph.stats().requests - this.#requestsBefore,
      durationMs: this.#progress.elapsedMs,
    };
  }

  /** Everything for one account, in the order of its places. */
  async #applyLane(places: readonly Place[]): Promise<void> {
    const maker = new PlaceMaker(this.#services.journal, places, this.#patience);
    for (const place of places) {
      if (place.state === 'removed') continue;
      const target = this.#targets.of(place);
      const container = await maker.containerOf(place, target);
      const steps = this.#services.journal.steps(place.placeNo, ['planned', 'started', 'failed']);
      await forEachConcurrent(steps, itemsAtOnce, (step) =>
        this.#applyStep(step, { place, target, container }),
      );
    }
  }

  async #applyStep(
    step: Step,
    { place, target, container }: { place: Place; target: CloudTarget; container: string },
  ): Promise<void> {
    if (step.action !== 'create' && step.action !== 'replace') return;
    this.#run.signal.throwIfAborted();
    const { journal } = this.#services;
    try {
      const full = this.#full.get(place.targetAccount);
      if (full !== undefined) throw full;
      const making = this.#makingOf(step, { place, container });
      journal.markStep(step.stepNo, 'started');
      if (step.madeId === null) {
        const once = {
          make: () => target.make(making),
          find: () => target.findMade(making),
          isAgain: step.state !== 'planned',
        };
        journal.markMade(step.stepNo, await makeOnce(once, this.#patience));
      }
      if (step.standing !== null) await this.#setAside(target, step);
      journal.markStep(step.stepNo, 'done');
      this.#count(step);
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (error.code === 'quota-exceeded') this.#full.set(place.targetAccount, error);
      journal.markStep(step.stepNo, 'failed');
      this.#failures.note(step.title, error);
    }
    const done = this.#created + this.#replaced + this.#failures.count;
    this.#progress.tell({ done, total: this.#total, bytes: this.#bytes });
  }

  #makingOf(step: Step, { place, container }: { place: Place; container: string }): Making {
    const { protectedItemId: chainId, snapshot: number } = this.#services.journal.header;
    const scope = { chainId, number, workload: place.workload, account: place.account };
    const item = this.#services.catalog.item(scope, step.item);
    if (item === undefined)
      throw new AppError(
        'item-gone',
        'The vault does not have this item any more, so it was not restored. Nothing in Microsoft 365 was changed for it.',
      );
    const content = new VaultContent(this.#reader, item.content);
    return { container, item, content, tag: tagOf(this.#planId, step) };
  }

  /** What it replaces goes only once the new one is there. */
  async #setAside(target: CloudTarget, { stepNo, standing }: Step): Promise<void> {
    try {
      await target.setAside(standing ?? '', (aside) => this.#services.journal.markAside(stepNo, aside));
    } catch (error) {
      // Somebody removed it meanwhile: there is nothing to put back either.
      if (!isAppError(error, 'item-gone')) throw error;
    }
  }

  #count({ action, sizeBytes }: Step): void {
    this.#failures.ended();
    this.#bytes += sizeBytes;
    if (action === 'replace') this.#replaced += 1;
    else this.#created += 1;
  }
}
