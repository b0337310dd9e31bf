import { afterEach, expect, test } from 'vitest';
import { settingsWorkload } from '../../../src-worker/workloads/settings/settings-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, connectionTo, control, open } from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';
import { Copy } from './copy.ts';
import { expectContract, prepareCopy, type Prepared } from './prepared-copy.ts';

afterEach(closeAll);

const some = { settings: { rulesPerUser: 4 } };
const prepare = () => prepareCopy(settingsWorkload, some);

const heldBy = (copy: Copy) =>
  [...copy.items].map(([id, { parts }]) => [id, sha256(parts[0]?.bytes ?? new Uint8Array())]).sort();
const told = async ({ truth }: Prepared) => (await truth()).map((line) => [line.id, line.sha256]).sort();

test('settings, rules and categories are held as they are, and a run without changes brings nothing', async () => {
  const prepared = await prepare();
  const { copy } = prepared;
  await copy.run();
  expect(heldBy(copy)).toEqual(await told(prepared));
  await copy.run();
  expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
});

test('what changed is the only thing that is saved again', async () => {
  const prepared = await prepare();
  const { copy, change } = prepared;
  await copy.run();
  await change({ rulesEdited: 1, edited: 1 });
  await copy.run();
  expect(copy.broughtCount).toBe(2);
  expect(heldBy(copy)).toEqual(await told(prepared));
});

test('without the permission each of them fails by name', async () => {
  const { simulator, scope } = await prepare();
  await control(simulator, '/control/roles', { roles: ['User.Read.All', 'Mail.Read'] });
  const graph = open(connectionTo(simulator));
  const denied = new Copy(settingsWorkload, { ...scope, graph });
  await denied.run();
  expect([...denied.failed.values()]).toEqual(['access-denied', 'access-denied', 'access-denied']);
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () =>
    expectContract(settingsWorkload, {
      options: some,
      changes: { edited: 1, rulesCreated: 1, categoriesDeleted: 1 },
    }),
);
