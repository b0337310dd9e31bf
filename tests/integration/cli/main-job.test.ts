import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CoverageRow } from '../../../src-shared/model/coverage.ts';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { ending, Machine, secrets } from './holdfast.ts';

interface Listed {
  accounts: { id: string; address: string }[];
  folders: { id: string; path: string; items: number }[];
  items: { id: string; sizeBytes: number; info: { subject?: string } }[];
}
interface Report {
  outcome: string;
  counts: { saved: number; unchanged: number; skipped: number; failed: number; bytes: number };
  stored: { packs: number };
  network: { requests: number };
  issues: { code: string; outcome: string; count: number }[];
}

let simulator: RunningSimulator;
let machine: Machine;
let recoveryKey: string;
let first: Report;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 5, profile: 'typical', users: 2, messagesPerUser: 30 });
  machine = new Machine();
  // As people run it: each command a process.
  const created = await started<{ recoveryKey: string }>(['vault', 'create', machine.path('vault')]);
  recoveryKey = created.recoveryKey;
  await started(['organization', 'add', 'Sample', ...machine.organizationOptions(simulator)]);
  await started(['protected-item', 'create', 'All mail', '--services', 'mail']);
  first = (await started<{ report: Report }>(['backup'])).report;
});
afterAll(async () => {
  machine.remove();
  await simulator.close();
});

async function started<T>(words: readonly string[]): Promise<T> {
  const { exitCode, output, errors } = await ending(machine.start([...words, '--json']));
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  return JSON.parse(output) as T;
}

const fullestFolder = async (account: string) => {
  const { folders } = await machine.json<Listed>(['ls', '--account', account]);
  return folders.toSorted((a, b) => b.items - a.items)[0]!;
};
const filesBelow = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('a first backup', () => {
  test('saves every message and is complete', () => {
    expect(first).toMatchObject({ outcome: 'complete', counts: { saved: 60, failed: 0 } });
    expect(first.stored.packs).toBeGreaterThan(0);
  });

  test('is kept in the history of the protected item', async () => {
    const { protectedItems } = await machine.json<{ protectedItems: { name: string; lastRun: object }[] }>([
      'protected-item',
      'list',
    ]);
    expect(protectedItems).toMatchObject([{ name: 'All mail', lastRun: { outcome: 'complete' } }]);
  });
});

test('a second backup without changes stores nothing and asks little', async () => {
  const { report } = await machine.json<{ report: Report }>(['backup', 'all MAIL']);
  expect(report).toMatchObject({ outcome: 'complete', counts: { saved: 0 }, stored: { packs: 0 } });
  expect(report.network.requests).toBeLessThan(first.network.requests);
});

test('a command that fails ends its process with the code of the failure and says why on standard error', async () => {
  const { exitCode, output, errors } = await ending(machine.start(['backup', 'Nobody']));
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(errors).toContain('Nobody');
});

describe('looking into a snapshot', () => {
  test('lists accounts, then folders, then messages, and shows one', async () => {
    const { accounts } = await machine.json<Listed>(['ls']);
    expect(accounts).toHaveLength(2);
    const account = accounts[0]!.address;
    const folder = await fullestFolder(account);
    const { items } = await machine.json<Listed>(['ls', '--account', account, '--folder', folder.path]);
    expect(items).toHaveLength(folder.items);
    const shown = await machine.json<{ preview: { kind: string; text: string }; item: { id: string } }>([
      ...['show', items[0]!.id, '--account', account],
    ]);
    expect(shown.item.id).toBe(items[0]!.id);
    expect(shown.preview.kind).toBe('mail');
    const { output } = await machine.run(['show', items[0]!.id, '--account', account]);
    expect(output).toMatch(/^From {2,}\S/m);
    expect(output).toMatch(/^Date {2,}\d+ \w{3} 20\d\d/m);
    expect(output).toContain(shown.preview.text.trim().split(/\s/)[0]);
  });

  test('shows what is stored of a message with --source', async () => {
    const { accounts } = await machine.json<Listed>(['ls']);
    const account = accounts[0]!.address;
    const folder = await fullestFolder(account);
    const { items } = await machine.json<Listed>(['ls', '--account', account, '--folder', folder.path]);
    const words = ['show', items[0]!.id, '--account', account, '--source'];
    const { source } = await machine.json<{ source: string }>(words);
    expect(source).toMatch(/^(from|received|subject|date|to):/im);
    const { output } = await machine.run(words);
    expect(output).toMatch(/^(from|received|subject|date|to):/im);
  });

  test('for people, numbers stand right and every line ends without spaces', async () => {
    const { output, exitCode } = await machine.run(['snapshots']);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/Snapshot {2}Taken +State +Saved/);
    expect(output).toMatch(/ +1 {2}\d+ \w{3} 20\d\d, \d\d:\d\d {2}complete +60/);
    expect(output).not.toMatch(/ \n/);
  });
});

