/**
 * A simulated organization, a vault, and machines that back the one up into the other through the engine's contract.
 * Everything lies in one temporary folder, which `close` removes.
 */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyInput } from '../../src-shared/contract/vault-contract.ts';
import type { CoverageReport } from '../../src-shared/model/coverage.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import type { ApplyReport, RestorePlan, UndoReport } from '../../src-shared/model/cloud-restore.ts';
import type { BackupReport, JobProgress, RestoreReport, VerifyReport } from '../../src-shared/model/job.ts';
import type { ProtectedItemInput } from '../../src-shared/model/protected-item.ts';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import { startSimulator, type RunningSimulator } from '../../src-simulator/start-simulator.ts';
import { startEngine, type Engine, type EngineOptions } from '../../src-worker/entries/engine.ts';
import { defaultRetryLimits } from '../../src-worker/graph/retry-policy.ts';
import { treeOfFolder, treeOfTruth, type MailTree } from './mail-tree.ts';
import { restoredContents, type Contents, type SideService } from './service-contents.ts';
import { truthOf, type TruthLine } from './simulator-control.ts';
import { sleepUntil } from './sleep.ts';

export const password = 'correct horse battery staple';

/** The least Argon2id that a vault accepts: these tests are not about it. */
const cheapPassword = { opsLimit: 2, memLimitBytes: 64 * 1024 * 1024 };

/**
 * How an engine of these tests is set up: real time, real chance, no long pauses before a retry, and no codec thread, as on
 * a single core: to start one takes longer than most of these backups. Those with faults have one.
 */
export function engineOptions(catalogFolderPath: string, agent: string): EngineOptions {
  return {
    catalogFolderPath,
    journalFolderPath: `${catalogFolderPath}-journals`,
    agent,
    productVersion: '0.0.0-test',
    clock: { nowMs: () => Date.now(), sleep: sleepUntil },
    random: Math.random,
    passwordCost: cheapPassword,
    codecThreads: 0,
    graph: { retryLimits: { ...defaultRetryLimits, firstDelayMs: 20, longestDelayMs: 200 } },
  };
}

/** What a run may be told beside the usual. */
export interface RunOptions {
  readonly item?: ProtectedItemInput;
  readonly connection?: GraphConnection;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

async function createVault(path: string, catalogFolderPath: string): Promise<string> {
  const engine = startEngine(engineOptions(catalogFolderPath, 'maker'));
  const { recoveryKey } = await engine.client.vault.create({ path, password });
  engine.close();
  return recoveryKey;
}

/** What every scene of this process begins with: making a vault costs a third of a second, a copy of it nothing. */
let emptyVault: Promise<{ path: string; recoveryKey: string }> | undefined;

async function makeEmptyVault(): Promise<{ path: string; recoveryKey: string }> {
  const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-empty-'));
  process.once('exit', () => rmSync(folderPath, { recursive: true, force: true }));
  const path = join(folderPath, 'vault');
  return { path, recoveryKey: await createVault(path, join(folderPath, 'catalog-maker')) };
}

export class BackupScene {
  readonly folderPath = mkdtempSync(join(tmpdir(), 'holdfast-scene-'));
  readonly simulator: RunningSimulator;
  readonly item: ProtectedItemInput;
  readonly #machines: Machine[] = [];
  #vaultNumber = 0;
  #recoveryKey = '';

  private constructor(simulator: RunningSimulator) {
    this.simulator = simulator;
    this.item = {
      id: randomUUID().replaceAll('-', ''),
      name: 'All mail',
      organizationId: 'b'.repeat(32),
      vaultId: 'c'.repeat(32),
      mailboxes: { mode: 'all' },
      services: ['mail'],
      mail: { hiddenFolders: true, recoverableItems: false },
      onFailure: 'continue',
    };
  }

  /** Starts an organization, with an empty vault for it. */
  static async open(options: SimulatorOptions): Promise<BackupScene> {
    const scene = new BackupScene(await startSimulator(options));
    emptyVault ??= makeEmptyVault();
    const { path, recoveryKey } = await emptyVault;
    cpSync(path, scene.vaultPath, { recursive: true });
    scene.#recoveryKey = recoveryKey;
    return scene;
  }

