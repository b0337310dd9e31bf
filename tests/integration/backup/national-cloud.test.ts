/** Incremental where Microsoft tells no changes: the operations of 21Vianet's cloud are fewer, and nothing else tells. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackupReport } from '../../../src-shared/model/job.ts';
import { defaultServices } from '../../../src-shared/model/service-name.ts';
import { startSimulator } from '../../../src-simulator/start-simulator.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { differences } from '../../support/mail-tree.ts';
import { order, statistics } from '../../support/simulator-control.ts';

/** What a run asked for, by operation, and what it reports. */
async function costOfRun(
  scene: BackupScene,
  machine: Machine,
): Promise<{ report: BackupReport; requests: Readonly<Record<string, number>> }> {
  await order(scene.simulator, 'stats/reset');
  const report = await machine.backUp();
  return { report, requests: (await statistics(scene.simulator)).requests };
}

const messageDelta = 'users.mailFolders.messages.delta';
const messageList = 'users.mailFolders.ListMessages';
const pageSize = 500;

describe('mailboxes without delta', () => {
  let scene: BackupScene;
  let machine: Machine;
  beforeAll(async () => {
    scene = await BackupScene.open({ profile: 'typical', users: 3, messagesPerUser: 60, cloud: 'china' });
    machine = await scene.machine();
  });
  afterAll(() => scene.close());

  test('are saved whole by the first run', async () => {
    const report = await machine.backUp();
    expect(report).toMatchObject({ outcome: 'complete', counts: { saved: 180 } });
    expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  });

  test('are followed through every kind of change, and only what changed is fetched', async () => {
    for (const seed of [8, 9]) {
      const messages = { created: 6, edited: 6, read: 6, moved: 12, deleted: 6 };
      const folders = { foldersCreated: 3, foldersRenamed: 4, foldersDeleted: 3 };
      const made = await order(scene.simulator, 'changes', { seed, ...messages, ...folders });
      const { counts } = made as { counts: Record<string, number> };
      for (const kind of ['created', 'edited', 'moved', 'deleted', 'foldersDeleted'])
        expect(counts[kind], kind).toBeGreaterThan(0);
      const { report, requests } = await costOfRun(scene, machine);
      expect(report.outcome).toBe('complete');
      expect(requests['users.messages.GetValue']).toBeLessThanOrEqual(30);
      expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
    }
  });
});

describe('a mailbox without delta and without changes', () => {
  const sizes = [400, 1_600];
  const costs = new Map<number, Awaited<ReturnType<typeof costOfRun>>>();
  const changed = new Map<number, Awaited<ReturnType<typeof costOfRun>>>();
  const folders = new Map<number, number>();
  beforeAll(async () => {
    for (const messagesPerUser of sizes) {
      const scene = await BackupScene.open({ profile: 'uniform', users: 1, messagesPerUser, cloud: 'china' });
      try {
        const machine = await scene.machine();
        await machine.backUp();
        costs.set(messagesPerUser, await costOfRun(scene, machine));
        const [account] = await machine.accounts();
        const scope = { vault: machine.vault, protectedItemId: scene.item.id, account: account?.id ?? '' };
        folders.set(messagesPerUser, (await machine.client.snapshot.folders(scope)).length);
        await order(scene.simulator, 'changes', { seed: 4, created: 5, edited: 5 });
        changed.set(messagesPerUser, await costOfRun(scene, machine));
      } finally {
        await scene.close();
      }
    }
  });

  test.each(sizes)('of %i messages costs its pages and its folders, and fetches nothing', (size) => {
    const { report, requests } = costs.get(size)!;
    expect(report.counts).toMatchObject({ saved: 0, unchanged: size, removed: 0 });
    expect(requests['users.messages.GetValue'] ?? 0).toBe(0);
    expect(requests[messageList]).toBeLessThanOrEqual(folders.get(size)! + Math.ceil(size / pageSize));
    expect(requests['users.mailFolders.ListChildFolders']).toBeLessThanOrEqual(folders.get(size)!);
  });

  test.each(sizes)('of %i messages is asked for delta no more than its folders are read at once', (size) => {
    const { requests } = costs.get(size)!;
    expect(requests['users.mailFolders.delta']).toBe(1);
    expect(requests[messageDelta]).toBeLessThanOrEqual(4);
  });

  test.each(sizes)('of %i messages costs one request more for each change', (size) => {
    const [still, after] = [costs.get(size)!.report, changed.get(size)!.report];
    expect(after.counts.saved).toBe(10);
    expect(after.network.requests - still.network.requests).toBeLessThanOrEqual(10 + 2);
  });
});

test('a cloud that learns delta is followed by it from then on', async () => {
  const content = { profile: 'typical', users: 1, messagesPerUser: 40 } as const;
  const scene = await BackupScene.open({ ...content, cloud: 'china' });
  const grown = await startSimulator(content);
  try {
    const machine = await scene.machine();
    await machine.backUp();
    const { graphRoot, loginAuthority, caPem, tenantId, clientId, clientSecret } = grown;
    const connection = {
      region: { kind: 'Custom' as const, graphRoot, loginAuthority, caPem },
      tenantId,
      clientId,
      credential: { kind: 'secret' as const, secret: clientSecret },
    };
    expect((await machine.backUp({ connection })).counts).toMatchObject({
      saved: 0,
      unchanged: 40,
      removed: 0,
    });
    await order(grown, 'stats/reset');
    await machine.backUp({ connection });
    const { requests } = await statistics(grown);
    expect(requests[messageList]).toBeUndefined();
    expect(requests[messageDelta]).toBeGreaterThan(0);
  } finally {
    await grown.close();
    await scene.close();
  }
});

test('what the cloud does not have is told as that, and leaves the snapshot complete', async () => {
  const whole = { unreadableShare: 0 };
  const scene = await BackupScene.open({
    ...{ profile: 'sample', users: 2, messagesPerUser: 5, cloud: 'china' },
    ...{ ...whole, calendar: whole, contacts: whole },
  });
  try {
    const machine = await scene.machine();
    const services = defaultServices.filter((name) => name !== 'drive' && name !== 'chat');
    const report = await machine.backUp({ item: { ...scene.item, services } });
    const { rows } = await machine.coverage();
    const causes = rows.flatMap(({ service, gaps }) =>
      gaps
        .filter(({ outcome }) => outcome === 'skipped' || outcome === 'failed')
        .map(({ outcome, code, what }) => `${service} ${what} ${outcome} ${code}`),
    );
    expect([...new Set(causes)].sort()).toEqual([
      'settings items skipped not-in-this-cloud',
      'tasks service skipped not-in-this-cloud',
    ]);
    expect(report.outcome).toBe('complete');
    const saved = rows.filter(({ saved: count }) => count > 0).map(({ service }) => service);
    expect([...new Set(saved)].sort()).toEqual(['calendar', 'contacts', 'directory', 'mail', 'settings']);
  } finally {
    await scene.close();
  }
});
