import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSession, type DeltaPage, type ErrorBody, type Reply, type Session } from './session.ts';

let session: Session;
let user: string;
let messages: string[];

beforeAll(async () => {
  session = await startSession({
    profile: 'uniform',
    users: 2,
    messagesPerUser: 200,
    messageSizeBytes: 6_000,
  });
  user = (await session.users())[0] ?? '';
  messages = (
    await session.deltaRound(`/users/${user}/mailFolders/inbox/messages/delta?$select=id`)
  ).items.map((item) => item.id);
});
afterAll(() => session.close());
beforeEach(() =>
  session.control('faults', { ...calm, maxInARow: 2, retryAfterSeconds: 0.02, slowMs: 60, stallMs: 80 }),
);

const kinds = [
  'throttle429',
  'unavailable503',
  'gatewayTimeout504',
  'serverError500',
  'slowResponse',
  'stalledBody',
  'connectionReset',
  'truncatedBody',
  'invalidJson',
  'oddShape',
  'tokenExpiry',
  'deltaExpired',
  'deltaDuplicates',
  'deltaReplays',
  'emptyPages',
  'folderGone',
  'itemGone',
  'moveShowsOnlyRemoval',
  'chunkedResponse',
];
const calm = Object.fromEntries(kinds.map((kind) => [kind, 0]));
const mime = (index = 0) => session.get(`/users/${user}/messages/${messages[index] ?? ''}/$value`);
const folder = () => session.get(`/users/${user}/mailFolders/inbox`);
const delta = () =>
  session.get(`/users/${user}/mailFolders/inbox/messages/delta?$select=subject`, {
    prefer: 'IdType="ImmutableId", odata.maxpagesize=20',
  });

/** Statuses, or 'broken' where the connection or the body failed, of repeated attempts. */
async function attempts(call: () => Promise<Reply>, count: number): Promise<(number | 'broken')[]> {
  const results: (number | 'broken')[] = [];
  for (let i = 0; i < count; i += 1)
    results.push(
      await call().then(
        (reply) => reply.status,
        () => 'broken' as const,
      ),
    );
  return results;
}

test.each([
  ['throttle429', 429],
  ['unavailable503', 503],
  ['gatewayTimeout504', 504],
  ['serverError500', 500],
  ['itemGone', 404],
  ['connectionReset', 'broken'],
  ['truncatedBody', 'broken'],
  ['stalledBody', 'broken'],
])('%s at full rate hits twice in a row and then lets the same request through', async (kind, outcome) => {
  await session.control('faults', { [kind]: 1 });
  expect(await attempts(() => mime(), 6)).toEqual([outcome, outcome, 200, outcome, outcome, 200]);
});

test('a 503 comes with and without Retry-After', async () => {
  await session.control('faults', { unavailable503: 1 });
  const headers = [(await mime(1)).headers['retry-after'], (await mime(1)).headers['retry-after']];
  expect(headers.filter((value) => value === undefined)).toHaveLength(1);
});

test('folderGone uses both of its codes', async () => {
  await session.control('faults', { folderGone: 1 });
  const codes = [(await delta()).json<ErrorBody>().error.code, (await delta()).json<ErrorBody>().error.code];
  expect(codes.sort()).toEqual(['ErrorItemNotFound', 'ErrorSyncFolderNotFound']);
  expect((await delta()).status).toBe(200);
});

test('invalidJson cuts JSON and nothing else', async () => {
  await session.control('faults', { invalidJson: 1 });
  const reply = await folder();
  expect(reply.status).toBe(200);
  expect(() => reply.json()).toThrow();
  expect((await mime(2)).bytes.length).toBeGreaterThan(1_000);
});

test('oddShape gives lists without their entries and things without their id, as good JSON, and no bytes', async () => {
  await session.control('faults', { oddShape: 1, maxInARow: 3 });
  const lists = [await delta(), await delta(), await delta()].map((reply) => {
    expect(reply.status).toBe(200);
    return reply.json<{ value?: unknown }>().value;
  });
  expect(lists.filter(isGoodList)).toEqual([]);
  expect(isGoodList((await delta()).json<{ value?: unknown }>().value)).toBe(true);
  expect(typeof (await folder()).json<{ id?: unknown }>().id).not.toBe('string');
  expect((await mime(4)).bytes.length).toBeGreaterThan(1_000);
  await session.control('faults', calm);
  expect((await folder()).json<{ id?: unknown }>()).toMatchObject({ id: expect.any(String) as unknown });
});

const isGoodList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item: { id?: unknown }) => typeof item.id === 'string');

test('slowResponse delays the answer', async () => {
  await session.control('faults', { slowResponse: 1 });
  const startMs = performance.now();
  expect((await folder()).status).toBe(200);
  expect(performance.now() - startMs).toBeGreaterThan(55);
});

test('chunkedResponse leaves Content-Length out and the bytes whole', async () => {
  const plain = await mime(3);
  await session.control('faults', { chunkedResponse: 1 });
  const chunked = await mime(3);
  expect([plain.headers['content-length'], chunked.headers['content-length']]).toEqual([
    String(plain.bytes.length),
    undefined,
  ]);
  expect(chunked.bytes.equals(plain.bytes)).toBe(true);
});

