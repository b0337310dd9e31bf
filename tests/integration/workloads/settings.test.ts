import { afterEach, expect, test } from 'vitest';
import { settingsWorkload } from '../../../src-worker/workloads/settings/settings-workload.ts';
import {
  areaTruth,
  closeAll,
  connectionTo,
  control,
  mailboxesOf,
  open,
  simulate,
} from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { Copy } from './copy.ts';

afterEach(closeAll);

async function prepare() {
  const settings = { rulesPerUser: 4 };
  const simulator = await simulate({ profile: 'sample', users: 2, messagesPerUser: 0, settings });
  const graph = open(connectionTo(simulator));
  const [accountId = ''] = await mailboxesOf(graph);
  const copy = new Copy(settingsWorkload, { graph, accountId });
  const truth = async () =>
    (await areaTruth<AreaLine>(simulator, 'settings', accountId)).map((line) => [line.id, line.sha256]);
  const held = () =>
    [...copy.items].map(([id, { parts }]) => [id, sha256(parts[0]?.bytes ?? new Uint8Array())]);
  return { simulator, accountId, copy, truth, held };
}

test('settings, rules and categories are held as they are, and a run without changes brings nothing', async () => {
  const { copy, truth, held } = await prepare();
  await copy.run();
  expect(held()).toEqual(await truth());
  await copy.run();
  expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
});

test('what changed is the only thing that is saved again', async () => {
  const { simulator, accountId, copy, truth, held } = await prepare();
  await copy.run();
  await control(simulator, '/control/changes', {
    user: accountId,
    areas: { 'settings.rulesEdited': 1, 'settings.edited': 1 },
  });
  await copy.run();
  expect(copy.broughtCount).toBe(2);
  expect(held().sort()).toEqual((await truth()).sort());
});

test('without the permission each of them fails by name', async () => {
  const { simulator, copy } = await prepare();
  await control(simulator, '/control/roles', { roles: ['User.Read.All', 'Mail.Read'] });
  const graph = open(connectionTo(simulator));
  const denied = new Copy(settingsWorkload, { graph, accountId: (await mailboxesOf(graph))[0] ?? '' });
  await denied.run();
  expect([...denied.failed.values()]).toEqual(['access-denied', 'access-denied', 'access-denied']);
  expect(copy.failed.size).toBe(0);
});
