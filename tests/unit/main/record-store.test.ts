import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { locateDataFolder } from '../../../src-main/records/data-folder.ts';
import { RecordStore } from '../../../src-main/records/record-store.ts';

const organization = {
  id: 'a'.repeat(32),
  name: 'Nordlicht',
  region: { kind: 'Global' as const },
  tenantId: 'nordlicht.example',
  clientId: '7814cec1-ab3c-415d-ab03-62f9abb83030',
  credentialKind: 'secret' as const,
};
const vault = { id: 'b'.repeat(32), name: 'Attic', path: '/mnt/attic' };

let folderPath: string;
let path: string;
let store: RecordStore;
beforeEach(() => {
  folderPath = mkdtempSync(join(tmpdir(), 'records-'));
  path = join(folderPath, 'state.db');
  store = new RecordStore(path);
});
afterEach(() => {
  store.close();
  rmSync(folderPath, { recursive: true });
});

test('records are the same after the file was closed and opened', () => {
  store.putOrganization(organization);
  store.putVault(vault);
  const item = {
    id: 'c'.repeat(32),
    name: 'All mail',
    organizationId: organization.id,
    vaultId: vault.id,
    mailboxes: {
      mode: 'excluding' as const,
      users: ['x@nordlicht.example'],
      groups: ['Leitung'],
      rule: { disabled: false, unlicensed: true, shared: true },
    },
    sites: {
      mode: 'selected' as const,
      sites: [{ site: 'https://nordlicht.example/sites/lager', withSubsites: true }],
      groups: [],
    },
    services: ['mail' as const, 'contacts' as const],
    mail: { hiddenFolders: false, recoverableItems: true },
    files: { versions: 12 },
    onFailure: 'stop' as const,
  };
  store.addProtectedItem(item);
  const { agent } = store;
  store.close();
  store = new RecordStore(path);
  expect([store.organizations(), store.vaults(), store.protectedItems()]).toEqual([
    [organization],
    [vault],
    [item],
  ]);
  expect(store.agent).toBe(agent);
  expect(agent).toMatch(/^[0-9a-f]{16}$/);
});

test('a known vault or organization is changed in its place', () => {
  store.putVault(vault);
  store.putVault({ ...vault, path: '/mnt/cellar' });
  store.putOrganization(organization);
  store.putOrganization({ ...organization, credentialKind: 'certificate' });
  expect(store.vaults()).toEqual([{ ...vault, path: '/mnt/cellar' }]);
  expect(store.organizations()).toEqual([{ ...organization, credentialKind: 'certificate' }]);
});

test('two records of a kind cannot have names that differ in case only', () => {
  store.putVault(vault);
  expect(() => store.putVault({ ...vault, id: 'd'.repeat(32), name: 'ATTIC' })).toThrow(/UNIQUE/);
});

test('a job is recorded when it starts and again when it ends, the newest first', () => {
  const start = { kind: 'backup' as const, vaultId: vault.id, protectedItemId: null };
  const first = store.startJob({ ...start, startedAt: '2026-11-20T14:40:00.000Z' });
  store.startJob({ ...start, startedAt: '2026-11-20T15:40:00.000Z' });
  const end = { endedAt: '2026-11-20T14:41:00.000Z', outcome: 'complete' as const, errorCode: null };
  store.endJob(first, { ...end, report: { snapshot: 1 } });
  expect(store.jobs(10)).toMatchObject([
    { endedAt: null, outcome: null },
    { id: first, outcome: 'complete', report: { snapshot: 1 } },
  ]);
});

test('a row that is not as Holdfast writes it is an error with a remedy, not a crash later', () => {
  store.putVault(vault);
  const database = new Database(path);
  database.prepare("UPDATE vaults SET id = 'short'").run();
  database.close();
  expect(() => store.vaults()).toThrow(expect.objectContaining({ code: 'input-invalid' }) as Error);
});

const todaysMail = { hiddenFolders: true, recoverableItems: false };

const migratedColumns = ['services', 'sites', 'mail', 'onFailure', 'files'];

/** Opens records as version `version` wrote them, with one protected item that has these columns. */
function openOld(version: number, columns: Readonly<Record<string, string>>): RecordStore {
  store.close();
  const database = new Database(path);
  // Each version after the first brought one more.
  for (const column of migratedColumns.slice(version - 1))
    database.exec(`ALTER TABLE protectedItems DROP COLUMN ${column}`);
  database.pragma('foreign_keys = OFF');
  const row = {
    ...{ id: 'a'.repeat(32), name: 'Old', organizationId: 'b'.repeat(32), vaultId: 'c'.repeat(32) },
    mailboxes: '{"mode":"all"}',
    ...columns,
  };
  const names = Object.keys(row);
  const places = names.map((name) => `:${name}`);
  database.prepare(`INSERT INTO protectedItems (${names.join()}) VALUES (${places.join()})`).run(row);
  database.pragma(`user_version = ${version}`);
  database.close();
  store = new RecordStore(path);
  return store;
}

test('a protected item of version 1 knew mail only, and no sites', () => {
  expect(openOld(1, {}).protectedItems()).toMatchObject([
    {
      name: 'Old',
      services: ['mail'],
      mail: todaysMail,
      onFailure: 'continue',
      sites: { mode: 'selected', sites: [], groups: [] },
    },
  ]);
});

test('a protected item of version 2 saves what it saved before, and goes on by the usual rule', () => {
  const mailboxes = '{"mode":"excluding","users":["x@nordlicht.example"]}';
  const rule = { disabled: true, unlicensed: true, shared: true };
  expect(openOld(2, { mailboxes, services: '["mail","drive"]' }).protectedItems()).toMatchObject([
    {
      mailboxes: { mode: 'excluding', users: ['x@nordlicht.example'], groups: [], rule },
      sites: { mode: 'selected', sites: [], groups: [] },
      services: ['mail', 'drive'],
    },
  ]);
});

const ofVersion3 = { sites: '{"mode":"all"}', services: '["drive"]' };

test('a protected item of version 3 had no choice of mail folders', () => {
  expect(openOld(3, ofVersion3).protectedItems()).toMatchObject([
    { name: 'Old', services: ['drive'], mail: todaysMail },
  ]);
});

test('a protected item of version 4 went on after a failure', () => {
  expect(openOld(4, ofVersion3).protectedItems()).toMatchObject([
    { services: ['drive'], onFailure: 'continue' },
  ]);
});

test('a protected item of version 5 saved no earlier versions of files', () => {
  expect(openOld(5, { ...ofVersion3, onFailure: 'stop' }).protectedItems()).toMatchObject([
    { services: ['drive'], onFailure: 'stop', files: { versions: 'current' } },
  ]);
});

test('records of a newer Holdfast are refused and left as they are', () => {
  store.close();
  const database = new Database(path);
  database.pragma('user_version = 99');
  database.close();
  const before = readFileSync(path);
  expect(() => new RecordStore(path)).toThrow(/newer Holdfast/);
  expect(readFileSync(path)).toEqual(before);
  rmSync(path);
  store = new RecordStore(path);
});

test.each([
  ['linux', { HOLDFAST_HOME: '/srv/hf' }, '/srv/hf'],
  ['linux', { XDG_DATA_HOME: '/xdg' }, '/xdg/holdfast'],
  ['darwin', {}, 'Library/Application Support/Holdfast'],
] as const)('on %s with %o the data folder is %s', (platform, env, expected) => {
  expect(locateDataFolder(env, platform).path).toContain(expected);
});
