/** Files to read that a restore makes beside the JSON: tables of lists, pages, chats, channels, group conversations. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { chatWorkload } from '../../../src-worker/workloads/chat/chat-workload.ts';
import { conversationWorkload } from '../../../src-worker/workloads/conversation/conversation-workload.ts';
import { siteWorkload } from '../../../src-worker/workloads/site/site-workload.ts';
import { teamWorkload } from '../../../src-worker/workloads/team/team-workload.ts';
import type { Workload } from '../../../src-worker/workloads/workload.ts';
import { documentedLimits } from '../../../src-worker/graph/throttle-governor.ts';
import { WorkloadBackup } from '../../support/workload-backup.ts';
import {
  closeAll,
  connectionTo,
  mailboxesOf,
  open,
  simulate,
  sitesOf,
  teamsOf,
  testServices,
} from '../graph/simulated-organization.ts';
import { filesOf } from './restored-tree.ts';

let folderPath: string;
beforeEach(() => (folderPath = mkdtempSync(join(tmpdir(), 'holdfast-readable-'))));
afterEach(async () => {
  rmSync(folderPath, { recursive: true });
  await closeAll();
});

const unlimited = { lane: { slots: 32 }, maxInFlight: 32 };
const services = {
  ...testServices,
  throttleLimits: { ...documentedLimits, teams: unlimited, sharepoint: unlimited },
};

async function restored(workload: Workload, options: SimulatorOptions): Promise<Map<string, Buffer>> {
  const simulator = await simulate({
    profile: 'sample',
    users: 8,
    messagesPerUser: 0,
    teamsLimits: { isEnforced: false },
    unitLimits: { isEnforced: false },
    ...options,
  });
  const connection = connectionTo(simulator);
  const graph = open(connection);
  const kind = workload.accountKinds[0] ?? 'user';
  const ids = { site: sitesOf, group: teamsOf, team: teamsOf } as Record<string, typeof sitesOf | undefined>;
  const found = await (ids[kind] ?? mailboxesOf)(graph);
  const accountId = (kind === 'site' ? found[2] : found[0]) ?? '';
  const backup = await WorkloadBackup.open(workload, { kind, accountId });
  try {
    await backup.run(connection, services);
    expect(await backup.restore(folderPath, services.clock)).toMatchObject({ failed: 0 });
  } finally {
    backup.close();
  }
  return filesOf(folderPath);
}

type Element = DefaultTreeAdapterTypes.Element;

/** Every element of a page. Says that none of them runs or loads anything. */
function elementsOf(page: Buffer): Element[] {
  const found: Element[] = [];
  const rest: DefaultTreeAdapterTypes.ChildNode[] = [...parse(page.toString('utf8')).childNodes];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (!('tagName' in next)) continue;
    found.push(next);
    rest.push(...next.childNodes.toReversed());
  }
  for (const { tagName, attrs } of found) {
    expect(tagName).not.toMatch(/^(script|iframe|object|embed|link|form|base|svg|video|audio)$/);
    for (const { name, value } of attrs) {
      expect(name).not.toMatch(/^(on|style|srcset|background|action)/);
      if (name === 'src') expect(value).toMatch(/^data:image\/(png|jpeg|gif);base64,/);
    }
  }
  const policy = found.find(({ attrs }) => attrs.some(({ value }) => value === 'Content-Security-Policy'));
  expect(policy?.attrs.find(({ name }) => name === 'content')?.value).toContain("default-src 'none'");
  return found;
}

const timesOf = (elements: readonly Element[]): string[] =>
  elements
    .filter(({ tagName }) => tagName === 'time')
    .map(({ attrs }) => attrs.find(({ name }) => name === 'datetime')?.value ?? '');

