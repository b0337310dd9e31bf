/**
 * A whole organization, of all shapes, that changes at random while Microsoft 365 does what it does wrong, backed up
 * after each round; and the question whether the snapshot is the organization, thing by thing, hash by hash.
 */
import { serviceNames } from '../../src-shared/model/service-name.ts';
import type { BackupReport } from '../../src-shared/model/job.ts';
import type { ProtectedItemInput } from '../../src-shared/model/protected-item.ts';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import { createCertificate } from '../support/application-certificate.ts';
import { BackupScene, engineOptions, password, type Machine } from '../support/backup-scene.ts';
import { rateFreeLimits } from '../support/rate-free-limits.ts';
import { areaTruthOf, order, statistics, truthOf } from '../support/simulator-control.ts';
import { SnapshotReader } from '../support/snapshot-reader.ts';
import {
  comparedServices,
  hashDifferences,
  itemHashes,
  trueHashes,
  type ComparedService,
  type TruthThing,
} from '../support/true-hashes.ts';

/** Runs without faults after which nothing may be left to try again. */
const furtherRuns = 3;

const rates = {
  throttle429: 0.01,
  unavailable503: 0.01,
  gatewayTimeout504: 0.005,
  serverError500: 0.01,
  connectionReset: 0.01,
  truncatedBody: 0.01,
  invalidJson: 0.01,
  tokenExpiry: 0.005,
  deltaExpired: 0.03,
  deltaDuplicates: 0.05,
  deltaReplays: 0.2,
  emptyPages: 0.05,
  folderGone: 0.01,
  itemGone: 0.01,
  moveShowsOnlyRemoval: 0.2,
  downloadUrlExpired: 0.03,
  rangeIgnored: 0.5,
  wrongHash: 0.03,
  chunkedResponse: 0.03,
};
const healthy = Object.fromEntries(Object.keys(rates).map((name) => [name, 0]));
const pace = { slowMs: 20, stallMs: 200, retryAfterSeconds: 0.25 };

const items = { created: 4, edited: 5, moved: 3, deleted: 3 };
const containers = { containersCreated: 1, containersRenamed: 1, containersDeleted: 1 };
/** Of a handful of people, a group or two and some sites. */
const changesOfAreas: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  calendar: { ...items, ...containers, exceptionsAdded: 2, occurrencesCancelled: 2 },
  contacts: { ...items, ...containers, photosChanged: 2 },
  tasks: { ...items, ...containers, checklistsEdited: 2 },
  settings: { edited: 1, rulesCreated: 1, categoriesCreated: 1 },
  drive: {
    ...{ ...items, renamed: 3, shared: 2, trimmed: 2 },
    ...{ foldersCreated: 2, foldersRenamed: 2, foldersMoved: 2, foldersDeleted: 2 },
  },
  site: {
    ...{ itemCreated: 5, itemEdited: 6, itemDeleted: 4, pageCreated: 1, pageEdited: 1, pageDeleted: 1 },
    ...{ columnAdded: 1, listCreated: 1, listRenamed: 1, listDeleted: 1 },
  },
  team: { created: 4, replied: 5, edited: 4, deleted: 2, reacted: 2, containersCreated: 1 },
  thread: { created: 2, replied: 3, deleted: 1 },
  planner: {
    ...{ ...items, ...containers, detailsEdited: 4, categoriesNamed: 1 },
    ...{ bucketsCreated: 1, bucketsRenamed: 1, bucketsDeleted: 1 },
  },
  chat: { created: 5, edited: 4, deleted: 2, containersCreated: 1, membersAdded: 1 },
  group: { membersAdded: 2, membersRemoved: 1 },
};
const mailChanges = {
  created: 8,
  edited: 6,
  read: 6,
  moved: 8,
  deleted: 6,
  foldersCreated: 1,
  foldersRenamed: 1,
};

const selection: Partial<ProtectedItemInput> = {
  services: [...serviceNames],
  mailboxes: { mode: 'all' },
  sites: { mode: 'all' },
  files: { versions: 'all' },
};

/** The area of the simulator that tells the truth of a service. */
const areaOf = (service: ComparedService): string => (service === 'conversation' ? 'thread' : service);

export class OrganizationRounds {
  readonly #scene: BackupScene;
  readonly #machine: Machine;
  readonly #reader: SnapshotReader;
  readonly #connection: BackupScene['connection'];
  readonly #seed: number;
  readonly #factor: number;