test('tokenExpiry ends this token for good and a new one works', async () => {
  await session.control('faults', { tokenExpiry: 1 });
  expect((await folder()).status).toBe(401);
  await session.control('faults', calm);
  expect((await folder()).status).toBe(401);
  await session.signIn();
  expect((await folder()).status).toBe(200);
});

test('deltaExpired refuses a deltaLink although it is good, and never for long', async () => {
  const { deltaLink } = await session.deltaRound(
    `/users/${user}/mailFolders/inbox/messages/delta?$select=id`,
  );
  await session.control('faults', { deltaExpired: 1 });
  const statuses = await attempts(() => session.get(deltaLink), 3);
  expect(statuses.slice(0, 2).every((status) => status === 410 || status === 400)).toBe(true);
  expect(statuses[2]).toBe(200);
});

test('duplicates, replays and empty pages change the way, not the result', async () => {
  await session.control('faults', { deltaDuplicates: 0.5, deltaReplays: 0.5, emptyPages: 0.5 });
  const start = `/users/${user}/mailFolders/inbox/messages/delta?$select=id`;
  const round = await session.deltaRound(start, { prefer: 'IdType="ImmutableId", odata.maxpagesize=10' });
  expect(new Set(round.items.map((item) => item.id))).toEqual(new Set(messages));
  expect(round.items.length).toBeGreaterThan(messages.length);
  const { faultsInjected } = await session.control<{ faultsInjected: Record<string, number> }>('stats');
  expect(
    Math.min(
      faultsInjected['deltaDuplicates'] ?? 0,
      faultsInjected['deltaReplays'] ?? 0,
      faultsInjected['emptyPages'] ?? 0,
    ),
  ).toBeGreaterThan(0);
});

test('moveShowsOnlyRemoval tells the arrival one round late', async () => {
  const folders = (await session.get(`/users/${user}/mailFolders?$top=100`))
    .json<DeltaPage>()
    .value.map((entry) => entry.id);
  const links = new Map<string, string>();
  for (const id of folders)
    links.set(
      id,
      (await session.deltaRound(`/users/${user}/mailFolders/${id}/messages/delta?$select=id`)).deltaLink,
    );
  await session.control('faults', { moveShowsOnlyRemoval: 1 });
  const { changes } = await session.control<{ changes: { message: string; to: string }[] }>('changes', {
    user,
    seed: 8,
    moved: 6,
  });
  const visible = changes.filter((change) => links.has(change.to));
  expect(visible.length).toBeGreaterThan(0);
  for (const { message, to } of visible.slice(-1)) {
    const first = await session.deltaRound(links.get(to) ?? '');
    expect(first.items.filter((item) => !item['@removed']).map((item) => item.id)).not.toContain(message);
    const second = await session.deltaRound(first.deltaLink);
    expect(second.items.map((item) => item.id)).toContain(message);
  }
});

test('the same seed and order of requests give the same faults', async () => {
  const run = async () => {
    const other = await startSession({
      profile: 'uniform',
      users: 1,
      faults: { seed: 4, serverError500: 0.4, unavailable503: 0.2 },
    });
    const id = (await other.users())[0] ?? '';
    const statuses = [];
    for (let i = 0; i < 30; i += 1)
      statuses.push((await other.get(`/users/${id}/mailFolders?$top=${i + 1}`)).status);
    await other.close();
    return statuses;
  };
  const [first, second] = [await run(), await run()];
  expect(first).toEqual(second);
  expect(new Set(first).size).toBe(3);
});

/** Repeats a request until it is answered well; gives up after more attempts than the cap allows faults. */
async function patiently(call: () => Promise<Reply>): Promise<Reply> {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const reply = await call().catch(() => null);
    if (reply?.status === 401) await session.signIn();
    const isWhole =
      reply?.status === 200 && (reply.headers['content-type'] === 'text/plain' || isJson(reply));
    if (reply && isWhole) return reply;
  }
  throw new Error('more faults in a row than promised');
}

function isJson(reply: Reply): boolean {
  try {
    return typeof reply.json() === 'object';
  } catch {
    return false;
  }
}

test('with every fault at work a client that only repeats requests still ends with the truth', async () => {
  const rates = Object.fromEntries(kinds.map((kind) => [kind, 0.05]));
  await session.control('faults', { ...rates, slowMs: 5, stallMs: 20, throttle429: 0.02 });
  const found = new Map<string, number>();
  const truth = (await session.truth(user)).filter((line) => line.kind === 'message');
  for (const folderId of new Set(truth.map((line) => line.folderId))) {
    let link: string | undefined = `/users/${user}/mailFolders/${folderId}/messages/delta?$select=id`;
    while (link !== undefined) {
      const here: string = link;
      const page: DeltaPage = (
        await patiently(() => session.get(here, { prefer: 'IdType="ImmutableId", odata.maxpagesize=25' }))
      ).json<DeltaPage>();
      for (const { id } of page.value) found.set(id, 0);
      link = page['@odata.nextLink'];
    }
  }
  for (const id of found.keys())
    found.set(id, (await patiently(() => session.get(`/users/${user}/messages/${id}/$value`))).bytes.length);
  expect(new Map([...found].sort())).toEqual(
    new Map(truth.map((line) => [line.id, line.sizeBytes] as const).sort()),
  );
  const { faultsInjected } = await session.control<{ faultsInjected: Record<string, number> }>('stats');
  expect(Object.keys(faultsInjected).length).toBeGreaterThan(12);
});
