import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash, sha256 } from './canonical.ts';
import { startSession, type AreaLine, type ErrorBody, type Session } from './session.ts';

interface ConversationLine extends AreaLine {
  isDeleted: boolean;
  pictures: string[];
  membershipType: string;
  membersSha256: string;
}

interface Message {
  id: string;
  replies: Message[];
  deletedDateTime: string | null;
  createdDateTime: string;
  messageType: string;
  [name: string]: unknown;
}

interface FilesFolder {
  parentReference: { driveId: string; driveType: string };
}

const patient: SimulatorOptions = {
  messagesPerUser: 0,
  teams: { count: 4, postsPerChannel: 60 },
  teamsLimits: { isEnforced: false },
};
const knowing = { prefer: 'include-unknown-enum-members' };
const calm = { deltaDuplicates: 0, deltaReplays: 0, emptyPages: 0, deltaExpired: 0, itemGone: 0 };

let session: Session;
let team: string;

async function teamsOf(one: Session): Promise<string[]> {
  const listed = await one.list("/groups?$filter=resourceProvisioningOptions/Any(x:x eq 'Team')");
  return listed.map(({ id }) => id);
}

beforeAll(async () => {
  session = await startSession(patient);
  team = (await teamsOf(session))[2] ?? '';
});
afterAll(() => session.close());
beforeEach(() => session.control('faults', calm));

const truth = async (kind: string, id = team) =>
  (await session.areaTruth<ConversationLine>('team', id)).filter((line) => line.kind === kind);
const channelPath = (id: string) => `/teams/${team}/channels/${encodeURIComponent(id)}`;
const channels = async () => (await truth('channel')).map(({ id }) => id);
const first = async () => (await channels())[0] ?? '';

async function listKnowing(start: string): Promise<Message[]> {
  const found: Message[] = [];
  for (let link: string | undefined = start; link !== undefined;) {
    const page: { value: Message[]; '@odata.nextLink'?: string } = (await session.get(link, knowing)).json();
    found.push(...page.value);
    link = page['@odata.nextLink'];
  }
  return found;
}

const withoutCount = (message: Message) =>
  Object.fromEntries(Object.entries(message).filter(([name]) => !name.startsWith('replies@')));

test('a team has standard, private and shared channels with members of their own', async () => {
  const lines = await truth('channel');
  const listed = (await session.get(`/teams/${team}/channels`, knowing)).json<{ value: Message[] }>().value;
  expect(listed.map((channel) => [channel.id, canonicalHash(channel)])).toEqual(
    lines.map((line) => [line.id, line.sha256]),
  );
  expect(new Set(lines.map((line) => line.membershipType))).toEqual(
    new Set(['standard', 'private', 'shared']),
  );
  for (const line of lines) {
    const members = await session.list(`${channelPath(line.id)}/members?$top=2`);
    expect(canonicalHash(members)).toBe(line.membersSha256);
  }
  const plain = (await session.get(`/teams/${team}/channels`)).json<{ value: Message[] }>().value;
  expect(plain.map((one) => one['membershipType'])).toContain('unknownFutureValue');
});

test('the team, its members and its tabs', async () => {
  const [line] = await truth('team');
  expect(canonicalHash((await session.get(`/teams/${team}`)).json())).toBe(line?.sha256);
  expect(canonicalHash(await session.list(`/teams/${team}/members`))).toBe(line?.membersSha256);
  expect(await session.list(`${channelPath(await first())}/tabs`)).toHaveLength(1);
});

test('posts with their replies and pictures are what the truth says', async () => {
  for (const channel of await channels()) {
    const lines = (await truth('post')).filter((line) => line.containerId === channel);
    const listed = await listKnowing(`${channelPath(channel)}/messages?$top=50&$expand=replies`);
    expect(new Map(listed.map((one) => [one.id, canonicalHash(withoutCount(one))]))).toEqual(
      new Map(lines.map((line) => [line.id, line.sha256])),
    );
  }
});

test('one post, its replies and the bytes of its pictures', async () => {
  const channel = await first();
  const line = (await truth('post')).find(
    ({ containerId, pictures }) => containerId === channel && pictures.length > 0,
  );
  const path = `${channelPath(channel)}/messages/${line?.id ?? ''}`;
  const replies = await listKnowing(`${path}/replies?$top=2`);
  const hashes: string[] = [];
  for (const at of [path, ...replies.toReversed().map((reply) => `${path}/replies/${reply.id}`)]) {
    expect((await session.get(at)).status).toBe(200);
    for (const { id } of await session.list(`${at}/hostedContents`)) {
      const bytes = await session.get(`${at}/hostedContents/${encodeURIComponent(id)}/$value`);
      hashes.push(sha256(bytes.bytes));
    }
  }
  expect(hashes).toEqual(line?.pictures);
});

