/** An organization's mail is wiped and restored to Microsoft 365, with kill -9 at any time while that is applied. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../src-simulator/options.ts';
import type { RestorePlan } from '../../src-shared/model/cloud-restore.ts';
import type { ApplyOrder } from '../support/apply-process.ts';
import { BackupScene, type Machine } from '../support/backup-scene.ts';
import { seededChance } from '../support/chance.ts';
import { rateFreeLimits } from '../support/rate-free-limits.ts';
import { order, statistics } from '../support/simulator-control.ts';

const kills = 5;
const seed = 20_261_122;
const childPath = join(import.meta.dirname, '../support/apply-process.ts');

let scene: BackupScene;
let machine: Machine;
let lists: Map<string, string[]>;
let plan: RestorePlan;
let killed = 0;

beforeAll(async () => {
  scene = await BackupScene.open({
    seed: 5,
    profile: 'sample',
    users: 2,
    messagesPerUser: 40,
    unreadableShare: 0,
    latencyMs: 10,
    roles: [...defaultRoles, ...restoreRoles],
  });
  machine = await open();
  await machine.backUp();
  lists = await listed(1);
  await order(scene.simulator, 'wipe', { area: 'mail' });
  plan = await machine.plan({ service: 'mail' });
  const chance = seededChance(seed);
  for (let kill = 0; kill < kills; kill += 1) if (await applyAndKill(50 + chance.below(450))) killed += 1;
}, 120_000);
afterAll(() => scene.close());

const open = () => scene.machine('one', { graph: { throttleLimits: rateFreeLimits } });

/** What lists show of a snapshot's messages, by account and folder, as docs/restore-fidelity.md has it. */
async function listed(snapshot: number): Promise<Map<string, string[]>> {
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, snapshot, service: 'mail' as const };
  const found = new Map<string, string[]>();
  for (const { id: account } of await machine.accounts())
    for (const { id: folder, path } of await machine.client.snapshot.folders({ ...scope, account })) {
      const { items } = await machine.client.snapshot.items({ ...scope, account, folder, limit: 1000 });
      const texts = items.map(({ info }) =>
        JSON.stringify({ ...info, conversation: undefined, attachments: undefined }),
      );
      const plainPath = path.split('/').map((name) => name.trim());
      if (texts.length > 0) found.set([account, ...plainPath].join('/'), texts.sort());
    }
  return found;
}

/** False when it had ended before. */
async function applyAndKill(afterMs: number): Promise<boolean> {
  const child = fork(childPath, { execArgv: [] });
  const applyOrder: ApplyOrder = {
    catalogFolderPath: scene.catalogFolderPath('one'),
    vaultPath: scene.vaultPath,
    recoveryKey: scene.recoveryKey,
    plan: plan.id,
    connection: scene.connection,
  };
  const heard: unknown[] = [];
  child.on('message', (news) => {
    heard.push(news);
    if (news === 'applying') setTimeout(() => child.kill('SIGKILL'), afterMs);
  });
  child.send(applyOrder);
  const signal = await new Promise((resolve) => child.once('exit', (_code, name) => resolve(name)));
  const failure = heard.find((news) => news !== 'applying');
  if (failure !== undefined) throw new Error(`applying failed before its kill: ${JSON.stringify(failure)}`);
  return signal === 'SIGKILL';
}

test('all that was killed is finished by applying once more, with nothing twice and nothing missing', async () => {
  expect(killed).toBeGreaterThan(2);
  const report = await machine.apply(plan);
  expect(report).toMatchObject({ failed: 0, skipped: 0, cannot: 0 });
  expect(report.created).toBeGreaterThan(0);
  const { snapshot } = await machine.backUp();
  expect(await listed(snapshot)).toEqual(lists);
});

test('nothing was sent, and nothing is a draft that was none', async () => {
  const drafts = [...lists.values()].flat().filter((text) => text.includes('"draft":true'));
  expect(await statistics(scene.simulator)).toMatchObject({
    mailsSent: 0,
    invitationsSent: 0,
    draftsLeft: drafts.length,
  });
});

test('undoing leaves the organization as it was wiped', async () => {
  const total = [...lists.values()].flat().length;
  const report = await machine.undo(plan);
  expect(report).toMatchObject({ removed: total, kept: 0, failed: 0 });
  const { snapshot } = await machine.backUp();
  expect(await listed(snapshot)).toEqual(new Map());
});
