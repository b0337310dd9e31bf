/** Incremental for ever: the cost of a run follows what changed, and every snapshot stays what it was. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackupReport } from '../../../src-shared/model/job.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { differences, messageCount } from '../../support/mail-tree.ts';
import { order, statistics, type SimulatorStatistics } from '../../support/simulator-control.ts';

/** What one run cost, as the simulator counted it. */
interface RunCost {
  readonly report: BackupReport;
  readonly statistics: SimulatorStatistics;
  /** Requests on the wire; the parts of a batch are not. */
  readonly requests: number;
}

const messageDelta = 'users.mailFolders.messages.delta';

async function costOfRun(scene: BackupScene, machine: Machine): Promise<RunCost> {
  await order(scene.simulator, 'stats/reset');
  const report = await machine.backUp();
  const counted = await statistics(scene.simulator);
  return { report, statistics: counted, requests: report.network.requests };
}

describe('a run without changes', () => {
  let scene: BackupScene;
  let cost: RunCost;
  let folders = 0;
  const users = 5;
  beforeAll(async () => {
    scene = await BackupScene.open({ profile: 'typical', users, messagesPerUser: 20 });
    const machine = await scene.machine();
    await machine.backUp();
    const scope = { vault: machine.vault, protectedItemId: scene.item.id };
    for (const { id } of await machine.accounts())
      folders += (await machine.client.snapshot.folders({ ...scope, account: id })).length;
    cost = await costOfRun(scene, machine);
  });
  afterAll(() => scene.close());

  test('asks for one delta page per folder, for the folders of each mailbox, and for the accounts once', () => {
    // Hidden folders show up in no delta, so the top level is listed; those that have no children are not asked for any.
    expect(cost.statistics.requests).toEqual({
      ListUsers: 1,
      'users.mailFolders.delta': users,
      'users.ListMailFolders': users,
      [messageDelta]: folders,
    });
  });

  test('writes no pack and records a complete snapshot', () => {
    expect(cost.report.stored).toMatchObject({ packs: 0, packBytes: 0 });
    expect(cost.report.outcome).toBe('complete');
    expect(cost.report.counts.saved).toBe(0);
  });
});

describe('a run after k changes', () => {
  const costs = new Map<string, RunCost>();
  const scenes: BackupScene[] = [];
  const sizes = [200, 2_000];
  const changes = [5, 20];
  beforeAll(async () => {
    for (const messagesPerUser of sizes) {
      const scene = await BackupScene.open({ profile: 'uniform', users: 1, messagesPerUser });
      scenes.push(scene);
      const machine = await scene.machine();
      await machine.backUp();
      costs.set(`0 ${messagesPerUser}`, await costOfRun(scene, machine));
      for (const k of changes) {
        const each = k / 5;
        const kinds = { created: each, edited: each, read: each, moved: each, deleted: each };
        await order(scene.simulator, 'changes', { seed: k, ...kinds });
        costs.set(`${k} ${messagesPerUser}`, await costOfRun(scene, machine));
      }
    }
  });
  afterAll(async () => {
    for (const scene of scenes) await scene.close();
  });

  const growthOf = (k: number, size: number): { requests: number; sentBytes: number; packBytes: number } => {
    const [still, changed] = [costs.get(`0 ${size}`)!, costs.get(`${k} ${size}`)!];
    return {
      requests: changed.requests - still.requests,
      sentBytes: changed.statistics.bytesSent - still.statistics.bytesSent,
      packBytes: changed.report.stored.packBytes,
    };
  };

  test.each(sizes)('costs at most two requests a change in a mailbox of %i messages', (size) => {
    for (const k of changes) expect(growthOf(k, size).requests).toBeLessThanOrEqual(2 * k);
  });

  test.each(sizes)('fetches and stores what changed in a mailbox of %i messages', (size) => {
    for (const k of changes) {
      const { sentBytes, packBytes } = growthOf(k, size);
      // A message of this organization has about 8 KiB, its row in a delta about 1 KiB.
      expect(sentBytes).toBeLessThan(k * 16 * 1024);
      expect(packBytes).toBeLessThan(k * 4 * 1024 + 16 * 1024);
    }
  });

  test('costs the same requests in a mailbox ten times as large', () => {
    for (const k of [0, ...changes]) {
      const [small, large] = sizes.map((size) => costs.get(`${k} ${size}`)!.requests);
      expect(Math.abs(large! - small!)).toBeLessThanOrEqual(2);
    }
  });

  test('costs about the same bytes in a mailbox ten times as large', () => {
    for (const k of changes) {
      const [small, large] = sizes.map((size) => growthOf(k, size).sentBytes);
      expect(large! / small!).toBeLessThan(1.5);
    }
  });
});