test('messages are of every kind', async () => {
  const all: Message[] = [];
  for (const channel of await channels())
    all.push(...(await listKnowing(`${channelPath(channel)}/messages?$top=50&$expand=replies`)));
  const any = (is: (message: Message) => unknown) => all.some((message) => is(message));
  expect(any(({ messageType, eventDetail }) => messageType === 'systemEventMessage' && eventDetail)).toBe(
    true,
  );
  expect(any(({ deletedDateTime }) => deletedDateTime !== null)).toBe(true);
  expect(any(({ lastEditedDateTime }) => lastEditedDateTime !== null)).toBe(true);
  expect(any(({ mentions }) => (mentions as unknown[]).length > 0)).toBe(true);
  expect(any(({ reactions }) => (reactions as unknown[]).length > 0)).toBe(true);
  const kinds = all.flatMap(({ attachments }) => attachments as { contentType: string }[]);
  expect(new Set(kinds.map(({ contentType }) => contentType))).toEqual(
    new Set(['reference', 'messageCard/announcementBanner']),
  );
});

test('delta tells of the posts of the last eight months, then of what changed, but not of replies', async () => {
  const path = `${channelPath(await first())}/messages/delta`;
  await session.control('faults', { deltaDuplicates: 0.4, deltaReplays: 0.4, emptyPages: 0.4 });
  const { items, deltaLink } = await session.deltaRound(`${path}?$top=5`, knowing);
  await session.control('faults', calm);
  const all = await listKnowing(`${channelPath(await first())}/messages?$top=50`);
  const since = Date.UTC(2026, 10, 1, 6) - 243 * 86_400_000;
  const recent = all.filter((message) => Date.parse(message.createdDateTime) > since);
  expect(recent.length).toBeLessThan(all.length);
  expect(new Set(items.map(({ id }) => id))).toEqual(new Set(recent.map(({ id }) => id)));

  const made = await session.changeArea(team, {
    'team.created': 20,
    'team.replied': 20,
    'team.edited': 20,
    'team.deleted': 10,
    'team.reacted': 10,
  });
  expect(made.filter(({ kind }) => kind === 'team.replied')).toHaveLength(20);
  const here = await first();
  const posts = (await truth('post')).filter(({ containerId }) => containerId === here);
  const round = await session.deltaRound(deltaLink, knowing);
  const told = new Set(round.items.map(({ id }) => id));
  const created = made.filter(({ kind, container }) => kind === 'team.created' && container === here);
  expect([...told]).toEqual(expect.arrayContaining(created.map(({ item }) => item)));
  expect([...told].every((id) => posts.some((post) => post.id === id))).toBe(true);
  expect((await session.deltaRound(round.deltaLink)).items).toEqual([]);
});

test('delta links expire, and a message seems gone', async () => {
  const path = `${channelPath(await first())}/messages`;
  const { items, deltaLink } = await session.deltaRound(`${path}/delta`);
  await session.control('expire-delta', { user: team });
  expect([400, 410]).toContain((await session.get(deltaLink)).status);
  const fresh = await session.deltaRound(`${path}/delta`);
  await session.control('faults', { deltaExpired: 1, itemGone: 1 });
  expect([400, 410]).toContain((await session.get(fresh.deltaLink)).status);
  expect((await session.get(`${path}/${items[0]?.id ?? ''}`)).status).toBe(404);
});

test('getAllMessages tells of posts and replies of all channels that changed after a time', async () => {
  const all = await listKnowing(`/teams/${team}/channels/getAllMessages?$top=50`);
  const latest = all.map((one) => String(one['lastModifiedDateTime'])).reduce((a, b) => (a > b ? a : b));
  const filter = `$filter=${encodeURIComponent(`lastModifiedDateTime gt ${latest}`)}`;
  const since = `/teams/${team}/channels/getAllMessages?${filter}`;
  expect(await listKnowing(since)).toEqual([]);
  const made = await session.changeArea(team, { 'team.replied': 3, 'team.edited': 3 }, 7);
  const told = (await listKnowing(since)).map(({ id }) => id);
  expect(new Set(told)).toEqual(new Set(made.map(({ item }) => item)));
});

