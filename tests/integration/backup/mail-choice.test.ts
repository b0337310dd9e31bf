/** Which folders of a mailbox are saved: hidden ones, and what was deleted for good, each by choice. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MailChoice, ProtectedItemInput } from '../../../src-shared/model/protected-item.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { differences, messageCount, type MailTree } from '../../support/mail-tree.ts';
import { order, statistics } from '../../support/simulator-control.ts';

let scene: BackupScene;
let machine: Machine;
beforeEach(async () => {
  // The sample has hidden folders in every mailbox, one below another, and messages in Deletions.
  scene = await BackupScene.open({ profile: 'sample', users: 2, messagesPerUser: 120, unreadableShare: 0 });
  machine = await scene.machine();
});
afterEach(() => scene.close());

const itemWith = (mail: Partial<MailChoice>): ProtectedItemInput => ({
  ...scene.item,
  mail: { ...scene.item.mail, ...mail },
});

async function leftOut(): Promise<string[]> {
  const { rows } = await machine.coverage();
  const gaps = rows.flatMap(({ service, gaps: found }) =>
    found.filter(({ code }) => code === 'left-out').map(() => service),
  );
  return [...new Set(gaps)].sort();
}

/** The tree without the folders that Outlook does not show. */
async function visibleTree(): Promise<MailTree> {
  const hidden = new Set<string>();
  for (const lines of (await scene.truth(await machine.accounts())).values())
    for (const line of lines)
      if (line.kind === 'folder' && line.isHidden) hidden.add(line.path.join('/').toLowerCase());
  expect(hidden.size).toBeGreaterThan(1);
  const tree = await machine.trueTree();
  return new Map([...tree].filter(([path]) => !hidden.has(path.slice(path.indexOf('/') + 1))));
}

const recoverable = { recoverable: 6, purged: 3, versioned: 2 };

test('what was deleted for good is saved where it is wanted, through every change', async () => {
  const item = itemWith({ recoverableItems: true });
  await machine.backUp({ item });
  expect(differences(await machine.restoredTree(), await machine.trueTree(true))).toEqual([]);
  expect(messageCount(await machine.trueTree(true))).toBeGreaterThan(messageCount(await machine.trueTree()));
  const changes = { created: 4, edited: 4, moved: 4, deleted: 4, ...recoverable };
  const { counts } = (await order(scene.simulator, 'changes', { seed: 3, ...changes })) as {
    counts: Record<string, number>;
  };
  expect(counts).toMatchObject(recoverable);
  await machine.backUp({ item });
  expect(differences(await machine.restoredTree(), await machine.trueTree(true))).toEqual([]);
  const names = [...(await machine.restoredTree()).keys()].map((path) => path.split('/').slice(1).join('/'));
  for (const name of ['deletions', 'versions', 'purges'])
    expect(names).toContain(`recoverable items/${name}`);
  expect(await leftOut()).toEqual(['file-versions']);
});

test('a message that was deleted for good is gone where that is left out', async () => {
  await machine.backUp();
  await order(scene.simulator, 'changes', { seed: 3, ...recoverable });
  const report = await machine.backUp();
  expect(report.outcome).toBe('complete');
  expect(report.counts.removed).toBe(recoverable.recoverable);
  expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  expect(await leftOut()).toEqual(['file-versions', 'recoverable-items']);
});

test('hidden folders are not even listed where they are left out', async () => {
  await order(scene.simulator, 'stats/reset');
  const item = itemWith({ hiddenFolders: false });
  await machine.backUp({ item });
  const { requests } = await statistics(scene.simulator);
  expect(requests['users.ListMailFolders']).toBeUndefined();
  expect(differences(await machine.restoredTree(), await visibleTree())).toEqual([]);
  await order(scene.simulator, 'changes', { seed: 5, created: 9, moved: 40, deleted: 4 });
  await machine.backUp({ item });
  expect(differences(await machine.restoredTree(), await visibleTree())).toEqual([]);
  expect(await leftOut()).toEqual(['file-versions', 'hidden-folders', 'recoverable-items']);
});

test('another choice takes effect in the next run, in both directions', async () => {
  const everything = itemWith({ recoverableItems: true });
  const visible = itemWith({ hiddenFolders: false });
  await machine.backUp({ item: everything });
  for (const [item, tree] of [
    [visible, () => visibleTree()],
    [everything, () => machine.trueTree(true)],
    [scene.item, () => machine.trueTree()],
  ] as const) {
    await order(scene.simulator, 'changes', { seed: 7, created: 2, moved: 4, recoverable: 2 });
    await machine.backUp({ item });
    expect(differences(await machine.restoredTree(), await tree())).toEqual([]);
  }
});

test('a mailbox without delta has the same choices', async () => {
  await scene.close();
  scene = await BackupScene.open({
    profile: 'sample',
    users: 1,
    messagesPerUser: 80,
    unreadableShare: 0,
    cloud: 'china',
  });
  machine = await scene.machine();
  await machine.backUp({ item: itemWith({ hiddenFolders: false }) });
  expect(differences(await machine.restoredTree(), await visibleTree())).toEqual([]);
  await order(scene.simulator, 'changes', { seed: 7, created: 2, moved: 4, recoverable: 2 });
  await machine.backUp({ item: itemWith({ recoverableItems: true }) });
  expect(differences(await machine.restoredTree(), await machine.trueTree(true))).toEqual([]);
});
