/** Contacts restored to Microsoft 365 with their photos, replaced, and undone. */
import { readdirSync, readFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { rateFreeLimits } from '../../support/rate-free-limits.ts';
import { order } from '../../support/simulator-control.ts';

let scene: BackupScene;
let machine: Machine;
let contacts: string[];

beforeAll(async () => {
  scene = await BackupScene.open({
    seed: 8,
    profile: 'uniform',
    users: 2,
    messagesPerUser: 0,
    contacts: { itemsPerUser: 15, unreadableShare: 0 },
    roles: [...defaultRoles, ...restoreRoles],
  });
  machine = await scene.machine('one', { graph: { throttleLimits: rateFreeLimits } });
  await backUp();
  contacts = await saved(1);
}, 60_000);
afterAll(() => scene.close());

const backUp = () => machine.backUp({ item: { ...scene.item, services: ['contacts'] } });

/** What Microsoft 365 gives anew. */
const own = ['id', 'changeKey', 'createdDateTime', 'lastModifiedDateTime', 'parentFolderId'];

/** Every file of the contacts of a snapshot, by where it lies, without what is new in a new contact. */
async function saved(snapshot: number): Promise<string[]> {
  const targetPath = mkdtempSync(join(scene.folderPath, 'read-'));
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, snapshot, targetPath };
  await reportOf(await machine.client.restore.files({ ...scope, service: 'contacts' }));
  const files = readdirSync(targetPath, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && !file.name.endsWith('.vcf'))
    .map((file) => {
      const bytes = readFileSync(join(file.parentPath, file.name));
      const place = file.parentPath.slice(targetPath.length).replace(/ \(\d+\)/g, '');
      if (!file.name.endsWith('.json')) return `${place} ${bytes.toString('base64')}`;
      const json = JSON.parse(bytes.toString()) as Record<string, unknown>;
      const told = Object.entries(json).filter(([name]) => !own.includes(name));
      return `${place} ${JSON.stringify(told)}`;
    })
    .sort();
}

test('contacts that were wiped come back in their folders with every property and photo', async () => {
  await order(scene.simulator, 'wipe', { area: 'contacts' });
  const plan = await machine.plan({ service: 'contacts' });
  const report = await machine.apply(plan);
  expect(report).toMatchObject({ created: 30, failed: 0, cannot: 0, problems: [] });
  const { snapshot } = await backUp();
  expect(await saved(snapshot)).toEqual(contacts);
  expect(await machine.undo(plan)).toMatchObject({ removed: 30, kept: 0, failed: 0 });
  const after = await backUp();
  expect(await saved(after.snapshot)).toEqual([]);
});

test('what is replaced comes back with an undo', async () => {
  const first = await machine.plan({ service: 'contacts' });
  await machine.apply(first);
  const { snapshot } = await backUp();
  const plan = await machine.plan({ service: 'contacts', conflict: 'replace' });
  const report = await machine.apply(plan);
  expect(report).toMatchObject({ created: 0, replaced: 30, failed: 0 });
  expect(await machine.undo(plan)).toMatchObject({ removed: 30, putBack: 30, failed: 0 });
  const after = await backUp();
  expect(await saved(after.snapshot)).toEqual(await saved(snapshot));
});
