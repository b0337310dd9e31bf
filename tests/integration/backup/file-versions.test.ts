/** Earlier versions of files, saved by choice, compared hash by hash with what the organization has. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, parse, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BackupReport } from '../../../src-shared/model/job.ts';
import type { FileVersions, ProtectedItemInput } from '../../../src-shared/model/protected-item.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { BackupScene, engineOptions, password, reportOf, type Machine } from '../../support/backup-scene.ts';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { rateFreeLimits } from '../../support/rate-free-limits.ts';
import { areaTruthOf, order, statistics } from '../../support/simulator-control.ts';
import { SnapshotReader } from '../../support/snapshot-reader.ts';
import { sha256 } from '../simulator/canonical.ts';
import { hashDifferences, itemHashes, trueHashes, type TruthThing } from '../../support/true-hashes.ts';

/** A file as truth tells of it. */
type FileLine = Required<TruthThing> & { readonly path: readonly string[] };

const some: SimulatorOptions = {
  profile: 'sample',
  users: 1,
  messagesPerUser: 0,
  unitLimits: { isEnforced: false },
  drives: { filesPerDrive: 60, fileSizeBytes: 4_000, unreadableShare: 0, hashMissingShare: 0 },
};

let scene: BackupScene;
let machine: Machine;
let reader: SnapshotReader;

async function open(drives: SimulatorOptions['drives'] = {}, rest: SimulatorOptions = {}): Promise<void> {
  scene = await BackupScene.open({ ...some, ...rest, drives: { ...some.drives, ...drives } });
  const { graph } = engineOptions('', 'one');
  machine = await scene.machine('one', { graph: { ...graph, throttleLimits: rateFreeLimits } });
  reader = await SnapshotReader.open(scene.vaultPath, password, scene.item.id);
}
async function close(): Promise<void> {
  reader.close();
  await scene.close();
}
beforeEach(() => open());
afterEach(close);

const itemWith = (versions: FileVersions): ProtectedItemInput => ({
  ...scene.item,
  services: ['drive'],
  files: { versions },
});
const backUp = (versions: FileVersions): Promise<BackupReport> =>
  machine.backUp({ item: itemWith(versions) });

/** Changes in the one OneDrive that there is. */
async function change(areas: Readonly<Record<string, number>>, seed = 1): Promise<void> {
  const [account] = await machine.accounts();
  await order(scene.simulator, 'changes', { user: account?.id, seed, areas });
}

const truthOf = async (account: string) =>
  (await areaTruthOf(scene.simulator, 'drive', account)) as TruthThing[];

/** Where the newest snapshot is not what the OneDrives are, with their versions. */
async function differences(versions: FileVersions): Promise<{ lost: string[]; tooMany: string[] }> {
  await reader.refresh();
  const [lost, tooMany]: [string[], string[]] = [[], []];
  for (const { id } of reader.accounts()) {
    const hashes: string[] = [];
    for await (const item of reader.items('drive', id)) hashes.push(...itemHashes('drive', item).hashes);
    const found = hashDifferences({ hashes, extra: [] }, trueHashes('drive', await truthOf(id), versions));
    lost.push(...found.lost);
    tooMany.push(...found.tooMany);
  }
  return { lost, tooMany };
}
const none = { lost: [], tooMany: [] };

/** What the simulator was asked for since it was last looked at. */
async function asked(): Promise<{ lists: number; versions: number; downloads: number }> {
  const { requests } = await statistics(scene.simulator);
  await order(scene.simulator, 'stats/reset');
  return {
    lists: requests['drives.items.ListVersions'] ?? 0,
    versions: requests['drives.items.versions.GetContent'] ?? 0,
    downloads: requests['download'] ?? 0,
  };
}

/** Earlier versions that can be read. */
async function earlierCount(versions: FileVersions = 'all'): Promise<number> {
  let count = 0;
  for (const { id } of reader.accounts()) {
    const lines = await truthOf(id);
    count += trueHashes('drive', lines, versions).needed.length - trueHashes('drive', lines).needed.length;
  }
  return count;
}

