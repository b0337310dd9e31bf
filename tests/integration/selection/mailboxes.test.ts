/** The sample has, among 36 accounts: no. 11 disabled, 17 and 23 without a licence, 31 to 33 shared, 34 and 35 rooms. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { statistics, order } from '../../support/simulator-control.ts';
import { SelectionScene } from './selection-scene.ts';

let scene: SelectionScene;

beforeAll(async () => {
  scene = await SelectionScene.open({
    users: 36,
    guests: 4,
    contacts: { itemsPerUser: 0 },
    drives: { filesPerDrive: 0 },
  });
});
afterAll(() => scene.close());

const groupNamed = async (name: string) => {
  const groups = await scene.choices('mailboxes', { search: name });
  return groups.find((choice) => choice.name === name && choice.kind === 'group')!;
};
const only = (groups: string[], users: string[] = []) => ({
  mailboxes: { mode: 'selected' as const, users, groups },
});

describe('by rule', () => {
  test('all mailboxes are everybody but guests, and the report counts those', async () => {
    const { leftOut } = await scene.backUp({});
    expect(await scene.saved()).toHaveLength(36);
    expect(leftOut).toEqual([{ reason: 'guest', count: 4 }]);
  });

  test.each([
    { is: 'no shared ones', rule: { shared: false }, count: 31, left: { shared: 5 } },
    { is: 'no disabled people', rule: { disabled: false }, count: 35, left: { disabled: 1 } },
    { is: 'no unlicensed people', rule: { unlicensed: false }, count: 34, left: { unlicensed: 2 } },
    {
      is: 'licensed people who sign in',
      rule: { shared: false, disabled: false, unlicensed: false },
      count: 28,
      left: { shared: 5, disabled: 1, unlicensed: 2 },
    },
  ])('$is', async ({ rule, count, left }) => {
    const { leftOut } = await scene.backUp({ mailboxes: { mode: 'all', rule } });
    expect(await scene.saved()).toHaveLength(count);
    const counts = Object.fromEntries(leftOut.map(({ reason, count: each }) => [reason, each]));
    expect(counts).toEqual({ ...left, guest: 4 });
  });

  test('a purpose is asked for only where it could matter, twenty in a request', async () => {
    await order(scene.scene.simulator, 'stats/reset');
    await scene.selected({ mailboxes: { mode: 'all' } });
    const open = await statistics(scene.scene.simulator);
    expect(open.requests['users.GetMailboxSettings']).toBeUndefined();
    await scene.selected({ mailboxes: { mode: 'all', rule: { shared: false } } });
    const { requests } = await statistics(scene.scene.simulator);
    // One disabled, five shared ones and rooms; the mailbox on-premises is asked for, too, in vain.
    expect(requests['users.GetMailboxSettings']).toBe(6);
    expect(requests['$batch'] ?? requests['batch']).toBe(1);
  });

  test('somebody who is named is saved whatever the rule says', async () => {
    const [person] = (await scene.choices('mailboxes')).filter(({ reason }) => reason === 'disabled');
    const mailboxes = { mode: 'selected' as const, users: [person!.address], rule: { disabled: false } };
    await scene.backUp({ mailboxes });
    expect(await scene.saved()).toEqual([person!.address]);
  });

  test('a guest who is named cannot be saved, and the report says so', async () => {
    const [guest] = (await scene.choices('mailboxes')).filter(({ type }) => type === 'guest');
    const report = await scene.backUp(only([], [guest!.id]));
    expect(report.missingAccounts).toEqual([guest!.id]);
    expect(report.issues).toContainEqual({ outcome: 'skipped', code: 'account-without-mailbox', count: 1 });
  });
});

describe('by group', () => {
  test('nested groups count, and a circle of them ends', async () => {
    // "Alle Mitarbeiter" holds "Abteilungen", which holds "Projektleiter", which holds "Abteilungen" again.
    const top = await scene.selected(only(['Alle Mitarbeiter']));
    const inner = await scene.selected(only(['Projektleiter']));
    expect(top.names.length).toBeGreaterThan(5);
    expect(top.names).toEqual(expect.arrayContaining(inner.names));
    expect(new Set(top.names).size).toBe(top.names.length);
    expect(top.missing).toEqual([]);
  });

  test('a group that grew between two runs brings its new member', async () => {
    const { id } = await groupNamed('Rédaction');
    await scene.backUp(only([id]));
    const before = await scene.saved();
    await scene.change({ 'group.membersAdded': 3 }, id, 5);
    await scene.backUp(only([id]));
    const after = await scene.saved();
    expect(after.length).toBeGreaterThan(before.length);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test('by address, by name and by id it is the same group', async () => {
    const { id, name, address } = await groupNamed('Betriebsrat');
    expect(address).toContain('@');
    const [byId, byName, byAddress] = [
      await scene.selected(only([id])),
      await scene.selected(only([name.toUpperCase()])),
      await scene.selected(only([address])),
    ];
    expect(byId.names.length).toBeGreaterThan(2);
    expect([byName, byAddress]).toEqual([byId, byId]);
  });

  test('an excluded group leaves out its members, nested ones too', async () => {
    const { names } = await scene.selected(only(['Alle Mitarbeiter']));
    const mailboxes = { mode: 'excluding' as const, groups: ['Alle Mitarbeiter'] };
    const rest = await scene.selected({ mailboxes });
    expect(rest.names.filter((name) => names.includes(name))).toEqual([]);
    expect(rest.names.length + names.length).toBe(36);
  });

  test('a name that two groups have is taken for none of them, and a group without members says so', async () => {
    const { id } = await groupNamed('Betriebsrat');
    await scene.change({ 'group.created': 1 });
    const twins = await scene.choices('mailboxes', { search: 'Betriebsrat' });
    const late = twins.find((choice) => choice.kind === 'group' && choice.id !== id);
    expect(await scene.selected(only(['Betriebsrat']))).toEqual({
      names: [],
      missing: ['account-ambiguous'],
    });
    expect((await scene.selected(only([id, late!.id]))).missing).toEqual(['group-empty']);
    await scene.change({ 'group.deleted': 1 }, late!.id);
  });

  test('a group that was deleted is named, counted, and its members keep what was saved', async () => {
    const { id, name } = await groupNamed('Betriebsrat');
    await scene.backUp(only([id]));
    const members = await scene.saved();
    await scene.change({ 'group.deleted': 1 }, id);
    const report = await scene.backUp(only([id]));
    expect(report.missingAccounts).toEqual([id]);
    expect(report.issues).toContainEqual({ outcome: 'skipped', code: 'account-unknown', count: 1 });
    expect(report.leavers.map(({ address }) => address).sort()).toEqual(members.toSorted());
    expect(await scene.saved()).toEqual([]);
    expect((await scene.selected(only([name]))).missing).toEqual(['account-unknown']);
  });
});

describe('the list to choose from', () => {
  test('says of everybody what they are, and of whom nothing can be saved, why', async () => {
    const choices = await scene.choices('mailboxes');
    const count = (key: 'type' | 'reason', value: string) =>
      choices.filter((choice) => choice[key] === value).length;
    expect(count('type', 'shared') + count('type', 'room') + count('type', 'equipment')).toBe(5);
    expect([count('reason', 'guest'), count('reason', 'no-mailbox')]).toEqual([4, 1]);
    expect([count('reason', 'disabled'), count('reason', 'unlicensed')]).toEqual([1, 1]);
    const refused = choices.filter(({ canBeChosen }) => !canBeChosen).map(({ reason }) => reason);
    expect(refused.sort()).toEqual(['guest', 'guest', 'guest', 'guest', 'no-mailbox']);
  });

  test('has users and groups together, in pages, each once', async () => {
    const all = await scene.choices('mailboxes');
    const paged = await scene.choices('mailboxes', { limit: 7 });
    expect(paged).toEqual(all);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['user', 'group']));
  });

  test('is searched by Microsoft 365, also for words with signs that mean something there', async () => {
    const found = await scene.choices('mailboxes', { search: 'abteil' });
    expect(found.map(({ name }) => name)).toContain('Abteilungen');
    expect(await scene.choices('mailboxes', { search: '"quote\\" OR' })).toEqual([]);
  });

  test('shows who was deleted, for whom it is too late to choose', async () => {
    const [first] = await scene.choices('mailboxes');
    await scene.change({ 'people.deleted': 1 }, first!.id);
    const found = await scene.choices('mailboxes', { search: first!.name });
    const gone = found.find(({ id }) => id === first!.id);
    expect(gone).toMatchObject({ canBeChosen: false, reason: 'deleted' });
  });

  test('refuses a place that it never gave', async () => {
    const { connection } = scene.scene;
    const wrong = [
      { connection, of: 'sites' as const, after: 'users' },
      { connection, of: 'mailboxes' as const, after: 'users https://elsewhere.example/v1.0/users' },
    ];
    for (const input of wrong)
      await expect(scene.machine.client.organization.accounts(input)).rejects.toMatchObject({
        code: expect.stringMatching(/input-invalid|response-invalid/) as string,
      });
  });
});

describe('who comes and goes', () => {
  test('somebody new joins at the next run', async () => {
    await scene.backUp({});
    const before = await scene.saved();
    await scene.change({ 'people.created': 2 });
    await scene.backUp({});
    expect((await scene.saved()).length).toBe(before.length + 2);
  });

  test('who is deleted keeps the history, is told once, and is marked from that snapshot on', async () => {
    await scene.backUp({});
    const before = (await scene.backUp({})).snapshot;
    const [leaver] = (await scene.accounts()).filter(({ left }) => left === undefined);
    await scene.change({ 'people.deleted': 1 }, leaver!.id);
    const { leavers, outcome, snapshot } = await scene.backUp({});
    expect(outcome).toBe('complete');
    expect(leavers).toEqual([
      { address: leaver!.address, name: leaver!.name, kind: 'user', left: 'deleted' },
    ]);
    const mark = async (number: number) =>
      (await scene.accounts(number)).find(({ id }) => id === leaver!.id)?.left;
    expect([await mark(before), await mark(snapshot)]).toEqual([undefined, 'deleted']);
    expect((await scene.backUp({})).leavers).toEqual([]);
  });

  test('who is not selected any more is told apart from who is gone, and may come back', async () => {
    await scene.backUp({});
    const [person] = await scene.saved();
    const { leavers } = await scene.backUp({ mailboxes: { mode: 'excluding', users: [person!] } });
    expect(leavers).toMatchObject([{ address: person, left: 'not-selected' }]);
    await scene.backUp({});
    expect(await scene.saved()).toContain(person);
  });
});

test.skipIf(!isGraphContractAvailable)('all that was asked keeps to the Graph contract', () =>
  scene.expectContract(),
);
