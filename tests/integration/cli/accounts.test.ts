/** What a person sees of accounts: the list to choose from, options of a selection, and who left. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { order } from '../../support/simulator-control.ts';
import { Machine } from './holdfast.ts';

interface Choice {
  readonly id: string;
  readonly kind: string;
  readonly type: string;
  readonly name: string;
  readonly address: string;
  readonly canBeChosen: boolean;
}
interface Found {
  readonly accounts: readonly Choice[];
  readonly isAll: boolean;
}
interface Listed {
  readonly accounts: readonly { readonly id: string; readonly address: string; readonly left?: string }[];
}
interface Report {
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
  readonly leavers: readonly { readonly address: string; readonly left: string }[];
}

let simulator: RunningSimulator;
let machine: Machine;

beforeAll(async () => {
  simulator = await startSimulator({
    users: 36,
    guests: 2,
    messagesPerUser: 0,
    contacts: { itemsPerUser: 0 },
    drives: { filesPerDrive: 0 },
  });
  machine = new Machine();
  await machine.json(['vault', 'create', machine.path('vault')]);
  await machine.json(['organization', 'add', 'Sample', ...machine.organizationOptions(simulator)]);
});
afterAll(async () => {
  machine.remove();
  await simulator.close();
});

const choices = (...words: string[]) => machine.json<Found>(['organization', 'accounts', ...words]);
const create = (name: string, ...words: string[]) =>
  machine.json(['protected-item', 'create', name, '--services', 'contacts', ...words]);
const backUp = async (name: string) => (await machine.json<{ report: Report }>(['backup', name])).report;
const savedOf = async (name: string) =>
  (await machine.json<Listed>(['ls', name])).accounts.filter(({ left }) => left === undefined);

describe('organization accounts', () => {
  test('lists people and groups together, and with --sites sites and teams', async () => {
    const { accounts, isAll } = await choices();
    expect(isAll).toBe(true);
    expect(accounts.filter(({ kind }) => kind === 'user')).toHaveLength(38);
    expect(accounts.filter(({ kind }) => kind === 'group')).toHaveLength(11);
    const sites = await choices('--sites');
    expect(new Set(sites.accounts.map(({ type }) => type))).toEqual(
      new Set(['team', 'outlook-group', 'site']),
    );
  });

  test('for people, says why somebody cannot be chosen', async () => {
    const { output, exitCode } = await machine.run(['organization', 'accounts', 'Sample']);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/Name +Type +Address or id +Note/);
    expect(output).toMatch(/ guest +\S+@zulieferer\.example +cannot be chosen: a guest/);
    expect(output).toMatch(/ user .*sign-in is blocked/);
    expect(output).toMatch(/49 lines\n$/);
  });

  test('stops at --limit and says that there is more', async () => {
    const found = await choices('--limit', '5');
    expect([found.accounts.length, found.isAll]).toEqual([5, false]);
    const { output } = await machine.run(['organization', 'accounts', '--limit', '5']);
    expect(output).toContain('more than 5');
    const { error } = await machine.json<{ error: { code: string } }>(
      ['organization', 'accounts', '--limit', 'many'],
      2,
    );
    expect(error.code).toBe('input-invalid');
  });

  test('finds by a word of the name', async () => {
    const { accounts } = await choices('--search', 'projekt');
    expect(accounts.map(({ name }) => name)).toEqual(['Projektleiter']);
  });
});

describe('a selection', () => {
  test('of a group saves its members, and takes one more by address', async () => {
    const other = (await choices()).accounts.find(({ type }) => type === 'room')!;
    await create('Board', '--only-groups', 'Betriebsrat', '--only', other.address);
    await backUp('Board');
    const saved = await savedOf('Board');
    expect(saved.length).toBeGreaterThan(2);
    expect(saved.length).toBeLessThan(20);
    expect(saved.map(({ address }) => address)).toContain(other.address);
  });

  test('without shared mailboxes and unlicensed people counts whom it leaves out', async () => {
    await create('Staff', '--no-shared', '--no-unlicensed');
    const { leftOut } = await backUp('Staff');
    const counts = Object.fromEntries(leftOut.map(({ reason, count }) => [reason, count]));
    expect(counts).toEqual({ guest: 2, shared: 5, unlicensed: 2 });
    const { output } = await machine.run(['protected-item', 'list']);
    expect(output).toMatch(
      /Staff .*contacts of all mailboxes, without unlicensed and shared ones; all sites/,
    );
  });

  test('names who was deleted once, and ls marks them from then on', async () => {
    const [leaver] = await savedOf('Staff');
    await order(simulator, 'changes', { user: leaver!.id, areas: { 'people.deleted': 1 } });
    const { output, exitCode } = await machine.run(['backup', 'Staff']);
    expect(exitCode).toBe(0);
    expect(output).toContain(`Not in the organization any more: ${leaver!.address}.`);
    expect((await backUp('Staff')).leavers).toEqual([]);
    const listed = (await machine.run(['ls', 'Staff'])).output;
    const line = listed.split('\n').find((each) => each.startsWith(leaver!.address));
    expect(line).toMatch(/ user +deleted$/);
  });

  test('by address follows somebody whose address has changed', async () => {
    const [person] = await savedOf('Staff');
    await create('One person', '--only', person!.address);
    await backUp('One person');
    await order(simulator, 'changes', { user: person!.id, areas: { 'people.moved': 1 } });
    const now = (await choices()).accounts.find(({ id }) => id === person!.id);
    expect(now?.address).not.toBe(person!.address);
    expect((await backUp('One person')).leavers).toEqual([]);
    expect(await savedOf('One person')).toMatchObject([{ id: person!.id, address: now!.address }]);
  });
});

test('earlier versions of files are chosen as a number, all or none, and listed', async () => {
  const createFiles = (name: string, versions: string) =>
    machine.run(['protected-item', 'create', name, '--services', 'drive', '--file-versions', versions]);
  for (const wrong of ['0', '501', '-1', 'many', '1e2']) {
    const { exitCode, errors } = await createFiles('Wrong', wrong);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining('from 1 to 500, all or current')]);
  }
  for (const versions of ['12', 'all', 'current'])
    expect(await createFiles(`Files ${versions}`, versions)).toMatchObject({ exitCode: 0 });
  const { output } = await machine.run(['protected-item', 'list']);
  const saves = output.split('\n').filter((line) => line.startsWith('Files '));
  expect(saves.map((line) => /drive of (.*?) {2,}/.exec(line)?.[1])).toEqual([
    'all mailboxes; all sites and teams; up to 12 earlier versions of each file',
    'all mailboxes; all sites and teams; all versions of files',
    'all mailboxes; all sites and teams',
  ]);
});
