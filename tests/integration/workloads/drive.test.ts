import { afterEach, expect, test } from 'vitest';
import type { AccountKind } from '../../../src-shared/model/account-kind.ts';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { driveWorkload } from '../../../src-worker/workloads/drive/drive-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { areaTruth, closeAll, control, simulatorStats, sitesOf } from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';
import type { Copy } from './copy.ts';
import { expectContract, prepareCopy, type Prepared } from './prepared-copy.ts';

afterEach(closeAll);

interface DriveLine {
  kind: 'drive' | 'folder' | 'notebook' | 'file';
  id: string;
  driveId: string;
  parentId: string;
  name: string;
  sha256: string | null;
  directPermissions: number;
  /** Of files. */
  unreadable?: string | null;
}

const some: SimulatorOptions = {
  unitLimits: { isEnforced: false },
  drives: { filesPerDrive: 90, fileSizeBytes: 9_000, unreadableShare: 0 },
};
const prepare = (kind: AccountKind = 'site', options: SimulatorOptions = {}): Promise<Prepared> =>
  prepareCopy(driveWorkload, { ...some, ...options }, { kind });
const truthOf = ({ simulator, scope }: Prepared): Promise<DriveLine[]> =>
  areaTruth(simulator, 'drive', scope.accountId);

const every = {
  created: 6,
  edited: 6,
  renamed: 6,
  moved: 6,
  foldersCreated: 2,
  foldersRenamed: 2,
  foldersMoved: 1,
  shared: 12,
};
/** Stands for a text whose words do not matter. */
const someText: unknown = expect.any(String);
const removals = { deleted: 6, foldersDeleted: 2 };

/** Malware is in every drive; what it is in can never be read. */
function expectSame(copy: Copy, lines: readonly DriveLine[]): void {
  const drives = lines.filter(({ kind }) => kind === 'drive');
  expect(new Map([...copy.collections].sort())).toEqual(
    new Map(drives.map(({ id, name }) => [id, name] as const).sort()),
  );
  const items = lines.filter(({ kind, unreadable }) => kind !== 'drive' && (unreadable ?? null) === null);
  const wanted = items.map((line) => [
    `${line.driveId}/${line.id}`,
    `${line.driveId}/${line.parentId}`,
    line.name,
    line.kind === 'file' ? line.sha256 : null,
    line.directPermissions,
  ]);
  const held = [...copy.items].map(([id, { head, parts }]) => [
    id,
    head.info['parent'],
    head.info['name'],
    head.info['folder'] === true ? null : sha256(parts[0]?.bytes ?? ''),
    head.info['grants'] ?? 0,
  ]);
  expect(held.sort()).toEqual(wanted.sort());
}

test.each(['site', 'user'] as const)(
  'a first run of a %s holds every file with its bytes and sharing',
  async (kind) => {
    const prepared = await prepare(kind);
    await prepared.copy.run();
    const lines = await truthOf(prepared);
    expectSame(prepared.copy, lines);
    expect(prepared.copy.collections.size).toBe(kind === 'site' ? 2 : 1);
    expect(lines.filter(({ directPermissions }) => directPermissions > 0).length).toBeGreaterThan(3);
  },
);

test.each(['site', 'user'] as const)('later runs of a %s follow every kind of change', async (kind) => {
  const prepared = await prepare(kind);
  await prepared.copy.run();
  for (const seed of [1, 2, 3]) {
    for (const changes of [every, { ...every, ...removals, foldersDeleted: 4 }]) {
      await prepared.change(changes, seed);
      await prepared.copy.run();
      expectSame(prepared.copy, await truthOf(prepared));
    }
  }
});

test('what was shared tells with whom, for how long and what they may do', async () => {
  const { scope, copy } = await prepare();
  await copy.run();
  const all = [...copy.items.values()].flatMap(({ head }) => (head.info['sharing'] ?? []) as object[]);
  expect(new Set(all.flatMap((grant) => ('scope' in grant ? [grant.scope] : ['person'])))).toEqual(
    new Set(['organization', 'anonymous', 'person']),
  );
  for (const grant of all) expect(grant).toMatchObject({ id: someText, roles: [someText] });
  const person = all.find((grant) => !('scope' in grant));
  expect(person).toMatchObject({
    to: [{ kind: 'user', name: someText, address: someText }],
  });
  const shared = [...copy.items.values()].filter(({ head }) => head.info['shared'] === true);
  const keys = shared.map(({ head }) => head.id);
  for await (const { id, head } of driveWorkload.lookUp(scope, keys))
    expect([head?.version, head?.info]).toEqual([
      copy.items.get(id)?.head.version,
      copy.items.get(id)?.head.info,
    ]);
});

