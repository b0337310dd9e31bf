import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import type { DriveItem } from './drive-tree.ts';
import { startSession, type Session } from './session.ts';

let dir: string;
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'sharepoint-'))));
afterAll(() => rmSync(dir, { recursive: true }));

/** Reads everything of a drive in every shape the simulator knows. */
async function readDrive(session: Session, account: string): Promise<void> {
  const { id } = (await session.get(`${account}/drive`)).json<{ id: string }>();
  const drive = `/drives/${id}`;
  for (const path of [
    `${account}/drives`,
    drive,
    `${drive}/root`,
    `${drive}/root/children?$top=3`,
    `${drive}/list`,
  ])
    expect((await session.get(path)).status, path).toBe(200);
  const round = await session.deltaRound(`${drive}/root/delta?$top=30`, {
    prefer: 'deltashowsharingchanges, hierarchicalsharing',
  });
  for (const item of round.items as unknown as DriveItem[]) {
    const path = `${drive}/items/${item.id}`;
    await session.get(`${path}?$expand=permissions`);
    await session.get(`${path}/permissions`);
    await session.get(`${path}/listItem?$expand=fields`);
    await session.get(`${path}/listItem/fields`);
    await session.get(
      `${path}/${item.file ? 'versions' : 'children?$select=id,name,file,content.downloadUrl'}`,
    );
    const redirect = await session.get(`${path}/content`);
    if (redirect.status === 302) await session.send(String(redirect.headers['location']));
  }
  await session.control('changes', {
    areas: { 'drive.created': 9, 'drive.edited': 9, 'drive.deleted': 9, 'drive.foldersDeleted': 3 },
  });
  await session.deltaRound(round.deltaLink, {});
  await session.control('expire-delta', {});
  expect((await session.get(round.deltaLink)).status).toBe(410);
}

async function verdictOf(read: (session: Session) => Promise<void>) {
  const trafficFile = join(dir, 'traffic.ndjson');
  rmSync(trafficFile, { force: true });
  const session = await startSession({
    messagesPerUser: 0,
    trafficFile,
    drives: { unreadableShare: 0.1 },
    unitLimits: { isEnforced: false },
  });
  await read(session);
  await session.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  return verdict;
}

test.skipIf(!isGraphContractAvailable)('every exchange with a OneDrive obeys the specification', async () => {
  const verdict = await verdictOf(async (session) => {
    await readDrive(session, `/users/${(await session.users())[0] ?? ''}`);
  });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});

/** Follows a collection to its end. */
async function readPages(session: Session, path: string): Promise<{ id: string }[]> {
  const entries = [];
  for (let link: string | undefined = path; link !== undefined;) {
    const reply = await session.get(link);
    expect(reply.status, link).toBe(200);
    const page: { value: { id: string }[]; '@odata.nextLink'?: string } = reply.json();
    entries.push(...page.value);
    link = page['@odata.nextLink'];
  }
  return entries;
}

async function readList(session: Session, list: string): Promise<string> {
  for (const part of ['columns', 'contentTypes', 'items?$expand=fields&$top=7'])
    await readPages(session, `${list}/${part}`);
  for (const part of [
    '?$expand=columns',
    '/drive',
    '/items/1?$expand=fields($select=Title)',
    '/items/1/fields',
  ])
    await session.get(`${list}${part}`);
  await session.deltaRound(`${list}/items/delta?token=latest`, {});
  return (await session.deltaRound(`${list}/items/delta?$expand=fields&$top=5`, {})).deltaLink;
}

const siteParts = [
  'sites',
  'drives',
  'columns',
  'contentTypes',
  'lists?$expand=columns,contentTypes',
  'permissions',
];
const pageParts = [
  '',
  '/microsoft.graph.sitePage?$expand=canvasLayout',
  '/microsoft.graph.sitePage/canvasLayout',
];

/** Reads everything of a site in every shape the simulator knows. */
async function readSite(session: Session, id: string): Promise<void> {
  const site = `/sites/${id}`;
  for (const part of siteParts) await readPages(session, `${site}/${part}`);
  const links = [];
  for (const list of await readPages(session, `${site}/lists?$select=id,list,system`))
    links.push(await readList(session, `${site}/lists/${list.id}`));
  for (const page of await readPages(session, `${site}/pages?$expand=canvasLayout`))
    for (const part of pageParts)
      expect((await session.get(`${site}/pages/${page.id}${part}`)).status).toBe(200);
  await session.control('changes', {
    user: id,
    areas: {
      'site.itemCreated': 8,
      'site.itemEdited': 8,
      'site.itemDeleted': 8,
      'drive.created': 4,
      'drive.deleted': 4,
    },
  });
  for (const link of links) await session.deltaRound(link, {});
}

test.skipIf(!isGraphContractAvailable)('every exchange with sites obeys the specification', async () => {
  const verdict = await verdictOf(async (session) => {
    await session.control('roles', { roles: ['Sites.FullControl.All', 'User.Read.All'] });
    await session.signIn();
    await readPages(session, '/sites?search=*');
    const { deltaLink } = await session.deltaRound('/sites/delta?$top=9', {});
    await session.control('changes', { areas: { 'site.renamed': 2 } });
    await session.deltaRound(deltaLink, {});
    const all = await readPages(session, '/sites/getAllSites?$top=11');
    const team = (await session.get('/sites/nordlicht.sharepoint.com:/sites/team-1')).json<{ id: string }>();
    const [line] = await session.areaTruth<{ groupId: string | null }>('site', team.id);
    for (const part of ['sites/root', 'drive', 'drives', 'drive/root/children'])
      expect((await session.get(`/groups/${line?.groupId ?? ''}/${part}`)).status, part).toBe(200);
    for (const { id } of all.slice(0, 3)) {
      const { webUrl } = (await session.get(`/sites/${id}`)).json<{ webUrl: string }>();
      await session.get(`/sites/nordlicht.sharepoint.com:${new URL(webUrl).pathname}`);
      await session.get(`/sites/${id}/drive/root/children`);
      await readSite(session, id);
    }
  });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});
