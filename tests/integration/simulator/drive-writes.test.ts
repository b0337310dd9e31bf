import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { checkAcceptedTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { sha256 } from './canonical.ts';
import { startSession, type ErrorBody, type Reply, type Session } from './session.ts';

interface Item {
  id: string;
  name: string;
  size: number;
  [name: string]: unknown;
}

let dir: string;
let trafficFile: string;
let session: Session;
let user: string;
let drive: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drive-writes-'));
  trafficFile = join(dir, 'traffic.ndjson');
  session = await startSession({
    users: 2,
    messagesPerUser: 0,
    drives: { filesPerDrive: 50, unreadableShare: 0 },
    roles: [...defaultRoles, ...restoreRoles],
    trafficFile,
  });
  user = (await session.users())[0] ?? '';
  drive = `/drives/${(await session.get(`/users/${user}/drive`)).json<Item>().id}`;
});
afterAll(async () => {
  await session.close();
  rmSync(dir, { recursive: true });
});

const codeOf = (reply: Reply) => [reply.status, reply.json<ErrorBody>().error.code];
const put = (path: string, body: Buffer, query = '') =>
  session.write('PUT', `${drive}/root:/${path}:/content${query}`, { body });
const behave = (how: string) => `?@microsoft.graph.conflictBehavior=${how}`;
async function bytesOf(id: string): Promise<Buffer> {
  const redirect = await session.get(`${drive}/items/${id}/content`);
  return (await session.send(String(redirect.headers['location']))).bytes;
}

test('a file that is put is told by delta and read back, with its quickXorHash', async () => {
  const { deltaLink } = await session.deltaRound(`${drive}/root/delta`, {});
  const made = await put('Neu%20%23.bin', Buffer.from('hello world'));
  expect(made.status).toBe(201);
  const item = made.json<Item>();
  expect(item).toMatchObject({
    name: 'Neu #.bin',
    size: 11,
    file: { hashes: { quickXorHash: 'aCgDG9jwBhDc4Q1yawMZAAAAAAA=' } },
  });
  expect((await bytesOf(item.id)).toString()).toBe('hello world');
  expect((await session.deltaRound(deltaLink, {})).items.map(({ id }) => id)).toContain(item.id);
  const [line] = (await session.areaTruth('drive', user)).filter(({ id }) => id === item.id);
  expect(line?.sha256).toBe(sha256('hello world'));
  const empty = await put('empty.txt', Buffer.alloc(0));
  expect([empty.status, empty.json<Item>().size]).toEqual([201, 0]);
});

test('a name that is taken is refused, replaced by a new version, or changed', async () => {
  const first = (await put('same.bin', Buffer.from('one'))).json<Item>();
  expect(codeOf(await put('SAME.bin', Buffer.from('two'), behave('fail')))).toEqual([
    409,
    'nameAlreadyExists',
  ]);
  const replaced = await put('same.bin', Buffer.from('two'), behave('replace'));
  expect([replaced.status, replaced.json<Item>().id]).toEqual([200, first.id]);
  expect((await bytesOf(first.id)).toString()).toBe('two');
  const versions = (await session.get(`${drive}/items/${first.id}/versions`)).json<{ value: Item[] }>().value;
  expect(versions.map(({ id }) => id)).toEqual(['2.0', '1.0']);
  const old = await session.get(`${drive}/items/${first.id}/versions/1.0/content`);
  expect((await session.send(String(old.headers['location']))).bytes.toString()).toBe('one');
  const renamed = await put('same.bin', Buffer.from('three'), behave('rename'));
  expect([renamed.status, renamed.json<Item>().name]).toEqual([201, 'same 1.bin']);
  expect((await put('nowhere/x.bin', Buffer.from('x'))).status).toBe(404);
  expect((await put('a%3Ab.bin', Buffer.from('x'))).status).toBe(400);
});

