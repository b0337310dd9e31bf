/**
 * Kills backups and proves after each kill that nothing is lost: the next run completes, the restored tree is what the
 * organization holds, every byte verifies, nothing is stored twice, and what the dead left is adopted or reported.
 */
import { fork, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BackupNews, BackupOrder } from '../support/backup-process.ts';
import { BackupScene, password, type Machine } from '../support/backup-scene.ts';
import { seededChance, type Chance } from '../support/chance.ts';
import { phases, type KillPoint, type Phase } from '../support/kill-point.ts';
import { differences } from '../support/mail-tree.ts';
import { openBareVault, takeCensus, type PackCensus } from '../support/pack-census.ts';
import { order } from '../support/simulator-control.ts';
import type { Vault } from '../../src-worker/vault/vault.ts';

/** A kill at a place, or after so many milliseconds of saving. */
export type PlannedKill = { readonly checkpointIntervalMs: number } & (
  KillPoint | { readonly phase: 'any'; readonly afterMs: number }
);

/** What all rounds came to. */
export interface KillFigures {
  readonly kills: Readonly<Record<Phase | 'any', number>>;
  /** Runs that had ended before their kill was due; they prove nothing and are made up for. */
  readonly escaped: number;
  readonly adoptedPacks: number;
  readonly adoptedBytes: number;
  readonly duplicates: number;
  readonly duplicateBytes: number;
  readonly storedBytes: number;
  readonly vaults: number;
}

const childPath = join(import.meta.dirname, '../support/backup-process.ts');

/** Runs may be killed in a row, so that the next one meets the leftovers of all of them. */
const longestRow = 3;
const roundsPerVault = 8;
/** Three open packs of 16 MiB a codec thread: what a killed run may at most store again. */
const openPackBytes = 3 * 16 * 1024 * 1024;

