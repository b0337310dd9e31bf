import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { teamWorkload } from '../../../src-worker/workloads/team/team-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control, simulatorStats } from '../graph/simulated-organization.ts';
import { canonicalHash, sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { jsonOf, readToEnd, type Copy } from './copy.ts';
import { beforeLists } from './meddling.ts';
import { expectContract, prepareCopy } from './prepared-copy.ts';

afterEach(closeAll);

interface TeamLine extends AreaLine {
  isDeleted: boolean;
  pictures: string[];
  membersSha256: string;
}

const some: SimulatorOptions = {
  users: 14,
  teams: { count: 1, postsPerChannel: 45 },
  teamsLimits: { isEnforced: false },
};
const prepare = (options: SimulatorOptions = {}) => prepareCopy(teamWorkload, { ...some, ...options });

const every = {
  created: 8,
  replied: 12,
  edited: 12,
  deleted: 6,
  reacted: 6,
  containersCreated: 1,
  containersRenamed: 1,
  'group.membersAdded': 2,
};

interface StoredPost {
  replies: { deletedDateTime: string | null }[];
}

/** Says that the copy holds what the truth says and nothing else. */
function expectSame(copy: Copy, lines: readonly TeamLine[]): void {
  const posts = lines.filter(({ kind }) => kind === 'post');
  const held = new Map(
    [...copy.items]
      .filter(([, { head }]) => head.collection !== 'team')
      .map(([id, { parts }]) => [id, parts.map(({ bytes }) => sha256(bytes))]),
  );
  const wanted = posts.map(
    (line) => [`${line.containerId} ${line.id}`, [line.sha256, ...line.pictures], line] as const,
  );
  for (const [id, hashes, line] of wanted) {
    if (line.isDeleted && !held.has(id)) continue;
    expect(held.get(id)).toEqual(hashes);
    if (line.isDeleted)
      expect(isAnsweredStill(jsonOf(copy.items.get(id) ?? never()) as unknown as StoredPost)).toBe(true);
  }
  const known = new Set<string>(wanted.map(([id]) => id));
  expect([...held.keys()].filter((id) => !known.has(id))).toEqual([]);
  const channels = lines.filter(({ kind }) => kind === 'channel');
  expect(new Map([...copy.collections].sort())).toEqual(
    new Map(
      [['team', 'Team'] as const, ...channels.map((line) => [line.id, line.displayName] as const)].sort(),
    ),
  );
}

const isAnsweredStill = ({ replies }: StoredPost) =>
  replies.some(({ deletedDateTime }) => deletedDateTime === null);

function never(): never {
  throw new Error('the item is held');
}

function expectTeam(copy: Copy, lines: readonly TeamLine[]): void {
  const [team] = lines;
  const hashOf = (id: string) => sha256(copy.items.get(id)?.parts[0]?.bytes ?? '');
  expect(hashOf('settings')).toBe(team?.sha256);
  expect(hashOf('members')).toBe(team?.membersSha256);
  const stored = jsonOf(copy.items.get('channels') ?? never()) as unknown as Record<string, unknown>[];
  const channels = lines.filter(({ kind }) => kind === 'channel');
  for (const [index, { tabs, members, ...channel }] of stored.entries()) {
    expect(canonicalHash(channel)).toBe(channels[index]?.sha256);
    expect(tabs).toBeInstanceOf(Array);
    if (channel['membershipType'] !== 'standard')
      expect(canonicalHash(members)).toBe(channels[index]?.membersSha256);
  }
}

test('a first run holds every post with replies and pictures, and the team itself', async () => {
  const { copy, truth } = await prepare();
  await copy.run();
  const lines = (await truth()) as TeamLine[];
  expectSame(copy, lines);
  expectTeam(copy, lines);
  const names = new Set([...copy.items.values()].flatMap(({ parts }) => parts.map(({ name }) => name)));
  expect([...names].sort()).toEqual([
    'channels.json',
    'members.json',
    'picture.png',
    'post.json',
    'settings.json',
  ]);
});

test('what is fetched by itself has the same bytes as what an enumeration brings', async () => {
  const { scope, copy } = await prepare();
  await copy.run();
  for (const [id, { parts }] of [...copy.items].slice(0, 25)) {
    const content = await teamWorkload.fetch(scope, id);
    const hashes = content.kind === 'parts' ? content.parts.map(({ bytes }) => sha256(bytes)) : [];
    expect(hashes).toEqual(parts.map(({ bytes }) => sha256(bytes)));
  }
});

test('later runs follow every kind of change, also replies and posts that delta does not reach', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  await change(every);
  await copy.run();
  expectSame(copy, (await truth()) as TeamLine[]);
  await change({ ...every, containersDeleted: 1 }, 2);
  await copy.run();
  expectSame(copy, (await truth()) as TeamLine[]);
  expectTeam(copy, (await truth()) as TeamLine[]);
});

