import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { plannerWorkload } from '../../../src-worker/workloads/planner/planner-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control, simulatorStats } from '../graph/simulated-organization.ts';
import { canonicalHash } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { jsonOf, readToEnd, type Copy } from './copy.ts';
import { expectContract, prepareCopy, type Prepared } from './prepared-copy.ts';

afterEach(closeAll);

const plansPerGroup = 2;
const tasksPerPlan = 130;
const planner = { plansPerGroup, tasksPerPlan };
const some: SimulatorOptions = {
  users: 8,
  teams: { count: 1, postsPerChannel: 0 },
  groups: { count: 0, threadsPerGroup: 0 },
  planner,
};
const prepare = (options: SimulatorOptions = {}) => prepareCopy(plannerWorkload, { ...some, ...options });

/** One change of every kind. */
const every = {
  ...{ created: 3, edited: 4, detailsEdited: 6, moved: 4, deleted: 3 },
  ...{ bucketsCreated: 1, bucketsRenamed: 1, categoriesNamed: 1 },
  ...{ containersCreated: 1, containersRenamed: 1 },
};

const byId = (one: readonly [string, ...unknown[]], other: readonly [string, ...unknown[]]) =>
  one[0] < other[0] ? -1 : 1;
const keyOf = ({ kind, id }: AreaLine) => `${kind}/${id}`;

/** Says that the copy holds every plan and every task as it is, each in its plan, and nothing else. */
function expectSame(copy: Copy, lines: readonly AreaLine[]): void {
  const wanted = lines.map(
    (line) => [keyOf(line), line.kind === 'plan' ? line.id : line.containerId, line.sha256] as const,
  );
  const held = [...copy.items].map(
    ([id, item]) => [id, item.head.collection, canonicalHash(jsonOf(item))] as const,
  );
  expect(held.sort(byId)).toEqual(wanted.sort(byId));
  const plans = lines
    .filter(({ kind }) => kind === 'plan')
    .map((line) => [line.id, line.displayName] as const);
  expect([...copy.collections].sort(byId)).toEqual(plans.sort(byId));
  expect(copy.failed.size).toBe(0);
}

/** What the simulator was asked in another run, by operation. */
async function requestsOf({ simulator, copy }: Prepared): Promise<Record<string, number>> {
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  return ((await simulatorStats(simulator)) as { requests: Record<string, number> }).requests;
}

test('a first run holds every plan with its buckets and every task with its details', async () => {
  const { copy, truth } = await prepare();
  await copy.run();
  expect(copy.items.size).toBe(plansPerGroup * (1 + tasksPerPlan));
  expectSame(copy, await truth());
  expect(copy.fetchedCount).toBe(0);
  const whole = [...copy.items.values()].map(jsonOf);
  const tasks = whole.filter(({ planId }) => planId !== undefined) as {
    assignments: object;
    details: Details;
  }[];
  // All that a restore needs is there in the sample, so that none of it can be lost unseen.
  for (const has of [
    ({ assignments }: (typeof tasks)[number]) => Object.keys(assignments).length > 0,
    ({ details }: (typeof tasks)[number]) => Object.keys(details.checklist).length > 0,
    ({ details }: (typeof tasks)[number]) => Object.keys(details.references).length > 0,
    ({ details }: (typeof tasks)[number]) => details.description !== '',
  ])
    expect(tasks.filter(has).length).toBeGreaterThan(5);
});

interface Details {
  readonly description: string;
  readonly checklist: object;
  readonly references: object;
}

test('lists show what a plan and a task are', async () => {
  const { copy } = await prepare();
  await copy.run();
  const heads = [...copy.items.values()].map(({ head }) => head);
  const [plans, tasks] = [
    heads.filter(({ info }) => info['type'] === 'plan'),
    heads.filter(({ info }) => info['type'] === undefined),
  ];
  expect(plans.map(({ info }) => info['buckets'])).toEqual([4, 4]);
  expect(new Set(tasks.map(({ info }) => info['status']))).toEqual(
    new Set(['notStarted', 'inProgress', 'completed']),
  );
  expect(tasks.every(({ title }) => title !== '')).toBe(true);
  expect(tasks.some(({ info }) => /^\d{4}-\d\d-\d\d$/.test(String(info['due'])))).toBe(true);
});

test('a run without changes asks for the list of plans, and for buckets and tasks of each', async () => {
  const prepared = await prepare();
  await prepared.copy.run();
  const requests = await requestsOf(prepared);
  expect([prepared.copy.broughtCount, prepared.copy.fetchedCount]).toEqual([0, 0]);
  // 130 tasks are two pages.
  expect(requests).toEqual({
    'groups.planner.ListPlans': 1,
    'planner.plans.ListBuckets': plansPerGroup,
    'planner.plans.ListTasks': 2 * plansPerGroup,
  });
});

