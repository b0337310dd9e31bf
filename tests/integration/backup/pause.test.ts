/** A backup that is paused keeps its place, for as long as it takes. */
import { afterEach, expect, test } from 'vitest';
import type { JobProgress } from '../../../src-shared/model/job.ts';
import { BackupScene, engineOptions } from '../../support/backup-scene.ts';
import { differences } from '../../support/mail-tree.ts';
import { statistics } from '../../support/simulator-control.ts';
import { sleepUntil } from '../../support/sleep.ts';

const hourMs = 3_600_000;
const tokenLifetimeSeconds = 4;
let scene: BackupScene;
afterEach(() => scene.close());

async function requestCount(): Promise<number> {
  const { requests } = await statistics(scene.simulator);
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

/** Resolves when no request has come for a while; answers how many there were until then. */
async function untilQuiet(): Promise<number> {
  for (let before = -1; ;) {
    const now = await requestCount();
    if (now === before) return now;
    before = now;
    await sleepUntil(400);
  }
}

test('an hour of rest, in which the token expires, costs nothing but the hour', async () => {
  scene = await BackupScene.open({
    profile: 'uniform',
    users: 3,
    messagesPerUser: 60,
    latencyMs: 20,
    tokenLifetimeSeconds,
  });
  let restedMs = 0;
  const clock = { nowMs: () => Date.now() + restedMs, sleep: sleepUntil };
  const machine = await scene.machine('one', {
    ...engineOptions(scene.catalogFolderPath('one'), 'one'),
    clock,
  });
  const steps: JobProgress[] = [];
  const { promise: isFetching, resolve } = Promise.withResolvers<undefined>();
  const running = machine.backUp({
    onProgress: (step) => {
      steps.push(step);
      if (step.itemsDone > 20) resolve(undefined);
    },
  });
  await isFetching;
  await machine.client.backup.pause({ vault: machine.vault });
  const sent = await untilQuiet();
  const held = steps.at(-1);
  expect(held).toMatchObject({ isPaused: true, phase: 'saving' });
  expect(held!.itemsDone).toBeLessThan(180);
  restedMs = hourMs;
  await sleepUntil(tokenLifetimeSeconds * 1_000);
  expect(await requestCount()).toBe(sent);
  await machine.client.backup.resume({ vault: machine.vault });
  const report = await running;
  expect(report).toMatchObject({ outcome: 'complete', counts: { saved: 180, failed: 0 } });
  expect(report.durationMs).toBeGreaterThan(hourMs);
  // What is left is estimated from the work alone: an hour would make it hours.
  const afterwards = steps.filter(({ elapsedMs, isPaused }) => elapsedMs > hourMs && !isPaused);
  expect(afterwards.length).toBeGreaterThan(0);
  for (const { remainingMs } of afterwards) expect(remainingMs ?? 0).toBeLessThan(hourMs / 2);
  expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  const again = await machine.backUp();
  expect(again.counts).toMatchObject({ saved: 0, removed: 0, failed: 0 });
});

test('a paused backup can be stopped, and keeps what it has', async () => {
  scene = await BackupScene.open({ profile: 'uniform', users: 2, messagesPerUser: 60, latencyMs: 20 });
  const machine = await scene.machine();
  const stop = new AbortController();
  const { promise: isFetching, resolve } = Promise.withResolvers<undefined>();
  const running = machine.backUp({
    signal: stop.signal,
    onProgress: ({ itemsDone }) => itemsDone > 10 && resolve(undefined),
  });
  await isFetching;
  await machine.client.backup.pause({ vault: machine.vault });
  await untilQuiet();
  stop.abort();
  const report = await running;
  expect(report.outcome).toBe('partial');
  expect(report.counts.saved).toBeGreaterThan(10);
});

test('without a running backup there is nothing to pause', async () => {
  scene = await BackupScene.open({ profile: 'uniform', users: 1, messagesPerUser: 1 });
  const machine = await scene.machine();
  await machine.backUp();
  await expect(machine.client.backup.pause({ vault: machine.vault })).rejects.toMatchObject({
    code: 'input-invalid',
  });
});
