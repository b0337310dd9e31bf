import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash } from './canonical.ts';
import { startSession, type DeltaPage, type ErrorBody, type Session } from './session.ts';

const unified = "/groups?$filter=groupTypes/any(c:c eq 'Unified')";
const some: SimulatorOptions = {
  messagesPerUser: 0,
  teams: { count: 2, postsPerChannel: 0 },
  planner: { plansPerGroup: 2, tasksPerPlan: 130 },
};
const plansPath = (group: string) => `/groups/${group}/planner/plans`;

let session: Session;
let group: string;

beforeAll(async () => {
  session = await startSession(some);
  group = (await session.list(unified))[0]?.id ?? '';
});
afterAll(() => session.close());

type Row = DeltaPage['value'][number];

async function plansWithBuckets(from: Session): Promise<Row[]> {
  const plans = await from.list(`${plansPath(group)}?$expand=details&$top=1`);
  return Promise.all(
    plans.map(async (plan) => {
      const buckets = await from.list(`/planner/plans/${plan.id}/buckets`);
      return { ...plan, buckets: buckets.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    }),
  );
}

async function tasksOf(from: Session, plan: string): Promise<Row[]> {
  return from.list(`/planner/plans/${plan}/tasks?$expand=details`);
}

/** Hashes of every plan and every task, as they can be read. */
async function readAll(): Promise<Map<string, string>> {
  const plans = await plansWithBuckets(session);
  const tasks = await Promise.all(plans.map(({ id }) => tasksOf(session, id)));
  return new Map([...plans, ...tasks.flat()].map((one) => [one.id, canonicalHash(one)]));
}

async function expectTruth(): Promise<void> {
  const lines = await session.areaTruth('planner', group);
  expect(await readAll()).toEqual(new Map(lines.map(({ id, sha256 }) => [id, sha256])));
}

const hashes = async () =>
  new Map((await session.areaTruth('planner', group)).map(({ id, sha256 }) => [id, sha256]));

test('plans, buckets, tasks and details are what the truth says, now and after changes of every kind', async () => {
  await expectTruth();
  const before = await hashes();
  expect(before.size).toBe(2 + 2 * 130);
  const kinds = ['created', 'edited', 'detailsEdited', 'moved', 'deleted'].map((kind) => [
    `planner.${kind}`,
    5,
  ]);
  const of = [
    'bucketsCreated',
    'bucketsRenamed',
    'categoriesNamed',
    'containersCreated',
    'containersRenamed',
  ];
  const counts = Object.fromEntries([...kinds, ...of.map((kind) => [`planner.${kind}`, 1])]) as Record<
    string,
    number
  >;
  expect(await session.changeArea(group, counts)).toHaveLength(30);
  await expectTruth();
  const after = await hashes();
  expect([...before].filter(([id]) => !after.has(id)).length).toBe(5);
  expect([...after].filter(([id]) => !before.has(id)).length).toBeGreaterThanOrEqual(6);
});

test('an edit of details alone leaves the etag of the task as it was', async () => {
  const [made] = (await session.changeArea(group, { 'planner.edited': 1 }, 5)) as unknown as {
    item: string;
  }[];
  const path = `/planner/tasks/${made?.item ?? ''}`;
  const etags = async () => {
    const both = [await session.get(path), await session.get(`${path}/details`)];
    return both.map((reply) => reply.json()['@odata.etag']);
  };
  const [task, details] = await etags();
  let edited = '';
  for (let seed = 1; edited !== made?.item; seed += 1) {
    const told = await session.changeArea(group, { 'planner.detailsEdited': 1 }, seed);
    edited = told[0]?.item ?? '';
  }
  const [taskAfter, detailsAfter] = await etags();
  expect(taskAfter).toBe(task);
  expect(detailsAfter).not.toBe(details);
});

test('a bucket lists its tasks, and takes them along when it is deleted', async () => {
  const [plan] = await session.list(plansPath(group));
  const buckets = await session.list(`/planner/plans/${plan?.id ?? ''}/buckets`);
  const all = await tasksOf(session, plan?.id ?? '');
  const inBuckets = [];
  for (const { id } of buckets) inBuckets.push(...(await session.list(`/planner/buckets/${id}/tasks`)));
  expect(inBuckets.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
  const [made] = (await session.changeArea(group, { 'planner.bucketsDeleted': 1 })) as unknown as {
    plan: string;
    bucket: string;
  }[];
  const left = await tasksOf(session, made?.plan ?? '');
  expect(left.filter(({ bucketId }) => bucketId === made?.bucket)).toEqual([]);
  expect((await session.get(`/planner/buckets/${made?.bucket ?? ''}`)).status).toBe(404);
  await expectTruth();
});

test('a deleted plan and a deleted group take everything of theirs along', async () => {
  const told = (await session.changeArea(group, { 'planner.containersDeleted': 1 })) as unknown as {
    plan: string;
  }[];
  const plan = told[0]?.plan ?? '';
  const gone = await session.get(`/planner/plans/${plan}/tasks`);
  expect([gone.status, gone.json<ErrorBody>().error.message]).toEqual([
    404,
    'The requested item is not found.',
  ]);
  expect((await session.list(plansPath(group))).map(({ id }) => id)).not.toContain(plan);
  const other = await startSession(some);
  const [first] = await other.list(unified);
  const [kept] = await other.list(plansPath(first?.id ?? ''));
  await other.changeArea(first?.id ?? '', { 'group.deleted': 1 });
  expect((await other.get(plansPath(first?.id ?? ''))).status).toBe(404);
  expect((await other.get(`/planner/plans/${kept?.id ?? ''}`)).status).toBe(404);
  await other.close();
});

test('security groups have no plans, and the permission is needed', async () => {
  const other = await startSession({ messagesPerUser: 0, roles: ['GroupMember.Read.All'] });
  const all = await other.list('/groups');
  const security = all.find((one) => one['securityEnabled'] === true)?.id ?? '';
  expect((await other.get(plansPath(group))).status).toBe(403);
  await other.control('roles', { roles: ['Tasks.Read.All'] });
  await other.signIn();
  expect(await other.list(plansPath(security))).toEqual([]);
  await other.close();
});

test('a plan that no application may read is listed, without its details', async () => {
  const other = await startSession({ ...some, planner: { ...some.planner, deniedShare: 1 } });
  const [plan] = await other.list(`${plansPath(group)}?$expand=details`);
  expect(plan?.['details']).toBeUndefined();
  for (const rest of ['', '/details', '/buckets', '/tasks'])
    expect((await other.get(`/planner/plans/${plan?.id ?? ''}${rest}`)).status).toBe(403);
  expect((await other.areaTruth('planner', group)).every((line) => line.unreadable === 'accessDenied')).toBe(
    true,
  );
  await other.close();
});

test.each(['ignored', 'refused'] as const)('$expand=details can be %s', async (expansion) => {
  const other = await startSession({ ...some, planner: { ...some.planner, expansion } });
  const reply = await other.get(`${plansPath(group)}?$expand=details`);
  expect(reply.status).toBe(expansion === 'refused' ? 400 : 200);
  if (expansion === 'ignored') expect(reply.json<DeltaPage>().value[0]?.['details']).toBeUndefined();
  await other.close();
});

test('tasks of a deleted plan can go on being answered for', async () => {
  const other = await startSession({ ...some, planner: { ...some.planner, keepsTasksOfDeletedPlans: true } });
  const [plan] = await other.list(plansPath(group));
  const [task] = await tasksOf(other, plan?.id ?? '');
  await other.changeArea(group, { 'planner.containersDeleted': 2 });
  expect((await other.get(`/planner/plans/${plan?.id ?? ''}`)).status).toBe(404);
  expect((await other.get(`/planner/tasks/${task?.id ?? ''}`)).status).toBe(200);
  await other.close();
});

test('china has no Planner', async () => {
  const other = await startSession({ ...some, cloud: 'china' });
  const reply = await other.get(plansPath(group));
  expect([reply.status, reply.json<ErrorBody>().error.message]).toEqual([
    400,
    "Resource not found for the segment 'plans'.",
  ]);
  await other.close();
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'planner-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({ ...some, trafficFile });
  for (const { id } of await plansWithBuckets(recorded)) {
    for (const rest of ['', '/details']) await recorded.get(`/planner/plans/${id}${rest}`);
    const [bucket] = await recorded.list(`/planner/plans/${id}/buckets`);
    await recorded.get(`/planner/buckets/${bucket?.id ?? ''}`);
    await recorded.get(`/planner/buckets/${bucket?.id ?? ''}/tasks`);
    for (const task of (await tasksOf(recorded, id)).slice(0, 40))
      for (const rest of ['', '/details']) await recorded.get(`/planner/tasks/${task.id}${rest}`);
  }
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
