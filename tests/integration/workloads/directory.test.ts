import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { directoryWorkload } from '../../../src-worker/workloads/directory/directory-workload.ts';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import {
  areaTruth,
  closeAll,
  connectionTo,
  control,
  open,
  simulate,
  simulatorStats,
  withIdSchema as schema,
} from '../graph/simulated-organization.ts';
import type { AreaLine } from '../simulator/session.ts';
import { Copy, jsonOf, readToEnd } from './copy.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

afterEach(closeAll);

interface StoredGroup {
  displayName: string;
  members: { id: string; '@odata.type': string }[];
  owners: { id: string }[];
}

async function prepare(options: SimulatorOptions = {}) {
  const simulator = await simulate({
    profile: 'sample',
    users: 230,
    guests: 3,
    messagesPerUser: 0,
    groups: { count: 20 },
    ...options,
  });
  const graph = open(connectionTo(simulator));
  const scope = { graph, kind: 'organization' as const, accountId: 'organization' };
  const change = (areas: Readonly<Record<string, number>>, seed = 1) =>
    control(simulator, '/control/changes', { areas, seed });
  return { simulator, graph, scope, copy: new Copy(directoryWorkload, scope), change };
}
type Prepared = Awaited<ReturnType<typeof prepare>>;

const every = {
  'people.created': 3,
  'people.deleted': 2,
  'people.disabled': 2,
  'people.renamed': 4,
  'group.created': 1,
  'group.deleted': 1,
  'group.renamed': 2,
  'group.groupsAdded': 2,
  'group.membersAdded': 4,
  'group.membersRemoved': 2,
};

/** What there is now, asked of the truth and not of any delta. */
async function expectSame({ simulator, graph, copy }: Prepared): Promise<void> {
  const ids = { users: new Set<string>(), groups: new Set<string>() };
  for (const kind of ['users', 'groups'] as const)
    for await (const page of graph.pages(`/${kind}`, { schema, query: { $top: 999 } }))
      for (const { id } of page) ids[kind].add(id);
  const held = [...copy.items.keys()].sort();
  expect(held).toEqual(
    [...[...ids.users].map((id) => `users/${id}`), ...[...ids.groups].map((id) => `groups/${id}`)].sort(),
  );
  for (const id of ids.users) {
    const [line] = await areaTruth<AreaLine>(simulator, 'people', id);
    expect(jsonOf(copy.items.get(`users/${id}`)!)['displayName']).toBe(line?.displayName);
  }
  for (const id of ids.groups) {
    const [group, ...people] = await areaTruth<AreaLine & { isOwner?: boolean }>(simulator, 'group', id);
    const stored = jsonOf(copy.items.get(`groups/${id}`)!) as unknown as StoredGroup;
    expect(stored.displayName).toBe(group?.displayName);
    expect(stored.members.map((one) => one.id)).toEqual(people.map((one) => one.id).sort());
    const owners = people.filter(({ isOwner }) => isOwner === true).map((one) => one.id);
    expect(stored.owners.map((one) => one.id)).toEqual(owners.sort());
  }
}

test('a first run holds every user and every group with members and owners', async () => {
  const prepared = await prepare();
  await prepared.copy.run();
  await expectSame(prepared);
  expect(prepared.copy.items.size).toBe(259);
}, 30_000);

test('later runs follow who came, went and changed, and ask for nobody else', async () => {
  const prepared = await prepare();
  const { simulator, copy, change } = prepared;
  await copy.run();
  await change(every);
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  expect(requests['users.delta']).toBe(1);
  expect(requests['groups.delta']).toBe(1);
  expect(requests['groups.ListMembers']).toBeLessThan(15);
  expect(requests['GetUsers'] ?? 0).toBeLessThan(5);
  await expectSame(prepared);
  await copy.run();
  expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
}, 30_000);

test('after seven days the links have ended, and everybody is compared afresh', async () => {
  const prepared = await prepare({ users: 40 });
  const { simulator, copy, change } = prepared;
  await copy.run();
  await change(every, 3);
  await control(simulator, '/control/expire-delta', {});
  await copy.run();
  await expectSame(prepared);
}, 30_000);

test('passing trouble, echoes and empty pages do not change what is held', async () => {
  const prepared = await prepare({ users: 40 });
  const { simulator, copy, change } = prepared;
  const faults = {
    deltaDuplicates: 0.3,
    deltaReplays: 0.3,
    emptyPages: 0.3,
    throttle429: 0.05,
    serverError500: 0.05,
  };
  await control(simulator, '/control/faults', { ...faults, truncatedBody: 0.03, retryAfterSeconds: 0.05 });
  await copy.run();
  await change(every);
  await copy.run();
  await change(every, 2);
  await copy.run();
  await control(simulator, '/control/faults', {});
  await expectSame(prepared);
}, 30_000);

test('what is looked up is the same as what a delta brought, and who is gone is told', async () => {
  const { scope, copy, change } = await prepare({ users: 12 });
  await copy.run();
  await change({ 'people.deleted': 1, 'group.deleted': 1 });
  const signal = new AbortController().signal;
  const gone: string[] = [];
  for await (const { id, head, error } of directoryWorkload.lookUp({ ...scope, signal }, [
    ...copy.items.keys(),
  ])) {
    expect(error).toBeUndefined();
    if (head === undefined) gone.push(id.split('/')[0] ?? '');
    else if (head.collection === 'users') expect(head.version).toBe(copy.items.get(id)?.head.version);
  }
  expect(gone.sort()).toEqual(['groups', 'users']);
  await expect(directoryWorkload.fetch({ ...scope, signal }, 'devices/1')).rejects.toMatchObject({
    code: 'item-gone',
  });
});

test('without the permission for groups, users are held and groups say what is missing', async () => {
  const { scope, copy } = await prepare({ users: 12, roles: ['User.Read.All'] });
  await expect(copy.run()).rejects.toMatchObject({ code: 'permission-missing' });
  expect([...copy.items.keys()].filter((id) => id.startsWith('users/'))).toHaveLength(15);
  const signal = new AbortController().signal;
  await expect(
    readToEnd(directoryWorkload.changes({ ...scope, signal }, 'groups', undefined)),
  ).rejects.toMatchObject({
    code: 'permission-missing',
  });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'directory-traffic-'));
    const trafficFile = join(folder, 'traffic.ndjson');
    const { simulator, graph, copy, change } = await prepare({ users: 30, trafficFile });
    await copy.run();
    await change(every);
    await copy.run();
    await graph.close();
    await simulator.close();
    const verdict = checkGraphTraffic(trafficFile);
    if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
    rmSync(folder, { recursive: true });
    expect(verdict).toMatchObject({ errors: 0 });
  },
);