  get vaultPath(): string {
    return join(this.folderPath, `vault-${this.#vaultNumber}`);
  }

  get recoveryKey(): string {
    return this.#recoveryKey;
  }

  get connection(): GraphConnection {
    const { graphRoot, loginAuthority, caPem, tenantId, clientId, clientSecret } = this.simulator;
    return {
      region: { kind: 'Custom', graphRoot, loginAuthority, caPem },
      tenantId,
      clientId,
      credential: { kind: 'secret', secret: clientSecret },
    };
  }

  /** Where a machine keeps its catalogs. */
  catalogFolderPath(machineName: string): string {
    return join(this.folderPath, `catalog-${machineName}`);
  }

  /** From now on, machines open a new and empty vault. */
  async makeVault(): Promise<void> {
    this.#vaultNumber += 1;
    this.#recoveryKey = await createVault(this.vaultPath, join(this.folderPath, 'catalog-maker'));
  }

  /** A machine on which the vault is open. Machines of one name share their catalogs, as one machine would. */
  async machine(
    name = 'one',
    change: Partial<EngineOptions> & { readonly key?: KeyInput } = {},
  ): Promise<Machine> {
    // Unless told otherwise by the recovery key: a password costs a thread and a quarter of a second each time.
    const { key = { kind: 'recovery', recoveryKey: this.#recoveryKey }, ...options } = change;
    const engine = startEngine({ ...engineOptions(this.catalogFolderPath(name), name), ...options });
    try {
      const { vault } = await engine.client.vault.open({ path: this.vaultPath, key });
      const machine = new Machine(this, engine, vault);
      this.#machines.push(machine);
      return machine;
    } catch (error) {
      engine.close();
      throw error;
    }
  }

  /** What the mailboxes of `accounts` hold now, by address; Recoverable Items only when asked for. */
  async truth(
    accounts: readonly { readonly id: string; readonly address: string }[],
    isRecoverableTold = false,
  ): Promise<Map<string, TruthLine[]>> {
    const mailboxes = new Map<string, TruthLine[]>();
    for (const { id, address } of accounts)
      mailboxes.set(address, await truthOf(this.simulator, id, isRecoverableTold));
    return mailboxes;
  }

  async close(): Promise<void> {
    for (const machine of this.#machines) machine.close();
    await this.simulator.close();
    rmSync(this.folderPath, { recursive: true, force: true });
  }
}

type PlanRequest = Parameters<Engine['client']['plan']['make']>[0]['request'];

/** An engine with the scene's vault open. */
export class Machine {
  readonly engine: Engine;
  readonly vault: string;
  readonly #scene: BackupScene;

  constructor(scene: BackupScene, engine: Engine, vault: string) {
    this.#scene = scene;
    this.engine = engine;
    this.vault = vault;
  }

  get client(): Engine['client'] {
    return this.engine.client;
  }

  async backUp(options: RunOptions = {}): Promise<BackupReport> {
    const { item = this.#scene.item, connection = this.#scene.connection, signal, onProgress } = options;
    const input = { vault: this.vault, protectedItem: item, organizationName: 'Test', connection };
    const run = await this.client.backup.run(input, signal === undefined ? {} : { signal });
    const report = await reportOf(run, onProgress);
    await this.#checkCoverage(item.id, report);
    return report;
  }

  coverage(protectedItemId = this.#scene.item.id): Promise<CoverageReport> {
    return this.client.snapshot.coverage({ vault: this.vault, protectedItemId });
  }

  /** In every test that backs up: the coverage adds up, and says the same as the report. */
  async #checkCoverage(protectedItemId: string, { snapshot, counts }: BackupReport): Promise<void> {
    const coverage = await this.coverage(protectedItemId);
    const wrong = coverage.rows.filter(
      ({ enumerated, saved, unchanged, skipped, failed, outOfScope }) =>
        enumerated !== saved + unchanged + skipped + failed + outOfScope,
    );
    if (wrong.length > 0) throw new Error(`coverage does not add up: ${JSON.stringify(wrong.slice(0, 3))}`);
    // Who left is not part of the run any more.
    const rows = coverage.rows.filter(({ account }) => account.left === undefined);
    const gaps = [...rows.flatMap((row) => row.gaps), ...coverage.runGaps];
    for (const outcome of ['skipped', 'failed'] as const) {
      const asTold = outcome === 'skipped' ? ['skipped', 'incomplete'] : ['failed'];
      const told = gaps
        .filter((gap) => asTold.includes(gap.outcome))
        .reduce((sum, { count }) => sum + count, 0);
      if (snapshot !== coverage.snapshot || told !== counts[outcome])
        throw new Error(
          `coverage of ${coverage.snapshot}: ${told} ${outcome}, report: ${JSON.stringify(counts)}`,
        );
    }
  }

  /** Plans a restore to Microsoft 365 of the first snapshot. */
  async plan(request: PlanRequest, snapshot = 1): Promise<RestorePlan> {
    const { connection, item } = this.#scene;
    const scope = { vault: this.vault, protectedItemId: item.id, snapshot, connection };
    return reportOf(await this.client.plan.make({ ...scope, request }));
  }

  async apply({ id }: Pick<RestorePlan, 'id'>): Promise<ApplyReport> {
    const { connection } = this.#scene;
    return reportOf(await this.client.plan.apply({ vault: this.vault, plan: id, connection }));
  }

  async undo({ id }: Pick<RestorePlan, 'id'>): Promise<UndoReport> {
    const { connection } = this.#scene;
    return reportOf(await this.client.plan.undo({ vault: this.vault, plan: id, connection }));
  }

  async verify(readsData = true): Promise<VerifyReport> {
    return reportOf(await this.client.vault.verify({ vault: this.vault, readsData }));
  }

  /** Restores a whole snapshot and answers what lies on disk then. Throws where an item could not be restored. */
  async restoredTree(snapshot?: number): Promise<MailTree> {
    const { report, tree } = await this.#restore(snapshot);
    if (report.failed > 0) throw new Error(`not restored: ${JSON.stringify(report.problems.slice(0, 5))}`);
    return tree;
  }

  /** What a restore of one account's service brings, beside mail. */
  async restoredService(account: string, service: SideService): Promise<Contents> {
    const targetPath = mkdtempSync(join(this.#scene.folderPath, 'restore-'));
    try {
      const scope = { vault: this.vault, protectedItemId: this.#scene.item.id, account, service, targetPath };
      const report = await reportOf(await this.client.restore.files(scope));
      if (report.failed > 0) throw new Error(`not restored: ${JSON.stringify(report.problems.slice(0, 5))}`);
      const [accountName] = readdirSync(targetPath);
      const [serviceName] = accountName === undefined ? [] : readdirSync(join(targetPath, accountName));
      if (accountName === undefined || serviceName === undefined) return new Map();
      return restoredContents(join(targetPath, accountName, serviceName), service);
    } finally {
      rmSync(targetPath, { recursive: true, force: true });
    }
  }

  /** Restores the newest snapshot as far as that goes. */
  async restoreReport(): Promise<RestoreReport> {
    return (await this.#restore(undefined)).report;
  }

  async #restore(snapshot: number | undefined): Promise<{ report: RestoreReport; tree: MailTree }> {
    const targetPath = mkdtempSync(join(this.#scene.folderPath, 'restore-'));
    try {
      const scope = { vault: this.vault, protectedItemId: this.#scene.item.id, targetPath };
      const job = await this.client.restore.files(snapshot === undefined ? scope : { ...scope, snapshot });
      return { report: await reportOf(job), tree: treeOfFolder(targetPath) };
    } finally {
      rmSync(targetPath, { recursive: true, force: true });
    }
  }

  /** What a complete backup of this moment would restore to. */
  async trueTree(isRecoverableTold = false): Promise<MailTree> {
    return treeOfTruth(await this.#scene.truth(await this.accounts(), isRecoverableTold));
  }

  accounts(): Promise<{ id: string; address: string }[]> {
    return this.client.snapshot.accounts({ vault: this.vault, protectedItemId: this.#scene.item.id });
  }

  close(): void {
    this.engine.close();
  }
}

/** Follows a job to its end and answers its report. */
export async function reportOf<P, R>(
  job: { next(): Promise<IteratorResult<P, R>> },
  onProgress?: (progress: P) => void,
): Promise<R> {
  for (;;) {
    const result = await job.next();
    if (result.done === true) return result.value;
    onProgress?.(result.value);
  }
}
