/** Two snapshots compared: against what the simulated organization says was changed between them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Comparison } from '../../../src-shared/contract/compare-contract.ts';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { order } from '../../support/simulator-control.ts';

let scene: BackupScene;
let machine: Machine;

beforeAll(async () => {
  scene = await BackupScene.open({ seed: 3, profile: 'uniform', users: 2, messagesPerUser: 60 });
  machine = await scene.machine();
  await machine.backUp();
}, 60_000);
afterAll(() => scene.close());

type Query = Omit<Parameters<Machine['client']['compare']['snapshots']>[0], 'vault' | 'protectedItemId'>;
const compare = (query: Query): Promise<Comparison> =>
  machine.client.compare.snapshots({ vault: machine.vault, protectedItemId: scene.item.id, ...query });
const sumOf = ({ totals }: Comparison, key: 'added' | 'removed' | 'moved' | 'changed' | 'contentChanged') =>
  totals.reduce((sum, total) => sum + total[key], 0);

test('what was created, deleted and moved is told as that, with where it was and is', async () => {
  await order(scene.simulator, 'changes', { seed: 9, created: 5, deleted: 4, moved: 3 });
  const { snapshot: to } = await machine.backUp();
  const found = await compare({ from: to - 1 });
  expect([sumOf(found, 'added'), sumOf(found, 'removed'), sumOf(found, 'moved')]).toEqual([5, 4, 3]);
  expect(found.changes).toHaveLength(12);
  for (const { kind, before, after } of found.changes) {
    expect([before === null, after === null]).toEqual([kind === 'added', kind === 'removed']);
    if (kind === 'moved') expect(before!.folderPath).not.toBe(after!.folderPath);
  }
  for (const { before, after, added, removed } of found.totals) expect(after - before).toBe(added - removed);
});

test('a message that was only read has changed, and its content has not', async () => {
  await order(scene.simulator, 'changes', { seed: 14, read: 2 });
  const { snapshot: to } = await machine.backUp();
  const { changes, totals } = await compare({ from: to - 1 });
  expect(changes.map(({ kind, isContentChanged }) => [kind, isContentChanged])).toEqual([
    ['changed', false],
    ['changed', false],
  ]);
  expect(totals.every(({ added, removed, moved }) => added + removed + moved === 0)).toBe(true);
});

test('a comparison over several snapshots tells the whole way only, and can be narrowed down', async () => {
  await order(scene.simulator, 'changes', { seed: 10, created: 6, deleted: 6 });
  const { snapshot: to } = await machine.backUp();
  const all = await compare({ from: 1, to });
  const account = all.totals[0]!.account;
  const one = await compare({ from: 1, to, account: account.address, limit: 3 });
  expect(one.totals).toEqual([all.totals[0]]);
  expect(one.changes).toEqual(all.changes.slice(0, 3));
  expect(one.changes.length + one.more).toBe(
    all.changes.filter((each) => each.account.id === account.id).length,
  );
  const { folderPath: folder } = all.changes.find(({ after }) => after !== null)!.after!;
  const inFolder = await compare({ from: 1, to, account: account.address, service: 'mail', folder });
  expect(inFolder.changes.length).toBeGreaterThan(0);
  for (const { before, after } of inFolder.changes)
    expect([before, after].some((side) => side?.folderPath.startsWith(folder) === true)).toBe(true);
  expect((await compare({ from: to - 1, item: all.changes[0]!.id })).changes.length).toBeLessThan(2);
});

test('a wave of deletions stands out, and so does one of new contents', async () => {
  await order(scene.simulator, 'changes', { seed: 11, deleted: 60 });
  const { snapshot } = await machine.backUp();
  const gone = await compare({ from: snapshot - 1 });
  expect(gone.totals.flatMap(({ warnings }) => warnings)).toContain('mass-removal');
  await order(scene.simulator, 'changes', { seed: 12, edited: 60 });
  const next = await machine.backUp();
  const edited = await compare({ from: next.snapshot - 1 });
  expect(sumOf(edited, 'contentChanged')).toBeGreaterThan(30);
  expect(edited.totals.flatMap(({ warnings }) => warnings)).toContain('mass-change');
});

test.each([
  ['a snapshot with itself', { from: 2, to: 2 }, 'input-invalid'],
  ['with a snapshot that there is not', { from: 99 }, 'snapshot-unknown'],
  ['an account that nobody has', { from: 1, account: 'nobody' }, 'account-unknown'],
  ['a folder of everybody', { from: 1, folder: 'Inbox' }, 'input-invalid'],
] as const)('comparing %s is refused with what to do', async (_, query, code) => {
  const error = await compare(query).catch((reason: unknown) => reason);
  expect(isAppError(error, code)).toBe(true);
});
