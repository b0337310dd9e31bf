/** A restore to Microsoft 365 from the command line: plan, look, apply, undo. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { order, statistics } from '../../support/simulator-control.ts';
import { Machine } from './holdfast.ts';

interface Planned {
  plan: { id: string; steps: { action: string; count: number }[]; missingPermissions: string[] };
  steps: { title: string; action: string; folder: string }[];
}

let simulator: RunningSimulator;
let machine: Machine;

beforeAll(async () => {
  simulator = await startSimulator({
    ...{ seed: 6, profile: 'typical', users: 2, messagesPerUser: 20, unreadableShare: 0 },
    roles: [...defaultRoles, ...restoreRoles],
  });
  machine = new Machine();
  await machine.json(['vault', 'create', machine.path('vault')]);
  await machine.json(['organization', 'add', 'Sample', ...machine.organizationOptions(simulator)]);
  await machine.json(['protected-item', 'create', 'All mail', '--services', 'mail']);
  await machine.json(['backup']);
}, 60_000);
afterAll(async () => {
  machine.remove();
  await simulator.close();
});

test('what was lost is planned, applied and taken back again', async () => {
  const full = await machine.run(['plan']);
  expect(full.output).toContain('Skip             40 (40 stand there already)');
  await order(simulator, 'wipe', { area: 'mail' });
  const { plan, steps } = await machine.json<Planned>(['plan']);
  expect(plan).toMatchObject({ steps: [{ action: 'create', count: 40 }], missingPermissions: [] });
  expect(steps[0]).toMatchObject({ action: 'create' });
  expect((await machine.run(['plans'])).output).toMatch(new RegExp(`${plan.id} .*planned`));
  const applied = await machine.run(['apply', plan.id]);
  expect(applied).toMatchObject({ exitCode: 0 });
  expect(applied.output).toMatch(/Restored 40 items/);
  expect(await statistics(simulator)).toMatchObject({ invitationsSent: 0, mailsSent: 0, draftsLeft: 0 });
  const undone = await machine.run(['undo', plan.id]);
  expect(undone.output).toMatch(/Removed 40 items/);
  expect((await machine.run(['plans'])).output).toMatch(new RegExp(`${plan.id} .*undone`));
});

test('a plan that nobody made is told apart from one that is at work', async () => {
  const { exitCode, errors } = await machine.run(['apply', '0123456789abcdef']);
  expect(exitCode).toBe(2);
  expect(errors).toContain('list them with "holdfast plans"');
});
