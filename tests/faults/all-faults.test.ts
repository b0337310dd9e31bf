/**
 * Five thousand messages while Microsoft 365 does everything wrong that the simulator knows: nothing is lost, nothing is
 * invented, what is missing is named with its cause, and the client minds its manners.
 */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackupReport } from '../../src-shared/model/job.ts';
import { BackupScene, type Machine } from '../support/backup-scene.ts';
import {
  checkClientManners,
  checkFaultyTraffic,
  isGraphContractAvailable,
} from '../support/graph-contract.ts';
import { differences, messageCount } from '../support/mail-tree.ts';
import { order, statistics, type SimulatorStatistics } from '../support/simulator-control.ts';

/** Shares of the requests that could be hit; larger where few could. */
const rates = {
  throttle429: 0.02,
  unavailable503: 0.02,
  gatewayTimeout504: 0.02,
  serverError500: 0.02,
  slowResponse: 0.02,
  stalledBody: 0.01,
  connectionReset: 0.02,
  truncatedBody: 0.02,
  invalidJson: 0.03,
  tokenExpiry: 0.01,
  deltaExpired: 0.05,
  deltaDuplicates: 0.05,
  deltaReplays: 0.5,
  emptyPages: 0.05,
  folderGone: 0.02,
  itemGone: 0.02,
  moveShowsOnlyRemoval: 0.3,
  chunkedResponse: 0.05,
};
/** Quicker than Microsoft 365, so that the test is about right and wrong and not about patience. */
const pace = { slowMs: 50, stallMs: 200, retryAfterSeconds: 0.25 };
const healthy = Object.fromEntries(Object.keys(rates).map((name) => [name, 0]));
const changes = { created: 120, edited: 80, read: 80, moved: 160, deleted: 80 };
const folderChanges = { foldersCreated: 6, foldersRenamed: 6, foldersDeleted: 4 };
const furtherRuns = 3;

let scene: BackupScene;
let machine: Machine;
let trafficFile: string;
const reports: BackupReport[] = [];
let seen: SimulatorStatistics;

beforeAll(async () => {
  trafficFile = join(tmpdir(), `holdfast-traffic-${process.pid}.ndjson`);
  scene = await BackupScene.open({
    profile: 'typical',
    users: 4,
    messagesPerUser: 1_250,
    unreadableShare: 0.003,
    faults: { seed: 11, ...rates, ...pace },
    trafficFile,
  });
  machine = await scene.machine('one', { codecThreads: 1 });
  reports.push(await machine.backUp());
  await order(scene.simulator, 'changes', { seed: 12, ...changes, ...folderChanges });
  reports.push(await machine.backUp());
  seen = await statistics(scene.simulator);
  await order(scene.simulator, 'faults', healthy);
  for (let run = 0; run < furtherRuns && reports.at(-1)!.outcome !== 'complete'; run += 1)
    reports.push(await machine.backUp());
}, 150_000);

afterAll(async () => {
  await scene.close();
  rmSync(trafficFile, { force: true });
});

test('every kind of fault was met', () => {
  expect(Object.keys(seen.faultsInjected).sort()).toEqual(Object.keys(rates).sort());
});

test('after at most three further runs nothing is left to try again', () => {
  expect(reports.at(-1)).toMatchObject({ outcome: 'complete', counts: { failed: 0 } });
});

test('every message that can be read is restored as it is, where it is', async () => {
  const restored = await machine.restoredTree();
  expect(differences(restored, await machine.trueTree())).toEqual([]);
  expect(messageCount(restored)).toBeGreaterThan(4_400);
});

test('what was skipped is what can never be read, and its cause is told', async () => {
  const accounts = await machine.accounts();
  const truth = await scene.truth(accounts);
  const unreadable = [...truth.values()]
    .flat()
    .flatMap((line) => (line.kind === 'message' && line.unreadable !== null ? [line.id] : []));
  const issues = [];
  for (const { id } of accounts) {
    const scope = { vault: machine.vault, protectedItemId: scene.item.id, account: id };
    issues.push(...(await machine.client.snapshot.issues(scope)));
  }
  const skipped = issues.filter(({ outcome }) => outcome === 'skipped');
  expect(skipped.map(({ item }) => item).sort()).toEqual(unreadable.sort());
  expect(new Set(skipped.map(({ code }) => code))).toEqual(new Set(['item-corrupt']));
  expect(unreadable.length).toBeGreaterThan(5);
});

test('no mailbox had more than four requests at once or one before its Retry-After had ended', () => {
  const manners = checkClientManners(trafficFile);
  expect(manners.mailExchanges).toBeGreaterThan(5_000);
  expect(manners.maxConcurrent).toBeLessThanOrEqual(4);
  expect(manners.earlyCalls).toEqual([]);
  expect(seen).toMatchObject({ earlyCalls: 0 });
  expect(seen.retryAfters).toBeGreaterThan(50);
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', () => {
  const verdict = checkFaultyTraffic(trafficFile);
  expect(verdict).toMatchObject({ errors: 0 });
});
