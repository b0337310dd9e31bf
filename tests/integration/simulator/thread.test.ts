import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash } from './canonical.ts';
import { startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let group: string;

const unified = "/groups?$filter=groupTypes/any(c:c eq 'Unified')";

beforeAll(async () => {
  session = await startSession({ messagesPerUser: 0 });
  group = (await session.list(unified)).at(-1)?.id ?? '';
});
afterAll(() => session.close());

const threads = async () =>
  (await session.areaTruth('thread', group)).filter(({ kind }) => kind === 'thread');

/** Every thread and every post, as they can be read. */
async function readAll(): Promise<(readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for (const thread of await session.list(`/groups/${group}/threads?$top=2`)) {
    found.push([thread.id, canonicalHash(thread)]);
    for (const post of await session.list(`/groups/${group}/threads/${thread.id}/posts?$top=2`))
      found.push([post.id, canonicalHash(post)]);
  }
  return found;
}

async function expectTruth(): Promise<void> {
  const lines = await session.areaTruth('thread', group);
  expect(new Map(await readAll())).toEqual(new Map(lines.map(({ id, sha256 }) => [id, sha256])));
}

test('threads and posts are what the truth says, now and after changes', async () => {
  await expectTruth();
  expect((await threads()).length).toBeGreaterThan(3);
  const made = await session.changeArea(group, {
    'thread.created': 2,
    'thread.replied': 3,
    'thread.deleted': 1,
  });
  expect(made).toHaveLength(6);
  await expectTruth();
  const gone = await session.get(`/groups/${group}/threads/${made.at(-1)?.container ?? ''}/posts`);
  expect([gone.status, gone.json<ErrorBody>().error.code]).toEqual([404, 'ErrorItemNotFound']);
});

test('attachments of posts are told of and kept from applications', async () => {
  const [thread] = await threads();
  const at = `/groups/${group}/threads/${thread?.id ?? ''}`;
  const [post] = await session.list(`${at}/posts`);
  expect(typeof post?.['hasAttachments']).toBe('boolean');
  expect((await session.get(`${at}/posts/${post?.id ?? ''}/attachments`)).status).toBe(403);
});

test('security groups have no threads, and the permission is needed', async () => {
  const all = await session.list('/groups');
  const security = all.find((one) => one['securityEnabled'] === true)?.id ?? '';
  expect(await session.list(`/groups/${security}/threads`)).toEqual([]);
  const other = await startSession({ roles: ['GroupMember.Read.All'] });
  expect((await other.get(`/groups/${group}/threads`)).status).toBe(403);
  await other.close();
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'threads-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({ trafficFile, messagesPerUser: 0 });
  for (const thread of await recorded.list(`/groups/${group}/threads`)) {
    const at = `/groups/${group}/threads/${thread.id}`;
    await recorded.get(at);
    for (const post of await recorded.list(`${at}/posts?$top=2`))
      for (const rest of ['', '/attachments']) await recorded.get(`${at}/posts/${post.id}${rest}`);
  }
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