test('a first run saves every earlier version, and a run without changes asks nothing of them', async () => {
  await backUp('all');
  expect(await differences('all')).toEqual(none);
  expect(await earlierCount()).toBeGreaterThan(8);
  await asked();
  const { counts, outcome } = await backUp('all');
  expect(outcome).toBe('complete');
  expect(counts).toMatchObject({ saved: 0, removed: 0 });
  expect(await asked()).toEqual({ lists: 0, versions: 0, downloads: 0 });
});

test('an edited file costs one list and one version, and a renamed or shared one no version', async () => {
  await backUp('all');
  await change({ 'drive.edited': 5 });
  await asked();
  const { counts } = await backUp('all');
  expect(await differences('all')).toEqual(none);
  const edited = counts.saved / 2;
  expect(edited).toBeGreaterThan(2);
  expect(await asked()).toEqual({ lists: edited, versions: edited, downloads: 2 * edited });
  await change({ 'drive.renamed': 4, 'drive.foldersMoved': 1 }, 2);
  await backUp('all');
  expect(await differences('all')).toEqual(none);
  expect(await asked()).toMatchObject({ versions: 0, downloads: 0 });
  await change({ 'drive.shared': 6 }, 3);
  await backUp('all');
  expect(await asked()).toEqual({ lists: 0, versions: 0, downloads: 0 });
});

test('versions that Microsoft 365 keeps no more end, and so do all of a file that is deleted', async () => {
  await backUp('all');
  for (const seed of [1, 2, 3]) {
    await change({ 'drive.trimmed': 12, 'drive.deleted': 5, 'drive.foldersDeleted': 2 }, seed);
    const { counts } = await backUp('all');
    expect(await differences('all')).toEqual(none);
    expect(counts.removed).toBeGreaterThan(7);
  }
});

test('so many of the newest versions are kept as the choice says', async () => {
  await backUp(2);
  for (const seed of [1, 2, 3]) {
    await change({ 'drive.edited': 30, 'drive.created': 3 }, seed);
    await backUp(2);
    expect(await differences(2)).toEqual(none);
  }
  expect(await earlierCount(2)).toBeLessThan(await earlierCount());
});

test('another choice takes effect in the next run, also for files that did not change', async () => {
  await backUp('current');
  expect(await differences('current')).toEqual(none);
  await asked();
  await backUp('all');
  expect(await differences('all')).toEqual(none);
  const earlier = await earlierCount();
  expect(await asked()).toMatchObject({ versions: earlier, downloads: earlier });
  await backUp(1);
  expect(await differences(1)).toEqual(none);
  expect(await asked()).toMatchObject({ versions: 0, downloads: 0 });
  await backUp('current');
  expect(await differences('current')).toEqual(none);
  expect(await asked()).toMatchObject({ lists: 0, downloads: 0 });
});

test('a position that Microsoft 365 has forgotten costs a list of the drive and no versions', async () => {
  await backUp('all');
  await change({ 'drive.deleted': 6, 'drive.foldersDeleted': 1 });
  await order(scene.simulator, 'expire-delta');
  await asked();
  await backUp('all');
  expect(await differences('all')).toEqual(none);
  expect(await asked()).toEqual({ lists: 0, versions: 0, downloads: 0 });
});

test('a version that cannot be had is listed with its cause, and the file and its other versions are saved', async () => {
  await close();
  await open({ unreadableVersionShare: 0.4 });
  const reports = [await backUp('all'), await backUp('all'), await backUp('all')];
  expect(await differences('all')).toEqual(none);
  const causes = reports.map(({ issues }) => issues.map(({ code }) => code).sort());
  expect(causes).toEqual([
    ['item-gone', 'item-infected'],
    ['item-gone', 'item-infected'],
    ['item-infected', 'item-unreadable'],
  ]);
  expect(reports.map(({ outcome }) => outcome)).toEqual(['partial', 'partial', 'complete']);
  // What is purged at last is no issue any more.
  await change({ 'drive.trimmed': 200 });
  await backUp('all');
  await change({ 'drive.foldersDeleted': 40, 'drive.deleted': 300 }, 2);
  const { issues } = await backUp('all');
  expect(await differences('all')).toEqual(none);
  const left = (await truthOf(reader.accounts()[0]?.id ?? '')).flatMap(({ versions = [] }) =>
    versions.slice(0, -1).filter(({ unreadable }) => unreadable !== null),
  );
  expect(issues.reduce((sum, { count }) => sum + count, 0)).toBe(left.length);
});

