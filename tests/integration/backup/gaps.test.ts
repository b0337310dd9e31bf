/** What cannot be read for lack of a right: the item is saved, the snapshot says what it lacks, and no run is partial. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackupReport } from '../../../src-shared/model/job.ts';
import { protectedItemSchema, type ProtectedItem } from '../../../src-shared/model/protected-item.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { areaTruthOf, order } from '../../support/simulator-control.ts';

const refused = 'drives.items.ListPermissions';
const code = 'full-control-missing';

interface FileLine {
  id: string;
  driveId?: string;
  directPermissions?: number;
}

let scene: BackupScene;
let machine: Machine;
let item: ProtectedItem;
let account: string;
let first: BackupReport;

beforeAll(async () => {
  scene = await BackupScene.open({
    profile: 'uniform',
    users: 1,
    messagesPerUser: 0,
    drives: { filesPerDrive: 60, fileSizeBytes: 3_000 },
    unitLimits: { isEnforced: false },
    registration: { refusedOperations: [refused] },
  });
  machine = await scene.machine();
  item = protectedItemSchema.parse({ ...scene.item, services: ['drive'] });
  first = await machine.backUp({ item });
  account = (await machine.accounts())[0]?.id ?? randomUUID();
});
afterAll(() => scene.close());

async function sharedItems(): Promise<string[]> {
  const lines = (await areaTruthOf(scene.simulator, 'drive', account)) as FileLine[];
  const shared = lines.filter(({ directPermissions = 0 }) => directPermissions > 0);
  return shared.map(({ id, driveId = '' }) => `${driveId}/${id}`).sort();
}

const scopeOf = () => ({
  vault: machine.vault,
  protectedItemId: scene.item.id,
  account,
  service: 'drive' as const,
});

async function listedGaps(): Promise<string[]> {
  const issues = await machine.client.snapshot.issues(scopeOf());
  for (const issue of issues) expect(issue).toMatchObject({ outcome: 'skipped', code });
  return issues.map((issue) => issue.item).sort();
}

const causeOf = ({ issues }: BackupReport) => issues.find((issue) => issue.code === code)?.count ?? 0;

test('items are saved, each with what it lacks among the issues, and the snapshot is complete', async () => {
  const shared = await sharedItems();
  expect(shared.length).toBeGreaterThan(2);
  expect(await listedGaps()).toEqual(shared);
  expect(first.outcome).toBe('complete');
  expect(first.counts).toMatchObject({ skipped: shared.length, failed: 0 });
  expect(causeOf(first)).toBe(shared.length);
});

test('a run without changes carries the gaps over and reads nothing again', async () => {
  const report = await machine.backUp({ item });
  expect(await listedGaps()).toEqual(await sharedItems());
  expect([report.outcome, report.counts.saved, causeOf(report)]).toEqual([
    'complete',
    0,
    (await sharedItems()).length,
  ]);
});

test('a gap ends when the item can be read completely, without its bytes being read again', async () => {
  await order(scene.simulator, 'registration', { refusedOperations: [] });
  await order(scene.simulator, 'expire-delta');
  const report = await machine.backUp({ item });
  expect(await listedGaps()).toEqual([]);
  expect([report.outcome, report.counts.saved, report.counts.skipped]).toEqual(['complete', 0, 0]);
  for (const id of await sharedItems()) {
    const { item: row } = await machine.client.preview.item({ ...scopeOf(), item: id });
    expect(row.info['sharing'], id).toHaveLength(row.info['grants'] as number);
  }
});
