/** A restore into one .zip file, read back with another library. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import * as yauzl from 'yauzl';
import type { RestoreReport } from '../../../src-shared/model/job.ts';
import { ZipTarget } from '../../../src-worker/jobs/restore/target/zip-target.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { filesOf } from './restored-tree.ts';

let scene: BackupScene;
let machine: Machine;
let folderPath: string;
let zipPath: string;

beforeAll(async () => {
  scene = await BackupScene.open({ profile: 'sample', seed: 21, users: 1, messagesPerUser: 25 });
  machine = await scene.machine();
  await machine.backUp({ item: { ...scene.item, services: ['mail', 'calendar', 'contacts', 'drive'] } });
});
afterAll(() => scene.close());
beforeEach(() => {
  folderPath = mkdtempSync(join(tmpdir(), 'holdfast-zip-'));
  zipPath = join(folderPath, 'in', 'all.zip');
});
afterEach(() => rmSync(folderPath, { recursive: true }));

type More = Partial<Parameters<Machine['client']['restore']['files']>[0]>;
async function restore(more: More, signal?: AbortSignal): Promise<RestoreReport> {
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, targetPath: zipPath, ...more };
  return reportOf(await machine.client.restore.files(scope, signal === undefined ? {} : { signal }));
}

interface ZipEntry {
  readonly bytes: Buffer;
  readonly time: Date;
}

/** Reads with every check that yauzl has: names, sizes, and here the CRC of each file. */
async function entriesOf(path: string): Promise<Map<string, ZipEntry>> {
  const zip = await yauzl.openPromise(path, { strictFileNames: true, validateEntrySizes: true });
  const entries = new Map<string, ZipEntry>();
  for await (const entry of zip.eachEntry()) {
    const bytes = entry.fileName.endsWith('/')
      ? Buffer.of()
      : await buffer(await zip.openReadStreamPromise(entry));
    entries.set(entry.fileName, { bytes, time: entry.getLastModDate() });
  }
  zip.close();
  return entries;
}

test('the file has the tree that a folder would get, with the bytes, names and times', async () => {
  const inZip = await restore({ container: 'zip' });
  const treePath = join(folderPath, 'tree');
  const inFolder = await restore({ targetPath: treePath });
  expect({ ...inZip, targetPath: '', durationMs: 0 }).toEqual({ ...inFolder, targetPath: '', durationMs: 0 });
  expect(inZip.targetPath).toBe(zipPath);
  const entries = await entriesOf(zipPath);
  const files = filesOf(treePath);
  expect([...entries.keys()].filter((name) => !name.endsWith('/')).sort()).toEqual([...files.keys()].sort());
  expect([...entries.keys()].some((name) => /[^ -~]/.test(name))).toBe(true);
  for (const [path, bytes] of files) {
    expect(entries.get(path)?.bytes.equals(bytes), path).toBe(true);
    const { mtimeMs } = statSync(join(treePath, path));
    const isTimed = path.endsWith('.eml');
    if (isTimed) expect(entries.get(path)?.time.getTime(), path).toBe(Math.floor(mtimeMs / 1000) * 1000);
  }
  const folders = readdirSync(treePath, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => `${join(parentPath, name).slice(treePath.length + 1)}/`);
  expect([...entries.keys()].filter((name) => name.endsWith('/')).sort()).toEqual(folders.sort());
  expect(readdirSync(dirname(zipPath))).toEqual(['all.zip']);
});

test('a file that is there stays, is replaced, or stops the restore, as was asked', async () => {
  mkdirSync(dirname(zipPath));
  writeFileSync(zipPath, 'mine');
  const mail = { container: 'zip', service: 'mail' } as const;
  const free = await restore(mail);
  expect(free.targetPath).toBe(join(folderPath, 'in', 'all (2).zip'));
  await expect(restore({ ...mail, existing: 'skip' })).rejects.toMatchObject({ code: 'target-exists' });
  expect(readFileSync(zipPath, 'utf8')).toBe('mine');
  const replaced = await restore({ ...mail, existing: 'replace' });
  expect(replaced.targetPath).toBe(zipPath);
  const hashesOf = async (path: string) =>
    [...(await entriesOf(path))].map(([name, { bytes }]) => [
      name,
      createHash('sha1').update(bytes).digest('hex'),
    ]);
  expect(await hashesOf(zipPath)).toEqual(await hashesOf(free.targetPath));
});

test('a restore that is stopped leaves no file', async () => {
  const stop = new AbortController();
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, targetPath: zipPath };
  const job = await machine.client.restore.files({ ...scope, container: 'zip' }, { signal: stop.signal });
  const ended = reportOf(job, () => stop.abort());
  await expect(ended).rejects.toThrow();
  expect(existsSync(dirname(zipPath)) ? readdirSync(dirname(zipPath)) : []).toEqual([]);
});

test('more entries than a .zip file of old could count are all there', async () => {
  const target = await ZipTarget.open(zipPath, 'rename');
  for (let i = 0; i < 66_000; i += 1) await target.makeFolder(`folder ${i}`);
  const file = await target.stage();
  await file.write(Buffer.from('x'));
  await target.put(file, { path: 'file', wasThere: false, time: undefined });
  await target.end();
  expect((await entriesOf(zipPath)).size).toBe(66_001);
});
