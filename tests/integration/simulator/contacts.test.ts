import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash, sha256 } from './canonical.ts';
import { immutable, startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let user: string;
const path = (rest: string) => `/users/${user}${rest}`;
const calm = {
  emptyPages: 0,
  deltaDuplicates: 0,
  deltaReplays: 0,
  folderGone: 0,
  itemGone: 0,
  deltaExpired: 0,
};

beforeAll(async () => {
  session = await startSession({
    users: 4,
    messagesPerUser: 0,
    contacts: { itemsPerUser: 90, unreadableShare: 0.04 },
  });
  user = (await session.users())[0] ?? '';
});
afterAll(() => session.close());
beforeEach(() => session.control('faults', calm));

const contacts = async () =>
  (await session.areaTruth('contacts', user)).filter((line) => line.kind === 'contact');

/** Every folder: the default one by name, the others by walking down. */
async function folders(): Promise<string[]> {
  const top = (await session.get(path('/contactFolders/contacts'))).json()['id'] as string;
  const found = [top];
  for (const id of found)
    found.push(
      ...(await session.list(path(`/contactFolders/${id}/childFolders?$top=2`))).map((one) => one.id),
    );
  return found;
}

async function follow(state: Map<string, string>, folder: string, link?: string): Promise<string> {
  const round = await session.deltaRound(link ?? path(`/contactFolders/${folder}/contacts/delta`), {
    prefer: 'IdType="ImmutableId", odata.maxpagesize=7',
  });
  for (const item of round.items) {
    if (!item['@removed']) state.set(item.id, folder);
    else if (state.get(item.id) === folder) state.delete(item.id);
  }
  return round.deltaLink;
}

const places = (lines: readonly { id: string; containerId: string }[]) =>
  new Map(lines.map((line) => [line.id, line.containerId] as const).sort());

test('the tree of folders is what the truth says, and the list of the top leaves the default folder out', async () => {
  const truth = (await session.areaTruth('contacts', user)).filter(({ kind }) => kind === 'contactFolder');
  expect((await folders()).sort()).toEqual(truth.map(({ id }) => id).sort());
  const listed = await session.list(path('/contactFolders'));
  const [top = ''] = await folders();
  expect(listed.every((one) => one['parentFolderId'] === top && one.id !== top)).toBe(true);
  const told = (await session.deltaRound(path('/contactFolders/delta'))).items;
  expect(told.map(({ id }) => id).sort()).toEqual((await folders()).filter((id) => id !== top).sort());
});

test('/contacts is the default folder', async () => {
  const [top = ''] = await folders();
  const listed = (await session.list(path('/contacts?$select=displayName'))).map(({ id }) => id);
  const inside = (await contacts()).filter((line) => line.containerId === top).map(({ id }) => id);
  expect(listed.sort()).toEqual(inside.sort());
});

test('what GET and photo/$value give is what the truth says, and what cannot be read says so', async () => {
  const truth = await contacts();
  for (const line of truth) {
    const contact = await session.get(path(`/contacts/${line.id}`), immutable);
    if (line.unreadable !== null) {
      expect([contact.status, contact.json<ErrorBody>().error.code]).toEqual([500, line.unreadable]);
      continue;
    }
    expect(canonicalHash(contact.json())).toBe(line.sha256);
    const photo = await session.get(path(`/contacts/${line.id}/photo/$value`));
    expect(photo.status === 404 ? null : sha256(photo.bytes)).toBe(line.photoSha256);
  }
  expect(truth.some((line) => line.photoSha256 !== null)).toBe(true);
  expect(truth.some((line) => line.unreadable !== null)).toBe(true);
});

test('delta rounds over all folders lead from the old state to the new one, with echoes and empty pages', async () => {
  const state = new Map<string, string>();
  await session.control('faults', { deltaDuplicates: 0.4, deltaReplays: 0.4, emptyPages: 0.4 });
  const links = new Map<string, string>();
  for (const id of await folders()) links.set(id, await follow(state, id));
  expect(new Map([...state].sort())).toEqual(places(await contacts()));
  await session.changeArea(user, {
    'contacts.created': 6,
    'contacts.edited': 5,
    'contacts.moved': 9,
    'contacts.deleted': 6,
    'contacts.photosChanged': 3,
  });
  for (const [id, link] of links) await follow(state, id, link);
  // Folders come in any order: one more round tells what the first believed to be elsewhere.
  expect(new Map([...state].sort())).toEqual(places(await contacts()));
});

test('an edit and another photo each change the version', async () => {
  for (const kind of ['contacts.edited', 'contacts.photosChanged']) {
    const before = new Map((await contacts()).map((line) => [line.id, line]));
    const [made] = await session.changeArea(user, { [kind]: 1 }, 5);
    const after = (await contacts()).find((line) => line.id === made?.item);
    expect(after?.sha256, kind).not.toBe(before.get(made?.item ?? '')?.sha256);
  }
});

test('folders that are created, renamed and deleted show in their delta', async () => {
  const { deltaLink } = await session.deltaRound(path('/contactFolders/delta'));
  const made = await session.changeArea(user, {
    'contacts.containersCreated': 2,
    'contacts.containersRenamed': 1,
    'contacts.containersDeleted': 1,
  });
  const { items } = await session.deltaRound(deltaLink);
  for (const { container } of made) expect(items.map(({ id }) => id)).toContain(container);
  const gone = made.at(-1)?.container ?? '';
  expect(items.find(({ id }) => id === gone)).toHaveProperty('@removed');
  expect((await session.get(path(`/contactFolders/${gone}/contacts/delta`))).status).toBe(404);
});

test('delta links expire, and folders and contacts seem gone, as for mail', async () => {
  const [top = ''] = await folders();
  const { deltaLink } = await session.deltaRound(path(`/contactFolders/${top}/contacts/delta`));
  await session.control('expire-delta', { user });
  expect([400, 410]).toContain((await session.get(deltaLink)).status);
  const fresh = await session.deltaRound(path(`/contactFolders/${top}/contacts/delta`));
  await session.control('faults', { deltaExpired: 1 });
  expect([400, 410]).toContain((await session.get(fresh.deltaLink)).status);
  await session.control('faults', { deltaExpired: 0, folderGone: 1, itemGone: 1 });
  expect((await session.get(path(`/contactFolders/${top}/contacts/delta`))).status).toBe(404);
  expect((await session.get(path(`/contacts/${(await contacts())[0]?.id ?? ''}`))).status).toBe(404);
});

test('a mailbox serves four at a time, whatever is asked for', async () => {
  await session.control('faults', { slowResponse: 1, slowMs: 150 });
  const calls = ['/contacts', '/calendars', '/todo/lists', '/messages', '/contactFolders', '/events'];
  const replies = await Promise.all(calls.map((rest) => session.get(path(rest))));
  await session.control('faults', { slowResponse: 0 });
  expect(replies.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2);
});

test('the permission is needed', async () => {
  const other = await startSession({ roles: ['User.Read.All', 'Mail.Read', 'Calendars.Read'] });
  const [id = ''] = await other.users();
  for (const rest of ['/contacts', '/contactFolders/delta', '/todo/lists'])
    expect((await other.get(`/users/${id}${rest}`)).status, rest).toBe(403);
  await other.close();
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'contacts-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({ users: 2, trafficFile, contacts: { itemsPerUser: 40 } });
  const [id = ''] = await recorded.users();
  const at = `/users/${id}`;
  const round = await recorded.deltaRound(`${at}/contactFolders/delta`);
  await recorded.get(`${at}/contactFolders/contacts`);
  const links = [(await recorded.deltaRound(`${at}/contacts/delta`)).deltaLink, round.deltaLink];
  for (const folder of [...(await recorded.list(`${at}/contactFolders`)), ...round.items]) {
    const here = `${at}/contactFolders/${folder.id}`;
    await recorded.list(`${here}/childFolders`);
    await recorded.list(`${here}/contacts?$top=5&$select=displayName,emailAddresses`);
    const { items, deltaLink } = await recorded.deltaRound(`${here}/contacts/delta`);
    links.push(deltaLink);
    for (const contact of items)
      for (const rest of ['', '/photo', '/photo/$value'])
        await recorded.get(`${at}/contacts/${contact.id}${rest}`, immutable);
  }
  await recorded.changeArea(id, { 'contacts.created': 4, 'contacts.deleted': 4, 'contacts.moved': 4 });
  for (const link of links) await recorded.deltaRound(link);
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