test('files are saved where their versions may not be listed, and versions once they may', async () => {
  await close();
  await open({}, { registration: { refusedOperations: ['drives.items.ListVersions'] } });
  const first = await backUp('all');
  expect(first).toMatchObject({ outcome: 'partial' });
  expect(first.issues).toEqual([{ outcome: 'failed', code: 'access-denied', count: first.counts.failed }]);
  expect(await differences('current')).toEqual(none);
  await asked();
  await backUp('all');
  expect(await asked()).toMatchObject({ lists: first.counts.failed, downloads: 0 });
});

test('a run that is cut short goes on where it was and fetches no version twice', async () => {
  const stop = new AbortController();
  const item = itemWith('all');
  await machine
    .backUp({
      item,
      signal: stop.signal,
      onProgress: ({ itemsDone }) => {
        if (itemsDone > 30) stop.abort();
      },
    })
    .catch(() => undefined);
  const first = await asked();
  await backUp('all');
  expect(await differences('all')).toEqual(none);
  const second = await asked();
  expect(first.versions).toBeGreaterThan(0);
  // At most four files were on their way.
  expect(first.versions + second.versions).toBeLessThanOrEqual((await earlierCount()) + 4);
});

/** Files below a folder by their paths, as hashes. */
function filesBelow(folderPath: string): Map<string, string> {
  const files = readdirSync(folderPath, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folderPath, path), sha256(readFileSync(path))];
    }),
  );
}

test('a restore puts versions into a folder beside the file, which is there once and under its own name', async () => {
  await backUp('all');
  // The folder is named after the file as it is now, also where a version was saved before it was renamed.
  await change({ 'drive.edited': 20 });
  await backUp('all');
  await change({ 'drive.renamed': 20 }, 2);
  await backUp('all');
  const targetPath = join(scene.folderPath, 'restored');
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, service: 'drive' as const };
  expect(await reportOf(await machine.client.restore.files({ ...scope, targetPath }))).toMatchObject({
    failed: 0,
  });
  const [account] = await machine.accounts();
  const restored = filesBelow(targetPath);
  const lines = (await truthOf(account?.id ?? '')) as FileLine[];
  const plain = lines.filter(
    ({ kind, path, unreadable }) => kind === 'file' && unreadable === null && path.every(isPlain),
  );
  let versionCount = 0;
  for (const { name, path, sha256: hash, versions } of plain) {
    const folder = path.slice(0, -1).join('/');
    const paths = [...restored.keys()].filter((each) => each.endsWith(`/OneDrive/${path.join('/')}`));
    expect(paths.map((each) => restored.get(each))).toEqual([hash]);
    const { name: stem, ext } = parse(name);
    for (const { id, sha256: versionHash } of versions.slice(0, -1)) {
      const place = [folder, `${name} versions`, `${stem} (version ${id})${ext}`].filter(Boolean).join('/');
      const versionPath = [...restored.keys()].find((each) => each.endsWith(`/OneDrive/${place}`));
      expect([place, restored.get(versionPath ?? '')]).toEqual([place, versionHash]);
      versionCount += 1;
    }
  }
  expect(versionCount).toBeGreaterThan(8);
  const readable = lines.filter(({ kind, unreadable }) => kind === 'file' && unreadable === null);
  expect(restored.size).toBe(readable.reduce((sum, { versions }) => sum + versions.length, 0));
});

/** A name that every file system takes as it is. */
const isPlain = (name: string): boolean => /^[a-z0-9][a-z0-9 ._()-]*[a-z0-9)]$/i.test(name);

test.skipIf(!isGraphContractAvailable)(
  'what is sent and understood of versions keeps to the Graph contract',
  async () => {
    await close();
    const trafficFile = join(mkdtempSync(join(tmpdir(), 'versions-traffic-')), 'traffic.ndjson');
    await open({ unreadableVersionShare: 0.1 }, { trafficFile });
    await backUp('all');
    await change({ 'drive.edited': 9, 'drive.trimmed': 9 });
    await backUp('all');
    await backUp(1);
    // The traffic is whole once the simulator has ended.
    await scene.simulator.close();
    const verdict = checkGraphTraffic(trafficFile);
    rmSync(dirname(trafficFile), { recursive: true });
    if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
    expect(verdict).toMatchObject({ errors: 0 });
  },
);
