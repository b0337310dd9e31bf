/** Teams, conversations, plans and the directory through rounds of changes and faults, selected anew at every run. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceName } from '../../src-shared/model/service-name.ts';
import {
  conversationDifferences,
  directoryDifferences,
  plannerDifferences,
  teamDifferences,
} from '../integration/selection/group-truth.ts';
import { SelectionScene } from '../integration/selection/selection-scene.ts';
import { order } from '../support/simulator-control.ts';
import { failedCauses } from './service-rounds.ts';

const rates = {
  throttle429: 0.02,
  unavailable503: 0.02,
  serverError500: 0.02,
  connectionReset: 0.02,
  truncatedBody: 0.02,
  invalidJson: 0.01,
  tokenExpiry: 0.01,
  deltaExpired: 0.05,
  deltaDuplicates: 0.1,
  deltaReplays: 0.2,
  emptyPages: 0.1,
  folderGone: 0.02,
  itemGone: 0.02,
};
const healthy = Object.fromEntries(Object.keys(rates).map((name) => [name, 0]));
const changes = {
  'team.created': 3,
  'team.replied': 4,
  'team.edited': 2,
  'thread.created': 2,
  'thread.replied': 3,
  'thread.deleted': 1,
  'planner.created': 3,
  'planner.edited': 3,
  'planner.detailsEdited': 4,
  'planner.moved': 2,
  'planner.deleted': 2,
  'planner.containersCreated': 1,
  'planner.containersDeleted': 1,
  'people.created': 1,
  'people.renamed': 1,
  'people.disabled': 1,
  'group.membersAdded': 2,
  'group.membersRemoved': 1,
  'group.groupsAdded': 1,
};
const item = {
  sites: { mode: 'all' as const },
  mailboxes: { mode: 'selected' as const, groups: ['Alle Mitarbeiter'], rule: { shared: false } },
  services: ['team', 'conversation', 'planner', 'directory', 'contacts'] as ServiceName[],
};
const seed = 20_261_121;

let scene: SelectionScene;

beforeAll(async () => {
  scene = await SelectionScene.open({
    seed,
    users: 24,
    guests: 2,
    teams: { count: 2, postsPerChannel: 5 },
    groups: { count: 5, threadsPerGroup: 10 },
    planner: { plansPerGroup: 2, tasksPerPlan: 20 },
    contacts: { itemsPerUser: 1 },
    teamsLimits: { isEnforced: false },
  });
});
afterAll(() => scene.close());

/** A run with faults, and runs without until nothing is left to try again. */
async function backUp(round: number) {
  const { simulator } = scene.scene;
  await order(simulator, 'faults', { seed: seed + round, ...rates, retryAfterSeconds: 0.05 });
  let report = await scene.backUp(item);
  // Whatever Microsoft 365 says for a moment, nobody has left.
  expect(report.leavers.filter(({ left }) => left === 'deleted')).toEqual([]);
  expect(report.missingAccounts).toEqual([]);
  await order(simulator, 'faults', healthy);
  for (let run = 0; run < 3 && report.counts.failed > 0; run += 1) report = await scene.backUp(item);
  return report;
}

test.each([0, 1, 2, 3])('after round %i of changes the snapshot is the organization', async (round) => {
  if (round > 0) await order(scene.scene.simulator, 'changes', { seed: seed + round, areas: changes });
  expect(failedCauses(await backUp(round))).toEqual([]);
  expect(await teamDifferences(scene)).toEqual([]);
  expect(await conversationDifferences(scene)).toEqual([]);
  expect(await plannerDifferences(scene)).toEqual([]);
  expect(await directoryDifferences(scene)).toEqual([]);
  const { names, missing } = await scene.selected(item);
  const saved = (await scene.accounts())
    .filter(({ left, kind }) => left === undefined && kind !== 'organization')
    .map(({ kind, name, address }) => `${kind} ${kind === 'user' ? address : name}`);
  expect(missing).toEqual([]);
  expect(saved.sort()).toEqual(names.filter((name) => !name.startsWith('site')));
});

test('a run without changes writes no pack', async () => {
  const report = await scene.backUp(item);
  expect(report).toMatchObject({ stored: { packs: 0 }, counts: { saved: 0, removed: 0 } });
});