  private constructor(
    scene: BackupScene,
    parts: { machine: Machine; reader: SnapshotReader; connection: BackupScene['connection'] },
    pace_: { seed: number; factor: number },
  ) {
    this.#scene = scene;
    this.#machine = parts.machine;
    this.#reader = parts.reader;
    this.#connection = parts.connection;
    this.#seed = pace_.seed;
    this.#factor = pace_.factor;
  }

  /** `factor`: changes of a round, in handfuls. */
  static async open(seed: number, factor: number, options: SimulatorOptions): Promise<OrganizationRounds> {
    const key = createCertificate();
    const scene = await BackupScene.open({
      profile: 'sample',
      seed,
      unitLimits: { isEnforced: false },
      teamsLimits: { isEnforced: false },
      limits: { isEnforced: true, requestsPerWindow: 10_000_000 },
      certificates: [key.certificatePem],
      sharePointRoles: ['Sites.FullControl.All'],
      ...options,
    });
    const { graph } = engineOptions('', 'one');
    const machine = await scene.machine('one', {
      codecThreads: 1,
      graph: { ...graph, throttleLimits: rateFreeLimits },
    });
    const reader = await SnapshotReader.open(scene.vaultPath, password, scene.item.id);
    const connection = { ...scene.connection, credential: { kind: 'certificate' as const, ...key } };
    return new OrganizationRounds(scene, { machine, reader, connection }, { seed, factor });
  }

  async change(round: number): Promise<void> {
    const times = (counts: Readonly<Record<string, number>>, prefix = '') =>
      Object.fromEntries(
        Object.entries(counts).map(([kind, count]) => [prefix + kind, count * this.#factor]),
      );
    const areas = Object.entries(changesOfAreas).map(([area, counts]) => times(counts, `${area}.`));
    await order(this.#scene.simulator, 'changes', {
      seed: this.#seed + round,
      ...times(mailChanges),
      areas: Object.assign({}, ...areas) as Record<string, number>,
    });
  }

  /** A run with faults, and runs without until nothing is left to try again; the last one's report. */
  async backUp(round: number): Promise<BackupReport> {
    const { simulator } = this.#scene;
    await order(simulator, 'faults', { seed: this.#seed + round, ...rates, ...pace });
    let report = await this.backUpHealthy();
    await order(simulator, 'faults', healthy);
    // One more in any case: what a delta holds back for a round is told in the next one.
    for (let run = 0; run < furtherRuns && (run === 0 || report.counts.failed > 0); run += 1)
      report = await this.backUpHealthy();
    return report;
  }

  backUpHealthy(): Promise<BackupReport> {
    const item = { ...this.#scene.item, ...selection };
    return this.#machine.backUp({ item, connection: this.#connection });
  }

  /**
   * Where the newest snapshot is not what the organization is now, nothing when they are equal; and how many accounts
   * have a service behind a lock, which the report must say.
   */
  async differences(): Promise<{ found: string[]; things: number; locked: number }> {
    await this.#reader.refresh();
    const found: string[] = [];
    let things = 0;
    let locked = 0;
    for (const { id, address } of this.#reader.accounts()) {
      for (const service of comparedServices) {
        const wanted = trueHashes(service, await this.#truth(service, id), 'all');
        const { lost, tooMany } = hashDifferences(await this.#held(service, id), wanted);
        things += wanted.needed.length;
        locked += wanted.isLocked ? 1 : 0;
        for (const hash of lost) found.push(`${address} ${service} lost ${hash}`);
        for (const hash of tooMany) found.push(`${address} ${service} too many ${hash}`);
      }
    }
    return { found, things, locked };
  }

  async #truth(service: ComparedService, account: string): Promise<TruthThing[]> {
    const { simulator } = this.#scene;
    if (service === 'mail') return truthOf(simulator, account);
    return (await areaTruthOf(simulator, areaOf(service), account)) as TruthThing[];
  }

  async #held(service: ComparedService, account: string): Promise<{ hashes: string[]; extra: string[] }> {
    const hashes: string[] = [];
    const extra: string[] = [];
    for await (const item of this.#reader.items(service, account)) {
      const of = itemHashes(service, item);
      hashes.push(...of.hashes);
      extra.push(...of.extra);
    }
    return { hashes, extra };
  }

  /** How the client behaved, as the simulator saw it. */
  async manners() {
    const { requests, maxConcurrencyPerMailbox, retryAfters, earlyCalls } = await statistics(
      this.#scene.simulator,
    );
    const calls = Object.values(requests).reduce((sum, count) => sum + count, 0);
    return { calls, maxConcurrencyPerMailbox, retryAfters, earlyCalls };
  }

  async close(): Promise<void> {
    this.#reader.close();
    await this.#scene.close();
  }
}
