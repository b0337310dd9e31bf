import { afterEach, expect, test } from 'vitest';
import { exportSet } from '../../../src-shared/model/permission.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { archiveWorkload } from '../../../src-worker/workloads/mailbox-export/export-workloads.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control, mailboxesOf } from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { Copy } from './copy.ts';
import { expectContract, prepareCopy, type Prepared } from './prepared-copy.ts';

afterEach(closeAll);

const roles = ['User.Read.All', 'Mail.Read', 'MailboxSettings.Read', ...exportSet.map(({ name }) => name)];
const some: SimulatorOptions = { messagesPerArchive: 70, unreadableShare: 0, roles };
const prepare = (options: SimulatorOptions = {}): Promise<Prepared> =>
  prepareCopy(archiveWorkload, { ...some, ...options });
const every = { created: 6, edited: 6, moved: 6, deleted: 6 };

function expectSame(copy: Copy, lines: readonly AreaLine[]): void {
  const items = lines.filter(({ kind, unreadable }) => kind === 'mailboxItem' && unreadable === null);
  const held = [...copy.items].map(([id, { parts }]) => `${id} ${sha256(parts[0]!.bytes)}`);
  expect(held.sort()).toEqual(items.map((line) => `${line.containerId} ${line.id} ${line.sha256}`).sort());
}

test('an archive is held item by item, and followed through every kind of change', async () => {
  const { copy, truth, change, simulator, scope } = await prepare();
  await copy.run();
  expect(copy.items.size).toBe(70);
  expectSame(copy, await truth());
  await change(every);
  await copy.run();
  expectSame(copy, await truth());
  expect(copy.fetchedCount).toBeLessThanOrEqual(18);
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await change(every, 2);
  await copy.run();
  expectSame(copy, await truth());
});

test('somebody without an archive has nothing to save, and nothing fails', async () => {
  const { scope } = await prepare({ users: 4 });
  const [, second = ''] = await mailboxesOf(scope.graph);
  const copy = new Copy(archiveWorkload, { ...scope, accountId: second });
  await copy.run();
  expect([copy.items.size, copy.collections.size, copy.failed.size]).toEqual([0, 0, 0]);
});

test.each([
  ['without the permission', { roles: roles.slice(0, 3) }, 'export-not-permitted'],
  ['in a cloud that does not offer it', { cloud: 'us-government' as const }, 'not-in-this-cloud'],
])('%s the cause is told', async (_case, options, code) => {
  const { copy } = await prepare(options);
  await expect(copy.run()).rejects.toMatchObject({ code });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(archiveWorkload, { options: some, changes: every }),
);
