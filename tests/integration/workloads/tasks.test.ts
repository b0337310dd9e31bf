import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { tasksWorkload } from '../../../src-worker/workloads/tasks/tasks-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control } from '../graph/simulated-organization.ts';
import { canonicalHash, sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { type Copy, jsonOf, readToEnd } from './copy.ts';
import { expectContract, prepareCopy } from './prepared-copy.ts';

afterEach(closeAll);

const some: SimulatorOptions = { tasks: { itemsPerUser: 110, unreadableShare: 0 } };
const prepare = (options: SimulatorOptions = {}) => prepareCopy(tasksWorkload, { ...some, ...options });

const every = {
  created: 6,
  edited: 6,
  moved: 8,
  deleted: 6,
  checklistsEdited: 4,
  containersCreated: 1,
  containersRenamed: 1,
};

const keyOf = (line: AreaLine) => `${line.containerId} ${line.id}`;

/** Says that the copy holds what the truth says and nothing else. */
function expectSame(copy: Copy, lines: readonly AreaLine[]): void {
  const readable = lines.filter(({ kind, unreadable }) => kind === 'task' && unreadable === null);
  const held = [...copy.items].map(([id, item]) => {
    const task = jsonOf(item);
    delete task['attachments'];
    return [
      id,
      canonicalHash(task),
      item.parts
        .slice(1)
        .map(({ bytes }) => sha256(bytes))
        .join(),
    ];
  });
  const wanted = readable.map((line) => [
    keyOf(line),
    line.sha256,
    line.attachments.map((one) => one.sha256).join(),
  ]);
  expect(held.sort()).toEqual(wanted.sort());
  const lists = lines.filter(({ kind }) => kind === 'taskList').map((line) => [line.id, line.displayName]);
  expect([...copy.collections].sort()).toEqual(lists.sort());
}

test('a first run holds every task of every list; only those with attachments are fetched by themselves', async () => {
  const { copy, truth } = await prepare();
  await copy.run();
  const lines = await truth();
  expectSame(copy, lines);
  const attached = lines.filter((line) => line.kind === 'task' && line.attachments.length > 0);
  expect(copy.fetchedCount).toBe(attached.length);
  expect(attached.length).toBeGreaterThan(3);
  const infos = [...copy.items.values()].map(({ head }) => head.info);
  expect(infos.every(({ title, status }) => title !== '' && typeof status === 'string')).toBe(true);
  expect(infos.some(({ due }) => /^\d{4}-\d\d-\d\d$/.test(String(due)))).toBe(true);
});

test('later runs follow every kind of change, and nothing where nothing changed', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  await copy.run();
  expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
  await change(every);
  await copy.run();
  expectSame(copy, await truth());
  await change({ ...every, containersDeleted: 1 }, 2);
  await copy.run();
  expectSame(copy, await truth());
});

test('expired links, echoes, empty pages and passing trouble do not change what is held', async () => {
  const { simulator, scope, copy, truth, change } = await prepare();
  await control(simulator, '/control/faults', {
    deltaDuplicates: 0.3,
    deltaReplays: 0.3,
    emptyPages: 0.3,
    deltaExpired: 0.2,
    throttle429: 0.05,
    serverError500: 0.05,
    truncatedBody: 0.03,
    retryAfterSeconds: 0.05,
  });
  await copy.run();
  expectSame(copy, await truth());
  await change(every);
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await copy.run();
  expectSame(copy, await truth());
});

test('a task that seems gone in a batch is fetched by itself', async () => {
  const { simulator, copy, truth } = await prepare();
  await control(simulator, '/control/faults', { itemGone: 0.2, maxInARow: 1 });
  await copy.run();
  await control(simulator, '/control/faults', { itemGone: 0 });
  expect(copy.fetchedCount).toBeGreaterThan(10);
  expect(new Set(copy.failed.values())).toEqual(new Set(copy.failed.size === 0 ? [] : ['item-gone']));
  const known = new Set([...copy.items.keys(), ...copy.failed.keys()]);
  expect(known.size).toBe((await truth()).filter(({ kind }) => kind === 'task').length);
});

test('tasks that can never be read are the only ones that fail', async () => {
  const { copy, truth } = await prepare({ tasks: { itemsPerUser: 110, unreadableShare: 0.05 } });
  await copy.run();
  const lines = await truth();
  expectSame(copy, lines);
  const unreadable = lines.filter((line) => line.kind === 'task' && line.unreadable !== null);
  expect([...copy.failed].sort()).toEqual(unreadable.map((line) => [keyOf(line), 'item-corrupt']).sort());
  expect(unreadable.length).toBeGreaterThan(0);
});

test('a list that seems gone is told by its code', async () => {
  const { simulator, scope, truth } = await prepare();
  const [line] = await truth();
  await control(simulator, '/control/faults', { folderGone: 1 });
  await expect(readToEnd(tasksWorkload.changes(scope, line?.id ?? '', undefined))).rejects.toMatchObject({
    code: 'collection-gone',
  });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(tasksWorkload, { options: some, changes: every }),
);
