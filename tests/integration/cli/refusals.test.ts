import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { control, Machine } from './holdfast.ts';

/** Every error says what happened, what it means for the data, and what to do; here the code and a stable phrase. */
interface Refusal {
  error: { code: string; message: string };
}

let simulator: RunningSimulator;
let machine: Machine;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 6, profile: 'uniform', users: 1, messagesPerUser: 12 });
  machine = new Machine();
  await machine.setUp(simulator);
  await machine.json(['backup']);
});
afterAll(async () => {
  machine.remove();
  await simulator.close();
});

const refusal = async (words: readonly string[], exitCode: number) =>
  (await machine.json<Refusal>(words, exitCode)).error;

/** `organization add` with one option replaced. */
const addWith = (option: string, value: string) => {
  const options = machine.organizationOptions(simulator);
  options[options.indexOf(option) + 1] = value;
  return ['organization', 'add', 'Other', ...options];
};

describe('sign-in', () => {
  test.each([
    [
      'a tenant that does not exist',
      '--tenant',
      '00000000-0000-4000-8000-000000000000',
      'sign-in-tenant-unknown',
    ],
    [
      'an unknown application',
      '--client-id',
      '00000000-0000-4000-8000-000000000000',
      'sign-in-application-unknown',
    ],
  ])('%s is refused and nothing is saved', async (_case, ...[option, value, code]) => {
    const error = await refusal(addWith(option, value), 4);
    expect(error).toMatchObject({ code, message: expect.stringContaining('was not saved') as string });
    const { organizations } = await machine.json<{ organizations: object[] }>(['organization', 'list']);
    expect(organizations).toHaveLength(1);
  });

  test('a wrong secret is told from an expired one', async () => {
    const wrong = await refusal(addWith('--secret-file', machine.file('wrong.txt', 'not-the-secret')), 4);
    expect(wrong.code).toBe('sign-in-secret-wrong');
    await control(simulator, 'POST secrets', { expire: 'all' });
    const answer = await machine.json<{ report: { token: { code: string } } }>(['organization', 'test'], 4);
    expect(answer.report.token.code).toBe('sign-in-secret-expired');
    const error = await refusal(['backup'], 4);
    expect(error.code).toBe('sign-in-secret-expired');
  });

  test('a new secret takes the place of the expired one', async () => {
    await control(simulator, 'POST secrets', { add: 'a-new-secret-of-the-application' });
    const options = machine.organizationOptions({
      ...simulator,
      clientSecret: 'a-new-secret-of-the-application',
    });
    const added = await machine.json<{ isKnown: boolean }>(['organization', 'add', 'Sample', ...options]);
    expect(added.isKnown).toBe(true);
    await machine.json(['backup']);
  });

  test('a missing permission is named with what it costs', async () => {
    await control(simulator, 'POST roles', { roles: ['Mail.Read'] });
    const { output, exitCode } = await machine.run(['organization', 'test']);
    expect(exitCode).toBe(4);
    expect(output).toMatch(/User\.Read\.All +✗ missing +Accounts cannot be listed/);
    const error = await refusal(['backup'], 4);
    expect(error.code).toBe('permission-missing');
    await control(simulator, 'POST roles', {
      roles: ['User.Read.All', 'Mail.Read', 'MailboxSettings.Read', 'Organization.Read.All'],
    });
  });
});

describe('the way to Microsoft 365', () => {
  test('a closed port is a network that cannot be reached', async () => {
    const options = machine
      .organizationOptions(simulator)
      .map((word) => word.replace(/^https:.*/, 'https://localhost:9'));
    const error = await refusal(['organization', 'add', 'Nowhere', ...options], 5);
    expect(error.code).toBe('network-unreachable');
  });

  test('a certificate of an unknown authority is refused', async () => {
    const options = machine.organizationOptions(simulator);
    options.splice(options.indexOf('--ca-file'), 2);
    const error = await refusal(['organization', 'add', 'Untrusted', ...options], 5);
    expect(error.code).toBe('tls-failed');
  });
});

describe('what is named must exist', () => {
  test.each([
    ['a protected item', ['backup', 'nobody'], 'protected-item-unknown', 'protected-item list'],
    ['an account', ['ls', '--account', 'nobody@nowhere.example'], 'account-unknown', 'holdfast ls'],
    ['a snapshot', ['ls', '--snapshot', '99'], 'snapshot-unknown', 'holdfast snapshots'],
    ['a snapshot that is no number', ['ls', '--snapshot', 'tuesday'], 'input-invalid', 'holdfast snapshots'],
    ['a folder', ['ls', '--folder', 'No/Such'], 'collection-gone', 'holdfast ls'],
    ['a message', ['show', 'AAAA'], 'item-gone', 'holdfast ls'],
    ['an organization', ['organization', 'test', 'nobody'], 'organization-unknown', 'organization list'],
    ['an option', ['ls', '--colour'], 'input-invalid', 'unknown option'],
  ])('%s', async (_case, ...[words, code, remedy]) => {
    const error = await refusal(words, 2);
    expect(error).toMatchObject({ code, message: expect.stringContaining(remedy) as string });
  });

  test('a chosen mailbox that does not exist makes the exit code 3, is counted and named', async () => {
    await machine.json(['protected-item', 'create', 'One', '--only', 'nobody@nowhere.example']);
    const { report } = await machine.json<{ report: { issues: object[]; missingAccounts: string[] } }>(
      ['backup', 'One'],
      3,
    );
    expect(report.missingAccounts).toEqual(['nobody@nowhere.example']);
    expect(report.issues).toContainEqual({ outcome: 'skipped', code: 'account-unknown', count: 1 });
  });
});

