import { afterEach, expect, test } from 'vitest';
import { exportSet } from '../../../src-shared/model/permission.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { mailboxExportWorkload } from '../../../src-worker/workloads/mailbox-export/export-workloads.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { statistics } from '../../support/simulator-control.ts';
import { closeAll, control } from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import type { Copy } from './copy.ts';
import { expectContract, prepareCopy, type Prepared } from './prepared-copy.ts';

afterEach(closeAll);

const roles = ['User.Read.All', 'Mail.Read', 'MailboxSettings.Read', ...exportSet.map(({ name }) => name)];
const some: SimulatorOptions = { messagesPerUser: 130, unreadableShare: 0, roles };
const prepare = (options: SimulatorOptions = {}): Promise<Prepared> =>
  prepareCopy(mailboxExportWorkload, { ...some, ...options });

const everyChange = {
  created: 5,
  edited: 5,
  read: 5,
  moved: 8,
  deleted: 5,
  recoverable: 3,
  foldersDeleted: 1,
};
const change = ({ simulator, scope }: Prepared, seed = 1): Promise<unknown> =>
  control(simulator, '/control/changes', { user: scope.accountId, seed, ...everyChange });

function expectSame(copy: Copy, lines: readonly AreaLine[]): void {
  const items = lines.filter(({ kind, unreadable }) => kind === 'mailboxItem' && unreadable === null);
  const held = [...copy.items].map(([id, { parts }]) => `${id} ${sha256(parts[0]!.bytes)}`);
  expect(held.sort()).toEqual(items.map((line) => `${line.containerId} ${line.id} ${line.sha256}`).sort());
  const folders = lines.filter(({ kind }) => kind === 'mailboxFolder');
  expect(new Map([...copy.collections].sort())).toEqual(
    new Map(folders.map((line) => [line.id, line.displayName] as const).sort()),
  );
}

test('a first run holds the stream of every item, about twenty of them a request', async () => {
  const { simulator, copy, truth } = await prepare();
  await copy.run();
  const lines = await truth();
  expectSame(copy, lines);
  expect(copy.items.size).toBe(130);
  const { requests } = await statistics(simulator);
  const folders = lines.filter(({ kind }) => kind === 'mailboxFolder').length;
  expect(requests['admin.exchange.mailboxes.exportItems']).toBeLessThanOrEqual(folders + 130 / 20);
  expect(requests['users.settings.GetExchange']).toBe(1);
  const [info] = [...copy.items.values()].map(({ head }) => head.info);
  expect(info).toMatchObject({
    type: 'IPM.Note',
    name: expect.stringMatching(/^20.* IPM\.Note\.fts$/) as string,
  });
});

test('later runs follow every kind of change, and export nothing where nothing changed', async () => {
  const prepared = await prepare();
  const { copy, truth } = prepared;
  await copy.run();
  await copy.run();
  expect(copy.fetchedCount).toBe(0);
  await change(prepared);
  await copy.run();
  expectSame(copy, await truth());
  expect(copy.fetchedCount).toBeLessThan(60);
  await change(prepared, 2);
  await copy.run();
  expectSame(copy, await truth());
});

test('expired links and passing trouble do not change what is held', async () => {
  const prepared = await prepare();
  const { simulator, scope, copy, truth } = prepared;
  const trouble = { throttle429: 0.05, serverError500: 0.1, truncatedBody: 0.05, retryAfterSeconds: 0.05 };
  await control(simulator, '/control/faults', { ...trouble, deltaExpired: 0.2 });
  await copy.run();
  await change(prepared);
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await copy.run();
  expectSame(copy, await truth());
});

test('an item that Exchange cannot export fails alone, beside those of the same request', async () => {
  const { copy, truth } = await prepare({ unreadableShare: 0.08 });
  await copy.run();
  const lines = await truth();
  expectSame(copy, lines);
  const broken = lines.filter(({ unreadable }) => (unreadable ?? null) !== null);
  expect(broken.length).toBeGreaterThan(3);
  expect([...copy.failed].sort()).toEqual(
    broken.map(({ id, containerId }) => [`${containerId} ${id}`, 'item-corrupt']).sort(),
  );
});

test('what is fetched by itself has the same bytes, and a look-up knows what is gone', async () => {
  const prepared = await prepare();
  const { scope, copy } = prepared;
  await copy.run();
  const ids = [...copy.items.keys()];
  for (const id of ids.slice(0, 5)) {
    const content = await mailboxExportWorkload.fetch(scope, id);
    expect(content.kind === 'bytes' && sha256(content.bytes)).toBe(
      sha256(copy.items.get(id)!.parts[0]!.bytes),
    );
  }
  await change(prepared);
  const gone = [];
  for await (const { id, head, error } of mailboxExportWorkload.lookUp(scope, ids)) {
    expect(error).toBeUndefined();
    if (head === undefined) gone.push(id);
  }
  await copy.run();
  expect(gone.sort()).toEqual(ids.filter((id) => !copy.items.has(id)).sort());
  expect(gone.length).toBeGreaterThan(5);
});

test.each(exportSet.map(({ name }) => name))('without %s the cause is told', async (missing) => {
  const { copy } = await prepare({ roles: roles.filter((role) => role !== missing) });
  await expect(copy.run()).rejects.toMatchObject({ code: 'export-not-permitted' });
  expect(copy.items.size).toBe(0);
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(mailboxExportWorkload, { options: some, changes: {} }),
);
