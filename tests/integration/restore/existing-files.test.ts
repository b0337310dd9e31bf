/** What a restore to this PC does with files that were there before. */
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import type { ExistingMode } from '../../../src-shared/contract/restore-contract.ts';
import type { RestoreReport } from '../../../src-shared/model/job.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { filesOf, inodesOf } from './restored-tree.ts';

let scene: BackupScene;
let machine: Machine;
let targetPath: string;

beforeAll(async () => {
  scene = await BackupScene.open({ profile: 'sample', seed: 21, users: 1, messagesPerUser: 25 });
  machine = await scene.machine();
  await machine.backUp({ item: { ...scene.item, services: ['mail', 'calendar', 'contacts', 'drive'] } });
});
afterAll(() => scene.close());
beforeEach(() => (targetPath = mkdtempSync(join(tmpdir(), 'holdfast-existing-'))));
afterEach(() => rmSync(targetPath, { recursive: true }));

async function restore(existing?: ExistingMode): Promise<RestoreReport> {
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, targetPath };
  return reportOf(
    await machine.client.restore.files(existing === undefined ? scope : { ...scope, existing }),
  );
}

/** Some file of each kind of item: a message, a file, an event with attachments and its calendar file. */
function changeSome(files: ReadonlyMap<string, Buffer>): string[] {
  const paths = [...files.keys()];
  const attached = paths.find((path) => path.endsWith('/event.json'))!;
  const changed = [
    paths.find((path) => path.endsWith('.eml'))!,
    paths.find((path) => path.includes('/Files/'))!,
    attached,
    `${dirname(attached)}.ics`,
  ];
  for (const path of changed) {
    const bytes = Buffer.from(files.get(path)!);
    bytes[0]! ^= 1;
    writeFileSync(join(targetPath, path), bytes);
  }
  return changed;
}

test('unless told otherwise, everything takes a free name and what was there stays', async () => {
  const first = await restore();
  const before = filesOf(targetPath);
  expect(await restore()).toMatchObject({ restored: first.restored, skipped: 0, failed: 0 });
  const after = filesOf(targetPath);
  expect(after.size).toBe(2 * before.size);
  for (const [path, bytes] of before) expect(after.get(path)?.equals(bytes), path).toBe(true);
});

test('skip leaves all that was there, counts it as skipped, and restores what is missing', async () => {
  const first = await restore('skip');
  expect(first).toMatchObject({ skipped: 0, failed: 0 });
  const before = filesOf(targetPath);
  const changed = changeSome(before);
  const missing = [...before.keys()].find((path) => path.endsWith('.vcf') && !changed.includes(path))!;
  const lone = [...before.keys()].findLast((path) => path.endsWith('.eml'))!;
  rmSync(join(targetPath, lone));
  rmSync(join(targetPath, missing));
  const second = await restore('skip');
  const after = filesOf(targetPath);
  for (const path of changed) expect(after.get(path)?.equals(before.get(path)!), path).toBe(false);
  expect(after.get(lone)?.equals(before.get(lone)!)).toBe(true);
  // The contact is there: its JSON says so, and its files stay together.
  expect(after.has(missing)).toBe(false);
  expect(after.size).toBe(before.size - 1);
  // Folders are nothing to skip.
  expect(second.bytes).toBe(before.get(lone)!.length);
  expect(second.skipped + second.restored).toBe(first.restored);
  expect(second.skipped).toBeGreaterThan(100);
});

test('replace puts every restored file in the place of the one that was there', async () => {
  await restore();
  const before = filesOf(targetPath);
  const changed = changeSome(before);
  const inodes = inodesOf(targetPath);
  const own = join(dirname(changed[2]!), 'my own notes.txt');
  writeFileSync(join(targetPath, own), 'mine');
  expect(await restore('replace')).toMatchObject({ skipped: 0, failed: 0 });
  const after = filesOf(targetPath);
  expect(after.get(own)?.toString()).toBe('mine');
  after.delete(own);
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [path, bytes] of before) expect(after.get(path)?.equals(bytes), path).toBe(true);
  for (const [path, inode] of inodesOf(targetPath)) expect(inodes.get(path), path).not.toBe(inode);
});

test('replace-if-different touches only what has other bytes, and counts the rest as skipped', async () => {
  const { restored } = await restore();
  const before = filesOf(targetPath);
  const changed = changeSome(before);
  const longer = [...before.keys()].findLast((path) => path.endsWith('.eml'))!;
  writeFileSync(join(targetPath, longer), `${before.get(longer)!.toString('latin1')}more`);
  const inodes = inodesOf(targetPath);
  const report = await restore('replace-if-different');
  expect(report).toMatchObject({ failed: 0 });
  expect(report.restored + report.skipped).toBe(restored);
  const after = filesOf(targetPath);
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [path, bytes] of before) expect(after.get(path)?.equals(bytes), path).toBe(true);
  const written = [...inodesOf(targetPath)].filter(([path, inode]) => inodes.get(path) !== inode);
  expect(written.map(([path]) => path).sort()).toEqual([...changed, longer].sort());
  expect(report.bytes).toBe(written.reduce((sum, [path]) => sum + before.get(path)!.length, 0));
});

test.each(['skip', 'replace', 'replace-if-different'] as const)(
  'with %s, items of one name never take the place of each other',
  async (existing) => {
    await restore();
    const before = filesOf(targetPath);
    const kept = [...before.keys()].find((path) => /\/Files\/.* \(\d+\)/.test(path))!;
    expect(kept).toBeDefined();
    rmSync(join(targetPath, kept));
    await restore(existing);
    const after = filesOf(targetPath);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(after.get(kept)?.equals(before.get(kept)!)).toBe(true);
  },
);

test('nothing is written through a link that leads out of the target', async () => {
  await restore();
  const before = filesOf(targetPath);
  const message = [...before.keys()].find((path) => path.endsWith('.eml'))!;
  const outside = mkdtempSync(join(tmpdir(), 'holdfast-outside-'));
  const [account = ''] = message.split('/');
  rmSync(join(targetPath, account), { recursive: true });
  symlinkSync(outside, join(targetPath, account));
  await restore('replace');
  expect(filesOf(outside).size).toBe(0);
  expect(filesOf(targetPath).get(message.replace(account, `${account} (2)`))).toEqual(before.get(message));
  rmSync(outside, { recursive: true });
});

test('a file that has another name, too, keeps its bytes under it when it is replaced', async () => {
  await restore();
  const message = [...filesOf(targetPath).keys()].find((path) => path.endsWith('.eml'))!;
  const path = join(targetPath, message);
  writeFileSync(path, 'mine');
  mkdirSync(join(targetPath, 'other'));
  linkSync(path, join(targetPath, 'other', 'mine.eml'));
  await restore('replace');
  expect(readFileSync(join(targetPath, 'other', 'mine.eml'), 'utf8')).toBe('mine');
  expect(readFileSync(path, 'utf8')).not.toBe('mine');
});
