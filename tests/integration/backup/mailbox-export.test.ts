/** The full-fidelity export in a backup: beside everything else, by choice, and never in its way. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { exportSet } from '../../../src-shared/model/permission.ts';
import type { ProtectedItemInput } from '../../../src-shared/model/protected-item.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { areaTruthOf, order } from '../../support/simulator-control.ts';

let scene: BackupScene;
let machine: Machine;
afterEach(() => scene.close());

const reading = ['User.Read.All', 'Organization.Read.All', 'Mail.Read'];

async function open(options: SimulatorOptions): Promise<ProtectedItemInput> {
  scene = await BackupScene.open({ profile: 'typical', users: 2, messagesPerUser: 50, ...options });
  machine = await scene.machine();
  return { ...scene.item, services: ['mail', 'mailbox-export'] };
}

async function gaps(): Promise<string[]> {
  const { rows } = await machine.coverage();
  const own = rows.filter(({ service }) => service === 'mailbox-export');
  return own.flatMap((row) => row.gaps.map(({ outcome, what, code }) => `${what} ${outcome} ${code}`));
}

test('streams are restored to this PC as they were exported, beside the mail', async () => {
  const item = await open({ roles: [...reading, ...exportSet.map(({ name }) => name)] });
  expect((await machine.backUp({ item })).outcome).toBe('complete');
  await order(scene.simulator, 'changes', { seed: 4, created: 4, edited: 4, moved: 4, deleted: 4 });
  await machine.backUp({ item });
  const [account] = await machine.accounts();
  const targetPath = mkdtempSync(join(scene.folderPath, 'streams-'));
  const scope = { vault: machine.vault, protectedItemId: item.id, account: account!.id, targetPath };
  const report = await reportOf(await machine.client.restore.files({ ...scope, service: 'mailbox-export' }));
  expect(report.failed).toBe(0);
  const names = readdirSync(targetPath, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.fts'),
  );
  const held = names.map((name) =>
    createHash('sha256')
      .update(readFileSync(join(targetPath, name)))
      .digest('hex'),
  );
  const lines = (await areaTruthOf(scene.simulator, 'mailbox-export', account!.id)) as { sha256?: string }[];
  expect(held.sort()).toEqual(lines.flatMap(({ sha256 }) => sha256 ?? []).sort());
  expect(held.length).toBeGreaterThan(40);
  expect(await gaps()).toEqual([]);
});

test('an archive is saved beside its mailbox and marked as beta, and so is one that is not chosen', async () => {
  const roles = [...reading, ...exportSet.map(({ name }) => name)];
  const item = await open({ roles, messagesPerArchive: 30 });
  await machine.backUp({ item: { ...item, services: ['mail', 'archive'] } });
  const { rows } = await machine.coverage();
  const archives = rows.filter(({ service }) => service === 'archive');
  expect(archives.map(({ saved }) => saved).sort()).toEqual([0, 30]);
  expect(rows.filter(({ isBeta }) => isBeta)).toEqual(archives);
  expect(archives.flatMap((row) => row.gaps)).toEqual([]);
  const scope = { vault: machine.vault, protectedItemId: item.id };
  const { text } = await machine.client.snapshot.coverageDocument({ ...scope, format: 'html' });
  expect(text).toContain('<td>archive (beta)</td>');
  await machine.backUp({ item: { ...item, id: 'd'.repeat(32), services: ['mail'] } });
  const other = (await machine.coverage('d'.repeat(32))).rows.find(({ service }) => service === 'archive');
  expect(other).toMatchObject({ isBeta: true, gaps: [{ code: 'service-not-chosen' }] });
});

test.each([
  ['the permissions are missing', { roles: reading }, 'service skipped export-not-permitted'],
  [
    'only the one for streams is missing',
    { roles: [...reading, 'MailboxFolder.Read.All', 'MailboxItem.Read.All'] },
    'service skipped export-not-permitted',
  ],
  [
    'the cloud does not have it',
    { roles: [...reading, ...exportSet.map(({ name }) => name)], cloud: 'us-government' as const },
    'service skipped not-in-this-cloud',
  ],
])('where %s, the rest of the snapshot is complete', async (_cause, options, gap) => {
  const item = await open(options);
  const report = await machine.backUp({ item });
  expect(report.outcome).toBe('complete');
  expect(new Set(await gaps())).toEqual(new Set([gap]));
  const { rows } = await machine.coverage();
  const mail = rows.filter(({ service }) => service === 'mail');
  expect(mail.map(({ saved, failed }) => [saved, failed])).toEqual([
    [50, 0],
    [50, 0],
  ]);
});

test('what could not be exported for want of a permission is exported once it is granted', async () => {
  const item = await open({ roles: [...reading, 'MailboxFolder.Read.All', 'MailboxItem.Read.All'] });
  await machine.backUp({ item });
  const before = scene;
  const allowed = await BackupScene.open({
    ...{ profile: 'typical', users: 2, messagesPerUser: 50 },
    roles: [...reading, ...exportSet.map(({ name }) => name)],
  });
  try {
    await machine.backUp({ item, connection: allowed.connection });
    expect(await gaps()).toEqual([]);
    const { rows } = await machine.coverage();
    const exported = rows.filter(({ service }) => service === 'mailbox-export');
    expect(exported.map(({ saved, enumerated }) => [saved, enumerated])).toEqual([
      [50, 50],
      [50, 50],
    ]);
  } finally {
    await allowed.close();
    scene = before;
  }
});
