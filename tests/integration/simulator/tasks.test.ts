import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash, sha256 } from './canonical.ts';
import { immutable, startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let user: string;
const path = (rest: string) => `/users/${user}/todo/lists${rest}`;

beforeAll(async () => {
  session = await startSession({
    users: 4,
    messagesPerUser: 0,
    tasks: { itemsPerUser: 90, unreadableShare: 0.04 },
  });
  user = (await session.users())[0] ?? '';
});
afterAll(() => session.close());
beforeEach(() =>
  session.control('faults', { emptyPages: 0, deltaDuplicates: 0, deltaReplays: 0, itemGone: 0 }),
);

const tasks = async () => (await session.areaTruth('tasks', user)).filter((line) => line.kind === 'task');
const full = '?$expand=checklistItems,linkedResources';

test('lists are listed in pages, with the two that To Do knows by name', async () => {
  const lists = await session.list(path('?$top=2'));
  const truth = (await session.areaTruth('tasks', user)).filter(({ kind }) => kind === 'taskList');
  expect(lists.map(({ id }) => id)).toEqual(truth.map(({ id }) => id));
  expect(lists.map((one) => one['wellknownListName']).slice(0, 3)).toEqual([
    'defaultList',
    'flaggedEmails',
    'none',
  ]);
  expect((await session.deltaRound(path('/delta'))).items).toHaveLength(lists.length);
});

test('what GET and $value give is what the truth says, and what cannot be read says so', async () => {
  const truth = await tasks();
  for (const line of truth) {
    const at = path(`/${line.containerId}/tasks/${line.id}`);
    const task = await session.get(`${at}${full}`, immutable);
    if (line.unreadable !== null) {
      expect([task.status, task.json<ErrorBody>().error.code]).toEqual([500, line.unreadable]);
      continue;
    }
    expect(canonicalHash(task.json())).toBe(line.sha256);
    const hashes = [];
    for (const { id } of await session.list(`${at}/attachments`))
      hashes.push(sha256((await session.get(`${at}/attachments/${id}/$value`, immutable)).bytes));
    expect(hashes).toEqual(line.attachments.map((one) => one.sha256));
  }
  expect(truth.filter((line) => line.attachments.length > 0).length).toBeGreaterThan(2);
});

test('the parts of a task are listed as they are expanded', async () => {
  const [list] = await session.list(path(''));
  const at = path(`/${list?.id ?? ''}/tasks`);
  const seen = { checklistItems: 0, linkedResources: 0, attachments: 0 };
  const readable = new Set((await tasks()).filter((line) => line.unreadable === null).map(({ id }) => id));
  for (const task of await session.list(`${at}${full},attachments&$top=20`)) {
    for (const part of ['checklistItems', 'linkedResources', 'attachments'] as const) {
      if (!readable.has(task.id)) continue;
      expect(await session.list(`${at}/${task.id}/${part}`)).toEqual(task[part]);
      seen[part] += (task[part] as unknown[]).length;
    }
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
});

test('a task is found in its own list only', async () => {
  const [line] = await tasks();
  const lists = (await session.list(path(''))).map(({ id }) => id);
  const other = lists.find((id) => id !== line?.containerId) ?? '';
  expect((await session.get(path(`/${other}/tasks/${line?.id ?? ''}`))).status).toBe(404);
});

test('delta rounds over all lists lead from the old state to the new one', async () => {
  const state = new Map<string, string>();
  const follow = async (list: string, link?: string) => {
    const round = await session.deltaRound(link ?? path(`/${list}/tasks/delta`), {
      prefer: 'IdType="ImmutableId", odata.maxpagesize=6',
    });
    for (const item of round.items) {
      if (!item['@removed']) state.set(item.id, list);
      else if (state.get(item.id) === list) state.delete(item.id);
    }
    return round.deltaLink;
  };
  await session.control('faults', { deltaDuplicates: 0.4, deltaReplays: 0.4, emptyPages: 0.4 });
  const links = new Map<string, string>();
  for (const { id } of await session.list(path(''))) links.set(id, await follow(id));
  await session.changeArea(user, {
    'tasks.created': 6,
    'tasks.edited': 5,
    'tasks.moved': 9,
    'tasks.deleted': 6,
    'tasks.checklistsEdited': 4,
  });
  for (const [id, link] of links) await follow(id, link);
  const wanted = (await tasks()).map((line) => [line.id, line.containerId] as const);
  expect(new Map([...state].sort())).toEqual(new Map(wanted.sort()));
});

test('a changed step is told by the delta of the list', async () => {
  const lists = await session.list(path(''));
  const links = new Map<string, string>();
  for (const { id } of lists) links.set(id, (await session.deltaRound(path(`/${id}/tasks/delta`))).deltaLink);
  const before = new Map((await tasks()).map((line) => [line.id, line.sha256]));
  const [made] = await session.changeArea(user, { 'tasks.checklistsEdited': 1 }, 9);
  const { items } = await session.deltaRound(links.get(made?.container ?? '') ?? '');
  expect(items.map(({ id }) => id)).toEqual([made?.item]);
  const after = (await tasks()).find((line) => line.id === made?.item);
  expect(after?.sha256).not.toBe(before.get(made?.item ?? ''));
});

test('lists that are created, renamed and deleted show in their delta, and those of To Do stay', async () => {
  const { deltaLink } = await session.deltaRound(path('/delta'));
  const made = await session.changeArea(user, {
    'tasks.containersCreated': 2,
    'tasks.containersRenamed': 2,
    'tasks.containersDeleted': 12,
  });
  const { items } = await session.deltaRound(deltaLink);
  expect(new Set(items.map(({ id }) => id))).toEqual(new Set(made.map(({ container }) => container)));
  expect(await session.list(path(''))).toHaveLength(2);
});

test('itemGone hits a task', async () => {
  const line = (await tasks()).find((one) => one.unreadable === null);
  await session.control('faults', { itemGone: 1 });
  expect((await session.get(path(`/${line?.containerId ?? ''}/tasks/${line?.id ?? ''}`))).status).toBe(404);
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tasks-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({
    users: 2,
    trafficFile,
    tasks: { itemsPerUser: 40, unreadableShare: 0 },
  });
  const [id = ''] = await recorded.users();
  const at = `/users/${id}/todo/lists`;
  const links = [(await recorded.deltaRound(`${at}/delta`)).deltaLink];
  for (const list of await recorded.list(`${at}?$top=2`)) {
    await recorded.get(`${at}/${list.id}`);
    await recorded.list(`${at}/${list.id}/tasks?$top=7`);
    const { items, deltaLink } = await recorded.deltaRound(`${at}/${list.id}/tasks/delta`);
    links.push(deltaLink);
    for (const task of items) {
      const here = `${at}/${list.id}/tasks/${task.id}`;
      for (const rest of [full, '/checklistItems', '/linkedResources'])
        await recorded.get(here + rest, immutable);
      const attachments = (await recorded.list(`${here}/attachments`)).map(
        (one) => `${here}/attachments/${one.id}`,
      );
      for (const link of attachments.flatMap((one) => [one, `${one}/$value`]))
        await recorded.get(link, immutable);
    }
  }
  await recorded.changeArea(id, { 'tasks.created': 4, 'tasks.deleted': 4, 'tasks.moved': 4 });
  for (const link of links) await recorded.deltaRound(link);
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