export class KillRounds {
  readonly #scene: BackupScene;
  readonly #chance: Chance;
  readonly #childEnvironment: NodeJS.ProcessEnv;
  readonly #kills: Record<Phase | 'any', number> = {
    enumerating: 0,
    fetching: 0,
    packing: 0,
    segmenting: 0,
    committing: 0,
    any: 0,
  };
  #escaped = 0;
  #adoptedPacks = 0;
  #adoptedBytes = 0;
  #vaults = 1;
  #bareVault: Vault | undefined;
  /** Of the present vault as it is now, and of those before as they were left. */
  #census: PackCensus | undefined;
  readonly #closedCensuses: PackCensus[] = [];

  private constructor(scene: BackupScene, seed: number) {
    this.#scene = scene;
    this.#chance = seededChance(seed);
    // Children that are killed never keep what they compiled, so one that lives does it for all.
    this.#childEnvironment = { ...process.env, NODE_COMPILE_CACHE: join(scene.folderPath, 'compiled') };
    const load = `import(${JSON.stringify(pathToFileURL(childPath).href)}).then(() => process.exit())`;
    spawnSync(process.execPath, ['-e', load], { env: this.#childEnvironment });
  }

  /** Kills `perPhase` runs in each phase and `atAnyTime` at moments that nothing aims at. */
  static async run(plan: {
    readonly seed: number;
    readonly perPhase: number;
    readonly atAnyTime: number;
    readonly messagesPerUser: number;
    readonly log?: (line: string) => void;
  }): Promise<KillFigures> {
    const { seed, messagesPerUser } = plan;
    const scene = await BackupScene.open({
      profile: 'typical',
      users: 5,
      messagesPerUser,
      seed,
      latencyMs: 2,
    });
    try {
      const rounds = new KillRounds(scene, plan.seed);
      await rounds.#kill(plan);
      return rounds.#figures();
    } finally {
      await scene.close();
    }
  }

  async #kill(plan: { perPhase: number; atAnyTime: number; log?: (line: string) => void }): Promise<void> {
    const wanted: (Phase | 'any')[] = [
      ...phases.flatMap((phase) => Array.from({ length: plan.perPhase }, () => phase)),
      ...Array.from({ length: plan.atAnyTime }, () => 'any' as const),
    ];
    let rounds = 0;
    while (wanted.length > 0) {
      if (rounds > 0 && rounds % roundsPerVault === 0) await this.#startOver();
      rounds += 1;
      const row = 1 + this.#chance.below(Math.min(longestRow, wanted.length));
      const done: string[] = [];
      for (let i = 0; i < row && wanted.length > 0; i += 1) {
        const at = this.#chance.below(wanted.length);
        const kill = this.#draw(wanted[at]!);
        const isKilled = await this.#runAndKill(kill);
        done.push(`${JSON.stringify(kill)}${isKilled ? '' : ' escaped'}`);
        if (isKilled) wanted.splice(at, 1);
      }
      plan.log?.(`round ${rounds}: ${done.join(', ')}`);
      await this.#prove();
      await this.#change();
    }
  }

  #draw(phase: Phase | 'any'): PlannedKill {
    // With checkpoints there are several files of a kind in a run; without, a second one would rarely come.
    const checkpointIntervalMs = this.#chance.pick([100, 300, 3_600_000]);
    if (phase === 'any') return { phase, checkpointIntervalMs, afterMs: this.#chance.below(300) };
    const isRequest = phase === 'enumerating' || phase === 'fetching';
    const moment = this.#chance.pick<KillPoint['moment']>(
      isRequest ? ['before', 'after'] : ['before', 'half', 'aside', 'after'],
    );
    const files = checkpointIntervalMs < 200 ? 2 : 1;
    const most = { enumerating: 30, fetching: 12, packing: files, segmenting: files, committing: files }[
      phase
    ];
    return { phase, checkpointIntervalMs, moment, count: 1 + this.#chance.below(most) };
  }

  /** False when the run had ended before. */
  async #runAndKill(kill: PlannedKill): Promise<boolean> {
    const backupOrder: BackupOrder = {
      catalogFolderPath: this.#scene.catalogFolderPath('one'),
      agent: 'one',
      vaultPath: this.#scene.vaultPath,
      recoveryKey: this.#scene.recoveryKey,
      item: this.#scene.item,
      connection: this.#scene.connection,
      killPoint: kill.phase === 'any' ? undefined : kill,
      checkpointIntervalMs: kill.checkpointIntervalMs,
    };
    const child = fork(childPath, { execArgv: [], env: this.#childEnvironment });
    const heard: BackupNews[] = [];
    child.on('message', (news: BackupNews) => {
      heard.push(news);
      if (news.type === 'saving' && kill.phase === 'any')
        setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
    });
    child.send(backupOrder);
    const signal = await new Promise((resolve) => child.once('exit', (_code, name) => resolve(name)));
    const failure = heard.find((news) => news.type === 'failure');
    if (failure !== undefined) throw new Error(`a backup failed before its kill: ${failure.message}`);
    if (signal === 'SIGKILL' && !heard.some(({ type }) => type === 'report')) {
      this.#kills[kill.phase] += 1;
      return true;
    }
    this.#escaped += 1;
    return false;
  }

  /** The next run, to its end, and all that must hold behind it. */
  async #prove(): Promise<void> {
    const machine = await this.#scene.machine();
    try {
      const report = await machine.backUp();
      this.#adoptedPacks += report.adopted.packs;
      this.#adoptedBytes += report.adopted.sizeBytes;
      require(report.outcome === 'complete', `the next run is ${report.outcome}`);
      require(report.adopted.damaged === 0, 'a pack that a kill left does not open');
      const lost = differences(await machine.restoredTree(), await machine.trueTree());
      require(lost.length === 0, `the restored tree differs: ${lost.join('; ')}`);
      await this.#proveClean(machine);
    } finally {
      machine.close();
    }
  }

  async #proveClean(machine: Machine): Promise<void> {
    const verified = await machine.verify();
    require(verified.isClean, `verify finds ${JSON.stringify(verified.problems.slice(0, 3))}`);
    require(verified.orphanPacks === 0, `${verified.orphanPacks} packs are nobody's`);
    const { vaultPath } = this.#scene;
    const markers = readdirSync(join(vaultPath, 'sessions')).length;
    require(verified.leftovers >= markers, 'verify does not report the markers of dead sessions');
    require(readdirSync(join(vaultPath, '.tmp')).length === 0, 'unfinished files were not removed');
    this.#bareVault ??= await openBareVault(vaultPath, password);
    const census = await takeCensus(this.#bareVault);
    require(census.duplicateBytes <= openPackBytes, `${census.duplicateBytes} bytes were stored twice`);
    this.#census = census;
  }

  async #change(): Promise<void> {
    const few = this.#chance.below(12);
    const some = { edited: few, read: 2, moved: 3, deleted: 2, foldersCreated: 1, foldersRenamed: 1 };
    const foldersDeleted = this.#chance.below(3) === 0 ? 1 : 0;
    const seed = this.#chance.below(1e9);
    await order(this.#scene.simulator, 'changes', { seed, created: 12 + few, ...some, foldersDeleted });
  }

  async #startOver(): Promise<void> {
    await this.#scene.makeVault();
    this.#vaults += 1;
    if (this.#census !== undefined) this.#closedCensuses.push(this.#census);
    this.#census = undefined;
    this.#bareVault = undefined;
  }

  #figures(): KillFigures {
    const censuses = [...this.#closedCensuses, ...(this.#census === undefined ? [] : [this.#census])];
    return {
      kills: this.#kills,
      escaped: this.#escaped,
      adoptedPacks: this.#adoptedPacks,
      adoptedBytes: this.#adoptedBytes,
      duplicates: sumOf(censuses.map(({ duplicates }) => duplicates)),
      duplicateBytes: sumOf(censuses.map(({ duplicateBytes }) => duplicateBytes)),
      storedBytes: sumOf(censuses.map(({ packBytes }) => packBytes)),
      vaults: this.#vaults,
    };
  }
}

function require(isTrue: boolean, otherwise: string): asserts isTrue {
  if (!isTrue) throw new Error(otherwise);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