test('later runs follow every kind of change, and bring nothing that is as it was', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  await change(every);
  await copy.run();
  expectSame(copy, await truth());
  expect(copy.broughtCount).toBeGreaterThan(15);
  expect(copy.broughtCount).toBeLessThan(35);
  await change({ ...every, bucketsDeleted: 1, containersDeleted: 1 }, 2);
  await copy.run();
  expectSame(copy, await truth());
});

test('an edit of details alone is followed', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  await change({ detailsEdited: 5 });
  await copy.run();
  expect(copy.broughtCount).toBe(5);
  expectSame(copy, await truth());
});

test('a task that moved to another bucket stays in its plan', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  await change({ moved: 5 });
  await copy.run();
  expect(copy.broughtCount).toBe(5);
  expectSame(copy, await truth());
});

test.each(['ignored', 'refused'] as const)(
  'where the expansion of details is %s, they are read by themselves',
  async (expansion) => {
    const prepared = await prepare({ planner: { ...planner, expansion } });
    const { copy, truth, change } = prepared;
    await copy.run();
    expectSame(copy, await truth());
    await change(every);
    await copy.run();
    expectSame(copy, await truth());
    const plans = copy.collections.size;
    const requests = await requestsOf(prepared);
    expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
    expect(requests['planner.tasks.GetDetails']).toBe(copy.items.size - plans);
    expect(requests['planner.plans.GetDetails']).toBe(plans);
    // Refused once is enough: the client that was told does not ask again.
    expect(requests['groups.planner.ListPlans']).toBe(1);
  },
);

test('passing trouble does not change what is held', async () => {
  const { simulator, copy, truth, change } = await prepare();
  await control(simulator, '/control/faults', {
    ...{ throttle429: 0.05, unavailable503: 0.05, serverError500: 0.05, truncatedBody: 0.03 },
    ...{ connectionReset: 0.03, invalidJson: 0.03, retryAfterSeconds: 0.05 },
  });
  await copy.run();
  await change(every);
  await copy.run();
  expectSame(copy, await truth());
});

test('a plan that no application may read is told by its code', async () => {
  const { copy, scope } = await prepare({ planner: { ...planner, deniedShare: 1 } });
  await expect(copy.run()).rejects.toMatchObject({ code: 'access-denied' });
  expect(copy.collections.size).toBe(plansPerGroup);
  const [plan = ''] = copy.collections.keys();
  await expect(plannerWorkload.fetch(scope, `plan/${plan}`)).rejects.toMatchObject({ code: 'access-denied' });
});

test('a cloud without Planner is told by its code', async () => {
  const { scope } = await prepare({ cloud: 'china' });
  await expect(plannerWorkload.collections(scope, undefined)).rejects.toMatchObject({
    code: 'not-in-this-cloud',
  });
});

test('details that seem gone in a batch leave the task to be fetched by itself', async () => {
  const { simulator, copy, truth } = await prepare({ planner: { ...planner, expansion: 'ignored' } });
  await control(simulator, '/control/faults', { itemGone: 0.2, maxInARow: 1 });
  await copy.run();
  expect(copy.fetchedCount).toBeGreaterThan(10);
  await control(simulator, '/control/faults', { itemGone: 0 });
  await copy.run();
  expectSame(copy, await truth());
});

test('tasks and a group that are gone are told by their codes', async () => {
  const { scope, copy, change } = await prepare();
  await copy.run();
  const ids = [...copy.items.keys()];
  await change({ deleted: 40 });
  const gone: string[] = [];
  for await (const { id, head, error } of plannerWorkload.lookUp(scope, [...ids, 'of something else'])) {
    expect(error).toBeUndefined();
    if (head === undefined) gone.push(id);
    // The same bytes, whichever way they came.
    else expect([head.id, head.version]).toEqual([id, copy.items.get(id)?.head.version]);
  }
  expect(gone).toHaveLength(41);
  await expect(plannerWorkload.fetch(scope, gone[0]!)).rejects.toMatchObject({ code: 'item-gone' });
  await change({ 'group.deleted': 1 });
  await expect(plannerWorkload.collections(scope, undefined)).rejects.toMatchObject({
    code: 'account-unknown',
  });
});

test('a plan that is deleted after it was listed is told by its code', async () => {
  const { scope, change } = await prepare();
  const { found } = await plannerWorkload.collections(scope, undefined);
  const plan = found[0]!.id;
  await change({ containersDeleted: plansPerGroup });
  await expect(readToEnd(plannerWorkload.changes(scope, plan, undefined))).rejects.toMatchObject({
    code: 'collection-gone',
  });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(plannerWorkload, { options: some, changes: every }),
);

test.skipIf(!isGraphContractAvailable)('also where details are read by themselves', () =>
  expectContract(plannerWorkload, {
    options: { ...some, planner: { ...planner, expansion: 'ignored' } },
    changes: every,
  }),
);
