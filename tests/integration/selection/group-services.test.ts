/** Conversations and the directory, through the jobs: backed up twice, restored, and compared with the truth. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceName } from '../../../src-shared/model/service-name.ts';
import { reportOf } from '../../support/backup-scene.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { areaTruthOf } from '../../support/simulator-control.ts';
import { canonicalHash } from '../simulator/canonical.ts';
import { SelectionScene } from './selection-scene.ts';

interface Line {
  readonly kind: string;
  readonly id: string;
  readonly displayName: string;
  readonly sha256: string;
  readonly containerId: string;
}
interface Thread {
  readonly posts: readonly object[];
}
interface Named {
  readonly id: string;
  readonly displayName: string;
  /** Groups only. */
  readonly members?: readonly { readonly id: string }[];
}

let scene: SelectionScene;
const item = { sites: { mode: 'all' as const }, services: ['conversation' as const, 'directory' as const] };

beforeAll(async () => {
  scene = await SelectionScene.open({
    users: 9,
    guests: 2,
    teams: { count: 2, postsPerChannel: 0 },
    groups: { count: 5, threadsPerGroup: 12 },
  });
});
afterAll(() => scene.close());

/** The JSON files that a restore of one service brings, of all accounts. */
async function restored<T>(service: ServiceName): Promise<T[]> {
  const { scene: outer, machine } = scene;
  const targetPath = mkdtempSync(join(outer.folderPath, 'restore-'));
  const scope = { vault: machine.vault, protectedItemId: outer.item.id, service, targetPath };
  const report = await reportOf(await machine.client.restore.files(scope));
  expect(report.failed).toBe(0);
  return readdirSync(targetPath, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as T);
}

async function truth(area: string, kind: 'group' | 'user'): Promise<Line[]> {
  const accounts = (await scene.choices('mailboxes')).filter((choice) => choice.kind === kind);
  const lines: Line[] = [];
  for (const { id } of accounts)
    lines.push(...((await areaTruthOf(scene.scene.simulator, area, id)) as Line[]));
  return lines;
}

async function expectSame(): Promise<void> {
  const threads = await restored<Thread>('conversation');
  const lines = await truth('thread', 'group');
  const hashes = threads.flatMap(({ posts, ...thread }) => [thread, ...posts].map(canonicalHash));
  expect(hashes.sort()).toEqual(lines.map(({ sha256 }) => sha256).sort());

  const objects = await restored<Named>('directory');
  const people = await truth('people', 'user');
  const groups = await truth('group', 'group');
  const named = [...people, ...groups].filter(({ kind }) => kind === 'user' || kind === 'group');
  const pairs = (all: readonly { id: string; displayName: string }[]) =>
    all.map(({ id, displayName }) => `${id} ${displayName}`).sort();
  const deleted = (await scene.choices('mailboxes')).filter(({ reason }) => reason === 'deleted');
  expect(deleted.some(({ id }) => objects.some((object) => object.id === id))).toBe(false);
  expect(pairs(objects)).toEqual(pairs(named));
  for (const { id, members } of objects) {
    if (members === undefined) continue;
    const inside = groups.filter(({ kind, containerId }) => kind !== 'group' && containerId === id);
    expect(members.map((one) => one.id)).toEqual(inside.map((one) => one.id).sort());
  }
}

test('a first run saves every conversation of every Outlook group, and who was who', async () => {
  expect(await scene.backUp(item)).toMatchObject({ outcome: 'complete', counts: { failed: 0, skipped: 0 } });
  const kinds = (await scene.accounts()).map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['group', 'group', 'group', 'group', 'organization']);
  await expectSame();
});

test('a second run saves what changed and nothing else', async () => {
  const [group] = (await scene.accounts()).filter(({ kind }) => kind === 'group');
  await scene.change({ 'thread.created': 2, 'thread.replied': 3, 'thread.deleted': 1 }, group!.id);
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

test('a group that is deleted keeps its conversations, and is marked', async () => {
  const before = await restored<Thread>('conversation');
  const [group] = (await scene.accounts()).filter(({ kind }) => kind === 'group');
  await scene.change({ 'group.deleted': 1 }, group!.id);
  const report = await scene.backUp(item);
  expect(report.leavers).toMatchObject([{ name: group!.name, kind: 'group', left: 'deleted' }]);
  expect((await restored<Thread>('conversation')).length).toBe(before.length);
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
