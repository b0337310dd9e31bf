import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSession, type DeltaPage, type Session } from './session.ts';

let session: Session;
let user: string;
let inbox: string;

beforeAll(async () => {
  session = await startSession({ profile: 'uniform', users: 2, messagesPerUser: 120, messageSizeBytes: 900 });
  user = (await session.users())[0] ?? '';
  inbox = `/users/${user}/mailFolders/inbox/messages/delta`;
});
afterAll(() => session.close());

test('a first round tells every message of the folder once, in pages of the size asked for', async () => {
  const folder = (await session.get(`/users/${user}/mailFolders/inbox`)).json<{ totalItemCount: number }>();
  const round = await session.deltaRound(`${inbox}?$select=subject`, {
    prefer: 'IdType="ImmutableId", odata.maxpagesize=7',
  });
  expect(new Set(round.items.map((item) => item.id)).size).toBe(folder.totalItemCount);
  expect(round.items).toHaveLength(folder.totalItemCount);
  expect(round.pages).toBe(Math.ceil(folder.totalItemCount / 7));
});

test('$select holds for the pages that follow', async () => {
  const { items } = await session.deltaRound(`${inbox}?$select=subject,isRead`);
  expect(items.map((item) => Object.keys(item).sort())).toEqual(
    items.map(() => ['@odata.etag', 'id', 'isRead', 'subject']),
  );
});

test('a round without changes is empty', async () => {
  const first = await session.deltaRound(inbox);
  const second = await session.deltaRound(first.deltaLink);
  expect(second.items).toEqual([]);
});

test('rounds over all folders lead from the old state to the new one', async () => {
  const folders = (await session.deltaRound(`/users/${user}/mailFolders/delta?includeHiddenFolders=true`))
    .items;
  const state = new Map<string, string>();
  const links: string[] = [];
  const follow = async (start: string, folderId: string) => {
    const round = await session.deltaRound(start);
    for (const item of round.items) {
      if (!item['@removed']) state.set(item.id, folderId);
      else if (state.get(item.id) === folderId) state.delete(item.id);
    }
    return round.deltaLink;
  };
  for (const { id } of folders)
    links.push(await follow(`/users/${user}/mailFolders/${id}/messages/delta?$select=id`, id));
  await session.control('changes', { user, seed: 5, created: 9, moved: 20, deleted: 11, edited: 4, read: 6 });
  // Folders come in any order: a removal counts only while the message is still believed to be there.
  for (const [i, { id }] of folders.entries()) links[i] = await follow(links[i] ?? '', id);
  const wanted = (await session.truth(user)).filter((line) => line.kind === 'message');
  expect(new Map([...state].sort())).toEqual(
    new Map(wanted.map((line) => [line.id, line.folderId] as const).sort()),
  );
});

test('an edit, a read flag and a move each change changeKey and lastModifiedDateTime', async () => {
  for (const kind of ['edited', 'read', 'moved']) {
    const before = new Map((await allMessages()).map((item) => [item.id, item]));
    const { changes } = await session.control<{ changes: { message: string }[] }>('changes', {
      user,
      seed: 77,
      [kind]: 1,
    });
    const { id } = { id: changes[0]?.message ?? '' };
    const after = (
      await session.get(`/users/${user}/messages/${id}`, { prefer: 'IdType="ImmutableId"' })
    ).json();
    expect(after['changeKey'], kind).not.toBe(before.get(id)?.['changeKey']);
    expect(after['lastModifiedDateTime'], kind).not.toBe(before.get(id)?.['lastModifiedDateTime']);
  }
});

async function allMessages(): Promise<DeltaPage['value']> {
  const items: DeltaPage['value'] = [];
  let link: string | undefined = `/users/${user}/messages?$top=100&$select=changeKey,lastModifiedDateTime`;
  while (link !== undefined) {
    const page: DeltaPage = (await session.get(link, { prefer: 'IdType="ImmutableId"' })).json<DeltaPage>();
    items.push(...page.value);
    link = page['@odata.nextLink'];
  }
  return items;
}

test('immutable ids survive a move and mutable ids do not', async () => {
  const mutable = { prefer: 'odata.maxpagesize=100' };
  const before = (await session.deltaRound(inbox, mutable)).items.map((item) => item.id);
  const immutable = (await session.deltaRound(inbox)).items.map((item) => item.id);
  const { changes } = await session.control<{ changes: { message: string }[] }>('changes', {
    user,
    seed: 3,
    moved: 40,
  });
  const moved = changes.map((change) => change.message);
  const fromInbox = immutable.findIndex((id) => moved.includes(id));
  expect(fromInbox).toBeGreaterThanOrEqual(0);
  expect((await session.get(`/users/${user}/messages/${immutable[fromInbox] ?? ''}`)).status).toBe(200);
  expect((await session.get(`/users/${user}/messages/${before[fromInbox] ?? ''}`)).status).toBe(404);
});

test('the folder delta tells new, renamed and deleted folders', async () => {
  const start = `/users/${user}/mailFolders/delta`;
  const first = await session.deltaRound(start);
  const done = await session.control<{ changes: { kind: string; folder: string }[] }>('changes', {
    user,
    foldersCreated: 2,
    foldersRenamed: 1,
  });
  const second = await session.deltaRound(first.deltaLink);
  expect(new Set(second.items.map((item) => item.id))).toEqual(
    new Set(done.changes.map((change) => change.folder)),
  );
  const deleted = await session.control<{ changes: { folder: string }[] }>('changes', {
    user,
    seed: 9,
    foldersDeleted: 1,
  });
  const third = await session.deltaRound(second.deltaLink);
  expect(third.items.find((item) => item.id === deleted.changes[0]?.folder)).toHaveProperty('@removed');
});

test('expired tokens are refused in each of three ways and a fresh start works', async () => {
  const first = await session.deltaRound(inbox);
  await session.control('expire-delta', { user });
  const replies = [];
  for (let i = 0; i < 3; i += 1) replies.push(await session.get(first.deltaLink));
  expect(
    replies.map((reply) => [reply.status, reply.json<{ error: { code: string } }>().error.code]).sort(),
  ).toEqual([
    [400, 'SyncStateInvalid'],
    [410, 'SyncStateNotFound'],
    [410, 'syncStateNotFound'],
  ]);
  expect(replies.filter((reply) => reply.headers['location'] !== undefined)).toHaveLength(1);
  expect((await session.deltaRound(inbox)).items.length).toBeGreaterThan(0);
});

test('$top caps the total of a delta, as it does at Microsoft', async () => {
  const round = await session.deltaRound(`${inbox}?$top=5`);
  expect(round.items).toHaveLength(5);
});
