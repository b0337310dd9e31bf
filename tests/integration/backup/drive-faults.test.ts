/** OneDrives with everything in them that other programs stumble over. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackupReport } from '../../../src-shared/model/job.ts';
import type { IssueRow } from '../../../src-shared/model/rows.ts';
import type { ProtectedItemInput } from '../../../src-shared/model/protected-item.ts';
import { strangeNames } from '../../../src-simulator/files/file-names.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { contentDifferences, trueContents } from '../../support/service-contents.ts';
import { rateFreeLimits } from '../../support/rate-free-limits.ts';
import { areaTruthOf, order, statistics } from '../../support/simulator-control.ts';

interface DriveLine {
  readonly kind: 'drive' | 'folder' | 'notebook' | 'file';
  readonly id: string;
  readonly parentId?: string;
  readonly driveId?: string;
  readonly name: string;
  readonly unreadable?: string | null;
}

let scene: BackupScene;
let machine: Machine;
let item: ProtectedItemInput;
let first: BackupReport;
/** Owners of drives that can be read whole. */
const sound: string[] = [];
/** The drive with malware in it: its owner and what it holds. */
let infected: { readonly account: string; readonly lines: DriveLine[]; readonly file: DriveLine };

const linesOf = async (account: string): Promise<DriveLine[]> =>
  (await areaTruthOf(scene.simulator, 'drive', account)) as DriveLine[];
const issuesOf = (account: string): Promise<IssueRow[]> =>
  machine.client.snapshot.issues({
    ...{ vault: machine.vault, protectedItemId: item.id, account, service: 'drive' },
  });

/** Differences between the truth and a restore of one drive. */
async function differences(account: string): Promise<string[]> {
  const { contents } = await trueContents(scene.simulator, account, 'drive');
  return contentDifferences(await machine.restoredService(account, 'drive'), contents);
}

beforeAll(async () => {
  scene = await BackupScene.open({
    messagesPerUser: 0,
    unitLimits: { isEnforced: false },
    drives: { filesPerDrive: 45, fileSizeBytes: 3_000, unreadableShare: 0, hashMissingShare: 0.3 },
  });
  machine = await scene.machine('one', { graph: { throttleLimits: rateFreeLimits } });
  item = { ...scene.item, services: ['drive'] };
  first = await machine.backUp({ item });
  for (const { id } of await machine.accounts()) {
    const lines = await linesOf(id);
    const file = lines.find(({ unreadable }) => unreadable === 'malwareDetected');
    if (file !== undefined) infected = { account: id, lines, file };
    else if (lines.length > 0 && lines.every(({ unreadable = null }) => unreadable === null)) sound.push(id);
  }
}, 60_000);
afterAll(() => scene.close());

test('a file with malware is skipped with that as its cause', async () => {
  const { account, file } = infected;
  expect(await issuesOf(account)).toMatchObject([
    { item: `${file.driveId}/${file.id}`, name: file.name, outcome: 'skipped', code: 'item-infected' },
  ]);
});

test('a bad file does not keep the others of its drive from being saved', async () => {
  expect(await differences(infected.account)).toEqual([]);
  expect(infected.lines.filter(({ kind }) => kind === 'file').length).toBeGreaterThan(40);
});

test('files that Microsoft 365 tells no hash of are saved byte for byte', async () => {
  expect(first.counts.failed).toBe(0);
  expect(sound.length).toBeGreaterThan(5);
  for (const account of sound.slice(0, 3)) expect(await differences(account)).toEqual([]);
});

test('somebody without a OneDrive is skipped with that as the cause', () => {
  expect(first.outcome).toBe('complete');
  expect(first.issues).toContainEqual(
    expect.objectContaining({ outcome: 'skipped', code: 'account-without-drive' }),
  );
});

test('every name that SharePoint allows is restored, none in place of another', async () => {
  const { account, lines } = infected;
  const folder = lines.find(({ name }) => name === strangeNames[0])?.parentId;
  const wanted = lines.filter(({ parentId, name }) => parentId === folder && name !== infected.file.name);
  expect(new Set(wanted.map(({ name }) => name))).toEqual(new Set(strangeNames));
  const targetPath = mkdtempSync(join(scene.folderPath, 'names-'));
  const scope = { vault: machine.vault, protectedItemId: item.id, account, service: 'drive' as const };
  await reportOf(await machine.client.restore.files({ ...scope, targetPath }));
  const restored = readdirSync(targetPath, { recursive: true, withFileTypes: true });
  const place = restored.find(({ name }) => name === strangeNames[0])?.parentPath;
  const names = restored.filter(({ parentPath }) => parentPath === place).map(({ name }) => name);
  expect(names).toHaveLength(wanted.length);
  expect(names).toEqual(
    expect.arrayContaining(['#1 100% fertig.docx', 'a%20b %41%2F.txt', '日本語の資料.xlsx']),
  );
});

test('a bad file does not hold up the position of its drive, and changes behind it are saved', async () => {
  await order(scene.simulator, 'changes', { user: infected.account, areas: { 'drive.created': 3 } });
  await order(scene.simulator, 'stats/reset', {});
  const next = await machine.backUp({ item });
  expect(next.counts).toMatchObject({ saved: 3, failed: 0 });
  const { requests } = await statistics(scene.simulator);
  expect(Object.entries(requests).filter(([name]) => /content/i.test(name))).toEqual([]);
  expect(await differences(infected.account)).toEqual([]);
});

test('an empty folder is restored as a folder', async () => {
  const { account } = infected;
  const before = new Set((await linesOf(account)).map(({ id }) => id));
  await order(scene.simulator, 'changes', { user: account, areas: { 'drive.foldersCreated': 2 } });
  await machine.backUp({ item });
  const fresh = (await linesOf(account)).filter(({ id }) => !before.has(id));
  expect(fresh.map(({ kind }) => kind)).toEqual(['folder', 'folder']);
  // A folder that is missing would be among the differences.
  expect(await differences(account)).toEqual([]);
  const held = await machine.restoredService(account, 'drive');
  expect([...held.values()].filter((files) => files.length === 0).length).toBeGreaterThanOrEqual(1);
});
