import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { areaTruthOf, order } from '../../support/simulator-control.ts';
import { Machine } from './holdfast.ts';

interface Account {
  readonly id: string;
  readonly address: string;
  readonly kind: string;
}
interface Report {
  readonly outcome: string;
  readonly counts: { readonly saved: number; readonly failed: number; readonly skipped: number };
  readonly missingAccounts: readonly string[];
}
interface PostLine {
  readonly kind: string;
  readonly id: string;
  readonly sha256: string;
  readonly pictures: readonly string[];
  readonly isDeleted: boolean;
}

let simulator: RunningSimulator;
let machine: Machine;

beforeAll(async () => {
  simulator = await startSimulator({
    seed: 12,
    profile: 'typical',
    users: 9,
    messagesPerUser: 0,
    // Microsoft lets four calls a second through to a team, and the command line keeps to that.
    teams: { count: 3, postsPerChannel: 2 },
    groups: { count: 5 },
    teamsLimits: { isEnforced: false },
  });
  machine = new Machine();
  await machine.json(['vault', 'create', machine.path('vault')]);
  await machine.json(['organization', 'add', 'Sample', ...machine.organizationOptions(simulator)]);
});
afterAll(async () => {
  machine.remove();
  await simulator.close();
});

const backUp = async (item: string, exitCode = 0) =>
  (await machine.json<{ report: Report }>(['backup', item], exitCode)).report;
const accountsOf = async (item: string) =>
  (await machine.json<{ accounts: Account[] }>(['ls', item])).accounts;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Hashes of every file that a restore of a protected item brings. */
async function restoredHashes(item: string, folder: string): Promise<string[]> {
  await machine.json(['restore', item, '--to', machine.path(folder)]);
  return readdirSync(machine.path(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => sha256(readFileSync(join(entry.parentPath, entry.name))));
}

/** Hashes of every post with its replies, and of the pictures in them, as the simulator really holds them. */
async function trueHashes(teams: readonly Account[]): Promise<string[]> {
  const hashes: string[] = [];
  for (const { id } of teams)
    for (const line of (await areaTruthOf(simulator, 'team', id)) as PostLine[])
      if (line.kind === 'post' && !line.isDeleted) hashes.push(line.sha256, ...line.pictures);
  return hashes;
}

describe('the teams of an organization', () => {
  test('are saved with every post of every channel, and restored with the same bytes', async () => {
    await machine.json(['protected-item', 'create', 'Teams', '--services', 'team']);
    expect(await backUp('Teams')).toMatchObject({ outcome: 'complete', counts: { failed: 0, skipped: 0 } });
    const groups = await accountsOf('Teams');
    // Three teams, and two Outlook groups without one, of which nothing is asked.
    expect(groups.map(({ kind }) => kind)).toEqual(Array(5).fill('group'));
    const restored = await restoredHashes('Teams', 'out');
    const wanted = await trueHashes(groups);
    expect(wanted.length).toBeGreaterThan(15);
    expect(restored).toEqual(expect.arrayContaining(wanted));
  });

  test('grow with what is written between two runs, private and shared channels too', async () => {
    const [team] = (await accountsOf('Teams')).filter(({ address }) => address.startsWith('team-'));
    const areas = { 'team.created': 4, 'team.replied': 4, 'team.containersCreated': 1 };
    await order(simulator, 'changes', { user: team?.id, areas });
    const { counts } = await backUp('Teams');
    expect(counts.saved).toBeGreaterThan(4);
    expect(counts.saved).toBeLessThan(20);
    const teams = await accountsOf('Teams');
    const kinds = new Set<string | undefined>();
    for (const { id } of teams)
      for (const line of await areaTruthOf(simulator, 'team', id))
        kinds.add((line as { membershipType?: string }).membershipType);
    for (const kind of ['standard', 'private', 'shared']) expect(kinds).toContain(kind);
    const restored = await restoredHashes('Teams', 'later');
    expect(restored).toEqual(expect.arrayContaining(await trueHashes(teams)));
  });

  // How groups are chosen is the same for all their services, and conversations need not be read at Teams' pace.
  test('can be only one of them, by the name that people see, and a name of none makes the exit code 3', async () => {
    const words = ['--only-teams', 'Konstruktion', 'Kantine', '--services', 'conversation'];
    await machine.json(['protected-item', 'create', 'One team', ...words]);
    expect(await backUp('One team', 3)).toMatchObject({ missingAccounts: ['Kantine'] });
    expect(await accountsOf('One team')).toMatchObject([{ name: 'Konstruktion', kind: 'group' }]);
  });

  test('are all but one with --except-teams', async () => {
    const words = ['--mailboxes', 'none', '--except-teams', 'team-2@nordlicht-maschinenbau.example'];
    await machine.json(['protected-item', 'create', 'All but one', ...words, '--services', 'conversation']);
    await backUp('All but one');
    const addresses = (await accountsOf('All but one')).map(({ address }) => address);
    expect(addresses).toHaveLength(4);
    expect(addresses).not.toContain('team-2@nordlicht-maschinenbau.example');
  });
});

describe('options that contradict each other are refused', () => {
  test.each([
    ['two modes of mailboxes', ['--only', 'a@b.example', '--except', 'c@d.example'], '--only... or --except'],
    ['two modes of sites', ['--sites', 'all', '--only-teams', 'Einkauf'], '--only-teams'],
    ['nothing at all', ['--mailboxes', 'none', '--sites', 'none'], 'nothing at all'],
    ['another word', ['--sites', 'some'], 'all or none'],
  ])('%s', async (_case, words, phrase) => {
    const answer = await machine.json<{ error: { code: string; message: string } }>(
      ['protected-item', 'create', 'Refused', ...words],
      2,
    );
    expect(answer.error).toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining(phrase) as string,
    });
  });
});