test('permissions are asked for of what is shared only, and a share reads no file again', async () => {
  const prepared = await prepare();
  const { simulator, copy, change } = prepared;
  await copy.run();
  const lines = await truthOf(prepared);
  const sharedCount = lines.filter(({ directPermissions }) => directPermissions > 0).length;
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  expect(requests['drives.items.ListPermissions']).toBe(sharedCount);
  await change({ shared: 9 });
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  expectSame(copy, await truthOf(prepared));
  const later = (await simulatorStats(simulator)) as {
    requests: Record<string, number>;
    resourceUnits: number;
  };
  expect(Object.keys(later.requests).filter((name) => name.includes('ontent'))).toEqual([]);
  const { 'drives.items.ListPermissions': asked = 0, batch = 0 } = later.requests;
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(9);
  expect(batch).toBeLessThanOrEqual(3);
  expect(copy.fetchedCount + copy.broughtCount).toBe(0);
});

test('a file whose sharing cannot be read is saved all the same, and says so', async () => {
  const prepared = await prepare('site', {
    registration: { refusedOperations: ['drives.items.ListPermissions'] },
  });
  await prepared.copy.run();
  const lines = await truthOf(prepared);
  const shared = lines.filter(
    ({ directPermissions, unreadable }) => directPermissions > 0 && (unreadable ?? null) === null,
  );
  expect([...prepared.copy.gaps.values()]).toEqual(shared.map(() => 'full-control-missing'));
  expectSame(
    prepared.copy,
    lines.map((line) => ({ ...line, directPermissions: 0 })),
  );
});

test('expired links, echoes, wrong hashes and passing trouble do not change what is held', async () => {
  const prepared = await prepare();
  const { simulator, scope, copy, change } = prepared;
  await control(simulator, '/control/faults', {
    deltaDuplicates: 0.3,
    deltaReplays: 0.3,
    emptyPages: 0.3,
    throttle429: 0.05,
    serverError500: 0.05,
    downloadUrlExpired: 0.05,
    wrongHash: 0.05,
    retryAfterSeconds: 0.05,
  });
  await copy.run();
  await change(every);
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await copy.run();
  await change(every, 3);
  await copy.run();
  await control(simulator, '/control/faults', { wrongHash: 0 });
  await copy.run();
  expectSame(copy, await truthOf(prepared));
});

test('a locked site and one that vanished are told by their codes', async () => {
  const { simulator, scope } = await prepare();
  const codes: string[] = [];
  for (const accountId of await sitesOf(scope.graph)) {
    const [line] = await areaTruth<DriveLine>(simulator, 'drive', accountId);
    const found = driveWorkload.collections({ ...scope, accountId }, undefined);
    const code = await found.then(
      () => 'open',
      (error: unknown) => (isAppError(error) ? error.code : 'another'),
    );
    expect(code).toBe(line?.unreadable === null ? 'open' : 'site-locked');
    codes.push(code);
  }
  expect(new Set(codes)).toEqual(new Set(['open', 'site-locked']));
  const accountId = scope.accountId.replace(/[0-9a-f]{12}$/, '000000000000');
  await expect(driveWorkload.collections({ ...scope, accountId }, undefined)).rejects.toMatchObject({
    code: 'account-unknown',
  });
});

test('resource units are kept to by waiting', async () => {
  const prepared = await prepare('site', { unitLimits: { unitsPerMinute: 60, minuteMs: 150 } });
  await prepared.copy.run();
  expectSame(prepared.copy, await truthOf(prepared));
  expect(await simulatorStats(prepared.simulator)).toMatchObject({ earlyCalls: 0 });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(driveWorkload, { options: some, changes: every, kind: 'site' }),
);
