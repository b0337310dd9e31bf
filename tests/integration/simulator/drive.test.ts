import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QuickXorHash } from '../../../src-simulator/files/quick-xor-hash.ts';
import { DriveTree, truthLines, type DriveItem, type DriveTruth } from './drive-tree.ts';
import { startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let user: string;
let drive: string;

const driveOf = async (account: string) =>
  (await session.get(`/users/${account}/drive`)).json<{ id: string }>().id;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const quickXor = (bytes: Buffer) => new QuickXorHash().update(bytes).digest();

beforeAll(async () => {
  session = await startSession({ messagesPerUser: 0, drives: { unreadableShare: 0.05 } });
  user = (await session.users())[0] ?? '';
  drive = await driveOf(user);
});
afterAll(() => session.close());

async function wholeTree(id = drive): Promise<DriveTree> {
  const tree = new DriveTree();
  await tree.follow(session, `/drives/${id}/root/delta?$top=20`);
  return tree;
}

test.each([
  ['', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  ['hello world', 'aCgDG9jwBhDc4Q1yawMZAAAAAAA='],
  ['\xd2\x96\x4f', '0rDEEwAAAAAAAAAAAwAAAAAAAAA='],
])('quickXorHash of %j', (text, hash) => {
  expect(quickXor(Buffer.from(text, 'latin1'))).toBe(hash);
});

test('quickXorHash does not depend on how the bytes are cut', () => {
  const bytes = Buffer.from(Array.from({ length: 5_003 }, (_, i) => (i * 7 + (i >> 4)) & 0xff));
  const hash = new QuickXorHash();
  for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 3) % 401)
    hash.update(bytes.subarray(at, at + step));
  expect(hash.digest()).toBe(quickXor(bytes));
});

test('the delta without a token tells the whole tree, the root included', async () => {
  const tree = await wholeTree();
  expect([...tree.items.values()].filter((item) => item.root)).toHaveLength(1);
  expect(tree.lines()).toEqual(truthLines(await session.areaTruth<DriveTruth>('drive', user)));
});

test('every file downloads as the truth says, and what cannot be read says why', async () => {
  const tree = await wholeTree();
  const truth = await session.areaTruth<DriveTruth>('drive', user);
  const causes = new Set<string>();
  for (const line of truth.filter((one) => one.kind === 'file')) {
    const redirect = await session.get(`/drives/${drive}/items/${line.id}/content`);
    const item = tree.items.get(line.id);
    if (line.unreadable === null) {
      expect(redirect.status).toBe(302);
      const { bytes, status } = await session.send(String(redirect.headers['location']));
      expect([status, bytes.length, sha256(bytes)]).toEqual([200, line.sizeBytes, line.sha256]);
      expect(quickXor(bytes)).toBe(line.quickXorHash);
      if (item?.file?.hashes) expect(item.file.hashes.quickXorHash).toBe(line.quickXorHash);
      continue;
    }
    causes.add(line.unreadable);
    const direct = await session.send(String(item?.['@microsoft.graph.downloadUrl']));
    const last =
      redirect.status === 302 ? await session.send(String(redirect.headers['location'])) : redirect;
    expect([last.status >= 400, direct.status >= 400]).toEqual([true, true]);
  }
  expect(causes.size).toBeGreaterThan(0);
});