describe('searching', () => {
  interface Found {
    items: {
      id: string;
      account: { address: string };
      folderPath: string;
      info: { subject: string };
      lastSnapshot: null;
    }[];
    next: number | null;
  }

  test('finds a message by the beginnings of its words, in the folder where it is', async () => {
    const { accounts } = await machine.json<Listed>(['ls']);
    const account = accounts[0]!.address;
    const folder = await fullestFolder(account);
    const { items } = await machine.json<Listed>(['ls', '--account', account, '--folder', folder.path]);
    const wanted = items.find(({ info }) => /^[A-Za-z]{4,}/.test(info.subject ?? ''))!;
    const words = wanted.info
      .subject!.match(/(?<!\p{L})[A-Za-z]{4,}/gu)!
      .map((word) => word.slice(0, 4).toUpperCase());
    const found = await machine.json<Found>(['search', ...words, '--account', account, '--service', 'mail']);
    const hit = found.items.find(({ id }) => id === wanted.id);
    expect(hit).toMatchObject({ folderPath: folder.path, account: { address: account }, lastSnapshot: null });
    expect(found.next).toBeNull();
  });

  test('says in words when nothing is found, and what is wrong with a day', async () => {
    const { exitCode, output } = await machine.run(['search', 'xyzzyx']);
    expect({ exitCode, output }).toEqual({
      exitCode: 0,
      output: expect.stringContaining('Nothing was found.') as string,
    });
    const wrong = await machine.run(['search', 'offer', '--from', '1.3.2026']);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.errors).toContain('"1.3.2026" is no day');
  });
});