test('a run in which nothing changed asks for news once, and fetches nothing again', async () => {
  const { simulator, copy } = await prepare();
  await copy.run();
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  const channels = copy.collections.size - 1;
  expect(channels).toBeGreaterThan(2);
  expect(requests['teams.ListChannels']).toBe(1);
  expect(requests['teams.channels.getAllMessages']).toBe(1);
  expect(requests['teams.channels.messages.delta']).toBe(channels);
  expect(requests['teams.channels.ListMessages']).toBeUndefined();
  expect(requests['teams.channels.GetMessages']).toBeUndefined();
  expect(copy.fetchedCount).toBe(0);
});

test('what is written while the first run reads one channel after the other is not lost', async () => {
  const { scope, copy, truth, change } = await prepare();
  let seed = 20;
  const busy = () => change({ created: 3, replied: 5, edited: 3 }, (seed += 1));
  copy.connect({ ...scope, graph: beforeLists(scope.graph, '/messages', busy) });
  await copy.run();
  copy.connect(scope);
  await copy.run();
  expectSame(copy, (await truth()) as TeamLine[]);
});

test('expired links, echoes, empty pages and passing trouble do not change what is held', async () => {
  const { simulator, scope, copy, truth, change } = await prepare();
  await control(simulator, '/control/faults', {
    deltaDuplicates: 0.3,
    deltaReplays: 0.3,
    emptyPages: 0.3,
    deltaExpired: 0.2,
    throttle429: 0.05,
    serverError500: 0.05,
    truncatedBody: 0.03,
    retryAfterSeconds: 0.05,
  });
  await copy.run();
  await change(every);
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await copy.run();
  await change(every, 3);
  await copy.run();
  expectSame(copy, (await truth()) as TeamLine[]);
});

test('where messages may not be exported, every run lists all posts, and asks for their export once', async () => {
  const { simulator, copy, truth, change } = await prepare({ isMessageExportApproved: false });
  await copy.run();
  await change(every);
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  expect(requests['teams.channels.getAllMessages']).toBe(1);
  expectSame(copy, (await truth()) as TeamLine[]);
  expectTeam(copy, (await truth()) as TeamLine[]);
});

test('the limits of one team are kept to by waiting', async () => {
  const { copy, truth } = await prepare({
    teams: { count: 1, postsPerChannel: 4 },
    teamsLimits: { windowMs: 60 },
  });
  await copy.run();
  expectSame(copy, (await truth()) as TeamLine[]);
});

test('a channel and a team that are gone are told by their codes', async () => {
  const { scope } = await prepare();
  await expect(
    readToEnd(teamWorkload.changes(scope, '19:nothing@thread.tacv2', undefined)),
  ).rejects.toMatchObject({ code: 'collection-gone' });
  const stranger = { ...scope, accountId: '11111111-2222-4333-a444-555555555555' };
  await expect(teamWorkload.collections(stranger, undefined)).rejects.toMatchObject({
    code: 'account-unknown',
  });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(teamWorkload, { options: some, changes: every }),
);