test('a drive has every kind of name, empty files, deep folders, notebooks and older versions', async () => {
  const truth = await session.areaTruth<DriveTruth>('drive', user);
  const files = truth.filter((line) => line.kind === 'file');
  const names = files.map((line) => line.path.at(-1) ?? '');
  expect(names).toEqual(expect.arrayContaining(['README.txt', 'readme.txt', '#1 100% fertig.docx']));
  expect(new Set(names.map((name) => name.normalize('NFC'))).size).toBeLessThan(new Set(names).size);
  expect(files.some((line) => line.sizeBytes === 0)).toBe(true);
  expect(
    Math.max(...truth.filter((line) => line.kind !== 'drive').map((line) => line.path.length)),
  ).toBeGreaterThan(10);
  const notebook = truth.find((line) => line.kind === 'notebook');
  const reply = await session.get(`/drives/${drive}/items/${notebook?.id ?? ''}`);
  expect(reply.json<DriveItem>()).toMatchObject({ package: { type: 'oneNote' } });
  expect(reply.json<DriveItem>().folder).toBeUndefined();
  const old = files.find((line) => line.versions.length > 1 && line.unreadable === null);
  const path = `/drives/${drive}/items/${old?.id ?? ''}/versions`;
  const { value } = (await session.get(path)).json<{ value: { id: string; size: number }[] }>();
  expect(value.map(({ id }) => id)).toEqual(old?.versions.map(({ id }) => id).reverse());
  const redirect = await session.get(`${path}/1.0/content`);
  const { bytes } = await session.send(String(redirect.headers['location']));
  expect(sha256(bytes)).toBe(old?.versions[0]?.sha256);
  expect((await session.get(`${path}/${value[0]?.id ?? ''}/content`)).status).toBe(400);
});

test('malware is told by its code and header', async () => {
  for (const account of await session.users()) {
    const truth = await session.areaTruth<DriveTruth>('drive', account);
    const bad = truth.find((line) => line.unreadable === 'malwareDetected');
    if (!bad) continue;
    const reply = await session.get(`/drives/${await driveOf(account)}/items/${bad.id}/content`);
    expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([403, 'malwareDetected']);
    expect(reply.headers['x-virus-infected']).toBe('true');
    return;
  }
  throw new Error('no drive of the sample carries malware');
});

test('items are found by id and by path, and children page', async () => {
  const folder = [...(await wholeTree()).items.values()].find((item) => (item.folder?.childCount ?? 0) > 5);
  const listed: DriveItem[] = [];
  for (let link: string | undefined = `/drives/${drive}/items/${folder?.id ?? ''}/children?$top=2`; link;) {
    const page: { value: DriveItem[]; '@odata.nextLink'?: string } = (await session.get(link)).json();
    listed.push(...page.value);
    link = page['@odata.nextLink'];
  }
  expect(listed).toHaveLength(folder?.folder?.childCount ?? 0);
  const [line] = (await session.areaTruth<DriveTruth>('drive', user)).filter(
    (one) => one.kind === 'file' && one.path.length > 3,
  );
  const path = (line?.path ?? []).map(encodeURIComponent).join('/');
  const byPath = await session.get(`/users/${user}/drive/root:/${path}?$select=id,name`);
  expect(byPath.json<DriveItem>()).toMatchObject({ id: line?.id, name: line?.path.at(-1) });
});

test('permissions tell what is inherited and what was shared', async () => {
  const truth = await session.areaTruth<DriveTruth>('drive', user);
  const shared = truth.find((line) => line.directPermissions > 0);
  const reply = await session.get(`/drives/${drive}/items/${shared?.id ?? ''}/permissions`);
  const { value } = reply.json<{ value: { inheritedFrom?: object; roles: string[] }[] }>();
  expect(value.filter((one) => one.inheritedFrom)).toHaveLength(1);
  expect(value.filter((one) => !one.inheritedFrom)).toHaveLength(shared?.directPermissions ?? -1);
});

test('sharing shows in a delta only when asked for', async () => {
  const tree = await wholeTree();
  await session.control('changes', { user, areas: { 'drive.shared': 1 } });
  const link = tree.deltaLink;
  expect(await tree.follow(session, link)).toBe(0);
  expect(await tree.follow(session, link, { prefer: 'deltashowsharingchanges' })).toBeGreaterThan(0);
});

test('rounds after changes lead to the truth, whatever the order', async () => {
  const account = (await session.users())[3] ?? '';
  const tree = await wholeTree(await driveOf(account));
  for (let seed = 1; seed <= 6; seed += 1) {
    await session.control('changes', {
      user: account,
      seed,
      areas: {
        'drive.created': 3,
        'drive.edited': 3,
        'drive.renamed': 2,
        'drive.moved': 3,
        'drive.deleted': 2,
        'drive.foldersCreated': 1,
        'drive.foldersRenamed': 1,
        'drive.foldersMoved': 1,
        'drive.foldersDeleted': seed % 2,
      },
    });
    await tree.follow(session, tree.deltaLink, seed % 2 === 0 ? { deltaExcludeParent: 'true' } : {});
    expect(tree.lines()).toEqual(truthLines(await session.areaTruth<DriveTruth>('drive', account)));
  }
});

