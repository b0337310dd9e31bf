/** The meter of Microsoft's limits says what the service itself counted. */
import { afterEach, expect, test } from 'vitest';
import type { JobProgress } from '../../../src-shared/model/job.ts';
import { BackupScene } from '../../support/backup-scene.ts';
import { order, statistics } from '../../support/simulator-control.ts';

let scene: BackupScene;
afterEach(() => scene.close());

const outlookCall = /mailFolders|ListMailFolders|messages/;

test('progress and report tell what is used of every limit, as the simulator counts it', async () => {
  scene = await BackupScene.open({
    profile: 'uniform',
    users: 1,
    messagesPerUser: 25,
    drives: { filesPerDrive: 6, fileSizeBytes: 2_000 },
  });
  const machine = await scene.machine();
  await order(scene.simulator, 'stats/reset');
  const steps: JobProgress[] = [];
  const report = await machine.backUp({
    item: { ...scene.item, services: ['mail', 'drive'] },
    onProgress: (step) => steps.push(step),
  });
  expect(report.outcome).toBe('complete');
  const { requests, resourceUnits } = await statistics(scene.simulator);
  const calls = Object.entries(requests).reduce(
    (sum, [operation, count]) => sum + (outlookCall.test(operation) ? count : 0),
    0,
  );
  const { budget } = report.network;
  const of = (service: string) => budget.find((one) => one.service === service);
  expect(of('outlook')).toMatchObject({ used: calls, allowed: 9_600, free: 9_600 - calls });
  expect(of('sharepoint')).toMatchObject({
    used: resourceUnits,
    allowed: 1_200,
    free: 1_200 - resourceUnits,
  });
  expect(of('directory')).toMatchObject({ used: 1, allowed: 3_300, windowMs: 10_000 });
  expect(of('teams')).toMatchObject({ used: 0 });
  expect(budget.every(({ throttledMs }) => throttledMs === 0)).toBe(true);
  expect(steps.at(-1)?.budget).toEqual(budget);
});

test('time in which a service asked to keep away is told', async () => {
  scene = await BackupScene.open({
    profile: 'uniform',
    users: 1,
    messagesPerUser: 20,
    faults: { throttle429: 0.2, retryAfterSeconds: 0.1 },
  });
  const machine = await scene.machine();
  const { network } = await machine.backUp();
  expect(network.throttled).toBeGreaterThan(0);
  expect(network.budget.find(({ service }) => service === 'outlook')?.throttledMs).toBeGreaterThanOrEqual(
    100,
  );
});

test('while items are saved, progress foresees how long the limits will take, and at no other time', async () => {
  scene = await BackupScene.open({ profile: 'uniform', users: 1, messagesPerUser: 80, latencyMs: 60 });
  const machine = await scene.machine();
  const steps: JobProgress[] = [];
  const { network } = await machine.backUp({ onProgress: (step) => steps.push(step) });
  const forecastOf = ({ budget }: Pick<JobProgress, 'budget'>) =>
    budget.find(({ service }) => service === 'outlook')?.forecastMs;
  const saving = steps.filter(({ phase }) => phase === 'saving').map(forecastOf);
  expect(saving.filter((forecastMs) => typeof forecastMs === 'number' && forecastMs > 0)).not.toEqual([]);
  expect(new Set(steps.filter(({ phase }) => phase !== 'saving').map(forecastOf))).toEqual(new Set([null]));
  expect(forecastOf(network)).toBeNull();
});
