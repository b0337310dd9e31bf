/**
 * Plans a restore to Microsoft 365: looks at what stands in the target and writes down, item by item, what applying would
 * do. Only reads.
 */
import { setImmediate } from 'node:timers/promises';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { PlanWarning, RestoreRequest, StepAction } from '../../../src-shared/model/cloud-restore.ts';
import { itemTitle } from '../../../src-shared/model/item-facts.ts';
import type { CollectionRow } from '../../../src-shared/model/rows.ts';
import type { Catalog, CatalogItem, SnapshotScope } from '../../catalog/catalog.ts';
import type { RestorableWorkload, CloudTarget, TargetContainer } from '../../workloads/cloud-target.ts';
import type { LocalProgress } from '../local-progress.ts';
import { collectionPaths, pathsBelow } from '../snapshot-scope.ts';
import { PlaceMap } from './place-map.ts';
import { accountsAtOnce, progressOf, Targets, type CloudRun, type CloudServices } from './restore-lanes.ts';

/** One service of an account of the snapshot, and where it goes to. */
export interface CloudSelection {
  readonly scope: SnapshotScope;
  readonly targetAccount: string;
  readonly collectionId?: string | undefined;
  readonly itemId?: string | undefined;
}

export interface PlanServices extends CloudServices {
  readonly catalog: Catalog;
}

export interface PlanRun extends CloudRun {
  readonly id: string;
  readonly vaultId: string;
  readonly protectedItemId: string;
  readonly snapshot: number;
  readonly request: RestoreRequest;
  readonly selections: readonly CloudSelection[];
}

interface PlannedItem {
  readonly placeNo: number;
  readonly item: CatalogItem;
  readonly targetAccount: string;
  /** It goes back to where it was, unless it is there. */
  readonly isHome: boolean;
}

/** Stands for the containers that nothing is restored to. */
const elsewhere = 0;
const itemsInATurn = 1000;
/** What an account's mailbox takes (graph facts, section 1). */
const requestsPerSecond = 10_000 / 600;
const bytesPerSecond = 150_000_000 / 300;

/** Writes the plan into the journal. Rejects with `AppError`. */
export async function planRestore(services: PlanServices, run: PlanRun): Promise<void> {
  const planner = new Planner(services, run);
  for (const selection of run.selections) await planner.plan(selection);
  planner.finish();
}

class Planner {
  readonly #services: PlanServices;
  readonly #run: PlanRun;
  readonly #targets: Targets;
  readonly #progress: LocalProgress;
  readonly #warnings = new Set<PlanWarning>();
  /** Seconds of work by target account. */
  readonly #seconds = new Map<string, number>();
  #planned = 0;
  #expected = 0;
  #requests = 0;
  #bytes = 0;

  constructor(services: PlanServices, run: PlanRun) {
    this.#services = services;
    this.#run = run;
    this.#targets = new Targets(services, run.signal);
    this.#progress = progressOf('planning', services, run);
  }

  async plan(selection: CloudSelection): Promise<void> {
    const { scope } = selection;
    const chosen = this.#chosen(selection);
    if (chosen.length === 0) return;
    const totals = this.#services.catalog.collectionTotals(scope);
    for (const { id } of chosen)
      this.#expected += selection.itemId === undefined ? (totals.get(id)?.items ?? 0) : 1;
    const restorable = this.#services.restorables.get(scope.workload);
    if (restorable === undefined) {
      return this.#planNothing(selection, chosen, 'no-restore-yet');
    }
    const target = this.#targets.of({ workload: scope.workload, targetAccount: selection.targetAccount });
    const containers = await containersOf(target);
    if (typeof containers === 'string') {
      return this.#planNothing(selection, chosen, containers);
    }
    await this.#planCollections(selection, chosen, { restorable, target, containers });
  }

