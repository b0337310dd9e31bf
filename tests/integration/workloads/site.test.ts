import { afterEach, expect, test } from 'vitest';
import type { Credential } from '../../../src-shared/model/connection.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { siteWorkload } from '../../../src-worker/workloads/site/site-workload.ts';
import { createCertificate } from '../../support/application-certificate.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import {
  areaTruth,
  closeAll,
  connectionTo,
  control,
  open,
  simulatorStats,
  sitesOf,
} from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { jsonOf, readToEnd, type CopiedItem, type Copy } from './copy.ts';
import { expectContract, prepareCopy, type Prepared } from './prepared-copy.ts';

afterEach(closeAll);

interface SiteLine extends Pick<AreaLine, 'kind' | 'id' | 'displayName' | 'sha256' | 'unreadable'> {
  listId: string;
  parentId: string | null;
  columns: { name: string }[];
  attachments: { name: string; sha256: string }[];
}

const key = createCertificate();
const credential: Credential = { kind: 'certificate', ...key };
const fullControl = 'Sites.FullControl.All';
const some: SimulatorOptions = {
  sites: { listItemsPerList: 230 },
  unitLimits: { isEnforced: false },
  certificates: [key.certificatePem],
  sharePointRoles: [fullControl],
};
const withCertificate = { connection: { credential } };
const prepare = (options: SimulatorOptions = {}, choice = withCertificate): Promise<Prepared> =>
  prepareCopy(siteWorkload, { ...some, ...options }, choice);
const truthOf = ({ simulator, scope }: Prepared): Promise<SiteLine[]> =>
  areaTruth(simulator, 'site', scope.accountId);

/** Stands for a text whose words do not matter. */
const someText: unknown = expect.any(String);

const every = {
  itemCreated: 8,
  itemEdited: 12,
  itemDeleted: 8,
  pageCreated: 1,
  pageEdited: 2,
  pageDeleted: 1,
  columnAdded: 2,
  listCreated: 1,
  listRenamed: 1,
  listDeleted: 1,
  renamed: 1,
};

/** As the truth hashes fields and pages: keys in order, no annotations at all. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !name.includes('@odata.'));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, canonical(v)]));
}
const digest = (value: unknown): string => sha256(JSON.stringify(canonical(value)));

const attachedTo = ({ parts }: CopiedItem) => parts.slice(1).map(({ name, bytes }) => [name, sha256(bytes)]);

function heldOf(copy: Copy, collection: (id: string) => boolean): Map<string, CopiedItem> {
  return new Map([...copy.items].filter(([, { head }]) => collection(head.collection)));
}

interface Expectation {
  readonly areAttachmentsHeld?: boolean;
}

/** Says that the copy holds what the truth says and nothing else. */
function expectSame(copy: Copy, lines: readonly SiteLine[], how: Expectation = {}): void {
  const ofKind = (kind: string) => lines.filter((line) => line.kind === kind);
  const lists = ofKind('list');
  expect(new Map([...copy.collections].sort())).toEqual(
    new Map(
      [
        ['about', 'Site'] as const,
        ['pages', 'Pages'] as const,
        ...lists.map((line) => [line.id, line.displayName] as const),
      ].sort(),
    ),
  );
  const held = new Map<string, unknown>();
  for (const [id, item] of heldOf(copy, (collection) => !['about', 'pages'].includes(collection))) {
    const json = jsonOf(item);
    if (id.startsWith('list '))
      held.set(
        id,
        (json['columns'] as { name: string }[]).map(({ name }) => name),
      );
    else held.set(id, [digest(json['fields']), ...attachedTo(item)]);
  }
  const areAttachmentsHeld = how.areAttachmentsHeld ?? true;
  const wanted = new Map<string, unknown>(
    lists.map(({ id, columns }) => [`list ${id}`, columns.map(({ name }) => name)]),
  );
  for (const { id, listId, sha256: hash, attachments } of ofKind('listItem')) {
    const attached = areAttachmentsHeld ? attachments.map((one) => [one.name, one.sha256]) : [];
    wanted.set(`${listId} ${id}`, [hash, ...attached]);
  }
  expect(held).toEqual(wanted);
  const pages = [...heldOf(copy, (collection) => collection === 'pages')];
  expect(new Map(pages.map(([id, item]) => [id, digest(jsonOf(item))]))).toEqual(
    new Map(ofKind('page').map((line) => [`pages ${line.id}`, line.sha256])),
  );
  expect([...copy.failed]).toEqual([]);
}

const attachedLines = (lines: readonly SiteLine[]) =>
  lines.filter(({ kind, attachments }) => kind === 'listItem' && attachments.length > 0);

function itemOf(copy: Copy, id: string): CopiedItem {
  const item = copy.items.get(id);
  if (item === undefined) throw new Error(`no item ${id}`);
  return item;
}

