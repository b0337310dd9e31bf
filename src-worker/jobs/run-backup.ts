/**
 * The backup of one protected item: bring the catalog up to date, take over what a crash left, back up account by
 * account, commit. Ends with a snapshot, complete or typed as partial, or with an error that concerns the whole run.
 */
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import type { BackupReport, JobProgress } from '../../src-shared/model/job.ts';
import type { LeftOut } from '../../src-shared/model/coverage.ts';
import type { ProtectedItem } from '../../src-shared/model/protected-item.ts';
import type { AccountRow } from '../../src-shared/model/rows.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { endingCodes, FaultLedger, outcomeOf } from '../faults/ledger.ts';
import { wordsFor } from '../graph/error-words.ts';
import type { GraphClient } from '../graph/graph-client.ts';
import { createDedupFilterMemory, DedupFilter, type DedupFilterMemory } from '../vault/index/dedup-filter.ts';
import type { Vault } from '../vault/vault.ts';
import type { AccountScope, Workload } from '../workloads/workload.ts';
import { AccountBackup } from './backup/account-backup.ts';
import { largestFirst, type OrderedAccount } from './backup/account-order.ts';
import { BackupProgress } from './backup/backup-progress.ts';
import { Recorder, type CheckpointLimits } from './backup/recorder.ts';
import { adoptOrphans, type AdoptedPacks } from './adopt-orphans.ts';
import type { BufferShelf } from './buffer-shelf.ts';
import type { CodecLink } from './codec-link.ts';
import { CodecPool } from './codec-pool.ts';
import { forEachConcurrent } from './concurrency.ts';
import type { PauseSwitch } from './pause-switch.ts';
import { findLeavers, type Leaver } from './selection/leavers.ts';
import { selectAccounts } from './selection/select-accounts.ts';
import type { Gathering, SelectedAccount } from './selection/selected-account.ts';
import { syncCatalog } from './sync-catalog.ts';

/** What a backup works with. */
export interface BackupServices {
  readonly vault: Vault;
  readonly catalog: Catalog;
  readonly graph: GraphClient;
  readonly workloads: readonly Workload[];
  readonly clock: Clock;
  readonly agent: string;
  readonly limits: CheckpointLimits;
  /** Accounts that are backed up at the same time. */
  readonly accountsAtOnce: number;
  /** Where the Graph client takes the memory of message bodies from. */
  readonly bodyShelf: BufferShelf;
  readonly startCodecs: (filterMemory: DedupFilterMemory) => readonly CodecLink[];
}

/** A run: what, for whom, and how to follow and stop it. */
export interface BackupRun {
  readonly item: ProtectedItem;
  readonly organizationName: string;
  readonly signal: AbortSignal;
  readonly pauseSwitch: PauseSwitch;
  readonly onProgress: (progress: JobProgress) => void;
}

export async function runBackup(services: BackupServices, run: BackupRun): Promise<BackupReport> {
  const { vault, catalog } = services;
  const progress = new BackupProgress(services, run.onProgress);
  run.pauseSwitch.watch((isPaused) => {
    if (isPaused) services.graph.pause();
    else services.graph.resume();
    progress.pauseTurned();
  });
  progress.enter('preparing');
  await syncCatalog(vault, catalog);
  const filterMemory = createDedupFilterMemory();
  const filter = new DedupFilter(filterMemory);
  for (const id of catalog.chunkIds()) filter.claim(id);
  const backup = new Backup(services, run, progress);
  return backup.execute(filterMemory, filter);
}

class Backup {
  readonly #services: BackupServices;
  readonly #run: BackupRun;
  readonly #progress: BackupProgress;
  readonly #workloads: readonly Workload[];
  readonly #ledger = new FaultLedger();
  /** Aborts what is under way for all accounts once the protected item's policy ends the run. */
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;

  constructor(services: BackupServices, run: BackupRun, progress: BackupProgress) {
    this.#services = services;
    this.#run = run;
    this.#progress = progress;
    this.#signal = AbortSignal.any([run.signal, this.#ending.signal]);
    const chosen: readonly string[] = run.item.services;
    this.#workloads = services.workloads.filter(({ name }) => chosen.includes(name));
  }

