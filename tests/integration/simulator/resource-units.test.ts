import { afterEach, expect, test } from 'vitest';
import { startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let drive: string;
afterEach(() => session.close());

interface Stats {
  resourceUnits: number;
  throttled: number;
  retryAfterViolations: number;
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
  await start(20, 600);
  await sleep(600);
  const seen = [];
  for (let i = 0; i < 21; i += 1) seen.push(await session.get(`/drives/${drive}/root`));
  expect(seen[10]?.headers['ratelimit-limit']).toBeUndefined();
  expect(seen[16]?.headers).toMatchObject({ 'ratelimit-limit': '20', 'ratelimit-remaining': '3' });
  const last = seen.at(-1);
  expect([last?.status, last?.json<ErrorBody>().error.code]).toEqual([429, 'activityLimitReached']);
  const waitMs = Number(last?.headers['retry-after']) * 1_000;
  expect(waitMs).toBeLessThanOrEqual(600);
  await sleep(waitMs + 10);
  expect((await session.get(`/drives/${drive}/root`)).status).toBe(200);
  expect(await session.control<Stats>('stats')).toMatchObject({ throttled: 1, retryAfterViolations: 0 });
});

test('coming back too early is counted, whatever is asked for', async () => {
  await start(1_000);
  await session.control('unit-limits', { unitsPerMinute: 1 });
  expect((await session.get(`/drives/${drive}/root`)).status).toBe(429);
  await sleep(90);
  await session.get(`/users/${(await session.users())[0] ?? ''}/drives`);
  expect((await session.control<Stats>('stats')).retryAfterViolations).toBe(1);
});

test('the day has a limit of its own', async () => {
  await start(1_000);
  await session.control('unit-limits', { unitsPerDay: 2 });
  const reply = await session.get(`/drives/${drive}/root/children`);
  expect([reply.status, Number(reply.headers['retry-after']) > 1_000]).toEqual([429, true]);
});

test('agents are remembered', async () => {
  await start(1_000);
  await session.get(`/drives/${drive}/root`, { 'user-agent': 'ISV|Holdfast|Holdfast/1.0' });
  expect((await session.control<Stats>('stats')).userAgents).toEqual({ 'ISV|Holdfast|Holdfast/1.0': 1 });
});