test('a first run holds every item of every list with its attachments, every page, and the site', async () => {
  const prepared = await prepare();
  const { copy } = prepared;
  await copy.run();
  const lines = await truthOf(prepared);
  expectSame(copy, lines);
  const [site] = lines;
  expect(jsonOf(itemOf(copy, 'site'))).toMatchObject({ id: site?.id, displayName: site?.displayName });
  expect(jsonOf(itemOf(copy, 'columns'))).toHaveLength(
    lines.find(({ kind }) => kind === 'list')?.columns.length ?? 0,
  );
  expect(jsonOf(itemOf(copy, 'contentTypes'))).toHaveLength(4);
  const attached = attachedLines(lines);
  expect(attached.length).toBeGreaterThan(50);
  const names = attached.flatMap(({ attachments }) => attachments.map(({ name }) => name));
  for (const sign of ["'", '#', '%', '&', '+', ';', '[', '🚀', '見'])
    expect(
      names.some((name) => name.includes(sign)),
      sign,
    ).toBe(true);
});

test('lists show a name, who wrote it and when, and which lists are hidden', async () => {
  const { copy, scope } = await prepare();
  await copy.run();
  const items = [...copy.items.values()].filter(({ head }) => /^\S{36} \d+$/.test(head.id));
  for (const { head } of items) {
    expect(head.info).toMatchObject({
      author: someText,
      modified: someText,
      type: someText,
    });
    expect(head.info['name']).not.toBe('');
  }
  const { found } = await siteWorkload.collections(scope, undefined);
  expect(found.filter(({ isHidden }) => isHidden).map(({ name }) => name)).toEqual([
    'User Information List',
    'Master Page Gallery',
  ]);
});

test('a site tells the sites below it', async () => {
  const { simulator, scope } = await prepare();
  const [top = ''] = await sitesOf(scope.graph);
  const head = siteWorkload.lookUp({ ...scope, accountId: top }, ['sites']);
  for await (const { head: found } of head) {
    const content = found?.content;
    const json = content?.kind === 'parts' ? new TextDecoder().decode(content.parts[0]?.bytes) : '[]';
    const below = (JSON.parse(json) as { id: string }[]).map(({ id }) => id);
    for (const id of below) {
      const [line] = await areaTruth<SiteLine>(simulator, 'site', id);
      expect(line?.parentId).toBe(top);
    }
    expect(below.length).toBeGreaterThan(0);
  }
});

test('what is fetched by itself, or looked up, has the same bytes as what an enumeration brings', async () => {
  const { scope, copy } = await prepare();
  await copy.run();
  const byCollection = Map.groupBy(copy.items.values(), ({ head }) => head.collection);
  const some = [...byCollection.values()].flatMap((items) => items.slice(0, 6));
  for (const { head, parts } of some) {
    const content = await siteWorkload.fetch(scope, head.id);
    const fetched = content.kind === 'parts' ? content.parts : [];
    expect(fetched.map(({ name, bytes }) => [name, sha256(bytes)])).toEqual(
      parts.map(({ name, bytes }) => [name, sha256(bytes)]),
    );
  }
  const versions = new Map(some.map(({ head }) => [head.id, head.version]));
  for await (const { id, head } of siteWorkload.lookUp(scope, [
    ...versions.keys(),
    'list nothing',
    'nothing',
  ]))
    expect(head?.version).toBe(versions.get(id));
});

test('a run in which nothing changed asks for news only', async () => {
  const prepared = await prepare();
  const { simulator, copy } = prepared;
  await copy.run();
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  const isDelta = (name: string) => name.startsWith('sites.lists.items.delta');
  const named = Object.entries(requests);
  const deltas = named.filter(([name]) => isDelta(name)).reduce((sum, [, count]) => sum + count, 0);
  expect(deltas).toBe(copy.collections.size - 2);
  expect(Object.fromEntries(named.filter(([name]) => !isDelta(name)))).toEqual({
    GetSites: 1,
    'sites.ListColumns': 1,
    'sites.ListContentTypes': 1,
    'sites.ListLists': 1,
    'sites.ListPages': 1,
    'sites.ListSites': 1,
  });
  expect(copy.fetchedCount).toBe(0);
});

test('a run after changes fetches what changed and nothing else', async () => {
  const { simulator, copy, change } = await prepare();
  await copy.run();
  await change({ pageEdited: 1, columnAdded: 1, itemEdited: 3 });
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  expect(requests['sites.pages.GetSitePage']).toBe(1);
  expect(requests['sites.GetLists']).toBe(1);
  // Three items, a definition, and a page, which is an item of its library, too.
  expect(copy.broughtCount + copy.fetchedCount).toBe(6);
});

