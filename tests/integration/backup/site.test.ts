/** A site through everything that a run is made of, and back out of the vault. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { GraphConnection } from '../../../src-shared/model/connection.ts';
import type { RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { documentedLimits } from '../../../src-worker/graph/throttle-governor.ts';
import { siteWorkload } from '../../../src-worker/workloads/site/site-workload.ts';
import { createCertificate } from '../../support/application-certificate.ts';
import { WorkloadBackup } from '../../support/workload-backup.ts';
import {
  areaTruth,
  closeAll,
  connectionTo,
  control,
  open,
  simulate,
  sitesOf,
  testServices,
} from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';

interface Line {
  kind: string;
  id: string;
  listId: string;
  attachments?: { name: string; sha256: string }[];
}

interface Scene {
  simulator: RunningSimulator;
  accountId: string;
  backup: WorkloadBackup;
  run: (connection: GraphConnection) => ReturnType<WorkloadBackup['run']>;
  secret: GraphConnection;
  certificate: GraphConnection;
}

const key = createCertificate();
const backups: WorkloadBackup[] = [];
afterEach(async () => {
  for (const backup of backups.splice(0)) backup.close();
  await closeAll();
});

const unlimited = { lane: { slots: 32 }, maxInFlight: 32 };

async function openScene(): Promise<Scene> {
  const simulator = await simulate({
    profile: 'sample',
    users: 3,
    messagesPerUser: 0,
    sites: { listItemsPerList: 40 },
    unitLimits: { isEnforced: false },
    certificates: [key.certificatePem],
    sharePointRoles: ['Sites.FullControl.All'],
  });
  const secret = connectionTo(simulator);
  const accountId = (await sitesOf(open(secret)))[2] ?? '';
  const backup = await WorkloadBackup.open(siteWorkload, { kind: 'site', accountId });
  backups.push(backup);
  const services = { ...testServices, throttleLimits: { ...documentedLimits, sharepoint: unlimited } };
  return {
    simulator,
    accountId,
    backup,
    run: (connection) => backup.run(connection, services),
    secret,
    certificate: connectionTo(simulator, { credential: { kind: 'certificate', ...key } }),
  };
}

/** Says that the newest snapshot holds exactly the list items and pages there are, with these attachments. */
async function expectStored({ simulator, accountId, backup }: Scene, areAttached: boolean): Promise<void> {
  const lines = await areaTruth<Line>(simulator, 'site', accountId);
  const wanted = lines.flatMap(({ kind, id, listId, attachments = [] }) => {
    if (kind === 'page') return [[`pages ${id}`]];
    if (kind === 'list') return [[`list ${id}`]];
    const files = areAttached ? attachments.flatMap(({ name, sha256: hash }) => [name, hash]) : [];
    return kind === 'listItem' ? [[`${listId} ${id}`, ...files]] : [];
  });
  const stored = (await backup.items()).filter(({ collection }) => collection !== 'about');
  const held = stored.map(({ id, parts }) => {
    const [, ...files] = parts;
    return [id, ...files.flatMap(([name, bytes]) => [name, sha256(bytes)])];
  });
  expect(held.sort()).toEqual(wanted.sort());
}

const codesOf = ({ backup }: Scene) =>
  new Set(backup.issues().map(({ outcome, code }) => `${outcome} ${code}`));

test('what a secret cannot read is listed until a certificate can, and then fetched without anything else', async () => {
  const scene = await openScene();
  const first = await scene.run(scene.secret);
  await expectStored(scene, false);
  expect(codesOf(scene)).toEqual(new Set(['skipped certificate-missing', 'skipped full-control-missing']));
  const gaps = scene.backup.issues().length;
  expect(first).toMatchObject({ failed: 0, skipped: gaps });
  expect(gaps).toBeGreaterThan(5);

  expect(await scene.run(scene.secret)).toMatchObject({ saved: 0, failed: 0, skipped: gaps });

  await control(scene.simulator, '/control/roles', { roles: ['Sites.FullControl.All'] });
  const mended = await scene.run(scene.certificate);
  await expectStored(scene, true);
  expect(mended).toMatchObject({ saved: gaps, failed: 0, skipped: 0 });
  expect(scene.backup.issues()).toEqual([]);

  // The certificate is gone again: what was saved with it stays.
  await control(scene.simulator, '/control/expire-delta', { user: scene.accountId });
  const without = await scene.run(scene.secret);
  await expectStored(scene, true);
  expect(without).toMatchObject({ saved: 0, failed: 0 });
});

test('items, pages and lists that go are gone from the next snapshot, whatever happens to the links', async () => {
  const scene = await openScene();
  await scene.run(scene.certificate);
  for (const seed of [1, 2, 3]) {
    const areas = {
      'site.itemCreated': 5,
      'site.itemEdited': 5,
      'site.itemDeleted': 5,
      'site.pageCreated': 1,
      'site.pageDeleted': 1,
      'site.listCreated': 1,
      'site.listRenamed': 1,
      'site.listDeleted': seed === 2 ? 1 : 0,
    };
    await control(scene.simulator, '/control/changes', { user: scene.accountId, seed, areas });
    if (seed === 3) await control(scene.simulator, '/control/expire-delta', { user: scene.accountId });
    await scene.run(scene.certificate);
    await expectStored(scene, true);
  }
  expect(scene.backup.issues().map(({ code }) => code)).toEqual(['full-control-missing']);
});

test('a restore gives what describes a folder of a library as it gives every other item', async () => {
  const scene = await openScene();
  await scene.run(scene.certificate);
  const items = await scene.backup.items();
  const folders = items.filter(({ info }) => info['holdsItems'] === true);
  expect(folders.length).toBeGreaterThan(0);
  const targetPath = mkdtempSync(join(tmpdir(), 'holdfast-restore-'));
  try {
    expect(await scene.backup.restore(targetPath, testServices.clock)).toMatchObject({
      restored: items.length,
      failed: 0,
    });
    const files = readdirSync(targetPath, { recursive: true, withFileTypes: true }).filter((it) =>
      it.isFile(),
    );
    const restored = files.map((it) => readFileSync(join(it.parentPath, it.name), 'utf8'));
    for (const { parts } of folders) {
      const [description = new Uint8Array()] = parts.values();
      expect(restored).toContain(Buffer.from(description).toString());
    }
  } finally {
    rmSync(targetPath, { recursive: true });
  }
});

test('a locked site is one issue, and everything that was saved of it stays', async () => {
  const scene = await openScene();
  const { simulator } = scene;
  const graph = open(scene.secret);
  for (const accountId of await sitesOf(graph)) {
    const [line] = await areaTruth<{ unreadable: string | null }>(simulator, 'site', accountId);
    if (line?.unreadable === null) continue;
    const backup = await WorkloadBackup.open(siteWorkload, { kind: 'site', accountId });
    backups.push(backup);
    expect(await backup.run(scene.secret, testServices)).toMatchObject({ failed: 0, skipped: 1 });
    expect(backup.issues()).toMatchObject([{ item: '*', outcome: 'skipped', code: 'site-locked' }]);
    return;
  }
  throw new Error('no site is locked');
});