test('an edit is a new version with other bytes', async () => {
  const account = (await session.users())[4] ?? '';
  const before = await session.areaTruth<DriveTruth>('drive', account);
  const { changes } = await session.control<{ changes: { item: string }[] }>('changes', {
    user: account,
    areas: { 'drive.edited': 1 },
  });
  const find = (lines: DriveTruth[]) => lines.find((line) => line.id === changes[0]?.item);
  const after = find(await session.areaTruth<DriveTruth>('drive', account));
  expect(after?.versions).toHaveLength((find(before)?.versions.length ?? 0) + 1);
  expect(after?.versions.at(-1)?.sha256).not.toBe(after?.versions.at(-2)?.sha256);
  expect(after?.versions.slice(0, -1)).toEqual(find(before)?.versions);
});

test('token=latest and a time start rounds without an enumeration', async () => {
  const account = (await session.users())[5] ?? '';
  const id = await driveOf(account);
  const tree = new DriveTree();
  expect(await tree.follow(session, `/drives/${id}/root/delta?token=latest`)).toBe(0);
  await session.control('changes', { user: account, areas: { 'drive.created': 1 } });
  expect(await tree.follow(session, tree.deltaLink)).toBeGreaterThan(0);
  const since = await session.get(`/drives/${id}/root/delta(token='2026-11-01T06:00:00Z')`);
  expect(since.json<{ value: DriveItem[] }>().value.some((item) => item.name.startsWith('Neu '))).toBe(true);
});

test('expired tokens answer 410 with a code and the way to start anew', async () => {
  const tree = await wholeTree();
  await session.control('expire-delta', { user });
  const reply = await session.get(tree.deltaLink);
  expect(reply.status).toBe(410);
  expect(reply.json<ErrorBody>().error.code).toMatch(/^resyncChanges(Apply|Upload)Differences$/);
  expect(await tree.follow(session, String(reply.headers['location']))).toBeGreaterThan(0);
});

test.each([
  ['/users/nobody@example.com/drive', 404, 'Request_ResourceNotFound'],
  ['/drives/b!nonsense', 404, 'itemNotFound'],
  ['/drives/{drive}/items/01NOSUCHITEM', 404, 'itemNotFound'],
  ['/drives/{drive}/items/root?$select=colour', 400, 'invalidRequest'],
  ['/drives/{drive}/root/children?$filter=size gt 4', 400, 'BadRequest'],
  ['/drives/{drive}/root/delta?token=nonsense', 400, 'BadRequest'],
  ['/drives/{drive}/root/colour', 400, 'BadRequest'],
])('%s answers %i %s', async (path, status, code) => {
  const reply = await session.get(path.replace('{drive}', drive));
  expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([status, code]);
});

test('people without a drive have none, and a locked one answers 423', async () => {
  const { value } = (
    await session.get('/users?$top=999&$select=id,mail,accountEnabled,userPrincipalName')
  ).json<{
    value: { id: string; mail: string | null; accountEnabled: boolean; userPrincipalName: string }[];
  }>();
  const codes = new Map<string, number>();
  for (const { id } of value) {
    const reply = await session.get(`/users/${id}/drive`);
    const code = reply.status === 200 ? 'ok' : reply.json<ErrorBody>().error.code;
    codes.set(`${reply.status} ${code}`, (codes.get(`${reply.status} ${code}`) ?? 0) + 1);
  }
  expect([...codes.keys()].sort()).toEqual(['200 ok', '404 ResourceNotFound', '423 resourceLocked']);
});

test('drives need a role, and reading files or sites will do', async () => {
  for (const [roles, status] of [
    [['Mail.Read'], 403],
    [['Files.Read.All'], 200],
    [['Sites.Read.All'], 200],
  ] as const) {
    await session.control('roles', { roles });
    await session.signIn();
    expect((await session.get(`/drives/${drive}/root`)).status, roles.join()).toBe(status);
  }
});