describe('the coverage of a snapshot', () => {
  test('tells what is saved of every service, and what is out of scope and why', async () => {
    const { rows } = await machine.json<{ rows: CoverageRow[] }>(['coverage']);
    const mail = rows.filter(({ service }) => service === 'mail');
    expect(mail.map(({ enumerated, unchanged }) => enumerated - unchanged)).toEqual([0, 0]);
    expect(mail.reduce((sum, { enumerated }) => sum + enumerated, 0)).toBe(60);
    const drive = rows.find(({ service }) => service === 'drive');
    expect(drive).toMatchObject({
      enumerated: 0,
      gaps: [{ outcome: 'out-of-scope', code: 'service-not-chosen' }],
    });
  });

  test('for people, is a table with a sentence for each gap', async () => {
    const { output } = await machine.run(['coverage', 'all mail', '--snapshot', '1']);
    expect(output).toMatch(/^Snapshot 1 of "All mail" \(complete\)\n\nAccount +Service +Exist +Saved/);
    expect(output).toContain(
      'Out of scope: calendar of 2 accounts. The protected item does not save this service.',
    );
    expect(output).toMatch(/60 of 60 items are saved as they were\.\n$/);
  });

  test('goes into a file that only its owner reads, and over none that is there', async () => {
    const path = machine.path('coverage.csv');
    await machine.json(['coverage', '--format', 'csv', '--out', path]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8').split('\r\n').length).toBeGreaterThan(10);
    const again = await machine.run(['coverage', '--format', 'csv', '--out', path]);
    expect(again.exitCode).not.toBe(0);
    expect(again.errors).toContain('is there already');
  });
});

describe('a restore', () => {
  test('of a folder gives files with the bytes that Microsoft 365 gave, and never overwrites one', async () => {
    const { accounts } = await machine.json<Listed>(['ls']);
    const folder = await fullestFolder(accounts[0]!.id);
    const words = [
      'restore',
      '--account',
      accounts[0]!.id,
      '--folder',
      folder.id,
      '--to',
      machine.path('out'),
    ];
    const { report } = await machine.json<{ report: { restored: number; bytes: number } }>(words);
    const files = filesBelow(machine.path('out'));
    expect(files).toHaveLength(report.restored);
    expect(files.reduce((sum, path) => sum + statSync(path).size, 0)).toBe(report.bytes);
    const hashes = files.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
    await machine.json(words);
    expect(filesBelow(machine.path('out'))).toHaveLength(2 * report.restored);
    expect(files.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'))).toEqual(
      hashes,
    );
  });

  test('works on another machine that has nothing but the vault and its recovery key', async () => {
    const other = new Machine();
    try {
      const keyFile = other.file('key.txt', `${recoveryKey.toLowerCase()}\n`);
      const opened = await other.json<{ snapshots: number }>([
        ...['vault', 'open', machine.path('vault'), '--recovery-key-file', keyFile],
      ]);
      expect(opened.snapshots).toBeGreaterThan(0);
      const ended = await other.run(['restore', '--to', other.path('out'), '--json'], {
        HOLDFAST_VAULT_PASSWORD: undefined,
      });
      expect(JSON.parse(ended.output)).toMatchObject({ report: { restored: 60, failed: 0 } });
      expect(filesBelow(other.path('out'))).toHaveLength(60);
    } finally {
      other.remove();
    }
  });
});

test('verify reads all of the vault back', async () => {
  const { report } = await machine.json<{ report: object }>(['verify']);
  expect(report).toMatchObject({ isClean: true, items: 60, problems: [] });
});

test('the remembered password opens the vault without being given again', async () => {
  const ended = await machine.run(['verify', '--no-data'], { HOLDFAST_VAULT_PASSWORD: undefined });
  expect(ended).toMatchObject({ exitCode: 0, errors: '' });
});

test('no secret lies in the data folder in the clear, and its files are for their owner only', () => {
  const files = filesBelow(machine.homePath);
  expect(files.some((path) => path.endsWith('secrets.sealed'))).toBe(true);
  for (const path of files) {
    const content = readFileSync(path);
    for (const secret of [simulator.clientSecret, recoveryKey, ...Object.values(secrets)]) {
      expect(content.includes(secret), `${path} holds a secret`).toBe(false);
    }
  }
  expect(statSync(machine.homePath).mode & 0o777).toBe(0o700);
  expect(statSync(join(machine.homePath, 'secrets.sealed')).mode & 0o777).toBe(0o600);
  expect(statSync(join(machine.homePath, 'state.db')).mode & 0o777).toBe(0o600);
});

test('a recovery key can go to a file, which is then the only place that has it', async () => {
  const keyFile = machine.path('recovery-key.txt');
  const words = ['vault', 'create', machine.path('second'), '--recovery-key-file', keyFile];
  const { output, exitCode } = await machine.run(words);
  const key = readFileSync(keyFile, 'utf8').trim();
  expect(exitCode).toBe(0);
  expect(key).toMatch(/^([0-9A-Z]{5}-){12}[0-9A-Z]{5}$/);
  expect(output).not.toContain(key.slice(0, 11));
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
});

test('help names every command and every exit code', async () => {
  const { output, exitCode } = await machine.run(['--help']);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/protected-item[\s\S]*snapshots[\s\S]*restore[\s\S]*verify[\s\S]*simulate/);
  expect(output).toMatch(/Exit codes:[\s\S]* 130 {2}stopped/);
});
