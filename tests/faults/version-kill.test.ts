/** Runs that are killed while they save earlier versions of files, with checkpoints in between. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FileVersions } from '../../src-shared/model/protected-item.ts';
import { BackupScene, password } from '../support/backup-scene.ts';
import type { BackupOrder } from '../support/backup-process.ts';
import type { KillPoint } from '../support/kill-point.ts';
import { areaTruthOf, order, statistics } from '../support/simulator-control.ts';
import { SnapshotReader } from '../support/snapshot-reader.ts';
import { hashDifferences, itemHashes, trueHashes, type TruthThing } from '../support/true-hashes.ts';

const childPath = join(import.meta.dirname, '../support/backup-process.ts');
/** Of a run with a checkpoint every 20 ms. */
const kills: readonly KillPoint[] = [
  { phase: 'committing', count: 1, moment: 'after' },
  { phase: 'committing', count: 2, moment: 'before' },
  { phase: 'packing', count: 2, moment: 'after' },
  { phase: 'committing', count: 3, moment: 'after' },
];
/** Files that are on their way at the same time, and what a checkpoint has not seen of them. */
const lostInKill = 12;

test('versions survive kills between checkpoints, and those that a checkpoint has are not fetched again', async () => {
  const scene = await BackupScene.open({
    profile: 'sample',
    users: 1,
    messagesPerUser: 0,
    unitLimits: { isEnforced: false },
    drives: { filesPerDrive: 20, fileSizeBytes: 3_000, unreadableShare: 0, hashMissingShare: 0 },
  });
  const run = async (killPoint?: KillPoint, versions: FileVersions = 'all'): Promise<string | null> => {
    const item = { ...scene.item, services: ['drive' as const], files: { versions } };
    const backupOrder: BackupOrder = {
      ...{ catalogFolderPath: scene.catalogFolderPath('one'), agent: 'one' },
      ...{ vaultPath: scene.vaultPath, recoveryKey: scene.recoveryKey },
      ...{ item, connection: scene.connection, killPoint, checkpointIntervalMs: 20 },
    };
    const child = fork(childPath, { execArgv: [] });
    child.send(backupOrder);
    return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  };
  try {
    const reader = await SnapshotReader.open(scene.vaultPath, password, scene.item.id);
    await run(undefined, 'current');
    await reader.refresh();
    const { id } = reader.accounts()[0] ?? { id: '' };
    await order(scene.simulator, 'changes', { user: id, seed: 1, areas: { 'drive.edited': 120 } });
    const signals: (string | null)[] = [];
    for (const kill of kills) signals.push(await run(kill));
    expect(signals.filter((signal) => signal === 'SIGKILL').length).toBeGreaterThan(2);
    expect(await run()).toBeNull();
    await reader.refresh();
    const hashes: string[] = [];
    for await (const one of reader.items('drive', id)) hashes.push(...itemHashes('drive', one).hashes);
    const truth = (await areaTruthOf(scene.simulator, 'drive', id)) as TruthThing[];
    const wanted = trueHashes('drive', truth, 'all');
    expect(hashDifferences({ hashes, extra: [] }, wanted)).toEqual({ lost: [], tooMany: [] });
    const earlier = wanted.needed.length - trueHashes('drive', truth).needed.length;
    expect(earlier).toBeGreaterThan(100);
    const { requests } = await statistics(scene.simulator);
    const fetched = requests['drives.items.versions.GetContent'] ?? 0;
    expect(fetched).toBeGreaterThanOrEqual(earlier);
    expect(fetched).toBeLessThanOrEqual(earlier + kills.length * lostInKill);
    reader.close();
  } finally {
    await scene.close();
  }
});
