import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { chatWorkload } from '../../../src-worker/workloads/chat/chat-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control, simulatorStats } from '../graph/simulated-organization.ts';
import { canonicalHash, sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { jsonOf, readToEnd, type Copy } from './copy.ts';
import { beforeLists } from './meddling.ts';
import { expectContract, prepareCopy } from './prepared-copy.ts';

afterEach(closeAll);

interface ChatLine extends Omit<AreaLine, 'displayName'> {
  displayName: string | null;
  isDeleted: boolean;
  pictures: string[];
  membersSha256: string;
}

const some: SimulatorOptions = {
  users: 8,
  chats: { count: 20, messagesPerChat: 60 },
  teamsLimits: { isEnforced: false },
};
const prepare = (options: SimulatorOptions = {}) => prepareCopy(chatWorkload, { ...some, ...options });

const every = {
  created: 10,
  edited: 10,
  deleted: 6,
  reacted: 6,
  containersCreated: 2,
  containersRenamed: 1,
  membersAdded: 2,
};

/** Says that the copy holds what the truth says and nothing else. */
function expectSame(copy: Copy, lines: readonly ChatLine[]): void {
  const held = [...copy.items]
    .filter(([id]) => id.includes(' '))
    .map(([id, { parts }]) => [id, ...parts.map(({ bytes }) => sha256(bytes))]);
  const messages = lines.filter(({ kind, isDeleted }) => kind === 'chatMessage' && !isDeleted);
  const wanted = messages.map((line) => [`${line.containerId} ${line.id}`, line.sha256, ...line.pictures]);
  expect(held.sort()).toEqual(wanted.sort());
  const chats = lines.filter(({ kind }) => kind === 'chat');
  expect([...copy.collections.keys()].sort()).toEqual(chats.map(({ id }) => id).sort());
  for (const line of chats) {
    const item = copy.items.get(line.id);
    const { members, ...chat } = item === undefined ? {} : jsonOf(item);
    expect([canonicalHash(chat), canonicalHash(members)]).toEqual([line.sha256, line.membersSha256]);
    if (line.displayName !== null) expect(copy.collections.get(line.id)).toBe(line.displayName);
  }
}

const linesOf = async (truth: () => Promise<AreaLine[]>) => (await truth()) as unknown as ChatLine[];

test('a first run holds every message of every chat with its pictures, and who is in it', async () => {
  const { copy, truth } = await prepare();
  await copy.run();
  const lines = await linesOf(truth);
  expectSame(copy, lines);
  expect(lines.some(({ kind, pictures }) => kind === 'chatMessage' && pictures.length > 0)).toBe(true);
  expect([...copy.collections.values()].every((name) => name !== '')).toBe(true);
});

test('what is fetched by itself has the same bytes as what an enumeration brings', async () => {
  const { scope, copy } = await prepare();
  await copy.run();
  for (const [id, { parts }] of [...copy.items].slice(0, 25)) {
    const content = await chatWorkload.fetch(scope, id);
    const hashes = content.kind === 'parts' ? content.parts.map(({ bytes }) => sha256(bytes)) : [];
    expect(hashes).toEqual(parts.map(({ bytes }) => sha256(bytes)));
  }
});

test('later runs follow every kind of change', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  await change(every);
  await copy.run();
  expectSame(copy, await linesOf(truth));
  await change(every, 2);
  await copy.run();
  expectSame(copy, await linesOf(truth));
});

test('a person who says and hears nothing costs one request', async () => {
  const { simulator, copy, change } = await prepare();
  // The list of chats does not tell that an old message was changed last.
  await change({ edited: 6, reacted: 6 });
  await copy.run();
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  expect((await simulatorStats(simulator)).requests).toEqual({ 'users.chats.getAllMessages': 1 });
  await change({ created: 3 });
  await copy.run();
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  const { requests } = await simulatorStats(simulator);
  expect(requests).toEqual({ 'users.chats.getAllMessages': 1 });
  expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
});

test('a chat that somebody begins while the first run asks is not lost', async () => {
  const { scope, copy, truth, change } = await prepare();
  let seed = 10;
  const busy = () => change({ containersCreated: 1, created: 3, edited: 2 }, (seed += 1));
  copy.connect({ ...scope, graph: beforeLists(scope.graph, 'getAllMessages', busy) });
  await copy.run();
  copy.connect(scope);
  await copy.run();
  expectSame(copy, await linesOf(truth));
});

test('a chat whose changes a killed run did not save is read by itself', async () => {
  const { scope, copy, truth, change } = await prepare();
  await copy.run();
  const chat = [...copy.collections.keys()][0] ?? '';
  const at = async (link: string | undefined) => {
    let last: string | undefined;
    for await (const page of chatWorkload.changes(scope, chat, link)) last = page.deltaLink;
    return last;
  };
  const old = await at(undefined);
  await change({ created: 60 });
  const later = { ...scope };
  const { link } = await chatWorkload.collections(later, old);
  // A run that begins behind the changes: what it knows of all chats does not reach back to `old`.
  const next = { ...scope };
  await chatWorkload.collections(next, link);
  const told: string[] = [];
  for await (const page of chatWorkload.changes(next, chat, old))
    told.push(...page.changed.map(({ id }) => id));
  const lines = (await linesOf(truth)).filter(({ containerId }) => containerId === chat);
  const latest = lines.map(({ id }) => `${chat} ${id}`).filter((id) => !copy.items.has(id));
  expect(latest.length).toBeGreaterThan(0);
  expect(told).toEqual(expect.arrayContaining(latest.filter((id) => !isDeletedIn(lines, id))));
});

const isDeletedIn = (lines: readonly ChatLine[], key: string) =>
  lines.some((line) => key.endsWith(` ${line.id}`) && line.isDeleted);

test('where messages may not be exported, every chat is asked for its changes', async () => {
  const { copy, truth, change } = await prepare({ isMessageExportApproved: false });
  await copy.run();
  await change(every);
  await copy.run();
  expectSame(copy, await linesOf(truth));
});

test('passing trouble and throttling do not change what is held', async () => {
  const { simulator, copy, truth, change } = await prepare({ teamsLimits: { windowMs: 60 } });
  await control(simulator, '/control/faults', {
    throttle429: 0.05,
    serverError500: 0.05,
    truncatedBody: 0.03,
    retryAfterSeconds: 0.05,
  });
  await copy.run();
  await change(every);
  await copy.run();
  expectSame(copy, await linesOf(truth));
});

test('a chat that is gone is told by its code', async () => {
  const { scope } = await prepare();
  await expect(
    readToEnd(chatWorkload.changes(scope, '19:nobody@thread.v2', undefined)),
  ).rejects.toMatchObject({ code: 'collection-gone' });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(chatWorkload, { options: some, changes: every }),
);
