import { afterEach, expect, test } from 'vitest';
import { QuickXorHash } from '../../../src-simulator/files/quick-xor-hash.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { DriveTree, type DriveItem, type DriveTruth } from './drive-tree.ts';
import { startSession, type ErrorBody, type Reply, type Session } from './session.ts';

let session: Session;
afterEach(() => session.close());

/** A session with one small drive, and its files. */
async function start(
  options: SimulatorOptions = {},
): Promise<{ user: string; drive: string; files: DriveItem[] }> {
  session = await startSession({
    profile: 'uniform',
    users: 1,
    messagesPerUser: 0,
    ...options,
    drives: { filesPerDrive: 12, fileSizeBytes: 300_000, ...options.drives },
  });
  const user = (await session.users())[0] ?? '';
  const drive = (await session.get(`/users/${user}/drive`)).json<{ id: string }>().id;
  const tree = new DriveTree();
  await tree.follow(session, `/drives/${drive}/root/delta`);
  return { user, drive, files: [...tree.items.values()].filter((item) => item.file) };
}

const urlOf = (item: DriveItem | undefined) => String(item?.['@microsoft.graph.downloadUrl']);
const download = (item: DriveItem | undefined, headers: Record<string, string> = {}): Promise<Reply> =>
  session.send(urlOf(item), { headers });

test('ranges are answered 206 and together make the whole', async () => {
  const { files } = await start();
  const whole = (await download(files[0])).bytes;
  const cases = [
    ['bytes=0-99', 0, 100],
    ['bytes=65000-131500', 65_000, 131_501],
    ['bytes=299990-', 299_990, 300_000],
    ['bytes=-7', 299_993, 300_000],
    ['bytes=299000-999999', 299_000, 300_000],
  ] as const;
  for (const [range, from, to] of cases) {
    const reply = await download(files[0], { range });
    expect([range, reply.status, reply.headers['content-range']]).toEqual([
      range,
      206,
      `bytes ${from}-${to - 1}/300000`,
    ]);
    expect(reply.bytes.equals(whole.subarray(from, to))).toBe(true);
  }
  const beyond = await download(files[0], { range: 'bytes=300000-' });
  expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */300000']);
});

test('an address wants no token, ends with its time, and cannot be written by others', async () => {
  const { files } = await start({ drives: { downloadUrlSeconds: 1.5 } });
  const authorization = `Bearer ${session.token}`;
  expect((await download(files[0], { authorization })).status).toBe(401);
  expect((await download(files[0])).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 1_520));
  expect((await download(files[0])).status).toBe(401);
  expect((await session.send(`${urlOf(files[0])}x`)).status).toBe(401);
});

test('the address is told only when wanted', async () => {
  const { drive, files } = await start();
  const path = `/drives/${drive}/items/${files[0]?.id ?? ''}`;
  const plain = (await session.get(`${path}?$select=id,size`)).json<DriveItem>();
  expect(Object.keys(plain).sort()).toEqual(['@odata.context', 'id', 'size']);
  const asked = (await session.get(`${path}?$select=id,content.downloadUrl`)).json<DriveItem>();
  expect((await download(asked)).bytes).toHaveLength(300_000);
});

test('a huge file costs nothing until it is read, and is read anywhere', async () => {
  const size = 10 * 2 ** 30;
  const { files } = await start({ drives: { filesPerDrive: 3, fileSizeBytes: size } });
  expect(files[0]).toMatchObject({ size });
  const reply = await download(files[0], { range: `bytes=${size - 5_000_000_000}-${size - 4_999_900_001}` });
  expect([reply.status, reply.bytes.length]).toEqual([206, 100_000]);
});

test('the hash of a long file, known without its bytes, is that of its bytes', async () => {
  const { files } = await start({ drives: { filesPerDrive: 12, fileSizeBytes: 1_000_003 } });
  for (const file of files) {
    const { bytes } = await download(file);
    expect(new QuickXorHash().update(bytes).digest()).toBe(file.file?.hashes?.quickXorHash);
  }
});

