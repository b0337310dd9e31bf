import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkClientManners } from '../../support/graph-contract.ts';
import { startSession, type ErrorBody, type Session } from './session.ts';

let dir: string;
let trafficFile: string;
let session: Session;
let user: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'traffic-'));
  trafficFile = join(dir, 'traffic.ndjson');
  session = await startSession({
    profile: 'uniform',
    users: 2,
    messagesPerUser: 30,
    latencyMs: 40,
    trafficFile,
    limits: { retryAfterSeconds: 0.5 },
  });
  user = (await session.users())[0] ?? '';
});
afterEach(async () => {
  await session.close();
  rmSync(dir, { recursive: true });
});

const folders = () => session.get(`/users/${user}/mailFolders`);
const sleep = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

interface Stats {
  throttled: number;
  maxConcurrencyPerMailbox: number;
  earlyCalls: number;
}

test('four at a time pass, the fifth gets 429 with the fractional Retry-After', async () => {
  const four = await Promise.all(Array.from({ length: 4 }, folders));
  expect(four.map((reply) => reply.status)).toEqual([200, 200, 200, 200]);
  const five = await Promise.all(Array.from({ length: 5 }, folders));
  const refused = five.filter((reply) => reply.status === 429);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.headers['retry-after']).toBe('0.5');
  expect(refused[0]?.json<ErrorBody>().error).toMatchObject({
    code: 'ApplicationThrottled',
    message: 'Application is over its MailboxConcurrency limit.',
  });
});

test('other mailboxes and the directory are not held up by a busy mailbox', async () => {
  const other = (await session.users())[1] ?? '';
  const replies = await Promise.all([
    ...Array.from({ length: 4 }, folders),
    session.get(`/users/${other}/mailFolders`),
    session.get('/users'),
  ]);
  expect(replies.every((reply) => reply.status === 200)).toBe(true);
});

test('a client that waits is not blamed, one that does not is counted and still answered', async () => {
  await Promise.all(Array.from({ length: 5 }, folders));
  await sleep(520);
  expect((await folders()).status).toBe(200);
  expect((await session.control<Stats>('stats')).earlyCalls).toBe(0);
  await Promise.all(Array.from({ length: 5 }, folders));
  await sleep(150);
  expect((await folders()).status).toBe(200);
  expect(await session.control<Stats>('stats')).toMatchObject({
    throttled: 2,
    maxConcurrencyPerMailbox: 5,
    earlyCalls: 1,
  });
});

test('the window limit answers 429 until the window is over', async () => {
  await session.control('limits', { requestsPerWindow: 3, windowMs: 600 });
  await sleep(10);
  const statuses = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await folders()).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  await sleep(600);
  expect((await folders()).status).toBe(200);
});

test('limits can be switched off', async () => {
  await session.control('limits', { isEnforced: false });
  const replies = await Promise.all(Array.from({ length: 8 }, folders));
  expect(replies.every((reply) => reply.status === 200)).toBe(true);
});

test('the recording proves good and bad manners', async () => {
  for (let i = 0; i < 3; i += 1) await Promise.all(Array.from({ length: 4 }, folders));
  await Promise.all(Array.from({ length: 5 }, folders));
  await sleep(150);
  await folders();
  await session.simulator.close();
  const manners = checkClientManners(trafficFile);
  expect(manners).toMatchObject({ mailExchanges: 18, maxConcurrent: 5 });
  expect(manners.earlyCalls).toHaveLength(1);
});

test('requests the client gave up do not hold their place', async () => {
  const { graphRoot } = session.simulator;
  const given = Array.from({ length: 4 }, () =>
    request(`${graphRoot}/v1.0/users/${user}/mailFolders`, {
      dispatcher: session.agent,
      headers: { authorization: `Bearer ${session.token}` },
      signal: AbortSignal.timeout(15),
    }),
  );
  expect((await Promise.allSettled(given)).map((result) => result.status)).toEqual(
    given.map(() => 'rejected'),
  );
  await sleep(80);
  const four = await Promise.all(Array.from({ length: 4 }, folders));
  expect(four.map((reply) => reply.status)).toEqual([200, 200, 200, 200]);
});

test('a batch runs four requests of a mailbox at once and more in steps', async () => {
  const inner = (id: number, dependsOn: string[] = []) => ({
    id: String(id),
    method: 'GET',
    url: `/users/${user}/mailFolders/inbox`,
    ...(dependsOn.length > 0 ? { dependsOn } : {}),
  });
  interface Responses {
    responses: { id: string; status: number; headers: Record<string, string> }[];
  }
  const flat = (
    await session.batch({ requests: [1, 2, 3, 4, 5, 6].map((id) => inner(id)) })
  ).json<Responses>().responses;
  expect(flat.filter((response) => response.status === 429)).toHaveLength(2);
  expect(flat.find((response) => response.status === 429)?.headers['Retry-After']).toBe('0.5');
  const chained = [1, 2, 3, 4]
    .map((id) => inner(id))
    .concat([5, 6, 7, 8].map((id) => inner(id, [String(id - 4)])));
  const steps = (await session.batch({ requests: chained })).json<Responses>().responses;
  expect(steps.every((response) => response.status === 200)).toBe(true);
});
