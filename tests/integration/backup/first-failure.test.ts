/** A protected item says whether a run goes on after something failed, or ends with what it has. */
import { afterEach, expect, test } from 'vitest';
import type { BackupReport } from '../../../src-shared/model/job.ts';
import { defaultRetryLimits } from '../../../src-worker/graph/retry-policy.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { differences } from '../../support/mail-tree.ts';
import { order } from '../../support/simulator-control.ts';

const users = 6;
const messagesPerUser = 40;
const accountsAtOnce = 2;
/** Requests of a mailbox are four at a time, so no more can fail before all accounts hear of the first failure. */
const mostAtOnce = accountsAtOnce * 4;
let scene: BackupScene;
let machine: Machine;
afterEach(() => scene.close());

/** Backs up while nothing that is asked for can be read any more once some messages were. */
async function backUpIntoTrouble(onFailure: 'continue' | 'stop'): Promise<BackupReport> {
  scene = await BackupScene.open({ profile: 'uniform', users, messagesPerUser, latencyMs: 10 });
  // Microsoft's hiccups pass when a request is repeated; with one attempt each of them is a failure.
  const retryLimits = { ...defaultRetryLimits, attempts: 1 };
  machine = await scene.machine('one', { accountsAtOnce, graph: { retryLimits } });
  let isBroken = false;
  return machine.backUp({
    item: { ...scene.item, onFailure },
    onProgress: ({ itemsDone }) => {
      if (isBroken || itemsDone < 30) return;
      isBroken = true;
      void order(scene.simulator, 'faults', { serverError500: 1, maxInARow: 1 });
    },
  });
}

const failures = ({ issues }: BackupReport): number =>
  issues
    .filter(({ outcome, code }) => outcome === 'failed' && code !== 'stopped-at-failure')
    .reduce((sum, { count }) => sum + count, 0);

test('with "stop", the first failure ends the run with a partial snapshot that says why', async () => {
  const report = await backUpIntoTrouble('stop');
  expect(report.outcome).toBe('partial');
  expect(report.issues).toContainEqual({ outcome: 'failed', code: 'stopped-at-failure', count: 1 });
  expect(failures(report)).toBeGreaterThan(0);
  expect(failures(report)).toBeLessThanOrEqual(mostAtOnce);
  expect(report.counts.saved).toBeGreaterThan(0);
  expect(report.counts.saved).toBeLessThan(users * messagesPerUser);
  const { runGaps } = await machine.coverage();
  expect(runGaps.map(({ code }) => code)).toEqual(['stopped-at-failure']);
  expect(runGaps[0]?.meaning).toContain('first failure');
  await order(scene.simulator, 'faults', { serverError500: 0 });
  const next = await machine.backUp({ item: { ...scene.item, onFailure: 'stop' } });
  expect(next).toMatchObject({ outcome: 'complete', counts: { failed: 0 } });
  expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
});

test('with "continue", a run lists what failed and saves the rest', async () => {
  const report = await backUpIntoTrouble('continue');
  expect(report.outcome).toBe('partial');
  expect(report.issues.map(({ code }) => code)).not.toContain('stopped-at-failure');
  expect(failures(report)).toBeGreaterThan(mostAtOnce);
});

test('what is skipped for a lasting cause ends no run', async () => {
  scene = await BackupScene.open({
    profile: 'uniform',
    users: 2,
    messagesPerUser: 30,
    unreadableShare: 0.2,
  });
  machine = await scene.machine();
  const report = await machine.backUp({ item: { ...scene.item, onFailure: 'stop' } });
  expect(report).toMatchObject({ outcome: 'complete', counts: { failed: 0 } });
  expect(report.counts.skipped).toBeGreaterThan(0);
  expect(report.counts.saved + report.counts.skipped).toBe(60);
});
