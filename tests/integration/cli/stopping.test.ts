import { afterEach, expect, test } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { control, ending, Machine } from './holdfast.ts';

let simulator: RunningSimulator;
let machine: Machine;

/** An organization so far away that a backup is still at it when the next command has started. */
async function begin(latencyMs: number): Promise<void> {
  simulator = await startSimulator({
    seed: 8,
    profile: 'uniform',
    users: 3,
    messagesPerUser: 100,
    latencyMs,
  });
  machine = new Machine();
  await machine.setUp(simulator);
}
afterEach(async () => {
  machine.remove();
  await simulator.close();
});

/** Resolves when the backup fetches messages, so that there is something to keep and something left to do. */
async function untilFetching(): Promise<void> {
  while ((await requestCount()) <= 120) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function requestCount(): Promise<number> {
  const { requests } = await control<{ requests: Record<string, number> }>(simulator, 'GET stats');
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

test('Ctrl-C keeps what was saved as a partial snapshot, and the next run completes it', async () => {
  await begin(25);
  const child = machine.start(['backup', '--json']);
  const ended = ending(child);
  await untilFetching();
  child.kill('SIGINT');
  const { exitCode, output, errors } = await ended;
  expect(exitCode, output + errors).toBe(130);
  const stopped = (JSON.parse(output) as { report: { outcome: string; counts: { saved: number } } }).report;
  expect(stopped.outcome).toBe('partial');
  expect(stopped.counts.saved).toBeGreaterThan(0);
  expect(stopped.counts.saved).toBeLessThan(300);
  expect(errors).toContain('Stopping');
  const { report } = await machine.json<{ report: { outcome: string; counts: { saved: number } } }>([
    'backup',
  ]);
  expect(report.outcome).toBe('complete');
  const { snapshots } = await machine.json<{ snapshots: { outcome: string }[] }>(['snapshots']);
  expect(snapshots.map(({ outcome }) => outcome)).toEqual(['partial', 'complete']);
  const restored = await machine.json<{ report: { restored: number } }>([
    'restore',
    '--to',
    machine.path('out'),
  ]);
  expect(restored.report.restored).toBe(300);
});

test.skipIf(process.platform === 'win32')(
  'SIGUSR2 pauses a backup, and a second one lets it go on to its end',
  async () => {
    await begin(40);
    const child = machine.start(['backup', '--json']);
    const ended = ending(child);
    await untilFetching();
    child.kill('SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const sent = await requestCount();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await requestCount()).toBe(sent);
    child.kill('SIGUSR2');
    const { exitCode, output, errors } = await ended;
    expect(exitCode, errors).toBe(0);
    expect(errors).toMatch(/Paused[\s\S]+Going on/);
    expect(JSON.parse(output)).toMatchObject({ report: { outcome: 'complete', counts: { saved: 300 } } });
  },
);

test('a protected item remembers to end a run at its first failure', async () => {
  simulator = await startSimulator({ profile: 'uniform', users: 1, messagesPerUser: 1 });
  machine = new Machine();
  await machine.setUp(simulator, ['--stop-at-failure']);
  const { protectedItems } = await machine.json<{ protectedItems: { onFailure: string }[] }>([
    'protected-item',
    'list',
  ]);
  expect(protectedItems.map(({ onFailure }) => onFailure)).toEqual(['stop']);
});

test('a second backup into the same vault is refused while one runs, and the first goes on', async () => {
  await begin(120);
  const child = machine.start(['backup', '--json']);
  const ended = ending(child);
  await untilFetching();
  const { error } = await machine.json<{ error: { code: string; message: string } }>(['backup'], 9);
  expect(error).toMatchObject({ code: 'vault-busy' });
  expect(error.message).toContain('Nothing was changed');
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  const { output } = await ended;
  expect(JSON.parse(output)).toMatchObject({ report: { snapshot: 1, outcome: 'partial' } });
});
