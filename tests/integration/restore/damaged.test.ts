/** A restore of items of which chunks are damaged in the vault. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RestoreReport } from '../../../src-shared/model/job.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { filesOf } from './restored-tree.ts';

let scene: BackupScene;
let machine: Machine;
let folderPath: string;

beforeEach(async () => {
  scene = await BackupScene.open({
    profile: 'typical',
    seed: 3,
    users: 1,
    messagesPerUser: 40,
    drives: { filesPerDrive: 12, fileSizeBytes: 3_000_000, unreadableShare: 0, hashMissingShare: 0 },
  });
  machine = await scene.machine();
  await machine.backUp({ item: { ...scene.item, services: ['mail', 'calendar', 'drive'] } });
  folderPath = mkdtempSync(join(tmpdir(), 'holdfast-damaged-'));
});
afterEach(async () => {
  rmSync(folderPath, { recursive: true });
  await scene.close();
});

async function restore(name: string, more: { damaged?: boolean } = {}): Promise<RestoreReport> {
  const targetPath = join(folderPath, name);
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, targetPath, ...more };
  return reportOf(await machine.client.restore.files(scope));
}

/** Changes a byte of every 3 MB of each pack: in chunks of some items, and far from those of others. */
function damagePacks(): void {
  const packs = readdirSync(join(scene.vaultPath, 'packs'), { recursive: true, withFileTypes: true });
  for (const entry of packs.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    for (let at = 1_000_000; at < bytes.length; at += 3_000_000) bytes[at]! ^= 1;
    writeFileSync(path, bytes);
  }
}

const isRemains = (path: string): boolean => path.includes(' (damaged)');

test('a damaged item fails and leaves no file, unless what can be read was asked for', async () => {
  const whole = await restore('whole');
  const truth = filesOf(join(folderPath, 'whole'));
  damagePacks();
  const strict = await restore('strict');
  expect(strict.failed).toBeGreaterThan(2);
  expect(strict).toMatchObject({ damaged: 0, restored: whole.restored - strict.failed });
  expect(strict.problems).toHaveLength(strict.failed);
  const kept = filesOf(join(folderPath, 'strict'));
  for (const [path, bytes] of kept) expect(truth.get(path)?.equals(bytes), path).toBe(true);

  const lenient = await restore('lenient', { damaged: true });
  expect(lenient.damaged).toBeGreaterThan(0);
  expect(lenient).toMatchObject({ restored: strict.restored });
  expect(lenient.damaged + lenient.failed).toBe(strict.failed);
  expect(lenient.problems.filter(({ message }) => message.includes('"(damaged)"'))).toHaveLength(
    lenient.damaged,
  );
  const all = filesOf(join(folderPath, 'lenient'));
  const remains = [...all].filter(([path]) => isRemains(path));
  expect(new Set(remains.map(([path]) => path.replace(/( \(damaged\)).*$/, '$1'))).size).toBe(
    lenient.damaged,
  );
  for (const [path, bytes] of remains) {
    const original = truth.get(path.replace(' (damaged)', ''))!;
    expect(bytes.length, path).toBeGreaterThan(0);
    expect(bytes.length, path).toBeLessThan(original.length);
  }
  for (const path of remains.map(([one]) => one)) all.delete(path);
  expect([...all.keys()]).toEqual([...kept.keys()]);
});

test('what is left of a file is its pieces, one behind the other', async () => {
  await restore('whole');
  const truth = filesOf(join(folderPath, 'whole'));
  damagePacks();
  await restore('lenient', { damaged: true });
  const files = [...filesOf(join(folderPath, 'lenient'))].filter(
    ([path]) => isRemains(path) && path.includes('/Files/'),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const [path, bytes] of files) {
    const original = truth.get(path.replace(' (damaged)', ''))!;
    // Chunks have 64 KiB at least, but for the last.
    let [from, at] = [0, 0];
    while (at + 4096 <= bytes.length) {
      const found = original.indexOf(bytes.subarray(at, at + 4096), from);
      if (found < 0) break;
      let length = 0;
      while (at + length < bytes.length && bytes[at + length] === original[found + length]) length += 1;
      [from, at] = [found + length, at + length];
    }
    expect(at, path).toBeGreaterThan(bytes.length - 4096);
  }
});
