import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { checkAcceptedTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash, sha256 } from './canonical.ts';
import {
  immutable,
  startSession,
  type DeltaPage,
  type ErrorBody,
  type Reply,
  type Session,
} from './session.ts';

type Entity = DeltaPage['value'][number];

let dir: string;
let trafficFile: string;
let session: Session;
let user: string;
const at = (rest: string) => `/users/${user}${rest}`;
const mark = 'String {8a1e3b52-6a5f-4a57-9d0c-2b8f1f6f0c11} Name HoldfastRestored';
const marked = (value: string) => ({ singleValueExtendedProperties: [{ id: mark, value }] });
const withMark = encodeURIComponent(
  `singleValueExtendedProperties/Any(ep: ep/id eq '${mark}' and ep/value eq 'run-1')`,
);
const expandMark = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${mark}')`);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'outlook-writes-'));
  trafficFile = join(dir, 'traffic.ndjson');
  session = await startSession({
    users: 2,
    messagesPerUser: 0,
    contacts: { itemsPerUser: 10, unreadableShare: 0 },
    tasks: { itemsPerUser: 10, unreadableShare: 0 },
    calendar: { itemsPerUser: 10, unreadableShare: 0 },
    roles: [...defaultRoles, ...restoreRoles],
    trafficFile,
  });
  user = (await session.users())[0] ?? '';
});
afterAll(async () => {
  await session.close();
  rmSync(dir, { recursive: true });
});

async function post<T = Entity>(path: string, body: unknown, status = 201): Promise<T> {
  const reply = await session.write('POST', at(path), { body });
  expect([reply.status, reply.status === status ? '' : reply.bytes.toString()]).toEqual([status, '']);
  return reply.json<T>();
}
const one = async (path: string) => (await session.get(at(path), immutable)).json<Entity>();
const codeOf = (reply: Reply) => [reply.status, reply.json<ErrorBody>().error.code];

test('a contact is kept as it was given, told by delta, and found by its extended property', async () => {
  const { deltaLink } = await session.deltaRound(at('/contacts/delta'));
  const given = {
    givenName: 'Émilie',
    surname: '鈴木',
    emailAddresses: [{ name: 'É', address: 'e@x.example' }],
    businessAddress: { city: 'Lyon', street: 'Rue 1' },
    birthday: '1980-02-03T11:59:00Z',
    categories: ['Blue category'],
    personalNotes: 'Halle 4',
  };
  const made = await post('/contacts', { ...given, ...marked('run-1') });
  expect(made).toMatchObject({ ...given, displayName: 'Émilie 鈴木', homePhones: [], nickName: null });
  expect((await session.deltaRound(deltaLink)).items.map(({ id }) => id)).toEqual([made.id]);
  const found = await session.list(at(`/contacts?$filter=${withMark}&$expand=${expandMark}`));
  expect(found).toMatchObject([{ id: made.id, ...marked('run-1') }]);
  const [line] = (await session.areaTruth('contacts', user)).filter(({ id }) => id === made.id);
  expect(line?.sha256).toBe(canonicalHash(await one(`/contacts/${made.id}`)));
  const patch = { body: { jobTitle: 'Einkauf', surname: null } };
  const changed = await session.write('PATCH', at(`/contacts/${made.id}`), patch);
  expect(changed.json()).toMatchObject({ givenName: 'Émilie', surname: null, jobTitle: 'Einkauf' });
  expect((await session.write('DELETE', at(`/contacts/${made.id}`))).status).toBe(204);
  expect((await session.get(at(`/contacts/${made.id}`))).status).toBe(404);
  for (const body of [{ shoeSize: 44 }, { givenName: 7 }, { birthday: 'May' }])
    expect((await session.write('POST', at('/contacts'), { body })).status).toBe(400);
});

test('a contact of the plan keeps what a change does not name', async () => {
  const [planned] = await session.list(at('/contacts?$top=1'));
  await session.write('PATCH', at(`/contacts/${planned?.id ?? ''}`), { body: { nickName: 'Neo' } });
  expect(await one(`/contacts/${planned?.id ?? ''}`)).toMatchObject({
    nickName: 'Neo',
    displayName: planned?.['displayName'],
    emailAddresses: planned?.['emailAddresses'],
  });
});

test('a picture is what was put, and nothing else than a picture is taken', async () => {
  const { id } = await post('/contacts', { givenName: 'Bild' });
  const photo = at(`/contacts/${id}/photo/$value`);
  expect((await session.get(photo)).status).toBe(404);
  const bytes = Buffer.from('ffd8ffe000104a464946', 'hex');
  const put = (body: Buffer) =>
    session.write('PUT', photo, { body, headers: { 'content-type': 'image/jpeg' } });
  expect((await put(bytes)).status).toBe(200);
  const got = await session.get(photo);
  expect([got.headers['content-type'], sha256(got.bytes)]).toEqual(['image/jpeg', sha256(bytes)]);
  expect((await put(Buffer.from('text'))).status).toBe(400);
});

