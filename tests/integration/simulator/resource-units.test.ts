import { afterEach, expect, test } from 'vitest';
import { startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let drive: string;
afterEach(() => session.close());

interface Stats {
  resourceUnits: number;
  throttled: number;
  earlyCalls: number;
  userAgents: Record<string, number>;
}

async function start(unitsPerMinute: number, minuteMs = 60_000): Promise<void> {
  session = await startSession({
    profile: 'uniform',
    users: 1,
    drives: { filesPerDrive: 5 },
    unitLimits: { unitsPerMinute, minuteMs },
  });
  const user = (await session.users())[0] ?? '';
  drive = (await session.get(`/users/${user}/drive`)).json<{ id: string }>().id;
  await session.control('stats/reset', {});
}

const sleep = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));
const unitsOf = async (path: string): Promise<number> => {
  const before = (await session.control<Stats>('stats')).resourceUnits;
  await session.get(path);
  return (await session.control<Stats>('stats')).resourceUnits - before;
};

test('calls cost what Microsoft says they cost', async () => {
  await start(1_000);
  const { deltaLink } = await session.deltaRound(`/drives/${drive}/root/delta`, {});
  const costs = [];
  for (const path of [
    `/drives/${drive}/root`,
    `/drives/${drive}/root/children`,
    `/drives/${drive}/root/delta`,
    deltaLink,
    `/drives/${drive}/root/permissions`,
    `/drives/${drive}/root?$expand=permissions`,
    '/users',
  ])
    costs.push(await unitsOf(path));
  expect(costs).toEqual([1, 2, 2, 1, 5, 5, 0]);
});

test('inner requests of a batch count one by one', async () => {
  await start(1_000);
  const requests = Array.from({ length: 8 }, (_, i) => ({
    id: String(i),
    method: 'GET',
    url: `/drives/${drive}/root/children`,
  }));
  await session.batch({ requests });
  expect((await session.control<Stats>('stats')).resourceUnits).toBe(16);
});

test('what is left is told once most is used, then 429 says when to come back', async () => {
  await start(1_000);
  await session.control('unit-limits', { unitsPerMinute: 20 });
  const seen = [];
  for (let i = 0; i < 20; i += 1) seen.push(await session.get(`/drives/${drive}/root`));
  // One unit was used before.
  expect(seen[10]?.headers['ratelimit-limit']).toBeUndefined();
  expect(seen[16]?.headers).toMatchObject({ 'ratelimit-limit': '20', 'ratelimit-remaining': '2' });
  const last = seen.at(-1);
  expect([last?.status, last?.json<ErrorBody>().error.code]).toEqual([429, 'activityLimitReached']);
  expect(Number(last?.headers['retry-after'])).toBeGreaterThan(30);
});

test('who waits as long as told is let in and not blamed', async () => {
  await start(2, 1_500);
  await sleep(1_510);
  const replies = [];
  for (let i = 0; i < 3; i += 1) replies.push(await session.get(`/drives/${drive}/root`));
  expect(replies.map((reply) => reply.status)).toEqual([200, 200, 429]);
  await sleep(Number(replies[2]?.headers['retry-after']) * 1_000 + 10);
  expect((await session.get(`/drives/${drive}/root`)).status).toBe(200);
  expect(await session.control<Stats>('stats')).toMatchObject({ throttled: 1, earlyCalls: 0 });
});

test('coming back too early is counted, whatever is asked for', async () => {
  await start(1_000);
  await session.control('unit-limits', { unitsPerMinute: 1 });
  expect((await session.get(`/drives/${drive}/root`)).status).toBe(429);
  await sleep(150);
  await session.get(`/users/${(await session.users())[0] ?? ''}/drives`);
  expect((await session.control<Stats>('stats')).earlyCalls).toBe(1);
});

test('the day has a limit of its own', async () => {
  await start(1_000);
  await session.control('unit-limits', { unitsPerDay: 2 });
  const reply = await session.get(`/drives/${drive}/root/children`);
  expect([reply.status, Number(reply.headers['retry-after']) > 1_000]).toEqual([429, true]);
});

test('the directory tells what a call cost, and from four fifths of its limit on how much of it is used', async () => {
  await start(1_000);
  await session.control('directory-limits', { unitsPerWindow: 10, windowMs: 60_000 });
  // One unit was used before: the list of users that names the first of them.
  const shares: Awaited<ReturnType<Session['get']>>[] = [];
  for (const path of ['/users', '/users?$select=id', '/users?$top=5&$select=id', '/users', '/users'])
    shares.push(await session.get(path));
  const told = (name: string) => shares.map(({ headers }) => headers[name]);
  expect(told('x-ms-resource-unit')).toEqual(['2', '1', '1', '2', '2']);
  expect(told('x-ms-throttle-limit-percentage').slice(0, 2)).toEqual([undefined, undefined]);
  expect(told('x-ms-throttle-limit-percentage').at(-1)).toMatch(/^0\.9/);
  expect(shares.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const refused = await session.get('/users');
  expect([refused.status, refused.json<ErrorBody>().error.code]).toEqual([429, 'TooManyRequests']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30);
  expect(refused.headers['x-ms-throttle-scope']).toBeDefined();
});

test('agents are remembered', async () => {
  await start(1_000);
  await session.get(`/drives/${drive}/root`, { 'user-agent': 'ISV|Holdfast|Holdfast/1.0' });
  expect((await session.control<Stats>('stats')).userAgents).toEqual({ 'ISV|Holdfast|Holdfast/1.0': 1 });
});
