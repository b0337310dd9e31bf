import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  checkClientManners,
  checkGraphTraffic,
  isGraphContractAvailable,
} from '../../support/graph-contract.ts';
import { startSession, type DeltaPage, type ErrorBody, type Session } from './session.ts';

let dir: string;
let session: Session;
let user: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'contract-'));
  session = await startSession({
    messagesPerUser: 40,
    isGzipEnabled: true,
  });
  user = (await session.users())[0] ?? '';
});
afterAll(async () => {
  await session.close();
  rmSync(dir, { recursive: true });
});

test.each([
  ['/users?$filter=accountEnabled eq true', 400, 'BadRequest'],
  ['/users?$select=shoeSize', 400, 'BadRequest'],
  ['/users/nobody@example.com', 404, 'Request_ResourceNotFound'],
  ['/users/nobody@example.com/messages', 404, 'ErrorInvalidUser'],
  ['/devices/delta', 400, 'BadRequest'],
  ['/users/{user}/onenote', 400, 'BadRequest'],
  ['/users/{user}/messages?$filter=isRead eq true', 400, 'BadRequest'],
  ['/users/{user}/messages/AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0Axxxx', 404, 'ErrorItemNotFound'],
  ['/users/{user}/mailFolders/nowhere', 404, 'ErrorItemNotFound'],
  ['/users/{user}/mailFolders/inbox/messages/x/$value', 405, 'ErrorInvalidRequest'],
  ['/users/{user}/mailFolders/inbox/messages/delta?$deltatoken=nonsense', 400, 'BadRequest'],
  ['/users/{user}/mailFolders/inbox/messages/delta?$select=colour', 400, 'BadRequest'],
])('%s answers %i %s', async (path, status, code) => {
  const reply = await session.get(path.replace('{user}', user));
  expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([status, code]);
});

test('beta is not simulated', async () => {
  const reply = await session.send(`${session.simulator.graphRoot}/beta/users`, {
    headers: { authorization: `Bearer ${session.token}` },
  });
  expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([400, 'BadRequest']);
});

test('request ids are given, kept and echoed, and understood preferences are told', async () => {
  const reply = await session.get(`/users/${user}/mailFolders/inbox/messages/delta`, {
    'client-request-id': 'my-id',
    prefer: 'IdType="ImmutableId", odata.maxpagesize=5',
  });
  expect(reply.headers['client-request-id']).toBe('my-id');
  expect(reply.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(reply.headers['preference-applied']).toBe('odata.maxpagesize=5, IdType="ImmutableId"');
});

test('lists page by $top and $skip and count on request', async () => {
  const first = (await session.get(`/users/${user}/messages?$top=15&$count=true&$select=subject`)).json<
    DeltaPage & { '@odata.count': number }
  >();
  const ids = first.value.map((item) => item.id);
  for (let link = first['@odata.nextLink']; link !== undefined;) {
    const page: DeltaPage = (await session.get(link)).json<DeltaPage>();
    ids.push(...page.value.map((item) => item.id));
    link = page['@odata.nextLink'];
  }
  expect([new Set(ids).size, ids.length]).toEqual([first['@odata.count'], first['@odata.count']]);
});

test('a batch carries MIME as base64, fails what depends on a failure, and is refused when malformed', async () => {
  const { value } = (await session.get(`/users/${user}/messages?$top=1&$skip=3`)).json<DeltaPage>();
  const path = `/users/${user}/messages/${value[0]?.id ?? ''}/$value`;
  const requests = [
    { id: 'a', method: 'GET', url: path },
    { id: 'b', method: 'GET', url: `/users/${user}/messages/none` },
    { id: 'c', method: 'GET', url: path, dependsOn: ['b'] },
  ];
  const { responses } = (await session.batch({ requests })).json<{
    responses: { id: string; status: number; body: unknown }[];
  }>();
  const byId = new Map(responses.map((response) => [response.id, response]));
  expect([byId.get('a')?.status, byId.get('b')?.status, byId.get('c')?.status]).toEqual([200, 404, 424]);
  expect(Buffer.from(String(byId.get('a')?.body), 'base64').equals((await session.get(path)).bytes)).toBe(
    true,
  );
  const many = Array.from({ length: 21 }, (_, i) => ({ id: String(i), method: 'GET', url: '/users' }));
  for (const body of [
    {},
    { requests: many },
    { requests: [requests[0], requests[0]] },
    { requests: [requests[2]] },
  ]) {
    expect((await session.batch(body)).status).toBe(400);
  }
});

/** Every read operation of the mail backup, in every shape the simulator knows. */
async function readEverything(session: Session, user: string): Promise<void> {
  for (const path of [
    '/organization',
    '/users/$count',
    `/users/${user}`,
    `/users/${user}/mailboxSettings`,
    `/users/${user}/mailFolders?includeHiddenFolders=true&$top=3`,
    `/users/${user}/mailFolders/inbox/childFolders`,
    `/users/${user}/mailFolders/inbox/messages/$count`,
  ]) {
    expect((await session.get(path)).status, path).toBe(200);
  }
  const folders = (await session.deltaRound(`/users/${user}/mailFolders/delta`)).items;
  const links = [];
  for (const { id } of folders) {
    const round = await session.deltaRound(`/users/${user}/mailFolders/${id}/messages/delta`);
    links.push(round.deltaLink);
    for (const item of round.items) {
      await session.get(`/users/${user}/messages/${item.id}`, { prefer: 'IdType="ImmutableId"' });
      await session.get(`/users/${user}/messages/${item.id}?$select=internetMessageHeaders,uniqueBody`);
      await session.get(`/users/${user}/messages/${item.id}/$value`);
      const list = await session.get(`/users/${user}/messages/${item.id}/attachments`);
      for (const attachment of list.status === 200 ? list.json<DeltaPage>().value : []) {
        const path = `/users/${user}/messages/${item.id}/attachments/${attachment.id}`;
        const isItem = attachment['@odata.type'] === '#microsoft.graph.itemAttachment';
        await session.get(isItem ? `${path}?$expand=microsoft.graph.itemattachment/item` : path);
        await session.get(`${path}/$value`);
      }
    }
  }
  await session.control('changes', { user, created: 4, moved: 6, deleted: 4, edited: 3, read: 3 });
  for (const link of links) await session.deltaRound(link);
}

test('gzip is spoken when asked for', async () => {
  const reply = await session.get(`/users/${user}/messages?$top=20`, { 'accept-encoding': 'gzip' });
  expect(reply.headers['content-encoding']).toBe('gzip');
});

test.skipIf(!isGraphContractAvailable)(
  'every exchange of a whole mailbox obeys the specification',
  async () => {
    const trafficFile = join(dir, 'traffic.ndjson');
    const recorded = await startSession({ messagesPerUser: 60, trafficFile, unreadableShare: 0.05 });
    await readEverything(recorded, (await recorded.users())[0] ?? '');
    await recorded.close();
    const verdict = checkGraphTraffic(trafficFile);
    if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
    expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
    expect(checkClientManners(trafficFile)).toMatchObject({ maxConcurrent: 1, earlyCalls: [] });
  },
);

test.skipIf(!isGraphContractAvailable)('the check finds what breaks the specification', () => {
  const lies = join(dir, 'lies.ndjson');
  const url = 'https://graph.microsoft.com/v1.0/users?$colour=red';
  writeFileSync(
    lies,
    `${JSON.stringify({ method: 'GET', url, status: 200, responseBody: { value: [{ shoeSize: 4 }] } })}\n`,
  );
  expect(checkGraphTraffic(lies)).toMatchObject({ isAvailable: true, errors: 1 });
});
