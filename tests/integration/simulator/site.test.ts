import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DriveTruth } from './drive-tree.ts';
import { startSession, type ErrorBody, type Session } from './session.ts';

interface Site {
  id: string;
  displayName: string;
  webUrl: string;
  isPersonalSite: boolean;
  root?: object;
}
interface SiteLine {
  kind: 'site' | 'list' | 'listItem' | 'page';
  id: string;
  listId: string;
  displayName: string;
  path: string;
  groupId: string | null;
  parentId: string | null;
  template: string;
  isHidden: boolean;
  columns: { name: string; kind: string }[];
  sha256: string;
  unreadable: string | null;
}
interface Page<Entry> {
  value: Entry[];
  '@odata.nextLink'?: string;
}
interface Item {
  id: string;
  fields?: Record<string, unknown>;
  deleted?: object;
}

let session: Session;
let site: string;

beforeAll(async () => {
  session = await startSession({ messagesPerUser: 0, unitLimits: { isEnforced: false } });
  site = (await session.get('/sites/root/sites')).json<Page<Site>>().value[0]?.id ?? (await openSite());
});
afterAll(() => session.close());

/** The id of the second site that is neither personal nor locked. */
async function openSite(): Promise<string> {
  const open = [];
  for (const { id, isPersonalSite } of await all<Site>('/sites/getAllSites')) {
    if (isPersonalSite) continue;
    const [line] = await session.areaTruth<SiteLine>('site', id);
    if (line?.unreadable === null) open.push(id);
  }
  return open[1] ?? '';
}

