/**
 * Answers that are JSON of another shape than the specification promises, in every service: each is an issue of what it
 * is about, none ends the run, and nothing is missing once they stop.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceNames } from '../../src-shared/model/service-name.ts';
import type { BackupReport } from '../../src-shared/model/job.ts';
import { BackupScene, type Machine } from '../support/backup-scene.ts';
import { rateFreeLimits } from '../support/rate-free-limits.ts';
import { order, statistics } from '../support/simulator-control.ts';

let scene: BackupScene;
const odd: BackupReport[] = [];
let healthy: BackupReport;
let reference: string[];
let held: string[];
let struck: number | undefined;

/** What the newest snapshot holds of everybody. */
async function holdings(machine: Machine): Promise<string[]> {
  const { rows } = await machine.coverage();
  return rows
    .map(({ account, service, saved, unchanged }) => `${account.id} ${service} ${saved + unchanged}`)
    .sort();
}
const failures = ({ issues }: BackupReport): BackupReport['issues'] =>
  issues.filter(({ outcome }) => outcome === 'failed');

beforeAll(async () => {
  scene = await BackupScene.open({
    profile: 'sample',
    users: 4,
    messagesPerUser: 30,
    unitLimits: { isEnforced: false },
    teamsLimits: { isEnforced: false },
    drives: { filesPerDrive: 12, fileSizeBytes: 2_000, unreadableShare: 0 },
    sites: { count: 1, groupCount: 1, hasChannelSites: false },
  });
  const item = { ...scene.item, services: [...serviceNames], sites: { mode: 'all' as const } };
  const machine = await scene.machine('one', { graph: { throttleLimits: rateFreeLimits } });
  await machine.backUp({ item });
  reference = await holdings(machine);
  await scene.makeVault();
  const second = await scene.machine('two', { graph: { throttleLimits: rateFreeLimits } });
  // Without the lists of who is there no run can begin, so these seeds spare the first calls.
  for (const faults of [
    { seed: 5, oddShape: 0.1 },
    { seed: 204, oddShape: 0.04 },
  ]) {
    await order(scene.simulator, 'faults', faults);
    odd.push(await second.backUp({ item }));
  }
  struck = (await statistics(scene.simulator)).faultsInjected['oddShape'];
  await order(scene.simulator, 'faults', { oddShape: 0 });
  healthy = await second.backUp({ item });
  held = await holdings(second);
}, 150_000);
afterAll(() => scene.close());

test('the run goes on to its end, and what it could not understand is listed as that', () => {
  expect(struck).toBeGreaterThan(20);
  expect(odd[0]!.outcome).toBe('partial');
  for (const report of odd)
    expect(failures(report).filter(({ code }) => code !== 'response-invalid')).toEqual([]);
  expect(failures(odd[0]!)[0]?.count).toBeGreaterThan(5);
});

test('everything that was understood is saved', () => {
  expect(odd[0]!.counts.saved).toBeGreaterThan(20);
});

test('the next run without is whole', () => {
  expect(failures(healthy)).toEqual([]);
  expect(held).toEqual(reference);
  expect(held.length).toBeGreaterThan(20);
});