test('a chat is one page with all messages in order and the pictures inside', async () => {
  const files = await restored(chatWorkload, { chats: { count: 6, messagesPerChat: 60 } });
  const pages = [...files].filter(([path]) => path.endsWith('.html'));
  const folders = new Set([...files.keys()].map((path) => path.split('/').slice(0, 3).join('/')));
  expect(pages.map(([path]) => dirname(path)).sort()).toEqual([...folders].sort());
  let pictures = 0;
  for (const [path, page] of pages) {
    const inside = [...files].filter(([other]) => other.startsWith(`${dirname(path)}/`) && other !== path);
    const messages = inside
      .filter(([other]) => other.endsWith('.json'))
      .map(([, bytes]) => JSON.parse(bytes.toString()) as { createdDateTime: string; members?: unknown })
      .filter(({ members }) => members === undefined);
    const elements = elementsOf(page);
    const times = timesOf(elements);
    expect(times).toHaveLength(messages.length);
    expect(times).toEqual(times.toSorted());
    expect(times).toEqual(messages.map((one) => new Date(one.createdDateTime).toISOString()).sort());
    const shown = elements
      .filter(({ tagName }) => tagName === 'img')
      .map(({ attrs }) => attrs.find(({ name }) => name === 'src')?.value.split(',')[1]);
    const stored = inside
      .filter(([other]) => basename(other).startsWith('picture'))
      .map(([, bytes]) => bytes.toString('base64'));
    expect(shown.toSorted()).toEqual(stored.toSorted());
    pictures += shown.length;
  }
  expect(pictures).toBeGreaterThan(3);
});

test('a channel is a page of posts with their replies, or one a month where they are many', async () => {
  const few = await restored(teamWorkload, { teams: { count: 2, postsPerChannel: 30 } });
  const pages = [...few].filter(([path]) => path.endsWith('.html'));
  expect(pages.length).toBeGreaterThan(0);
  for (const [path, page] of pages) {
    const posts = [...few]
      .filter(([other]) => dirname(other).startsWith(dirname(path)) && other.endsWith('.json'))
      .map(
        ([, bytes]) =>
          JSON.parse(bytes.toString()) as { createdDateTime: string; replies: { createdDateTime: string }[] },
      );
    const all = posts.flatMap((post) =>
      [post, ...post.replies].map(({ createdDateTime }) => createdDateTime),
    );
    expect(timesOf(elementsOf(page)).sort()).toEqual(all.map((time) => new Date(time).toISOString()).sort());
  }
});

test('a page of a site and a conversation of a group are pages beside their JSON', async () => {
  const site = await restored(siteWorkload, { sites: { listItemsPerList: 5 } });
  const pages = [...site.keys()].filter((path) => path.includes('/Pages/') && path.endsWith('.html'));
  expect(pages.length).toBeGreaterThan(2);
  for (const path of pages) {
    elementsOf(site.get(path)!);
    const { title } = JSON.parse(site.get(path.replace(/html$/, 'json'))!.toString()) as { title: string };
    expect(site.get(path)!.toString()).toContain('<h1>');
    expect(title).not.toBe('');
  }
  rmSync(folderPath, { recursive: true });
  const group = await restored(conversationWorkload, {});
  const threads = [...group.keys()].filter((path) => path.endsWith('.json'));
  expect(threads.length).toBeGreaterThan(0);
  for (const path of threads) {
    const { posts } = JSON.parse(group.get(path)!.toString()) as { posts: { receivedDateTime: string }[] };
    const page = group.get(path.replace(/json$/, 'html'))!;
    expect(timesOf(elementsOf(page))).toEqual(
      posts.map(({ receivedDateTime }) => new Date(receivedDateTime).toISOString()),
    );
  }
});

test('a list is a table with a line for every item', async () => {
  const files = await restored(siteWorkload, { sites: { listItemsPerList: 30 } });
  const tables = [...files.keys()].filter((path) => path.endsWith('.csv'));
  expect(tables.length).toBeGreaterThan(3);
  for (const path of tables) {
    const text = readFileSync(join(folderPath, path), 'utf8');
    const items = [...files]
      .filter(([other]) => dirname(other).startsWith(dirname(path)) && other.endsWith('.json'))
      .map(([, bytes]) => JSON.parse(bytes.toString()) as { fields?: { Title?: string }; columns?: unknown })
      .filter(({ fields }) => fields !== undefined);
    expect(text.startsWith('\ufeffTitle,'), path).toBe(true);
    const rows = recordsOf(text.slice(1));
    expect(rows, path).toHaveLength(items.length + 1);
    const titles = items.map(({ fields }) => (fields?.Title ?? '').replace(/^[=+\-@\t\r]/, `'$&`));
    expect(
      rows
        .slice(1)
        .map(([title]) => title)
        .sort(),
    ).toEqual(titles.sort());
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  }
});

/** Reads RFC 4180. */
function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let record: string[] = [];
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
