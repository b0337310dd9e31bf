import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSession, type Session, type TruthLine } from './session.ts';

let session: Session;
let user: string;

beforeAll(async () => {
  session = await startSession({ profile: 'uniform', users: 4, messagesPerUser: 50, messageSizeBytes: 700 });
  user = (await session.users())[0] ?? '';
});
afterAll(() => session.close());

test('control needs its token', async () => {
  const { controlUrl } = session.simulator;
  expect((await session.send(`${controlUrl}/stats`)).status).toBe(403);
  expect(
    (await session.send(`${controlUrl}/truth?user=${user}`, { headers: { 'x-control-token': 'wrong' } }))
      .status,
  ).toBe(403);
});

test('what is no endpoint is 404 and what is no option is 400', async () => {
  await expect(session.control('nonsense')).rejects.toThrow('404');
  await expect(session.control('faults', { serverError500: 2 })).rejects.toThrow('400');
});

test('changes do what they say and say what they did', async () => {
  const counts = {
    created: 3,
    edited: 2,
    read: 4,
    moved: 5,
    deleted: 2,
    foldersCreated: 1,
    foldersRenamed: 1,
  };
  const before = await session.truth(user);
  const done = await session.control<{
    counts: Record<string, number>;
    changes: { kind: string; message?: string }[];
  }>('changes', { user, seed: 21, ...counts });
  const after = await session.truth(user);
  expect(done.counts).toMatchObject({
    created: 3,
    edited: 2,
    read: 4,
    deleted: 2,
    foldersCreated: 1,
    foldersRenamed: 1,
  });
  const messages = (lines: TruthLine[]) => lines.filter((line) => line.kind === 'message');
  expect(messages(after)).toHaveLength(messages(before).length + 3 - 2);
  const gone = done.changes.filter((change) => change.kind === 'deleted').map((change) => change.message);
  expect(messages(after).some((line) => gone.includes(line.id))).toBe(false);
  expect(after.filter((line) => line.kind === 'folder')).toHaveLength(
    before.filter((line) => line.kind === 'folder').length + 1,
  );
});

test('changes without a user spread over mailboxes', async () => {
  const { changes } = await session.control<{ changes: { user: string }[] }>('changes', {
    seed: 2,
    created: 30,
  });
  expect(new Set(changes.map((change) => change.user)).size).toBe(4);
});

test('counts of a folder follow every kind of change', async () => {
  await session.control('changes', { user, seed: 31, created: 6, read: 8, moved: 12, deleted: 6 });
  const truth = await session.truth(user);
  for (const folder of truth.filter((line) => line.kind === 'folder')) {
    const inside = truth.filter((line) => line.kind === 'message' && line.folderId === folder.id);
    const told = (await session.get(`/users/${user}/mailFolders/${folder.id}`)).json();
    expect([told['totalItemCount'], told['unreadItemCount']]).toEqual([
      inside.length,
      inside.filter((line) => !line.isRead).length,
    ]);
  }
});

test('a deleted folder is gone with its messages', async () => {
  const before = await session.truth(user);
  const { changes } = await session.control<{ changes: { folder: string }[] }>('changes', {
    user,
    seed: 1,
    foldersDeleted: 1,
  });
  const folder = changes[0]?.folder ?? '';
  const inside = before.filter((line) => line.folderId === folder);
  expect((await session.get(`/users/${user}/mailFolders/${folder}/messages/delta`)).status).toBe(404);
  for (const message of inside.slice(0, 3))
    expect((await session.get(`/users/${user}/messages/${message.id}`)).status).toBe(404);
  expect((await session.truth(user)).some((line) => line.folderId === folder || line.id === folder)).toBe(
    false,
  );
});

test('statistics count by operation and start again after a reset', async () => {
  await session.control('stats/reset', {});
  await session.get(`/users/${user}/mailFolders`);
  await session.get(`/users/${user}/mailFolders`);
  const stats = await session.control<{
    requests: Record<string, number>;
    bytesSent: number;
    idleShare: number;
    rssBytes: number;
    cpuUserMicros: number;
  }>('stats');
  expect(stats.requests).toEqual({ 'users.ListMailFolders': 2 });
  expect(stats.bytesSent).toBeGreaterThan(500);
  expect(stats.idleShare).toBeGreaterThanOrEqual(0);
  expect(stats.rssBytes).toBeGreaterThan(10_000_000);
});

test('shutdown closes the simulator', async () => {
  const other = await startSession({ profile: 'uniform', users: 1 });
  await other.control('shutdown', {});
  await other.simulator.closed;
  await expect(other.get('/organization')).rejects.toThrow();
  await other.close();
});
