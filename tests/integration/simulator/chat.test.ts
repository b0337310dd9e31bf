import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash, sha256 } from './canonical.ts';
import { startSession, type AreaLine, type Session } from './session.ts';

interface ChatLine extends AreaLine {
  chatType: string;
  membersSha256: string;
  isDeleted: boolean;
  pictures: string[];
}

interface Message {
  id: string;
  chatId: string;
  lastModifiedDateTime: string;
  [name: string]: unknown;
}

const options: SimulatorOptions = {
  messagesPerUser: 0,
  users: 8,
  chats: { count: 24, messagesPerChat: 30 },
  teamsLimits: { isEnforced: false },
};
const knowing = { prefer: 'include-unknown-enum-members' };

let session: Session;
let user: string;

beforeAll(async () => {
  session = await startSession(options);
  user = (await session.users())[0] ?? '';
});
afterAll(() => session.close());

const truth = async (kind: string) =>
  (await session.areaTruth<ChatLine>('chat', user)).filter((line) => line.kind === kind);
const chatPath = (id: string) => `/chats/${encodeURIComponent(id)}`;

async function listKnowing(start: string): Promise<Message[]> {
  const found: Message[] = [];
  for (let link: string | undefined = start; link !== undefined;) {
    const page: { value: Message[]; '@odata.nextLink'?: string } = (await session.get(link, knowing)).json();
    found.push(...page.value);
    link = page['@odata.nextLink'];
  }
  return found;
}

test('a person has chats of every kind, each as the truth has it', async () => {
  const lines = await truth('chat');
  const listed = await listKnowing(`/users/${user}/chats?$top=5`);
  expect(listed.map((chat) => [chat.id, canonicalHash(chat)])).toEqual(
    lines.map((line) => [line.id, line.sha256]),
  );
  expect(new Set(lines.map((line) => line.chatType))).toEqual(new Set(['oneOnOne', 'group', 'meeting']));
  for (const line of lines.slice(0, 4)) {
    expect(canonicalHash((await session.get(chatPath(line.id))).json())).toBe(line.sha256);
    const members = await session.list(`${chatPath(line.id)}/members`);
    expect(canonicalHash(members)).toBe(line.membersSha256);
  }
});

test('$expand brings members and the latest message', async () => {
  const listed = await listKnowing(`/users/${user}/chats?$expand=members,lastMessagePreview&$top=50`);
  expect(listed.every((chat) => Array.isArray(chat['members']) && chat['lastMessagePreview'])).toBe(true);
});

test('messages and their pictures are what the truth says', async () => {
  const lines = await truth('chatMessage');
  const [chat] = await truth('chat');
  const inside = lines.filter(({ containerId }) => containerId === chat?.id);
  const listed = await listKnowing(`${chatPath(chat?.id ?? '')}/messages?$top=7`);
  expect(new Map(listed.map((one) => [one.id, canonicalHash(one)]))).toEqual(
    new Map(inside.map((line) => [line.id, line.sha256])),
  );
  const line = lines.find(({ pictures }) => pictures.length > 0);
  const at = `${chatPath(line?.containerId ?? '')}/messages/${line?.id ?? ''}`;
  const hashes: string[] = [];
  for (const { id } of await session.list(`${at}/hostedContents`))
    hashes.push(sha256((await session.get(`${at}/hostedContents/${encodeURIComponent(id)}/$value`)).bytes));
  expect(hashes).toEqual(line?.pictures);
});

test('getAllMessages tells of what changed after a time in any chat', async () => {
  const all = await listKnowing(`/users/${user}/chats/getAllMessages?$top=50`);
  expect(all.map(({ id }) => id).sort()).toEqual((await truth('chatMessage')).map(({ id }) => id).sort());
  const latest = all.map((one) => one.lastModifiedDateTime).reduce((a, b) => (a > b ? a : b));
  const since = `/users/${user}/chats/getAllMessages?$filter=lastModifiedDateTime%20gt%20${latest}`;
  expect(await listKnowing(since)).toEqual([]);
  const made = await session.changeArea(user, {
    'chat.created': 5,
    'chat.edited': 4,
    'chat.deleted': 2,
    'chat.reacted': 2,
  });
  const told = await listKnowing(since);
  expect(new Set(told.map(({ id }) => id))).toEqual(new Set(made.map(({ item }) => item)));
  const chat = made[0]?.container ?? '';
  const filter = `$filter=lastModifiedDateTime%20gt%20${latest}`;
  const ignored = await listKnowing(`${chatPath(chat)}/messages?${filter}&$top=50`);
  expect(ignored.length).toBeGreaterThan(told.length);
  const inChat = await listKnowing(
    `${chatPath(chat)}/messages?${filter}&$orderby=lastModifiedDateTime%20desc&$top=50`,
  );
  expect(inChat.map(({ id }) => id).sort()).toEqual(
    told
      .filter(({ chatId }) => chatId === chat)
      .map(({ id }) => id)
      .sort(),
  );
  expect((await session.get(`/users/${user}/chats/getAllMessages?$filter=subject eq 'a'`)).status).toBe(400);
});

test('chats are created and renamed, and people come and go', async () => {
  const made = await session.changeArea(user, {
    'chat.containersCreated': 1,
    'chat.containersRenamed': 1,
    'chat.membersAdded': 4,
    'chat.membersRemoved': 1,
  });
  const [created, renamed] = made;
  const lines = await truth('chat');
  expect(lines.map(({ id }) => id)).toContain(created?.container);
  expect(lines.find(({ id }) => id === renamed?.container)?.displayName).toMatch(/\(\d+\)$/);
  for (const { kind, container, user: person } of made.slice(2)) {
    const now = await session.list(`${chatPath(container)}/members`);
    expect(now.some((member) => member['userId'] === person)).toBe(kind === 'chat.membersAdded');
  }
});

test('the permissions are needed, and there is no chat of a stranger', async () => {
  const other = await startSession({ ...options, roles: ['User.Read.All', 'Mail.Read'] });
  for (const rest of ['/chats', '/chats/getAllMessages'])
    expect((await other.get(`/users/${user}${rest}`)).status, rest).toBe(403);
  await other.close();
  expect((await session.get('/chats/19:nobody@thread.v2/messages')).status).toBe(404);
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'chats-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({ ...options, trafficFile });
  await recorded.changeArea(user, { 'chat.containersRenamed': 2, 'chat.membersAdded': 3, 'chat.deleted': 3 });
  for (const chat of await recorded.list(`/users/${user}/chats?$expand=members,lastMessagePreview`)) {
    const at = chatPath(chat.id);
    for (const rest of ['', '/members', '/messages?$top=50']) await recorded.get(at + rest, knowing);
    const [message] = await recorded.list(`${at}/messages`);
    for (const rest of ['', '/hostedContents'])
      await recorded.get(`${at}/messages/${message?.id ?? ''}${rest}`);
  }
  await recorded.list(`/users/${user}/chats/getAllMessages?$top=50`);
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
