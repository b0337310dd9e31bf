/**
 * An organization that changes at random while Microsoft 365 does what it does wrong, backed up after each round; and
 * the question whether the snapshot is the organization, item by item, hash by hash.
 */
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import type { BackupReport } from '../../src-shared/model/job.ts';
import type { ProtectedItemInput } from '../../src-shared/model/protected-item.ts';
import { BackupScene, type Machine } from '../support/backup-scene.ts';
import { contentDifferences, trueContents, type SideService } from '../support/service-contents.ts';
import { order } from '../support/simulator-control.ts';

const services: SideService[] = ['calendar', 'contacts', 'tasks', 'settings', 'drive'];
/** Runs without faults after which nothing may be left to try again. */
const furtherRuns = 3;

const rates = {
  throttle429: 0.01,
  unavailable503: 0.01,
  serverError500: 0.01,
  connectionReset: 0.02,
  truncatedBody: 0.02,
  tokenExpiry: 0.01,
  deltaExpired: 0.05,
  deltaDuplicates: 0.05,
  deltaReplays: 0.2,
  emptyPages: 0.05,
  folderGone: 0.01,
  itemGone: 0.01,
  downloadUrlExpired: 0.05,
  rangeIgnored: 0.5,
  wrongHash: 0.05,
};
const healthy = Object.fromEntries(Object.keys(rates).map((name) => [name, 0]));
const pace = { slowMs: 50, stallMs: 200, retryAfterSeconds: 0.12 };
const itemChanges = { created: 4, edited: 5, moved: 3, deleted: 3 };
const containerChanges = { containersCreated: 1, containersRenamed: 1, containersDeleted: 1 };
const folderChanges = { foldersCreated: 2, foldersRenamed: 2, foldersMoved: 2, foldersDeleted: 2 };

/** Changes of one round, `factor` times what a handful of people make. */
function areaChanges(factor: number): Record<string, number> {
  const areas: Record<string, number> = {};
  const add = (area: string, kinds: Readonly<Record<string, number>>): void => {
    for (const [kind, count] of Object.entries(kinds)) areas[`${area}.${kind}`] = count * factor;
  };
  for (const area of ['calendar', 'contacts', 'tasks']) add(area, { ...itemChanges, ...containerChanges });
  add('drive', { ...itemChanges, ...folderChanges, renamed: 3 });
  add('calendar', { exceptionsAdded: 2, occurrencesCancelled: 2 });
  add('contacts', { photosChanged: 2 });
  add('tasks', { checklistsEdited: 2 });
  add('settings', { edited: 1, rulesCreated: 1, categoriesCreated: 1 });
  return areas;
}

export class ServiceRounds {
  readonly #scene: BackupScene;
  readonly #machine: Machine;
  readonly #item: ProtectedItemInput;
  readonly #seed: number;

  private constructor(scene: BackupScene, machine: Machine, seed: number) {
    this.#scene = scene;
    this.#machine = machine;
    this.#item = { ...scene.item, services };
    this.#seed = seed;
  }

  static async open(seed: number, options: SimulatorOptions): Promise<ServiceRounds> {
    const scene = await BackupScene.open({ profile: 'sample', seed, messagesPerUser: 0, ...options });
    return new ServiceRounds(scene, await scene.machine('one', { codecThreads: 1 }), seed);
  }

  async change(round: number, factor = 1): Promise<void> {
    await order(this.#scene.simulator, 'changes', { seed: this.#seed + round, areas: areaChanges(factor) });
  }

  /** A run with faults, and runs without until nothing is left to try again; the last one's report. */
  async backUp(round: number): Promise<BackupReport> {
    const { simulator } = this.#scene;
    await order(simulator, 'faults', { seed: this.#seed + round, ...rates, ...pace });
    let report = await this.backUpHealthy();
    await order(simulator, 'faults', healthy);
    for (let run = 0; run < furtherRuns && report.counts.failed > 0; run += 1)
      report = await this.backUpHealthy();
    return report;
  }

  backUpHealthy(): Promise<BackupReport> {
    return this.#machine.backUp({ item: this.#item });
  }

  /** Where the newest snapshot is not what the organization is now; nothing when they are equal. */
  async differences(): Promise<string[]> {
    const found: string[] = [];
    const { rows } = await this.#machine.coverage();
    for (const { id, address } of await this.#machine.accounts()) {
      for (const service of services) {
        const { contents, unreadable, itemCount } = await trueContents(this.#scene.simulator, id, service);
        const row = rows.find((each) => each.account.id === id && each.service === service);
        if (row?.enumerated !== itemCount || row.skipped !== unreadable.length)
          found.push(
            `${address} ${service} covers ${row?.enumerated}, skipped ${row?.skipped}, of ${itemCount} with ${unreadable.length} unreadable`,
          );
        const restored = await this.#machine.restoredService(id, service);
        found.push(...contentDifferences(restored, contents).map((line) => `${address} ${service} ${line}`));
      }
    }
    return found;
  }

  close(): Promise<void> {
    return this.#scene.close();
  }
}

/** What a report says is left to try again. */
export function failedCauses({ issues }: BackupReport): BackupReport['issues'] {
  return issues.filter(({ outcome }) => outcome === 'failed');
}