test('later runs follow every kind of change, lists that come, go and get another name included', async () => {
  const prepared = await prepare();
  const { copy, change } = prepared;
  await copy.run();
  for (const seed of [1, 2, 3]) {
    await change(every, seed);
    await copy.run();
    expectSame(copy, await truthOf(prepared));
  }
  const names = [...copy.collections.values()];
  expect(names.some((name) => /^Umbenannt \d+ "Q&A" #1 100%: äöü <品質> '$/.test(name))).toBe(true);
  const [site] = await truthOf(prepared);
  expect(jsonOf(itemOf(copy, 'site'))).toMatchObject({ displayName: site?.displayName });
});

test('expired links, echoes, empty pages and passing trouble do not change what is held', async () => {
  const prepared = await prepare();
  const { simulator, scope, copy, change } = prepared;
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
  expectSame(copy, await truthOf(prepared));
  await change(every);
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await copy.run();
  await change(every, 3);
  await copy.run();
  expectSame(copy, await truthOf(prepared));
});

test('a token for SharePoint that ends is renewed', async () => {
  const prepared = await prepare();
  await control(prepared.simulator, '/control/faults', { tokenExpiry: 0.1 });
  await prepared.copy.run();
  expectSame(prepared.copy, await truthOf(prepared));
});

test('with a secret, items are saved without their attachments, and each says so', async () => {
  const prepared = await prepareCopy(siteWorkload, some);
  const { simulator, copy, change } = prepared;
  await copy.run();
  const lines = await truthOf(prepared);
  expectSame(copy, lines, { areAttachmentsHeld: false });
  const lacking = attachedLines(lines).map(
    ({ id, listId }) => [`${listId} ${id}`, 'certificate-missing'] as const,
  );
  expect(copy.gaps).toEqual(new Map([...lacking, ['site', 'full-control-missing'] as const].sort()));
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  expect([copy.fetchedCount, copy.gaps.size]).toEqual([0, lacking.length + 1]);
  await change(every);
  await copy.run();
  expectSame(copy, await truthOf(prepared), { areAttachmentsHeld: false });
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  expect(Object.keys(requests).filter((name) => name.startsWith('rest.'))).toEqual([]);
});

test('once attachments can be read, the items that lack theirs are fetched again, and no others', async () => {
  const prepared = await prepareCopy(siteWorkload, some);
  const { simulator, scope, copy } = prepared;
  await copy.run();
  await control(simulator, '/control/roles', { roles: [fullControl] });
  const graph = open(connectionTo(simulator, { credential }));
  copy.connect({ ...scope, graph });
  await copy.run();
  const lines = await truthOf(prepared);
  expectSame(copy, lines);
  expect(copy.fetchedCount).toBe(attachedLines(lines).length);
  expect(copy.gaps).toEqual(new Map());
  expect(itemOf(copy, 'site').parts.map(({ name }) => name)).toEqual(['site.json', 'permissions.json']);
  copy.connect(scope);
  await copy.run();
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await copy.run();
  // What was read once is kept: it is not replaced by less.
  expectSame(copy, lines);
});

test('a certificate without the permission, or one that a site refuses, leaves the same gap', async () => {
  const without = await prepare({ sharePointRoles: [] });
  await without.copy.run();
  const lines = await truthOf(without);
  expectSame(without.copy, lines, { areAttachmentsHeld: false });
  expect(new Set(without.copy.gaps.values())).toEqual(new Set(['full-control-missing']));
  const refused = await prepare({ sharePointRoles: ['Sites.Selected'] });
  await control(refused.simulator, '/control/stats/reset', {});
  await refused.copy.run();
  expectSame(refused.copy, await truthOf(refused), { areAttachmentsHeld: false });
  expect(refused.copy.gaps).toEqual(without.copy.gaps);
  const { requests } = (await simulatorStats(refused.simulator)) as { requests: Record<string, number> };
  expect(requests['rest.AttachmentFiles']).toBe(1);
});

test('a locked site, one that vanished, and a list that is gone are told by their codes', async () => {
  const { simulator, scope } = await prepare();
  const locked: string[] = [];
  for (const id of await sitesOf(scope.graph)) {
    const [line] = await areaTruth<SiteLine>(simulator, 'site', id);
    if (line?.unreadable === 'resourceLocked') locked.push(id);
  }
  expect(locked.length).toBeGreaterThan(0);
  for (const accountId of locked)
    await expect(siteWorkload.collections({ ...scope, accountId }, undefined)).rejects.toMatchObject({
      code: 'site-locked',
    });
  const stranger = { ...scope, accountId: scope.accountId.replace(/[0-9a-f]{12}$/, '000000000000') };
  await expect(siteWorkload.collections(stranger, undefined)).rejects.toMatchObject({
    code: 'account-unknown',
  });
  const list = '11111111-2222-4333-a444-555555555555';
  await expect(readToEnd(siteWorkload.changes(scope, list, undefined))).rejects.toMatchObject({
    code: 'collection-gone',
  });
  await control(simulator, '/control/faults', { folderGone: 1 });
  const { found } = await siteWorkload.collections({ ...scope }, undefined);
  await expect(
    readToEnd(siteWorkload.changes(scope, found.at(-1)?.id ?? '', undefined)),
  ).rejects.toMatchObject({
    code: 'collection-gone',
  });
});

test('resource units are kept to by waiting', async () => {
  const prepared = await prepare({ unitLimits: { unitsPerMinute: 120, minuteMs: 150 } });
  await prepared.copy.run();
  expectSame(prepared.copy, await truthOf(prepared));
  expect(await simulatorStats(prepared.simulator)).toMatchObject({ earlyCalls: 0 });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(siteWorkload, { options: some, changes: every, connection: { credential } }),
);