test('contact folders are created once beside each other, filled and deleted', async () => {
  const made = await post('/contactFolders', { displayName: 'Zurück' });
  const again = await session.write('POST', at('/contactFolders'), { body: { displayName: 'ZURÜCK' } });
  expect(codeOf(again)).toEqual([409, 'ErrorFolderExists']);
  const child = await post(`/contactFolders/${made.id}/childFolders`, { displayName: 'Süd' });
  expect(child['parentFolderId']).toBe(made.id);
  const inside = await post(`/contactFolders/${child.id}/contacts`, { givenName: 'In' });
  expect((await session.list(at(`/contactFolders/${child.id}/contacts`))).map(({ id }) => id)).toEqual([
    inside.id,
  ]);
  expect((await session.write('DELETE', at(`/contactFolders/${made.id}`))).status).toBe(204);
  expect((await session.get(at(`/contacts/${inside.id}`))).status).toBe(404);
});

test('a task is kept with its steps, links and attachments', async () => {
  const list = await post('/todo/lists', { displayName: 'Umzug' });
  const { deltaLink } = await session.deltaRound(at(`/todo/lists/${list.id}/tasks/delta`));
  const given = {
    title: 'Kisten',
    body: { content: 'viele', contentType: 'text' },
    status: 'inProgress',
    importance: 'high',
    categories: ['Red category'],
    dueDateTime: { dateTime: '2026-12-01T00:00:00.0000000', timeZone: 'UTC' },
  };
  const tasks = `/todo/lists/${list.id}/tasks`;
  const made = await post(tasks, given);
  const here = `${tasks}/${made.id}`;
  await post(`${here}/checklistItems`, { displayName: 'Packen', isChecked: true });
  await post(`${here}/linkedResources`, {
    applicationName: 'Werkbank',
    webUrl: 'https://w.example/1',
    externalId: '1',
  });
  const file = {
    '@odata.type': '#microsoft.graph.taskFileAttachment',
    name: 'a.txt',
    contentType: 'text/plain',
  };
  const attached = await post(`${here}/attachments`, { ...file, contentBytes: 'YWJj' });
  const told = await one(`${here}?$expand=checklistItems,linkedResources`);
  expect(told).toMatchObject({
    ...given,
    hasAttachments: true,
    checklistItems: [{ displayName: 'Packen', isChecked: true }],
    linkedResources: [{ applicationName: 'Werkbank', externalId: '1' }],
  });
  const value = await session.get(at(`${here}/attachments/${attached.id}/$value`), immutable);
  expect(value.bytes.toString()).toBe('abc');
  const [line] = (await session.areaTruth('tasks', user)).filter(({ id }) => id === made.id);
  expect(line?.sha256).toBe(canonicalHash(told));
  expect(line?.attachments).toMatchObject([{ name: 'a.txt', sha256: sha256('abc') }]);
  expect((await session.deltaRound(deltaLink)).items.map(({ id }) => id)).toEqual([made.id]);
  const done = await session.write('PATCH', at(here), { body: { status: 'completed' } });
  expect(done.json()).toMatchObject({ status: 'completed', title: 'Kisten' });
  expect((await session.write('DELETE', at(here))).status).toBe(204);
  expect(
    (await session.write('PATCH', at(`/todo/lists/${list.id}`), { body: { displayName: 'Fertig' } })).json()[
      'displayName'
    ],
  ).toBe('Fertig');
  expect((await session.write('DELETE', at(`/todo/lists/${list.id}`))).status).toBe(204);
});

test('what To Do makes itself stays', async () => {
  const [first, flagged] = await session.list(at('/todo/lists'));
  expect((await session.write('DELETE', at(`/todo/lists/${first?.id ?? ''}`))).status).toBe(400);
  const path = at(`/todo/lists/${flagged?.id ?? ''}/tasks`);
  expect((await session.write('POST', path, { body: { title: 'x' } })).status).toBe(400);
});

test('who may only read writes nothing, and a full mailbox takes nothing', async () => {
  await session.control('full-mailbox', { user, isFull: true });
  expect((await session.write('POST', at('/contacts'), { body: { givenName: 'x' } })).status).toBe(507);
  await session.control('full-mailbox', { user, isFull: false });
  await session.control('roles', { roles: defaultRoles });
  const reader = (await session.tokenReply()).json<{ access_token: string }>().access_token;
  await session.control('roles', { roles: [...defaultRoles, ...restoreRoles] });
  const request = { body: { givenName: 'x' }, headers: { authorization: `Bearer ${reader}` } };
  expect((await session.write('POST', at('/contacts'), request)).status).toBe(403);
});

test.skipIf(!isGraphContractAvailable)('every exchange so far obeys the specification', () => {
  const verdict = checkAcceptedTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