  async execute(filterMemory: DedupFilterMemory, filter: DedupFilter): Promise<BackupReport> {
    const { vault, catalog, startCodecs, graph } = this.#services;
    const { item, organizationName, signal } = this.#run;
    const kinds = new Set(this.#workloads.flatMap(({ accountKinds }) => accountKinds));
    const known = catalog.accounts(item.id);
    const selected = await selectAccounts(graph, { ...item, kinds, organizationName, known }, signal);
    const leavers = await findLeavers({ graph, signal }, known, selected);
    const { id, name } = item;
    const head = catalog.head(id);
    const chain = { chainId: id, number: head?.number ?? 0, parent: head?.hash ?? null };
    let recorder: Recorder | undefined;
    const pool = new CodecPool({
      startCodecs: () => startCodecs(filterMemory),
      shelf: this.#services.bodyShelf,
      holdBack: (sizeBytes) => graph.holdBody(sizeBytes),
      async onPack(pack) {
        await recorder?.session.addPack(pack);
        recorder?.countPack(pack.sizeBytes);
      },
    });
    try {
      const { services } = this.#run.item;
      const protectedItem = {
        ...{ id, name, organization: this.#run.organizationName, services },
        leftOut: leftOutOf(this.#run.item),
      };
      recorder = await Recorder.begin(
        { ...this.#services, pool, ledger: this.#ledger, protectedItem },
        chain,
      );
      const adopted = await adoptOrphans(vault, catalog, { session: recorder.session, filter });
      await writeAccounts(recorder, leavers);
      await this.#backUpAccounts(recorder, [...selected.accounts.values()]);
      for (const { error } of selected.missing) this.#ledger.record(outcomeOf(error));
      return { ...(await this.#finish(recorder, adopted)), ...selectionReport(selected, leavers) };
    } catch (error) {
      await recorder?.abandon().catch(() => undefined);
      throw error;
    } finally {
      await pool.close();
      this.#progress.close();
    }
  }

  /** Backs up all accounts. A run that was cancelled or lost its sign-in stops here and keeps what it has. */
  async #backUpAccounts(recorder: Recorder, accounts: readonly SelectedAccount[]): Promise<void> {
    const known = new Map(this.#services.catalog.accounts(this.#run.item.id).map((row) => [row.id, row]));
    const rows = accounts.map(({ row }) => row);
    const changed = rows.filter((row) => JSON.stringify(known.get(row.id)) !== JSON.stringify(row));
    await writeAccounts(recorder, changed);
    const services = accounts.reduce((sum, account) => sum + this.#workloadsOf(account).length, 0);
    try {
      const ordered = await this.#inOrder(accounts);
      this.#progress.enterSaving(accounts.length, services);
      await forEachConcurrent(ordered, this.#services.accountsAtOnce, (one) =>
        this.#backUpAccount(recorder, one),
      );
    } catch (error) {
      if (!isAppError(error, ...endingCodes)) throw error;
      // What the first failure ended has ended as cancelled elsewhere.
      const code =
        this.#ending.signal.aborted && !this.#run.signal.aborted ? 'stopped-at-failure' : error.code;
      this.#ledger.record({ kind: 'failed', code });
    }
  }

  /** Ends the run at the first failure where the protected item says so. What is saved until then is committed. */
  readonly #onFailed = (): void => {
    if (this.#run.item.onFailure === 'continue') return;
    this.#ending.abort();
    throw new AppError('stopped-at-failure', wordsFor('stopped-at-failure'));
  };

  #workloadsOf({ row, hasTeam }: SelectedAccount): readonly Workload[] {
    return this.#workloads.filter(
      ({ accountKinds, isOfTeams }) => accountKinds.includes(row.kind) && (hasTeam || isOfTeams !== true),
    );
  }

  #inOrder(accounts: readonly SelectedAccount[]): Promise<OrderedAccount[]> {
    const { catalog, accountsAtOnce } = this.#services;
    return largestFirst(
      {
        catalog,
        accountsAtOnce,
        chainId: this.#run.item.id,
        workloadsOf: (account) => this.#workloadsOf(account),
        scopeOf: (account) => this.#scopeOf(account),
      },
      accounts,
    );
  }

  #scopeOf({ row: { kind, id } }: SelectedAccount): AccountScope {
    const { mail, files } = this.#run.item;
    return { graph: this.#services.graph, kind, accountId: id, signal: this.#signal, mail, files };
  }

  async #backUpAccount(recorder: Recorder, { account, found }: OrderedAccount): Promise<void> {
    for (const workload of this.#workloadsOf(account)) {
      const services = { workload, scope: this.#scopeOf(account), recorder, catalog: this.#services.catalog };
      await new AccountBackup({
        ...services,
        ledger: this.#ledger,
        chainId: this.#run.item.id,
        progress: this.#progress,
        found: found.get(workload.name),
        onFailed: this.#onFailed,
      }).run();
    }
    this.#progress.accountFinished();
  }

  async #finish(
    recorder: Recorder,
    adopted: AdoptedPacks,
  ): Promise<Omit<BackupReport, keyof SelectionReport>> {
    this.#progress.enter('committing');
    const outcome = this.#ledger.counts.failed > 0 ? 'partial' : 'complete';
    const commit = await recorder.commit(outcome);
    const { requests, retried, throttled, waitedMs, bytesReceived } = this.#services.graph.stats();
    return {
      snapshot: commit.number,
      outcome,
      counts: commit.counts,
      issues: commit.issues,
      stored: recorder.stored,
      adopted: { packs: adopted.packs, sizeBytes: adopted.sizeBytes, damaged: adopted.damaged.length },
      network: { requests, retried, throttled, waitedMs, bytesReceived, budget: this.#progress.budget() },
      durationMs: this.#progress.elapsedMs,
    };
  }
}

/** A record has to fit into a frame, and an organization can have a hundred thousand accounts. */
const accountsInRecord = 1000;

async function writeAccounts(recorder: Recorder, rows: readonly AccountRow[]): Promise<void> {
  for (let first = 0; first < rows.length; first += accountsInRecord)
    await recorder.write({ t: 'accounts', put: rows.slice(first, first + accountsInRecord) });
}

type SelectionReport = Pick<BackupReport, 'missingAccounts' | 'leftOut' | 'leavers'>;

function selectionReport({ missing, leftOut }: Gathering, leavers: readonly Leaver[]): SelectionReport {
  return {
    missingAccounts: missing.map(({ name }) => name),
    leftOut: [...leftOut].map(([reason, count]) => ({ reason, count })),
    leavers: leavers.map(({ address, name, kind, left }) => ({ address, name, kind, left })),
  };
}

/** What the protected item leaves out by choice, beside whole services: for the coverage of the snapshot. */
function leftOutOf({ services, mail, files }: ProtectedItem): LeftOut[] {
  const isSaved: Readonly<Record<LeftOut, boolean>> = {
    'hidden-folders': services.includes('mail') && mail.hiddenFolders,
    'recoverable-items': services.includes('mail') && mail.recoverableItems,
    'file-versions': services.includes('drive') && files.versions !== 'current',
  };
  const all = Object.keys(isSaved) as LeftOut[];
  return all.filter((name) => !isSaved[name]);
}
