/** Restores to a PC that does not take what it is given: the cause is told, and no torn file is left. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { safeFileName } from '../../../src-worker/formats/file-name.ts';
import { FolderTarget } from '../../../src-worker/jobs/restore/target/folder-target.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { filesOf } from './restored-tree.ts';

let folderPath: string;
beforeEach(() => (folderPath = mkdtempSync(join(tmpdir(), 'holdfast-bad-target-'))));
afterEach(() => rmSync(folderPath, { recursive: true, force: true }));

describe('a whole restore', () => {
  let scene: BackupScene;
  let machine: Machine;
  let truth: Map<string, Buffer>;

  beforeAll(async () => {
    const drives = { filesPerDrive: 4, fileSizeBytes: 24_000_000, unreadableShare: 0, hashMissingShare: 0 };
    scene = await BackupScene.open({ profile: 'sample', seed: 4, users: 1, messagesPerUser: 300, drives });
    machine = await scene.machine();
    await machine.backUp({ item: { ...scene.item, services: ['mail', 'drive'] } });
    const targetPath = join(scene.folderPath, 'truth');
    await reportOf(await machine.client.restore.files({ ...restore(), targetPath }));
    truth = filesOf(targetPath);
  });
  afterAll(() => scene.close());

  const restore = () => ({ vault: machine.vault, protectedItemId: scene.item.id });

  /** With a process that may write files of so many blocks of 512 bytes only, as a disk may take no longer ones. */
  async function restoreShort(container: 'folder' | 'zip', targetPath: string): Promise<unknown> {
    const { vaultPath, recoveryKey, item } = scene;
    const catalogFolderPath = scene.catalogFolderPath('one');
    const given = {
      vaultPath,
      recoveryKey,
      catalogFolderPath,
      protectedItemId: item.id,
      targetPath,
      container,
    };
    const script = join(import.meta.dirname, '../../support/restore-process.ts');
    const words = ['-c', `trap '' XFSZ; ulimit -f 16000; exec "$0" "$@"`, process.execPath, script];
    const { stdout } = await promisify(execFile)('/bin/sh', [...words, JSON.stringify(given)]);
    return JSON.parse(stdout);
  }

  test('to a disk that takes no more says so, and what is there is whole', async () => {
    const targetPath = join(folderPath, 'out');
    expect(Math.max(...[...truth.values()].map(({ length }) => length))).toBeGreaterThan(16_000 * 1024);
    expect(await restoreShort('folder', targetPath)).toMatchObject({
      code: 'target-full',
      message: expect.stringMatching(/items are restored and whole/) as string,
      details: { errno: 'EFBIG' },
    });
    const files = filesOf(targetPath);
    expect(files.size).toBeGreaterThan(100);
    for (const [path, bytes] of files) expect(truth.get(path)?.equals(bytes), path).toBe(true);
  });

  test('into a .zip file that the disk does not take leaves none', async () => {
    const targetPath = join(folderPath, 'out', 'all.zip');
    expect(await restoreShort('zip', targetPath)).toMatchObject({ code: 'target-full' });
    expect(readdirSync(join(folderPath, 'out'))).toEqual([]);
  });

  test('to a target that goes in the middle says so, and does not make it anew', async () => {
    const targetPath = join(folderPath, 'out');
    const movedPath = join(folderPath, 'pulled out');
    const job = await machine.client.restore.files({ ...restore(), targetPath });
    const ended = reportOf(job, ({ itemsDone }) => {
      if (itemsDone > 0 && !existsSync(movedPath)) renameSync(targetPath, movedPath);
    });
    await expect(ended).rejects.toMatchObject({
      code: 'target-unwritable',
      message: expect.stringMatching(/not there any more/) as string,
    });
    expect(existsSync(targetPath)).toBe(false);
    for (const [path, bytes] of filesOf(movedPath))
      if (!path.endsWith('.part')) expect(truth.get(path)?.equals(bytes), path).toBe(true);
  });
});

/** As somebody whom permissions hold back, which they do not do with root. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  return act().finally(() => process.seteuid?.(0));
}

const target = (path: string) => new FolderTarget(path, { existing: 'rename', restoredItems: () => 7 });

test('a folder that may not be written is told of', async () => {
  const path = join(folderPath, 'read only');
  mkdirSync(path);
  chmodSync(folderPath, 0o755);
  chmodSync(path, 0o555);
  const refused = {
    code: 'target-unwritable',
    message: expect.stringContaining('(EACCES). 7 items') as string,
  };
  await asNobody(async () => {
    await expect(target(path).stage('')).rejects.toMatchObject(refused);
    await expect(target(path).makeFolder('Inbox')).rejects.toMatchObject(refused);
    await expect(target(join(path, 'new')).makeFolder('')).rejects.toMatchObject(refused);
  });
});

test('a folder that cannot be listed is not written to: nobody knows what would be lost', async () => {
  const path = join(folderPath, 'unseen');
  mkdirSync(path);
  chmodSync(folderPath, 0o755);
  chmodSync(path, 0o333);
  await asNobody(async () => {
    await expect(target(path).namesIn('')).rejects.toMatchObject({ code: 'target-unwritable' });
  });
});

test('names that mean harm are files in the target, under their safe names', async () => {
  const names = [
    '..',
    '../../escape',
    '..\\escape',
    '/etc/passwd',
    'C:\\Windows\\x',
    'CON',
    'nul.txt',
    'dots... ',
    ' lead',
    'x'.repeat(400),
    '📨'.repeat(400),
    '👩‍👩‍👧‍👦 family',
    'cod\u202efdp.exe',
    'a\0b',
    'line\r\nfeed',
    '\ud800 half',
    'مرحبا\u200f',
  ];
  const to = target(join(folderPath, 'out'));
  await to.makeFolder('');
  for (const name of names) {
    const folder = await to.pathOnce(name, { folderPath: '', name: safeFileName(name, 'nothing') });
    await to.makeFolder(folder);
    const file = await to.stage(folder);
    await file.write(Buffer.from(name));
    const path = join(folder, (await to.namesIn(folder)).take(safeFileName(name, 'nothing'), '.eml'));
    await to.put(file, { path, wasThere: false, time: undefined });
  }
  expect(readdirSync(folderPath)).toEqual(['out']);
  const files = [...filesOf(join(folderPath, 'out')).keys()];
  expect(files).toHaveLength(names.length);
  for (const path of files) {
    expect(path.split('/')).toHaveLength(2);
    expect(path).not.toMatch(/[\p{Cc}\u202a-\u202e\u200e\u200f\\:]|[. ](\/|$)|^(con|nul)[./]/iu);
  }
});

test('folders in folders beyond what the system takes go to the top, and their files are written', async () => {
  const to = target(join(folderPath, 'out'));
  let path = '';
  for (let depth = 0; depth < 80; depth += 1) {
    path = await to.takeFolder({ folderPath: path, name: `${depth} ${'ü'.repeat(50)}` });
    await to.makeFolder(path);
    const file = await to.stage(path);
    await file.write(Buffer.from(String(depth)));
    await to.put(file, { path: join(path, `${'n'.repeat(120)}.eml`), wasThere: false, time: undefined });
  }
  const outPath = join(folderPath, 'out');
  expect(filesOf(outPath).size).toBe(80);
  expect(readdirSync(outPath).length).toBeGreaterThan(1);
});