describe('the snapshot after a day of changes', () => {
  let scene: BackupScene;
  let machine: Machine;
  let before: Awaited<ReturnType<Machine['trueTree']>>;
  let counts: Record<string, number>;
  beforeAll(async () => {
    scene = await BackupScene.open({ profile: 'typical', users: 3, messagesPerUser: 60 });
    machine = await scene.machine();
    await machine.backUp();
    before = await machine.trueTree();
    const messages = { created: 9, edited: 9, read: 9, moved: 15, deleted: 9 };
    const folders = { foldersCreated: 3, foldersRenamed: 4, foldersDeleted: 3 };
    const done = await order(scene.simulator, 'changes', { seed: 8, ...messages, ...folders });
    counts = (done as { counts: Record<string, number> }).counts;
    await machine.backUp();
  });
  afterAll(() => scene.close());

  test('holds every new, edited and moved message where it is now, and no folder that is gone', async () => {
    for (const kind of ['created', 'edited', 'moved', 'deleted', 'foldersRenamed', 'foldersDeleted'])
      expect(counts[kind], kind).toBeGreaterThan(0);
    expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  });

  test('leaves the snapshot before it as it was', async () => {
    const restored = await machine.restoredTree(1);
    expect(messageCount(restored)).toBe(messageCount(before));
    expect(differences(restored, before)).toEqual([]);
    expect(differences(restored, await machine.trueTree())).not.toEqual([]);
  });

  test('shows a message as read once it was read', async () => {
    const [account] = await machine.accounts();
    const unreadBefore = await unreadMessages(1);
    const changed = await order(scene.simulator, 'changes', { seed: 3, user: account!.id, read: 5 });
    const flipped = (changed as { changes: { message: string }[] }).changes.map(({ message }) => message);
    await machine.backUp();
    const unreadNow = await unreadMessages(3);
    for (const id of flipped) expect(unreadNow.has(id)).not.toBe((await unreadMessages(2)).has(id));
    expect(await unreadMessages(1)).toEqual(unreadBefore);
  });

  /** Ids of the unread messages of the first account. */
  async function unreadMessages(snapshot: number): Promise<Set<string>> {
    const [account] = await machine.accounts();
    const scope = { vault: machine.vault, protectedItemId: scene.item.id, snapshot, account: account!.id };
    const unread = new Set<string>();
    for (const folder of await machine.client.snapshot.folders(scope)) {
      const { items } = await machine.client.snapshot.items({ ...scope, folder: folder.id, limit: 1000 });
      for (const { id, info } of items) if (info['unread'] === true) unread.add(id);
    }
    return unread;
  }
});

describe('an expired position', () => {
  test('costs one enumeration, stores nothing again, and still notices what was deleted', async () => {
    const scene = await BackupScene.open({ profile: 'typical', users: 3, messagesPerUser: 40 });
    try {
      const machine = await scene.machine();
      await machine.backUp();
      await order(scene.simulator, 'changes', { seed: 2, deleted: 6, moved: 6 });
      await order(scene.simulator, 'expire-delta');
      const { stored, outcome } = await machine.backUp();
      expect(outcome).toBe('complete');
      expect(stored.packBytes).toBeLessThan(32 * 1024);
      expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
    } finally {
      await scene.close();
    }
  });
});