  /** Writes the numbers; from then on the plan is one. */
  finish(): void {
    const { id, vaultId, protectedItemId, snapshot, request } = this.#run;
    const seconds = [...this.#seconds.values()];
    const total = seconds.reduce((sum, each) => sum + each, 0);
    this.#services.journal.writeHeader({
      ...{ id, vaultId, protectedItemId, snapshot, request },
      createdAt: new Date(this.#services.clock.nowMs()).toISOString(),
      requests: this.#requests,
      bytes: this.#bytes,
      durationMs: Math.round(1000 * Math.max(0, ...seconds, total / accountsAtOnce)),
      warnings: [...this.#warnings],
    });
  }

  /** Collections that have something to restore. */
  #chosen({ scope, collectionId, itemId }: CloudSelection): CollectionRow[] {
    const { catalog } = this.#services;
    const item = itemId === undefined ? undefined : catalog.item(scope, itemId);
    const all = collectionPaths(catalog, scope);
    if (itemId === undefined) return pathsBelow(all, collectionId).map(({ collection }) => collection);
    return all.map(({ collection }) => collection).filter(({ id }) => id === item?.collection);
  }

  *#itemsOf({ scope, itemId }: CloudSelection, collection: string): Iterable<CatalogItem> {
    const { catalog } = this.#services;
    const only = itemId === undefined ? undefined : catalog.item(scope, itemId);
    if (only === undefined) yield* catalog.items(scope, collection);
    else yield only;
  }

  /** All of it cannot be restored, for one reason. */
  async #planNothing(
    selection: CloudSelection,
    chosen: readonly CollectionRow[],
    reason: string,
  ): Promise<void> {
    const { scope, targetAccount } = selection;
    for (const { id, name } of chosen) {
      const placeNo = this.#services.journal.addPlace({
        ...{ account: scope.account, workload: scope.workload, targetAccount, parentNo: null },
        ...{ name, path: name, container: null, state: 'removed' },
      });
      await this.#forItems(selection, id, (item) =>
        this.#addStep({ placeNo, item }, { action: 'cannot', reason }),
      );
    }
  }

  /** Plans the items of a collection, some at once, so that others have their turn between. */
  async #forItems(
    selection: CloudSelection,
    collection: string,
    plan: (item: CatalogItem) => void,
  ): Promise<void> {
    const items = this.#itemsOf(selection, collection)[Symbol.iterator]();
    for (let isMore = true; isMore;) {
      this.#run.signal.throwIfAborted();
      isMore = this.#services.journal.atOnce(() => {
        for (let planned = 0; planned < itemsInATurn; planned += 1) {
          const next = items.next();
          if (next.done === true) return false;
          plan(next.value);
        }
        return true;
      });
      await setImmediate();
    }
  }

  async #planCollections(
    selection: CloudSelection,
    chosen: readonly CollectionRow[],
    to: {
      readonly restorable: RestorableWorkload;
      readonly target: CloudTarget;
      readonly containers: readonly TargetContainer[];
    },
  ): Promise<void> {
    const { catalog, journal } = this.#services;
    const { scope, targetAccount } = selection;
    const { location } = this.#run.request;
    const placeScope = { account: scope.account, workload: scope.workload, targetAccount, location };
    const rows = catalog.collections(scope);
    const map = new PlaceMap(journal, placeScope, { rows, containers: to.containers });
    const isHome = this.#goesHome(selection);
    const places = chosen.map((row) => ({ row, ...map.placeOf(row) }));
    await this.#noteAll(selection, places, to);
    for (const { row, placeNo } of places)
      await this.#forItems(selection, row.id, (item) =>
        this.#planItem(to.target, { placeNo, item, targetAccount, isHome }),
      );
    this.#count(targetAccount, { requests: map.missing, bytes: 0 });
    for (const warning of to.restorable.warnings) this.#warnings.add(warning);
  }

  /**
   * Notes what stands in the places, and where items go back to their own account, what stands anywhere else in it: one that
   * was only moved since is not to come a second time.
   */
  async #noteAll(
    { scope, targetAccount, itemId }: CloudSelection,
    places: readonly { readonly placeNo: number; readonly container: string | null }[],
    { target, containers }: { readonly target: CloudTarget; readonly containers: readonly TargetContainer[] },
  ): Promise<void> {
    const placeNos = new Map(
      places.flatMap(({ placeNo, container }) => (container === null ? [] : [[container, placeNo]])),
    );
    for (const [container, placeNo] of placeNos) await this.#noteStanding(target, { placeNo, container });
    if (!this.#goesHome({ scope, targetAccount })) return;
    if (itemId !== undefined) {
      const { journal } = this.#services;
      if (!journal.stands(itemId) && (await target.stands(itemId)))
        journal.addStanding(elsewhere, { key: '', id: itemId, version: '' });
      return;
    }
    for (const { id: container } of containers)
      if (!placeNos.has(container)) await this.#noteStanding(target, { placeNo: elsewhere, container });
  }

  #goesHome({ scope, targetAccount }: Pick<CloudSelection, 'scope' | 'targetAccount'>): boolean {
    const { conflict, location } = this.#run.request;
    return conflict === 'skip' && location.kind === 'original' && scope.account === targetAccount;
  }

  async #noteStanding(
    target: CloudTarget,
    { placeNo, container }: { placeNo: number; container: string },
  ): Promise<void> {
    const { journal } = this.#services;
    for await (const page of target.standing(container)) {
      journal.atOnce(() => {
        for (const item of page) journal.addStanding(placeNo, item);
      });
      this.#tell();
    }
  }

  #planItem(target: CloudTarget, { placeNo, item, targetAccount, isHome }: PlannedItem): void {
    const { journal } = this.#services;
    const { conflict } = this.#run.request;
    const found = conflict === 'keep-both' ? undefined : journal.takeStanding(placeNo, target.keyOf(item));
    if (found !== undefined && conflict === 'skip') {
      const reason = target.isChanged(item, found) ? 'there-changed' : 'there-already';
      this.#addStep({ placeNo, item }, { action: 'skip', reason });
      return;
    }
    if (isHome && journal.stands(item.id)) {
      this.#addStep({ placeNo, item }, { action: 'skip', reason: 'there-moved' });
      return;
    }
    const standing = found?.id;
    const action = standing === undefined ? 'create' : 'replace';
    this.#addStep({ placeNo, item }, { action, reason: '', standing });
    const { requests, bytes } = target.effortOf(item);
    this.#count(targetAccount, { requests: requests + (standing === undefined ? 0 : 1), bytes });
  }

  #addStep(
    { placeNo, item }: { placeNo: number; item: CatalogItem },
    what: { action: StepAction; reason: string; standing?: string | undefined },
  ): void {
    const { action, reason, standing = null } = what;
    const title = itemTitle(item.info) ?? '';
    this.#services.journal.addStep({
      ...{ placeNo, item: item.id, title, sizeBytes: item.sizeBytes, action, reason, standing },
    });
    this.#planned += 1;
    this.#tell();
  }

  #count(account: string, { requests, bytes }: { requests: number; bytes: number }): void {
    this.#requests += requests;
    this.#bytes += bytes;
    const seconds = Math.max(requests / requestsPerSecond, bytes / bytesPerSecond);
    this.#seconds.set(account, (this.#seconds.get(account) ?? 0) + seconds);
  }

  #tell(): void {
    this.#progress.tell({ done: this.#planned, total: this.#expected, bytes: this.#bytes });
  }
}

/** The containers of a target, or why it has none. */
async function containersOf(target: CloudTarget): Promise<readonly TargetContainer[] | string> {
  try {
    return await target.containers();
  } catch (error) {
    if (
      isAppError(
        error,
        'account-without-mailbox',
        'account-without-drive',
        'account-unknown',
        'access-denied',
        'site-locked',
      )
    )
      return error.code;
    throw error;
  }
}
