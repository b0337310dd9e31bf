/**
 * Calendars, contacts, tasks, settings and files of an organization that changes, while Microsoft 365 does what it does
 * wrong: after each round the snapshot is the organization, item by item, hash by hash.
 */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackupReport } from '../../src-shared/model/job.ts';
import type { ProtectedItem } from '../../src-shared/model/protected-item.ts';
import { BackupScene, type Machine } from '../support/backup-scene.ts';
import {
  checkClientManners,
  checkFaultyTraffic,
  isGraphContractAvailable,
} from '../support/graph-contract.ts';
import { contentDifferences, trueContents, type SideService } from '../support/service-contents.ts';
import { order } from '../support/simulator-control.ts';

const services: SideService[] = ['calendar', 'contacts', 'tasks', 'settings', 'drive'];
const seed = 20_261_121;
const rounds = 3;
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
const pace = { slowMs: 50, stallMs: 200, retryAfterSeconds: 0.05 };
const itemChanges = { created: 4, edited: 5, moved: 3, deleted: 3 };
const containerChanges = { containersCreated: 1, containersRenamed: 1, containersDeleted: 1 };

function areaChanges(): Record<string, number> {
  const areas: Record<string, number> = {};
  for (const area of ['calendar', 'contacts', 'tasks'])
    for (const [kind, count] of Object.entries({ ...itemChanges, ...containerChanges }))
      areas[`${area}.${kind}`] = count;
  for (const [kind, count] of Object.entries({ ...itemChanges, renamed: 3 })) areas[`drive.${kind}`] = count;
  for (const kind of ['foldersCreated', 'foldersRenamed', 'foldersMoved', 'foldersDeleted'])
    areas[`drive.${kind}`] = 2;
  return {
    ...areas,
    'calendar.exceptionsAdded': 2,
    'calendar.occurrencesCancelled': 2,
    'contacts.photosChanged': 2,
    'tasks.checklistsEdited': 2,
    'settings.edited': 1,
    'settings.rulesCreated': 1,
    'settings.categoriesCreated': 1,
  };
}

const trafficFile = join(tmpdir(), `holdfast-services-${process.pid}.ndjson`);
let scene: BackupScene;
let machine: Machine;
let item: ProtectedItem;

beforeAll(async () => {
  scene = await BackupScene.open({
    profile: 'sample',
    seed,
    trafficFile,
    users: 5,
    messagesPerUser: 0,
    calendar: { itemsPerUser: 40 },
    contacts: { itemsPerUser: 40 },
    tasks: { itemsPerUser: 30 },
    drives: { filesPerDrive: 60 },
  });
  machine = await scene.machine();
  item = { ...scene.item, services };
});
afterAll(async () => {
  await scene.close();
  rmSync(trafficFile, { force: true });
});

async function differences(): Promise<string[]> {
  const found: string[] = [];
  for (const { id, address } of await machine.accounts()) {
    for (const service of services) {
      const { contents } = await trueContents(scene.simulator, id, service);
      const restored = await machine.restoredService(id, service);
      found.push(...contentDifferences(restored, contents).map((line) => `${address} ${service} ${line}`));
    }
  }
  return found;
}

async function backUpWithFaults(round: number): Promise<BackupReport> {
  await order(scene.simulator, 'faults', { seed: seed + round, ...rates, ...pace });
  const report = await machine.backUp({ item });
  await order(scene.simulator, 'faults', healthy);
  return report;
}

/** Runs without faults until nothing is left to try again. */
async function settle(report: BackupReport): Promise<BackupReport> {
  let last = report;
  for (let run = 0; run < furtherRuns && last.counts.failed > 0; run += 1)
    last = await machine.backUp({ item });
  return last;
}

test('a first backup holds everything', async () => {
  const report = await settle(await backUpWithFaults(0));
  expect(report.issues.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect(await differences()).toEqual([]);
});

test.each(Array.from({ length: rounds }, (_, round) => round + 1))(
  'after round %i of changes the snapshot is the organization',
  async (round) => {
    await order(scene.simulator, 'changes', { seed: seed + round, areas: areaChanges() });
    const report = await settle(await backUpWithFaults(round));
    expect(report.issues.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(await differences()).toEqual([]);
  },
);

test('no mailbox had more than four requests at once or one before its Retry-After had ended', () => {
  const manners = checkClientManners(trafficFile);
  expect(manners.mailExchanges).toBeGreaterThan(500);
  expect(manners.maxConcurrent).toBeLessThanOrEqual(4);
  expect(manners.earlyCalls).toEqual([]);
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', () => {
  expect(checkFaultyTraffic(trafficFile)).toMatchObject({ errors: 0 });
});

test('a run without changes writes no pack', async () => {
  const report = await machine.backUp({ item });
  expect(report).toMatchObject({ stored: { packs: 0 }, counts: { saved: 0, removed: 0 } });
});