test.each(['downloadUrlExpired', 'unavailable503', 'serverError500', 'throttle429'] as const)(
  'the fault %s refuses, and passes',
  async (fault) => {
    const { files } = await start({ faults: { maxInARow: 1 } });
    await session.control('faults', { [fault]: 1 });
    const refused = await download(files[0]);
    expect(refused.status).toBe(
      { downloadUrlExpired: 401, unavailable503: 503, serverError500: 500, throttle429: 429 }[fault],
    );
    expect((await download(files[0])).status).toBe(200);
  },
);

test.each(['truncatedBody', 'connectionReset', 'stalledBody'] as const)(
  'the fault %s leaves a download unfinished',
  async (fault) => {
    const { files } = await start({ faults: { maxInARow: 1, stallMs: 100 } });
    await session.control('faults', { [fault]: 1 });
    await expect(download(files[0])).rejects.toThrow();
    expect((await download(files[0])).bytes).toHaveLength(300_000);
  },
);

test('a range may be answered with the whole, and a hash may be wrong', async () => {
  const { drive, files } = await start({ faults: { rangeIgnored: 1, wrongHash: 1 } });
  const reply = await download(files[0], { range: 'bytes=100-199' });
  expect([reply.status, reply.bytes.length]).toEqual([200, 300_000]);
  const item = (await session.get(`/drives/${drive}/items/${files[0]?.id ?? ''}`)).json<DriveItem>();
  const { bytes } = await download(files[0]);
  expect(new QuickXorHash().update(bytes).digest()).not.toBe(item.file?.hashes?.quickXorHash);
});

test('a file may seem gone although it is there', async () => {
  const { drive, files } = await start();
  await session.control('faults', { itemGone: 1, maxInARow: 1 });
  const path = `/drives/${drive}/items/${files[0]?.id ?? ''}/content`;
  const gone = await session.get(path);
  expect([gone.status, gone.json<ErrorBody>().error.code]).toEqual([404, 'itemNotFound']);
  expect((await session.get(path)).status).toBe(302);
});

test('some files have no hash', async () => {
  const { files } = await start({ drives: { filesPerDrive: 200, hashMissingShare: 0.2 } });
  const without = files.filter((item) => item.file?.hashes === undefined).length;
  expect(without).toBeGreaterThan(15);
  expect(without).toBeLessThan(80);
});

test('untidy deltas still lead to the truth', async () => {
  const { user, drive } = await start({
    drives: { filesPerDrive: 120, fileSizeBytes: 100 },
    faults: { deltaDuplicates: 0.5, deltaReplays: 0.5, emptyPages: 0.3 },
  });
  const tree = new DriveTree();
  await tree.follow(session, `/drives/${drive}/root/delta?$top=15`);
  const truth = await session.areaTruth<DriveTruth>('drive', user);
  expect(tree.items.size).toBe(truth.length);
});

test('a token may expire although nobody made it', async () => {
  const { drive } = await start();
  const tree = new DriveTree();
  await tree.follow(session, `/drives/${drive}/root/delta`);
  await session.control('faults', { deltaExpired: 1, maxInARow: 1 });
  expect((await session.get(tree.deltaLink)).status).toBe(410);
  expect((await session.get(tree.deltaLink)).status).toBe(200);
});

test('100,000 files are listed quickly and without keeping them', async () => {
  await start();
  await session.close();
  session = await startSession({
    profile: 'uniform',
    users: 1,
    messagesPerUser: 0,
    drives: { filesPerDrive: 100_000, fileSizeBytes: 1_000, hashMissingShare: 1 },
    unitLimits: { isEnforced: false },
  });
  const user = (await session.users())[0] ?? '';
  const round = await session.deltaRound(`/users/${user}/drive/root/delta?$top=999&$select=id,name,size`, {});
  expect(new Set(round.items.map((item) => item.id)).size).toBeGreaterThan(100_000);
});