test('a session takes ranges in order and tells what it has', async () => {
  const large = Buffer.alloc(700_000, 'holdfast');
  const fileSystemInfo = {
    createdDateTime: '2020-01-02T03:04:05Z',
    lastModifiedDateTime: '2021-01-02T03:04:05Z',
  };
  const item = { '@microsoft.graph.conflictBehavior': 'fail', name: 'large.bin', fileSystemInfo };
  const open = (name: string) =>
    session.write('POST', `${drive}/items/root:/${name}:/createUploadSession`, { body: { item } });
  const opened = await open('large.bin');
  expect(opened.status).toBe(200);
  const { uploadUrl } = opened.json<{ uploadUrl: string }>();
  const range = (from: number, to: number, url = uploadUrl) =>
    session.send(url, {
      method: 'PUT',
      headers: { 'content-range': `bytes ${from}-${to - 1}/${large.length}` },
      body: large.subarray(from, to),
    });
  expect((await range(0, 1_000)).status).toBe(400);
  const first = await range(0, 327_680);
  expect([first.status, first.json()['nextExpectedRanges']]).toEqual([202, ['327680-699999']]);
  expect((await range(0, 327_680)).status).toBe(416);
  expect((await session.send(uploadUrl)).json()['nextExpectedRanges']).toEqual(['327680-699999']);
  const last = await range(327_680, 700_000);
  expect(last.status).toBe(201);
  const made = last.json<Item>();
  expect(made).toMatchObject({ name: 'large.bin', size: 700_000, fileSystemInfo });
  expect(sha256(await bytesOf(made.id))).toBe(sha256(large));
  expect(codeOf(await open('large.bin'))).toEqual([409, 'nameAlreadyExists']);
  const cancelled = (await open('other.bin')).json<{ uploadUrl: string }>().uploadUrl;
  expect((await session.send(cancelled, { method: 'DELETE' })).status).toBe(204);
  expect((await range(0, 327_680, cancelled)).status).toBe(404);
  const expired = (await open('late.bin')).json<{ uploadUrl: string }>().uploadUrl;
  await session.control('expire-uploads', {});
  expect((await range(0, 327_680, expired)).status).toBe(404);
});

test('folders are created, renamed, moved and deleted, and their times are kept', async () => {
  const create = (body: object) => session.write('POST', `${drive}/root/children`, { body });
  const body = { name: 'Wiederhergestellt', folder: {}, '@microsoft.graph.conflictBehavior': 'fail' };
  const made = await create(body);
  expect(made.status).toBe(201);
  const folder = made.json<Item>();
  expect(codeOf(await create(body))).toEqual([409, 'nameAlreadyExists']);
  const inner = await session.write('POST', `${drive}/items/${folder.id}/children`, {
    body: { ...body, name: 'innen' },
  });
  const file = (await put('Wiederhergestellt/innen/x.bin', Buffer.from('x'))).json<Item>();
  const { id } = inner.json<Item>();
  const into = { parentReference: { id } };
  expect((await session.write('PATCH', `${drive}/items/${folder.id}`, { body: into })).status).toBe(400);
  const fileSystemInfo = { lastModifiedDateTime: '2019-05-06T07:08:09Z' };
  const moved = await session.write('PATCH', `${drive}/items/${file.id}`, {
    body: { name: 'y.bin', parentReference: { id: folder.id }, fileSystemInfo },
  });
  expect(moved.json()).toMatchObject({ name: 'y.bin', fileSystemInfo, parentReference: { id: folder.id } });
  expect((await session.write('DELETE', `${drive}/items/${folder.id}`)).status).toBe(204);
  expect((await session.get(`${drive}/items/${file.id}`)).status).toBe(404);
});

test('an item is shared with people and by link, and strangers are refused', async () => {
  const file = (await put('shared.bin', Buffer.from('x'))).json<Item>();
  const other = (await session.users())[1] ?? '';
  const post = (what: string, body: object) =>
    session.write('POST', `${drive}/items/${file.id}/${what}`, { body });
  const before = (await session.get(`${drive}/items/${file.id}/permissions`)).json<{ value: Item[] }>();
  const to = { roles: ['write'], sendInvitation: false, requireSignIn: true };
  const invited = await post('invite', { ...to, recipients: [{ objectId: other }] });
  expect([invited.status, invited.json<{ value: Item[] }>().value[0]?.['roles']]).toEqual([200, ['write']]);
  expect((await post('createLink', { type: 'view', scope: 'organization' })).status).toBe(201);
  const after = (await session.get(`${drive}/items/${file.id}/permissions`)).json<{ value: Item[] }>();
  const added = after.value.slice(before.value.length);
  expect(added).toMatchObject([{ grantedToV2: { user: { id: other } } }, { link: { type: 'view' } }]);
  const nobody = await post('invite', { ...to, recipients: [{ email: 'nobody@x.example' }] });
  expect(codeOf(nobody)).toEqual([400, 'noResolvedUsers']);
});

test('a full drive takes nothing, and who may only read writes nothing', async () => {
  await session.control('full-drive', { user, isFull: true });
  expect(codeOf(await put('full.bin', Buffer.from('x')))).toEqual([507, 'quotaLimitReached']);
  await session.control('full-drive', { user, isFull: false });
  await session.control('roles', { roles: defaultRoles });
  const reader = (await session.tokenReply()).json<{ access_token: string }>().access_token;
  await session.control('roles', { roles: [...defaultRoles, ...restoreRoles] });
  const request = { body: Buffer.from('x'), headers: { authorization: `Bearer ${reader}` } };
  expect(codeOf(await session.write('PUT', `${drive}/root:/r.bin:/content`, request))).toEqual([
    403,
    'accessDenied',
  ]);
});

test.skipIf(!isGraphContractAvailable)('every exchange so far obeys the specification', () => {
  const verdict = checkAcceptedTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
