/** Posts that Teams tells of and, for a while, does not find. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { rateFreeLimits } from '../../support/rate-free-limits.ts';
import { order } from '../../support/simulator-control.ts';

let scene: BackupScene;
let machine: Machine;

beforeAll(async () => {
  scene = await BackupScene.open({
    seed: 4,
    profile: 'uniform',
    users: 10,
    messagesPerUser: 0,
    teams: { count: 1, postsPerChannel: 30 },
    teamsLimits: { isEnforced: false },
  });
  machine = await scene.machine('one', { graph: { throttleLimits: rateFreeLimits } });
});
afterAll(() => scene.close());

const backUp = () =>
  machine.backUp({ item: { ...scene.item, services: ['team'], sites: { mode: 'all' as const } } });

async function heldItems(): Promise<number> {
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, service: 'team' as const };
  const [account] = (await machine.accounts()).slice(-1);
  const folders = await machine.client.snapshot.folders({ ...scope, account: account?.id ?? '' });
  return folders.reduce((sum, { items }) => sum + items, 0);
}

test('replies to posts that are not found are failures, and no post is lost by them', async () => {
  await backUp();
  const items = await heldItems();
  expect(items).toBeGreaterThan(50);
  await order(scene.simulator, 'changes', { seed: 5, areas: { 'team.replied': 12 } });
  // As often as it may: every way in which a run asks for the post ends so.
  await order(scene.simulator, 'faults', { seed: 1, itemGone: 1, maxInARow: 3 });
  const { counts, outcome } = await backUp();
  expect(outcome).toBe('partial');
  expect(counts).toMatchObject({ removed: 0 });
  expect(counts.failed).toBeGreaterThan(3);
  expect(await heldItems()).toBe(items);
  await order(scene.simulator, 'faults', { seed: 1, itemGone: 0 });
  const after = await backUp();
  expect(after).toMatchObject({ outcome: 'complete', counts: { saved: counts.failed, failed: 0 } });
  expect(await heldItems()).toBe(items);
});
