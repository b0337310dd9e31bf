/** Large mailboxes are taken first, so that none of them is left over at the end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planDuration, type PlannedRequests } from '../../support/planned-duration.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';
import { order } from '../../support/simulator-control.ts';

const users = 12;
const messagesPerUser = 20;
const accountsAtOnce = 3;
const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-order-'));
const trafficFile = join(folderPath, 'traffic.ndjson');
let scene: BackupScene;
let machine: Machine;
let large = '';
let requests: { mailbox: string; url: string }[] = [];

beforeAll(async () => {
  scene = await BackupScene.open({ profile: 'uniform', users, messagesPerUser, trafficFile });
  const firstMachine = await scene.machine('one', { accountsAtOnce });
  // Whom the directory lists last has ten times as much as the others.
  await firstMachine.backUp({ item: { ...scene.item, id: 'e'.repeat(32) } });
  const accounts = await firstMachine.client.snapshot.accounts({
    vault: firstMachine.vault,
    protectedItemId: 'e'.repeat(32),
  });
  const listed = recorded().map(({ mailbox }) => mailbox);
  large =
    accounts
      .map(({ id }) => id)
      .toSorted((a, b) => listed.indexOf(a) - listed.indexOf(b))
      .at(-1) ?? '';
  await order(scene.simulator, 'changes', { user: large, created: 9 * messagesPerUser });
  const before = recorded().length;
  machine = firstMachine;
  await machine.backUp();
  requests = recorded().slice(before);
});
afterAll(async () => {
  await scene.close();
  rmSync(folderPath, { recursive: true, force: true });
});

const recorded = (): { mailbox: string; url: string }[] =>
  readFileSync(trafficFile, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const { mailbox, url } = JSON.parse(line) as { mailbox: string | null; url: string };
        return mailbox === null ? [] : [{ mailbox, url }];
      } catch {
        // The last line may be on its way.
        return [];
      }
    });

const mailboxesOf = (wanted: RegExp): string[] => [
  ...new Set(requests.filter(({ url }) => wanted.test(url)).map(({ mailbox }) => mailbox)),
];

/** How long the same requests take under the real limits when the mailboxes are begun in this order. */
async function plannedMs(mailboxes: readonly string[]): Promise<number> {
  const planned = mailboxes.map((account): PlannedRequests => {
    const count = requests.filter(({ mailbox }) => mailbox === account).length;
    return { service: 'outlook', account, cost: 1, count };
  });
  const { durationMs } = await planDuration(planned, {
    latencyMs: 200,
    accountsAtOnce,
    requestsPerAccount: 4,
  });
  return durationMs;
}

test('a mailbox ten times as large is begun first on a first run, by what its folders say, without a request more', () => {
  expect(mailboxesOf(/\/messages\//)[0]).toBe(large);
  expect(requests.filter(({ url }) => /mailFolders\/delta\?/.test(url))).toHaveLength(users);
});

test('and on a later run, by what the snapshot has', async () => {
  const before = recorded().length;
  await machine.backUp();
  requests = [...requests, ...recorded().slice(before)];
  expect(recorded().slice(before)[0]?.mailbox).toBe(large);
});

test('no lane is left alone with the large mailbox, which in the order of the directory made the run a third longer', async () => {
  const saved = mailboxesOf(/\/messages\//);
  const others = saved.filter((mailbox) => mailbox !== large);
  const alone = await Promise.all(saved.map((mailbox) => plannedMs([mailbox])));
  const longestMs = Math.max(...alone);
  const evenMs = alone.reduce((sum, ms) => sum + ms, 0) / accountsAtOnce;
  const smallMs = await plannedMs(others.slice(0, 1));
  const [nowMs, beforeMs] = [await plannedMs(saved), await plannedMs([...others, large])];
  expect(longestMs).toBeGreaterThan(4 * smallMs);
  // Nothing can be shorter than the large one, or than all of them spread evenly; lanes end one small one apart.
  expect(nowMs).toBeLessThanOrEqual(Math.max(longestMs, evenMs) + smallMs);
  expect(beforeMs).toBeGreaterThan(1.33 * nowMs);
});