describe('the vault', () => {
  const opening = (name: string) => ['vault', 'open', machine.path(name), '--no-remember'];
  const copyOfVault = (name: string) =>
    cpSync(machine.path('vault'), machine.path(name), { recursive: true });
  const packsOf = (name: string) =>
    readdirSync(machine.path(name, 'packs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  test('a wrong password opens nothing', async () => {
    const passwordFile = machine.file('wrong-password.txt', 'wrong');
    const error = await refusal(['verify', '--password-file', passwordFile], 6);
    expect(error).toMatchObject({
      code: 'vault-key-wrong',
      message: expect.stringContaining('recovery key') as string,
    });
  });

  test('a folder without a vault is told as that', async () => {
    const error = await refusal(opening('empty'), 6);
    expect(error).toMatchObject({
      code: 'vault-not-found',
      message: expect.stringContaining('no vault') as string,
    });
    expect(readdirSync(machine.folderPath)).not.toContain('empty');
  });

  test('a vault is not created over another', async () => {
    const error = await refusal(['vault', 'create', machine.path('vault'), '--name', 'again'], 6);
    expect(error).toMatchObject({
      code: 'vault-exists',
      message: expect.stringContaining('not touched') as string,
    });
  });

  test('a newer format asks for an update and changes nothing', async () => {
    copyOfVault('newer');
    const path = machine.path('newer', 'vault.json');
    writeFileSync(
      path,
      JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), format: 99 }),
    );
    const error = await refusal(opening('newer'), 6);
    expect(error).toMatchObject({
      code: 'vault-format-newer',
      message: expect.stringContaining('update') as string,
    });
  });

  test('verify finds a damaged pack and a missing one, and names them', async () => {
    copyOfVault('hurt');
    const [pack] = packsOf('hurt');
    const bytes = readFileSync(pack!);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(pack!, bytes);
    await machine.json(['vault', 'open', machine.path('hurt'), '--name', 'hurt']);
    const damaged = await machine.json<{ report: { problems: { code: string }[] } }>(['verify', 'hurt'], 6);
    expect(damaged.report.problems).toContainEqual(
      expect.objectContaining({ code: 'pack-damaged', file: expect.stringMatching(/^packs\//) as string }),
    );
    renameSync(pack!, machine.path('taken-away'));
    const missing = await machine.json<{ report: { problems: { code: string }[] } }>(['verify', 'hurt'], 6);
    expect(missing.report.problems).toContainEqual(expect.objectContaining({ code: 'pack-missing' }));
    await machine.json(['vault', 'open', machine.path('vault'), '--name', 'vault']);
  });

  test('a place that cannot hold a vault is told as that', async () => {
    const error = await refusal(
      ['vault', 'create', join(machine.file('a-file', ''), 'vault'), '--name', 'x'],
      7,
    );
    expect(error.code).toMatch(/^store-(unavailable|read-only)$/);
  });
});

describe('secrets', () => {
  test('another passphrase does not open the stored secrets', async () => {
    const file = machine.file('other-passphrase.txt', 'another');
    const error = await refusal(['organization', 'test', '--passphrase-file', file], 6);
    expect(error).toMatchObject({
      code: 'secret-store-locked',
      message: expect.stringContaining('passphrase') as string,
    });
  });

  test('without a terminal, a missing secret says the ways to give it', async () => {
    const { errors, exitCode } = await machine.run(['organization', 'test'], {
      HOLDFAST_PASSPHRASE: undefined,
    });
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/HOLDFAST_PASSPHRASE.*--passphrase-file.*\[input-invalid\]/);
  });
});

test('a restore to a place that is no folder is refused', async () => {
  const error = await refusal(
    ['restore', 'All mail', '--to', join(machine.file('also-a-file', ''), 'out')],
    8,
  );
  expect(error).toMatchObject({
    code: 'target-unwritable',
    message: expect.stringContaining('another folder') as string,
  });
});

test.each([[[]], [['--to', 'a', '--zip', 'b.zip']]])(
  'a restore to no place, or to two, is refused (%j)',
  async (words) => {
    const error = await refusal(['restore', 'All mail', ...words], 2);
    expect(error).toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('--to with a folder, or --zip') as string,
    });
  },
);
