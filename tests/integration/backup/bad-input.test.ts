/** What an engine does with a vault that is not as it should be: a clear cause, and nothing made worse. */
import {
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { startEngine } from '../../../src-worker/entries/engine.ts';
import { BackupScene, engineOptions, password, type Machine } from '../../support/backup-scene.ts';
import { differences } from '../../support/mail-tree.ts';
import { openBareVault, takeCensus } from '../../support/pack-census.ts';
import { order } from '../../support/simulator-control.ts';
import { interceptVaultWrites, systemError, type VaultFileKind } from '../../support/vault-writes.ts';

/** All files below a folder of the vault, in order of their names. */
function filesIn(vaultPath: string, folder: string): string[] {
  return readdirSync(join(vaultPath, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

function editJson(path: string, change: (json: Record<string, unknown>) => void): void {
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(json);
  writeFileSync(path, `${JSON.stringify(json, null, 2)}\n`);
}

const small = { profile: 'uniform' as const, users: 3, messagesPerUser: 12 };

describe('a vault that was tampered with or damaged', () => {
  let scene: BackupScene;
  /** A vault with three snapshots; each test gets a copy in its place. */
  let pristinePath: string;
  beforeAll(async () => {
    scene = await BackupScene.open(small);
    const machine = await scene.machine('writer');
    for (let run = 0; run < 3; run += 1) {
      await order(scene.simulator, 'changes', { seed: run, created: 4 });
      await machine.backUp();
    }
    machine.close();
    pristinePath = join(scene.folderPath, 'pristine');
    cpSync(scene.vaultPath, pristinePath, { recursive: true });
  });
  beforeEach(() => {
    rmSync(scene.vaultPath, { recursive: true });
    cpSync(pristinePath, scene.vaultPath, { recursive: true });
  });
  afterAll(() => scene.close());

  let machines = 0;
  /** A machine that never saw this vault. */
  const newMachine = (key?: Parameters<BackupScene['machine']>[1]): Promise<Machine> =>
    scene.machine(`new${(machines += 1)}`, key);
  const listing = async (machine: Machine): Promise<unknown> =>
    machine.client.snapshot.list({ vault: machine.vault });

  test('does not open with another password', async () => {
    const opening = newMachine({ key: { kind: 'password', password: 'another' } });
    await expect(opening).rejects.toMatchObject({ code: 'vault-key-wrong' });
  });

  test('does not open with another recovery key', async () => {
    const other = await BackupScene.open({ ...small, users: 1, messagesPerUser: 0 });
    await other.makeVault();
    const opening = newMachine({ key: { kind: 'recovery', recoveryKey: other.recoveryKey } });
    await expect(opening).rejects.toMatchObject({ code: 'vault-key-wrong' });
    await other.close();
  });

  test('opens on a new machine with the recovery key and restores everything', async () => {
    const machine = await newMachine({ key: { kind: 'recovery', recoveryKey: scene.recoveryKey } });
    expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  });

  test('is not found where its description is missing, and no vault is made over its packs', async () => {
    rmSync(join(scene.vaultPath, 'vault.json'));
    await expect(newMachine()).rejects.toMatchObject({ code: 'vault-not-found' });
    const engine = startEngine(engineOptions(scene.catalogFolderPath('x'), 'x'));
    const creating = engine.client.vault.create({ path: scene.vaultPath, password });
    await expect(creating).rejects.toMatchObject({ code: 'vault-damaged' });
    engine.close();
    expect(filesIn(scene.vaultPath, 'keys')).toHaveLength(2);
  });

  test('is refused when it has a newer format', async () => {
    editJson(join(scene.vaultPath, 'vault.json'), (json) => (json['format'] = 2));
    await expect(newMachine()).rejects.toMatchObject({ code: 'vault-format-newer' });
  });

  test('is refused when it asks for a feature that is not known', async () => {
    editJson(join(scene.vaultPath, 'vault.json'), (json) => {
      json['features'] = { read: ['holograms'], write: [], maintain: [] };
    });
    await expect(newMachine()).rejects.toMatchObject({ code: 'vault-format-newer' });
  });

  test('is refused when its description was altered in a way that opens', async () => {
    editJson(join(scene.vaultPath, 'vault.json'), (json) => (json['note'] = 'nothing to see here'));
    await expect(newMachine()).rejects.toMatchObject({ code: 'vault-damaged' });
  });

  test('is not opened by a password slot that was made cheap to guess', async () => {
    for (const path of filesIn(scene.vaultPath, 'keys')) {
      editJson(path, (slot) => {
        if (slot['kind'] === 'password') slot['kdf'] = { ...(slot['kdf'] as object), opsLimit: 1 };
      });
    }
    const key = { kind: 'password' as const, password };
    await expect(scene.machine('another', { key })).rejects.toMatchObject({ code: 'vault-key-downgraded' });
  });

  test('opens when the names of its key slots were swapped', async () => {
    const [a, b] = filesIn(scene.vaultPath, 'keys');
    renameSync(a!, `${a}.aside`);
    renameSync(b!, a!);
    renameSync(`${a}.aside`, b!);
    await expect(listing(await newMachine())).resolves.toHaveLength(3);
  });

  test('opens when a slot of another vault with the same password lies beside its own', async () => {
    const other = await BackupScene.open({ ...small, users: 1, messagesPerUser: 0 });
    for (const path of filesIn(other.vaultPath, 'keys'))
      copyFileSync(path, join(scene.vaultPath, 'keys', `0${basename(path).slice(1)}`));
    await expect(listing(await newMachine())).resolves.toHaveLength(3);
    await other.close();
  });

  test.each(['flipped', 'missing', 'swapped'])(
    'reports a pack that is %s and restores the others',
    async (harm) => {
      const [first, second] = filesIn(scene.vaultPath, 'packs');
      if (harm === 'flipped') flipByte(first!, 5_000);
      if (harm === 'missing') rmSync(first!);
      if (harm === 'swapped') {
        const bytes = readFileSync(first!);
        copyFileSync(second!, first!);
        writeFileSync(second!, bytes);
      }
      const machine = await newMachine();
      const report = await machine.verify();
      expect(report.isClean).toBe(false);
      expect(report.problems.map(({ file }) => file)).toContain(first!.slice(scene.vaultPath.length + 1));
      const codes = new Set(report.problems.map(({ code }) => code));
      expect(codes).toContain(harm === 'missing' ? 'pack-missing' : 'pack-damaged');
      const restored = await machine.restoreReport();
      expect(restored.failed).toBeGreaterThan(0);
      expect(restored.failed + restored.restored).toBe(3 * 12 + 3 * 4);
      if (harm !== 'swapped') expect(restored.restored).toBeGreaterThan(0);
    },
  );

  test('reports a segment that was cut off, on a machine that knows the vault and on one that does not', async () => {
    const known = await newMachine();
    await listing(known);
    truncateSync(filesIn(scene.vaultPath, 'segs')[0]!, 300);
    expect((await known.verify()).isClean).toBe(false);
    await expect(listing(await newMachine())).rejects.toMatchObject({ code: 'pack-damaged' });
  });

  test('reports a commit that is missing in the middle', async () => {
    const known = await newMachine();
    await listing(known);
    rmSync(filesIn(scene.vaultPath, 'ends')[1]!);
    const { isClean, problems } = await known.verify();
    expect(isClean).toBe(false);
    expect(problems).toContainEqual(expect.objectContaining({ file: 'snapshot 2', code: 'pack-missing' }));
    await expect(listing(await newMachine())).rejects.toMatchObject({ code: 'pack-missing' });
  });

  test('notices that a commit was put in place of another one', async () => {
    const [first, second] = filesIn(scene.vaultPath, 'ends');
    copyFileSync(first!, second!);
    await expect(listing(await newMachine())).rejects.toMatchObject({ code: 'pack-damaged' });
  });

  test.each(['the last snapshot', 'all snapshots'])(
    'notices that the vault was put back to a state without %s, and writes nothing to it',
    async (lost) => {
      const machine = await newMachine();
      await listing(machine);
      const commits = filesIn(scene.vaultPath, 'ends');
      for (const path of lost === 'all snapshots' ? commits : commits.slice(-1)) rmSync(path);
      await expect(machine.backUp()).rejects.toMatchObject({ code: 'vault-damaged' });
      await expect(listing(machine)).rejects.toMatchObject({ code: 'vault-damaged' });
      expect((await machine.verify()).isClean).toBe(false);
      expect(filesIn(scene.vaultPath, 'ends')).toHaveLength(lost === 'all snapshots' ? 0 : 2);
    },
  );

  test('notices that another history was put in place of the known one', async () => {
    const machine = await newMachine();
    await listing(machine);
    rmSync(filesIn(scene.vaultPath, 'ends')[2]!);
    const other = await newMachine();
    await other.backUp();
    await expect(machine.backUp()).rejects.toMatchObject({ code: 'vault-damaged' });
  });

  test.each(['deleted', 'overwritten'])(
    'lists and restores the same after the catalog was %s',
    async (harm) => {
      const name = `catalog-${harm}`;
      const before = await scene.machine(name);
      const listed = await listing(before);
      before.close();
      for (const file of readdirSync(scene.catalogFolderPath(name))) {
        const path = join(scene.catalogFolderPath(name), file);
        if (harm === 'deleted') rmSync(path);
        else writeFileSync(path, 'not a database at all'.repeat(1000));
      }
      const machine = await scene.machine(name);
      expect(await listing(machine)).toEqual(listed);
      expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
      expect((await machine.backUp()).stored.packs).toBe(0);
    },
  );
});

describe('a disk that does not take what is written', () => {
  let scene: BackupScene;
  let stop: (() => void) | undefined;
  beforeEach(async () => {
    scene = await BackupScene.open({ ...small, profile: 'typical' });
  });
  afterEach(async () => {
    stop?.();
    stop = undefined;
    await scene.close();
  });

  test.each<VaultFileKind>(['pack', 'segment', 'commit', 'marker'])(
    'that is full at a %s ends the run, and the next one completes and stores nothing twice',
    async (kind) => {
      const machine = await scene.machine();
      stop = interceptVaultWrites({
        async writing(written, bytes, write) {
          if (written !== kind) return write(bytes);
          await write(bytes.subarray(0, bytes.length >> 1));
          throw systemError('ENOSPC');
        },
      });
      await expect(machine.backUp()).rejects.toMatchObject({ code: 'store-full', retryable: true });
      stop();
      expect(readdirSync(join(scene.vaultPath, '.tmp'))).toEqual([]);
      expect(readdirSync(join(scene.vaultPath, 'sessions'))).toEqual([]);
      expect((await machine.backUp()).outcome).toBe('complete');
      expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
      expect((await machine.verify()).isClean).toBe(true);
      const census = await takeCensus(await openBareVault(scene.vaultPath, password));
      expect(census.duplicates).toBe(0);
    },
  );

  test.each(['EROFS', 'EACCES'])(
    'that is read-only (%s) ends the run, and reading goes on',
    async (errno) => {
      const machine = await scene.machine();
      await machine.backUp();
      await order(scene.simulator, 'changes', { created: 3 });
      stop = interceptVaultWrites({
        writing: () => Promise.reject(systemError(errno)),
      });
      await expect(machine.backUp()).rejects.toMatchObject({ code: 'store-read-only' });
      expect((await machine.restoredTree()).size).toBeGreaterThan(0);
    },
  );
});

describe('two that write', () => {
  let scene: BackupScene;
  beforeEach(async () => {
    scene = await BackupScene.open({ ...small, profile: 'typical', latencyMs: 5 });
  });
  afterEach(() => scene.close());

  test('on one machine: the second is told that the vault is busy and changes nothing', async () => {
    const [first, second] = [await scene.machine(), await scene.machine()];
    const started = Promise.withResolvers<undefined>();
    const running = first.backUp({ onProgress: () => started.resolve(undefined) });
    await started.promise;
    await expect(second.backUp()).rejects.toMatchObject({ code: 'vault-busy', retryable: true });
    expect((await running).outcome).toBe('complete');
    expect((await second.backUp()).stored.packs).toBe(0);
  });

  test('on two machines: the second is fenced off, and its next run completes and stores nothing', async () => {
    const machines = [await scene.machine('one'), await scene.machine('two')];
    const results = await Promise.allSettled(machines.map((machine) => machine.backUp()));
    const fenced = results.findIndex(({ status }) => status === 'rejected');
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(results[fenced]).toMatchObject({ reason: { code: 'vault-session-fenced', retryable: true } });
    expect(await machines[fenced]!.backUp()).toMatchObject({
      outcome: 'complete',
      stored: { packs: 0, packBytes: 0 },
      snapshot: 2,
    });
    for (const machine of machines) {
      expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
      expect(await machine.verify()).toMatchObject({ isClean: true, orphanPacks: 0 });
    }
  });

  test('verifying and restoring do not disturb a backup of the same engine', async () => {
    const machine = await scene.machine('one', {
      checkpointLimits: { intervalMs: 100, packBytes: 1024 ** 3 },
    });
    await machine.backUp();
    await order(scene.simulator, 'changes', { created: 60 });
    const running = machine.backUp();
    const reports = await Promise.all([machine.verify(), machine.verify(), machine.restoreReport()]);
    expect((await running).outcome).toBe('complete');
    expect(reports.map((report) => 'isClean' in report && report.isClean)).toEqual([true, true, false]);
    expect(reports[2]).toMatchObject({ failed: 0 });
  });
});

describe('an organization that does not answer as it should', () => {
  let scene: BackupScene;
  const open = async (options: object = {}): Promise<Machine> => {
    scene = await BackupScene.open({ ...small, ...options });
    return scene.machine();
  };
  afterEach(() => scene.close());

  test('a cancelled run keeps what it has as a partial snapshot, and the next one completes it', async () => {
    const machine = await open({ profile: 'typical', messagesPerUser: 60, latencyMs: 40 });
    const cancel = new AbortController();
    const report = await machine.backUp({
      signal: cancel.signal,
      onProgress: ({ itemsDone }) => {
        if (itemsDone > 10) cancel.abort();
      },
    });
    expect(report).toMatchObject({ outcome: 'partial', snapshot: 1 });
    expect(report.issues).toContainEqual({ outcome: 'failed', code: 'cancelled', count: 1 });
    expect(report.counts.saved).toBeGreaterThan(10);
    expect(report.counts.saved).toBeLessThan(180);
    const next = await machine.backUp();
    expect(next).toMatchObject({ outcome: 'complete', counts: { failed: 0 } });
    expect(next.counts.saved).toBe(180 - report.counts.saved);
    expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  });

  test('a mailbox that was chosen and is not there is named and does not keep the others from being saved', async () => {
    const machine = await open();
    await machine.backUp();
    const [account] = await machine.accounts();
    const users = [account!.address, 'nobody@nowhere.example'];
    const report = await machine.backUp({ item: { ...scene.item, mailboxes: { mode: 'selected', users } } });
    expect(report.issues).toEqual([{ outcome: 'skipped', code: 'account-unknown', count: 1 }]);
    expect(report.missingAccounts).toEqual(['nobody@nowhere.example']);
    expect(report.outcome).toBe('complete');
  });

  test('an account whose mailbox is not in the cloud is skipped with its cause', async () => {
    const machine = await open({ profile: 'sample', users: undefined, messagesPerUser: 1 });
    const report = await machine.backUp();
    expect(report.issues).toContainEqual(
      expect.objectContaining({ outcome: 'skipped', code: 'account-without-mailbox' }),
    );
    expect(report.outcome).toBe('complete');
    expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  });

  test('a network that goes away in the middle gives a partial snapshot that says so', async () => {
    const machine = await open({ profile: 'typical', messagesPerUser: 60, latencyMs: 40 });
    let isDown = false;
    const report = await machine.backUp({
      onProgress: ({ itemsDone }) => {
        if (itemsDone > 10 && !isDown) void scene.simulator.close();
        isDown ||= itemsDone > 10;
      },
    });
    expect(report.outcome).toBe('partial');
    expect(report.issues.map(({ code }) => code)).toContain('network-unreachable');
    expect((await machine.restoreReport()).restored).toBe(report.counts.saved);
    await expect(machine.backUp()).rejects.toMatchObject({ code: 'network-unreachable' });
  });

  test('a secret that expires in the middle gives a partial snapshot; with a new one the next run stores only the rest', async () => {
    const machine = await open({
      profile: 'typical',
      messagesPerUser: 120,
      latencyMs: 60,
      tokenLifetimeSeconds: 1,
    });
    let isExpired = false;
    const running = machine.backUp({
      onProgress: ({ itemsDone }) => {
        if (itemsDone > 10 && !isExpired) void order(scene.simulator, 'secrets', { expire: 'all' });
        isExpired ||= itemsDone > 10;
      },
    });
    const cut = await running;
    expect(cut.outcome).toBe('partial');
    expect(cut.issues.map(({ code }) => code)).toContain('sign-in-secret-expired');
    expect(cut.counts.saved).toBeGreaterThan(10);
    await order(scene.simulator, 'secrets', { add: 'a new secret' });
    const credential = { kind: 'secret' as const, secret: 'a new secret' };
    const report = await machine.backUp({ connection: { ...scene.connection, credential } });
    expect(report).toMatchObject({ outcome: 'complete' });
    const { restored } = await machine.restoreReport();
    expect(report.counts.saved).toBe(restored - cut.counts.saved);
    expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
    const census = await takeCensus(await openBareVault(scene.vaultPath, password));
    expect(census.duplicates).toBe(0);
  });

  test('a message that could not be read and was moved meanwhile is not forgotten', async () => {
    const machine = await open({ users: 1, faults: { itemGone: 1 } });
    expect(await machine.backUp()).toMatchObject({ outcome: 'partial', counts: { failed: 12 } });
    await order(scene.simulator, 'faults', { itemGone: 0, moveShowsOnlyRemoval: 1 });
    await order(scene.simulator, 'changes', { moved: 8 });
    expect((await machine.backUp()).outcome).toBe('complete');
    expect(differences(await machine.restoredTree(), await machine.trueTree())).toEqual([]);
  });
});
