/** Conversations, plans and the directory, through the jobs: backed up twice, restored, and compared with the truth. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportOf } from '../../support/backup-scene.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import {
  conversationDifferences,
  directoryDifferences,
  plannerDifferences,
  restoredJson,
} from './group-truth.ts';
import { SelectionScene } from './selection-scene.ts';

let scene: SelectionScene;
const item = {
  sites: { mode: 'all' as const },
  services: ['conversation' as const, 'planner' as const, 'directory' as const],
};

beforeAll(async () => {
  scene = await SelectionScene.open({
    users: 9,
    guests: 2,
    teams: { count: 2, postsPerChannel: 0 },
    groups: { count: 5, threadsPerGroup: 12 },
    planner: { plansPerGroup: 2, tasksPerPlan: 9 },
  });
});
afterAll(() => scene.close());

async function expectSame(): Promise<void> {
  expect(await conversationDifferences(scene)).toEqual([]);
  expect(await plannerDifferences(scene)).toEqual([]);
  expect(await directoryDifferences(scene)).toEqual([]);
}

test('a first run saves every conversation and plan of every Outlook group, and who was who', async () => {
  expect(await scene.backUp(item)).toMatchObject({ outcome: 'complete', counts: { failed: 0, skipped: 0 } });
  const kinds = (await scene.accounts()).map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['group', 'group', 'group', 'group', 'organization']);
  await expectSame();
});

test('a second run saves what changed and nothing else', async () => {
  const [group] = (await scene.accounts()).filter(({ kind }) => kind === 'group');
  await scene.change({ 'thread.created': 2, 'thread.replied': 3, 'thread.deleted': 1 }, group!.id);
  await scene.change(
    {
      'planner.created': 1,
      'planner.detailsEdited': 2,
      'planner.deleted': 1,
      'planner.containersDeleted': 1,
    },
    group!.id,
  );
  await scene.change({
    'people.created': 1,
    'people.deleted': 1,
    'people.renamed': 2,
    'group.membersAdded': 2,
  });
  const { counts } = await scene.backUp(item);
  expect(counts.saved).toBeGreaterThan(5);
  // Threads of somebody who has another name now are among them.
  expect(counts.saved).toBeLessThan(30);
  await expectSame();
  expect((await scene.backUp(item)).counts.saved).toBe(0);
});

test('a plan is restored to a folder of its name, with its tasks', async () => {
  const { machine, scene: whole } = scene;
  const targetPath = mkdtempSync(join(whole.folderPath, 'restore-'));
  const scope = {
    vault: machine.vault,
    protectedItemId: whole.item.id,
    service: 'planner' as const,
    targetPath,
  };
  await reportOf(await machine.client.restore.files(scope));
  const found = readdirSync(targetPath, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const folders = Map.groupBy(found, ({ parentPath }) => relative(targetPath, parentPath));
  for (const [folder, files] of folders) {
    const [, service, title] = folder.split(sep);
    const whats = files.map(({ parentPath, name }) => {
      const json = JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as Record<string, unknown>;
      return json['buckets'] === undefined ? 'task' : `plan ${String(json['title'])}`;
    });
    expect(service).toBe('Plans');
    const plans = whats.filter((what) => what !== 'task');
    expect(plans).toHaveLength(1);
    // A second plan of the same title gets a number.
    expect(`plan ${title ?? ''}`.startsWith(plans[0]!)).toBe(true);
    expect(whats.length).toBeGreaterThan(5);
  }
  expect(folders.size).toBeGreaterThan(3);
});

test('a group that is deleted keeps its conversations, and is marked', async () => {
  const before = await restoredJson(scene, 'conversation');
  const [group] = (await scene.accounts()).filter(({ kind }) => kind === 'group');
  await scene.change({ 'group.deleted': 1 }, group!.id);
  const report = await scene.backUp(item);
  expect(report.leavers).toMatchObject([{ name: group!.name, kind: 'group', left: 'deleted' }]);
  expect((await restoredJson(scene, 'conversation')).length).toBe(before.length);
  const marked = (await scene.accounts()).filter(({ left }) => left !== undefined);
  expect(marked.map(({ id }) => id)).toEqual([group!.id]);
});

test('a team that is taken out of the selection keeps its conversations, and may come back', async () => {
  const [group] = (await scene.accounts()).filter(({ kind, left }) => kind === 'group' && left === undefined);
  const sites = { mode: 'excluding' as const, groups: [group!.id] };
  const { leavers } = await scene.backUp({ ...item, sites });
  expect(leavers).toMatchObject([{ name: group!.name, left: 'not-selected' }]);
  await scene.change({ 'thread.created': 1 }, group!.id);
  expect((await scene.backUp({ ...item, sites })).counts.saved).toBe(0);
  expect((await scene.backUp(item)).counts.saved).toBe(1);
  expect((await scene.accounts()).find(({ id }) => id === group!.id)?.left).toBeUndefined();
});

test('without the directory service, the organization is not saved any more and says so', async () => {
  const { leavers } = await scene.backUp({ ...item, services: ['conversation'] });
  expect(leavers).toMatchObject([{ kind: 'organization', left: 'not-selected' }]);
});

test.skipIf(!isGraphContractAvailable)('all that was asked keeps to the Graph contract', () =>
  scene.expectContract(),
);