test('channels are created, renamed and deleted', async () => {
  const before = await channels();
  const made = await session.changeArea(team, {
    'team.containersCreated': 1,
    'team.containersRenamed': 1,
    'team.containersDeleted': 1,
  });
  const [created, , deleted] = made.map(({ container }) => container);
  const wanted = [...before, created ?? ''].filter((id) => id !== deleted);
  expect(await channels()).toEqual(wanted);
  const gone = await session.get(`${channelPath(deleted ?? '')}/messages`);
  expect([gone.status, gone.json<ErrorBody>().error.code]).toEqual([404, 'NotFound']);
});

test('a team answers four requests a second', async () => {
  const strict = await startSession({ messagesPerUser: 0 });
  const [id = ''] = await teamsOf(strict);
  const replies = await Promise.all(Array.from({ length: 10 }, () => strict.get(`/teams/${id}/channels`)));
  const refused = replies.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(2);
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
  await strict.control('teams-limits', { isEnforced: false });
  expect((await strict.get(`/teams/${id}`)).status).toBe(200);
  await strict.close();
});

test('the permissions are needed, and the other profiles have no teams', async () => {
  const other = await startSession({ profile: 'uniform', roles: ['Group.Read.All'], teams: { count: 1 } });
  const [id = ''] = await teamsOf(other);
  const { value } = (await other.get(`/teams/${id}/channels`)).json<{ value: Message[] }>();
  const path = `/teams/${id}/channels/${value[0]?.id ?? ''}`;
  for (const at of [`/teams/${id}/members`, `${path}/members`, `${path}/messages`])
    expect((await other.get(at)).status, at).toBe(403);
  await other.close();
  const none = await startSession({ profile: 'uniform' });
  expect(await none.list('/groups')).toEqual([]);
  await none.close();
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'teams-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({ ...patient, teams: { count: 3, postsPerChannel: 30 }, trafficFile });
  const id = (await teamsOf(recorded))[2] ?? '';
  for (const rest of ['', '/channels', '/members?$top=5']) await recorded.get(`/teams/${id}${rest}`, knowing);
  const links: string[] = [];
  for (const channel of await recorded.list(`/teams/${id}/channels`)) {
    const at = `/teams/${id}/channels/${channel.id}`;
    for (const rest of ['', '/members', '/tabs']) await recorded.get(at + rest, knowing);
    await recorded.list(`${at}/messages?$top=50&$expand=replies`);
    const { items, deltaLink } = await recorded.deltaRound(`${at}/messages/delta?$top=50`, knowing);
    links.push(deltaLink);
    for (const post of items.slice(0, 8))
      for (const rest of ['', '/replies?$top=50', '/hostedContents'])
        await recorded.get(`${at}/messages/${post.id}${rest}`, knowing);
  }
  await recorded.changeArea(id, { 'team.created': 4, 'team.replied': 4, 'team.containersRenamed': 1 });
  for (const link of links) await recorded.deltaRound(link, knowing);
  await recorded.list(`/teams/${id}/channels/getAllMessages?$top=50`);
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});

describe('files of channels', () => {
  let fresh: Session;
  const openWith = async (unopenedFolderShare: number) => {
    fresh = await startSession({ ...patient, teams: { count: 3, postsPerChannel: 0, unopenedFolderShare } });
  };
  afterEach(() => fresh.close());
  const folderOf = (id: string) => fresh.get(`${channelPath(id)}/filesFolder`);
  const lines = async () =>
    (await fresh.areaTruth<ConversationLine & { siteId: string }>('team', team)).filter(
      ({ kind }) => kind === 'channel',
    );

  test('are in sites of their own where channels are private or shared, and in the site of the team otherwise', async () => {
    await openWith(0);
    const drives: string[] = [];
    for (const { id, siteId } of await lines()) {
      const { parentReference } = (await folderOf(id)).json<FilesFolder>();
      expect(Object.keys(parentReference).sort()).toEqual(['driveId', 'driveType']);
      drives.push(parentReference.driveId);
      const root = (await fresh.get(`/drives/${parentReference.driveId}/root`)).json<object>();
      expect(root).toMatchObject({ parentReference: { siteId } });
    }
    const [general, second, third, ...apart] = drives;
    expect([second, third]).toEqual([general, general]);
    expect(new Set([general, ...apart]).size).toBe(3);
    const ofTeam = (await fresh.get(`/groups/${team}/sites/root`)).json<{ id: string }>();
    expect((await lines())[0]?.siteId).toBe(ofTeam.id);
  });

  test('are not found until somebody looks at them for the first time', async () => {
    await openWith(1);
    const [channel] = await lines();
    expect((await folderOf(channel?.id ?? '')).status).toBe(404);
    await fresh.control('changes', { user: team, areas: { 'team.foldersOpened': 5 } });
    expect((await folderOf(channel?.id ?? '')).status).toBe(200);
  });
});
