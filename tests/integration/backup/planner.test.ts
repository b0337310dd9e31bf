/** Planner through the jobs: what a run without changes costs, and what becomes of plans that cannot be read. */
import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { minimum, order, statistics } from '../../support/simulator-control.ts';

const some: SimulatorOptions = {
  users: 6,
  messagesPerUser: 0,
  teams: { count: 2, postsPerChannel: 0 },
  groups: { count: 5, threadsPerGroup: 0 },
  planner: { plansPerGroup: 3, tasksPerPlan: 12 },
};
const groups = 4;
const plans = 3 * groups;

let scene: BackupScene;
afterEach(() => scene.close());

async function open(options: SimulatorOptions): Promise<Machine> {
  scene = await BackupScene.open({ ...some, ...options });
  return scene.machine();
}

const backUp = (machine: Machine) =>
  machine.backUp({
    item: { ...scene.item, services: ['planner'], mailboxes: { mode: 'selected' }, sites: { mode: 'all' } },
  });

test('a run without changes sends the fewest requests that there can be', async () => {
  const machine = await open({});
  expect(await backUp(machine)).toMatchObject({ outcome: 'complete', counts: { saved: plans * 13 } });
  await order(scene.simulator, 'stats/reset');
  expect(await backUp(machine)).toMatchObject({ counts: { saved: 0, unchanged: plans * 13 } });
  const { requests } = await statistics(scene.simulator);
  const sent = Object.entries(requests).filter(([name]) => name.includes('planner.'));
  const needed = (await minimum(scene.simulator)).withoutDelta['planner'];
  expect(sent.reduce((sum, [, count]) => sum + count, 0)).toBe(needed);
  expect(needed).toBe(groups + 2 * plans);
});

test('plans that no application may read are issues of their own, and all others are saved', async () => {
  const machine = await open({ planner: { ...some.planner, deniedShare: 0.3 } });
  const { outcome, counts } = await backUp(machine);
  const { rows } = await machine.coverage();
  const gaps = rows
    .filter(({ service }) => service === 'planner')
    .flatMap((row) => row.gaps)
    .map(({ what, code, count }) => ({ what, code, count }));
  const denied = gaps.reduce((sum, { count }) => sum + count, 0);
  expect(new Set(gaps.map(({ what, code }) => `${what} ${code}`))).toEqual(
    new Set(['folders access-denied']),
  );
  expect(denied).toBeGreaterThan(0);
  expect(denied).toBeLessThan(plans);
  expect(counts).toMatchObject({ saved: (plans - denied) * 13, failed: denied });
  expect(outcome).toBe('partial');
});

test.each([false, true])(
  'a plan that is deleted takes its tasks along, though Graph may go on answering for them: %s',
  async (keepsTasksOfDeletedPlans) => {
    const machine = await open({ planner: { ...some.planner, keepsTasksOfDeletedPlans } });
    await backUp(machine);
    await order(scene.simulator, 'changes', { areas: { 'planner.containersDeleted': 2 } });
    expect((await backUp(machine)).counts).toMatchObject({ saved: 0, removed: 2 * 13, failed: 0 });
    expect((await backUp(machine)).counts).toMatchObject({ unchanged: (plans - 2) * 13, removed: 0 });
  },
);