/** Everything of a collection. */
async function all<Entry>(path: string, from = session): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let link: string | undefined = path; link !== undefined;) {
    const reply = await from.get(link);
    if (reply.status !== 200) throw new Error(`${link}: ${reply.status} ${reply.bytes.toString()}`);
    const page: Page<Entry> = reply.json<Page<Entry>>();
    entries.push(...page.value);
    link = page['@odata.nextLink'];
  }
  return entries;
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !name.includes('@odata.'));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, canonical(v)]));
}
const digest = (value: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex');

/** What the truth says of the items of a list: hash by id. */
async function itemTruth(listId: string): Promise<Map<string, string>> {
  const lines = await session.areaTruth<SiteLine>('site', site);
  const items = lines.filter((line) => line.kind === 'listItem' && line.listId === listId);
  return new Map(items.map((line) => [line.id, line.sha256]));
}

const hashesOf = (items: readonly Item[]) => new Map(items.map((item) => [item.id, digest(item.fields)]));

test('all sites are told page by page, personal ones and subsites included', async () => {
  const sites = await all<Site>('/sites/getAllSites?$top=7');
  expect(new Set(sites.map(({ id }) => id)).size).toBe(sites.length);
  expect(sites.filter(({ isPersonalSite }) => isPersonalSite).length).toBeGreaterThan(20);
  expect(sites.filter(({ isPersonalSite, root }) => !isPersonalSite && root).length).toBe(5 + 3 + 3);
  expect(sites.some(({ isPersonalSite, root }) => !isPersonalSite && !root)).toBe(true);
  expect(
    (await session.get('/sites?search=*')).json<Page<Site>>().value.some((one) => one.isPersonalSite),
  ).toBe(false);
});

test('subsites hang below their sites, and the truth knows all of them', async () => {
  const found: string[] = [];
  const walk = async (id: string): Promise<void> => {
    found.push(id);
    const reply = await session.get(`/sites/${id}/sites`);
    if (reply.status === 200) for (const child of reply.json<Page<Site>>().value) await walk(child.id);
  };
  const sites = (await all<Site>('/sites/getAllSites')).filter((one) => !one.isPersonalSite);
  for (const top of sites.filter(({ root }) => root)) {
    const [line] = await session.areaTruth<SiteLine>('site', top.id);
    if (line?.unreadable === null) await walk(top.id);
  }
  for (const { id } of sites) {
    const [line] = await session.areaTruth<SiteLine>('site', id);
    expect(found.includes(id)).toBe(line?.unreadable === null);
  }
});

test('a site is found by id, by path and as the root', async () => {
  const reply = (await session.get(`/sites/${site}`)).json<Site>();
  const path = new URL(reply.webUrl).pathname;
  expect((await session.get(`/sites/nordlicht.sharepoint.com:${path}`)).json<Site>().id).toBe(site);
  const columns = await session.get(`/sites/nordlicht.sharepoint.com:${path}:/columns`);
  expect(columns.status).toBe(200);
  expect((await session.get('/sites/root')).json<Site>()).toMatchObject({ displayName: 'Intranet' });
});

test('libraries of a site are drives, with the truth of their files', async () => {
  const drives = await all<{ id: string; driveType: string }>(`/sites/${site}/drives`);
  expect(drives[0]).toMatchObject({ driveType: 'documentLibrary' });
  const truth = await session.areaTruth<DriveTruth>('drive', site);
  expect(truth.filter((line) => line.kind === 'drive').map((line) => line.id)).toEqual(
    drives.map(({ id }) => id),
  );
  const { items } = await session.deltaRound(`/drives/${drives[0]?.id ?? ''}/root/delta`, {});
  expect(items.length).toBeGreaterThan(5);
});

test('groups have a site and a drive', async () => {
  const sites = (await all<Site>('/sites/getAllSites')).filter((one) => !one.isPersonalSite);
  const truths = await Promise.all(sites.map(({ id }) => session.areaTruth<SiteLine>('site', id)));
  const groups = truths.flatMap(([line]) => (line?.groupId ? [line] : []));
  expect(groups).toHaveLength(3);
  for (const { id, groupId } of groups) {
    expect((await session.get(`/groups/${groupId ?? ''}/sites/root`)).json<Site>().id).toBe(id);
    const drive = (await session.get(`/groups/${groupId ?? ''}/drive`)).json<{ id: string }>().id;
    expect((await session.get(`/sites/${id}/drive`)).json<{ id: string }>().id).toBe(drive);
    expect((await session.get(`/groups/${groupId ?? ''}/drive/root/children`)).status).toBe(200);
  }
  expect((await session.get(`/groups/${site.slice(-36)}/drive`)).status).toBe(404);
});

test('hidden lists show only when system is selected', async () => {
  const lists = await all<{ id: string; list: { template: string } }>(`/sites/${site}/lists`);
  const shown = await all<{ id: string; system?: object }>(`/sites/${site}/lists?$select=id,list,system`);
  expect(shown.filter(({ system }) => system)).toHaveLength(2);
  expect(shown).toHaveLength(lists.length + 2);
  const lines = (await session.areaTruth<SiteLine>('site', site)).filter((line) => line.kind === 'list');
  expect(new Set(shown.map(({ id }) => id))).toEqual(new Set(lines.map(({ id }) => id)));
});

test('lists have columns of every kind, and items with values for them', async () => {
  const lines = await session.areaTruth<SiteLine>('site', site);
  const list = lines.find((line) => line.displayName === 'Inventar');
  expect(new Set(list?.columns.map(({ kind }) => kind)).size).toBe(19);
  const reply = await session.get(`/sites/${site}/lists/${list?.id ?? ''}?$expand=columns`);
  const { columns } = reply.json<{ columns: Record<string, unknown>[] }>();
  expect(columns.map((column) => column['name'])).toEqual(list?.columns.map(({ name }) => name));
  for (const facet of [
    'personOrGroup',
    'lookup',
    'hyperlinkOrPicture',
    'term',
    'geolocation',
    'calculated',
    'thumbnail',
  ])
    expect(
      columns.some((column) => facet in column),
      facet,
    ).toBe(true);
  const items = await all<Item>(`/sites/${site}/lists/Inventar/items?$expand=fields&$top=10`);
  expect(hashesOf(items)).toEqual(await itemTruth(list?.id ?? ''));
  const names = new Set(items.flatMap((item) => Object.keys(item.fields ?? {})));
  for (const name of [
    'VerantwortlichLookupId',
    'Beteiligte',
    'AufgabeLookupId',
    'Schlagworte',
    'Standort',
    'Seite',
  ])
    expect(names.has(name), name).toBe(true);
});

test('one item tells its fields, and single fields can be named', async () => {
  const [first] = await all<Item>(`/sites/${site}/lists/Inventar/items?$expand=fields($select=Title)`);
  expect(Object.keys(first?.fields ?? {}).filter((name) => !name.startsWith('@'))).toEqual(['Title']);
  const path = `/sites/${site}/lists/Inventar/items/${first?.id ?? ''}`;
  const one = (await session.get(path)).json<Item>();
  expect(one.fields).toMatchObject(first?.fields ?? {});
  expect(digest((await session.get(`${path}/fields?$select=Title`)).json())).toBe(
    digest({ ...first?.fields, id: first?.id }),
  );
});

test('rows keep their history', async () => {
  const lines = await session.areaTruth<SiteLine & { versions: string[] }>('site', site);
  const old = lines.find((line) => line.kind === 'listItem' && line.versions.length > 1);
  const path = `/sites/${site}/lists/${old?.listId ?? ''}/items/${old?.id ?? ''}/versions?$expand=fields`;
  const versions = await all<Item>(path);
  expect(versions.map((version) => digest(version.fields)).reverse()).toEqual(old?.versions);
  expect(versions.at(-1)?.id).toBe('1.0');
});

test('what people say of a document is told of its list item', async () => {
  const sites = (await all<Site>('/sites/getAllSites')).filter((one) => !one.isPersonalSite);
  const truths = await Promise.all(sites.map(({ id }) => session.areaTruth<SiteLine>('site', id)));
  const lines = truths.find(
    ([first, ...rest]) =>
      first?.unreadable === null && rest.some((line) => line.displayName === 'Projektakten'),
  )!;
  const records = lines.find((line) => line.displayName === 'Projektakten')!;
  const files = await session.areaTruth<DriveTruth>('drive', lines[0]!.id);
  const driveAt = files.findLastIndex((line) => line.kind === 'drive');
  const drive = files[driveAt]!.id;
  const file = files.slice(driveAt).find((line) => line.kind === 'file')!;
  const path = `/drives/${drive}/items/${file.id}/listItem`;
  const item = (await session.get(`${path}?$expand=fields`)).json<Item>();
  const truth = lines.find((line) => line.listId === records.id && line.id === item.id);
  expect(digest(item.fields)).toBe(truth?.sha256);
  expect(item.fields).toMatchObject({ FileLeafRef: file.path.at(-1) });
  expect((await session.get(`${path}/fields`)).status).toBe(200);
  expect((await session.get(`/drives/${drive}/list`)).json()).toMatchObject({ id: records.id });
});

test('equal options make equal sites', async () => {
  const twin = await startSession({ messagesPerUser: 0 });
  const plain = (lines: SiteLine[]) => lines.map(({ kind, id, displayName }) => [kind, id, displayName]);
  const [id] = (await all<Site>('/sites/getAllSites', twin)).slice(2).map((one) => one.id);
  const fresh = await startSession({ messagesPerUser: 0 });
  expect(plain(await fresh.areaTruth<SiteLine>('site', id ?? ''))).toEqual(
    plain(await twin.areaTruth<SiteLine>('site', id ?? '')),
  );
  expect(await fresh.areaTruth('drive', id ?? '')).toEqual(await twin.areaTruth('drive', id ?? ''));
  await Promise.all([twin.close(), fresh.close()]);
});

test('rounds after changes lead to the truth of every list', async () => {
  const lists = (await session.areaTruth<SiteLine>('site', site)).filter((line) => line.kind === 'list');
  for (const { id, template, displayName } of lists) {
    const path = `/sites/${site}/lists/${id}/items/delta?$expand=fields&$top=9`;
    const first = await session.deltaRound(path, {});
    const items = new Map((first.items as unknown as Item[]).map((item) => [item.id, item]));
    expect(hashesOf([...items.values()]), displayName).toEqual(await itemTruth(id));
    if (template.includes('ibrary') || template === 'masterPageCatalog') continue;
    await session.control('changes', {
      user: site,
      areas: { 'site.itemCreated': 6, 'site.itemEdited': 6, 'site.itemDeleted': 4 },
    });
    const second = await session.deltaRound(first.deltaLink, {});
    for (const item of second.items as unknown as Item[]) {
      if (item.deleted) items.delete(item.id);
      else items.set(item.id, item);
    }
    expect(hashesOf([...items.values()]), displayName).toEqual(await itemTruth(id));
  }
});

test('lists come and go, columns are added, and the old token of a list expires', async () => {
  const { changes } = await session.control<{ changes: { kind: string; list: string }[] }>('changes', {
    user: site,
    areas: { 'site.listCreated': 1, 'site.columnAdded': 2, 'site.listDeleted': 1 },
  });
  const lines = (await session.areaTruth<SiteLine>('site', site)).filter((line) => line.kind === 'list');
  const gone = changes.find(({ kind }) => kind === 'site.listDeleted')?.list ?? '';
  expect((await session.get(`/sites/${site}/lists/${gone}`)).status).toBe(404);
  const kept = changes.find(({ kind, list }) => kind === 'site.columnAdded' && list !== gone);
  const columns = await all<{ name: string }>(`/sites/${site}/lists/${kept?.list ?? ''}/columns`);
  expect(columns.map(({ name }) => name)).toEqual(
    lines.find(({ id }) => id === kept?.list)?.columns.map(({ name }) => name),
  );
  const { deltaLink } = await session.deltaRound(
    `/sites/${site}/lists/Aufgaben/items/delta?token=latest`,
    {},
  );
  await session.control('expire-delta', { user: site });
  const reply = await session.get(deltaLink);
  expect([reply.status, reply.json<ErrorBody>().error.code.slice(0, 13)]).toEqual([410, 'resyncChanges']);
});

test('pages have their layout, and an edit changes it', async () => {
  const truth = async () => {
    const lines = await session.areaTruth<SiteLine>('site', site);
    return new Map(lines.filter((line) => line.kind === 'page').map((line) => [line.id, line.sha256]));
  };
  const read = async () => {
    const hashes = new Map<string, string>();
    for (const { id } of await all<{ id: string }>(`/sites/${site}/pages?$top=2`)) {
      const path = `/sites/${site}/pages/${id}/microsoft.graph.sitePage?$expand=canvasLayout`;
      hashes.set(id, digest((await session.get(path)).json()));
    }
    return hashes;
  };
  const before = await read();
  expect(before).toEqual(await truth());
  await session.control('changes', {
    user: site,
    areas: { 'site.pageEdited': 2, 'site.pageCreated': 1, 'site.pageDeleted': 1 },
  });
  const after = await read();
  expect(after).toEqual(await truth());
  expect(after).not.toEqual(before);
});

test('the delta of sites tells all of them, then the renamed', async () => {
  const { items, deltaLink, pages } = await session.deltaRound('/sites/delta?$top=6', {});
  expect(new Set(items.map(({ id }) => id)).size).toBe((await all<Site>('/sites/getAllSites')).length);
  expect(pages).toBeGreaterThan(3);
  await session.control('changes', { user: site, areas: { 'site.renamed': 1 } });
  const round = await session.deltaRound(deltaLink, {});
  expect(round.items.map(({ id }) => id)).toEqual([site]);
});

test.each([
  [
    '/sites/nordlicht.sharepoint.com,00000000-0000-4000-a000-000000000000,00000000-0000-4000-a000-000000000000',
    404,
    'itemNotFound',
  ],
  ['/sites/nordlicht.sharepoint.com:/sites/nowhere', 404, 'itemNotFound'],
  ['/sites/{site}/lists/Nowhere', 404, 'itemNotFound'],
  ['/sites/{site}/lists/Inventar/items/99999', 404, 'itemNotFound'],
  ['/sites/{site}/lists/Inventar/items?$filter=fields/Title eq 1', 400, 'BadRequest'],
  ['/sites/{site}/lists/Inventar/items?$expand=colour', 400, 'invalidRequest'],
  ['/sites/{site}/lists?$select=colour', 400, 'invalidRequest'],
  ['/sites/{site}/pages/nowhere', 404, 'itemNotFound'],
  ['/sites/{site}/permissions', 403, 'accessDenied'],
])('%s answers %i %s', async (path, status, code) => {
  const reply = await session.get(path.replace('{site}', site));
  expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([status, code]);
});

test('a locked site is told, and what is in it answers 423', async () => {
  const sites = (await all<Site>('/sites/getAllSites')).filter((one) => !one.isPersonalSite);
  const locked = [];
  for (const { id } of sites) {
    const [line] = await session.areaTruth<SiteLine>('site', id);
    if (line?.unreadable === 'resourceLocked') locked.push(id);
  }
  expect((await session.get(`/sites/${locked[0] ?? ''}`)).status).toBe(200);
  for (const part of ['lists', 'drives', 'drive', 'pages'])
    expect((await session.get(`/sites/${locked[0] ?? ''}/${part}`)).status, part).toBe(423);
});

test('sites need their role, files alone will do for drives only', async () => {
  await session.control('roles', { roles: ['Files.Read.All'] });
  await session.signIn();
  const statuses = [];
  for (const path of ['/sites/getAllSites', `/sites/${site}/lists`, `/sites/${site}/drives`])
    statuses.push((await session.get(path)).status);
  expect(statuses).toEqual([403, 403, 200]);
  await session.control('roles', { roles: ['Sites.FullControl.All'] });
  await session.signIn();
  expect((await session.get(`/sites/${site}/permissions`)).status).toBe(200);
});

test('a thousand sites are quick to start and to list', async () => {
  const big = await startSession({
    profile: 'uniform',
    users: 1,
    sites: { count: 1_000 },
    unitLimits: { isEnforced: false },
  });
  const sites = await all<Site>('/sites/getAllSites?$top=999', big);
  expect(sites.length).toBeGreaterThan(1_500);
  expect(
    (await big.get(`/sites/${sites.at(-1)?.id ?? ''}/lists/Inventar/items`)).json<Page<Item>>().value,
  ).toHaveLength(20);
  await big.close();
});
