import { readFileSync, statSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { control, ending, Machine, secrets, type Ended } from './holdfast.ts';

const settingsPassphrase = 'slack tide 55';

let simulator: RunningSimulator;
let machine: Machine;

async function begin(registration: SimulatorOptions['registration'] = {}): Promise<void> {
  simulator = await startSimulator({
    seed: 9,
    profile: 'uniform',
    users: 2,
    messagesPerUser: 2,
    registration: { replicationMs: 0, rolesDelayMs: 0, ...registration },
  });
  machine = new Machine();
}
afterEach(async () => {
  machine.remove();
  await simulator.close();
});

const regionOptions = () => [
  ...['--region', 'Custom', '--graph-root', simulator.graphRoot],
  ...['--login-authority', simulator.loginAuthority, '--ca-file', machine.file('ca.pem', simulator.caPem)],
];

const registerWords = (...more: string[]) => [
  ...['organization', 'register', 'Nordlicht', '--device-code', '--yes', ...regionOptions()],
  ...more,
];

/** Does `act` once, as soon as the program shows a code to enter. */
function onCode(child: ChildProcess, act: () => unknown): void {
  let seen = '';
  let isDone = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    seen += chunk.toString('utf8');
    if (isDone || !/enter the code \w+/.test(seen)) return;
    isDone = true;
    act();
  });
}

/** Runs a registration whose administrator enters the code. */
async function register(words: readonly string[]): Promise<Ended> {
  const child = machine.start(words);
  onCode(child, () => void control(simulator, 'POST device-code/approve', {}));
  return ending(child);
}

describe('organization register', () => {
  test('shows the permissions, signs in by device code, and the organization is ready to use', async () => {
    await begin();
    const { exitCode, output, errors } = await register(registerWords());
    expect(exitCode, output + errors).toBe(0);
    expect(errors).toMatch(/Mail\.Read +read +Reads messages.*No mail can be backed up/);
    expect(errors).not.toContain('Mail.ReadWrite');
    expect(errors).toContain('Granting');
    expect(output).toMatch(/Registered "Holdfast" .* with 23 permissions and added .*"Nordlicht"/);
    expect(output).toMatch(/certificate is good until \d{4}-/);
    const tested = await machine.run(['organization', 'test']);
    expect(tested.exitCode, tested.output).toBe(0);
    expect(tested.output).toMatch(/Mail\.Read +✓ granted/);
    expect(tested.output).toMatch(/calendar +✓ works/);
    expect(tested.output).toMatch(/✓ The certificate is good until/);
    await machine.json(['vault', 'create', machine.path('vault')]);
    await machine.json(['protected-item', 'create', 'All']);
    await machine.json(['backup']);
  });

  test('answers a script with facts and no secret, and tells it the code on standard error', async () => {
    await begin();
    const { exitCode, output, errors } = await register(
      registerWords('--secret', '--with-restore', '--json'),
    );
    expect(exitCode, output + errors).toBe(0);
    const facts = JSON.parse(output) as { organization: object; registration: { granted: string[] } };
    expect(facts.organization).toMatchObject({ name: 'Nordlicht', credentialKind: 'secret' });
    expect(facts.registration.granted).toContain('Mail.ReadWrite');
    expect(output + errors).not.toMatch(/n8W8Q~|PRIVATE KEY/);
  });

  test('asks before it does anything, and does nothing where nobody can answer', async () => {
    await begin();
    const words = registerWords().filter((word) => word !== '--yes');
    const { exitCode, errors } = await machine.run(words);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/--yes.*\[input-invalid\]/);
  });

  test('Ctrl-C while the code waits leaves nothing behind', async () => {
    await begin();
    const child = machine.start(registerWords());
    onCode(child, () => child.kill('SIGINT'));
    const { exitCode } = await ending(child);
    expect(exitCode).toBe(130);
    const { organizations } = await machine.json<{ organizations: object[] }>(['organization', 'list']);
    expect(organizations).toEqual([]);
  });

  const refusals: readonly {
    what: string;
    registration: SimulatorOptions['registration'];
    more: readonly string[];
    code: string;
  }[] = [
    {
      what: 'a policy against device codes',
      registration: { isDeviceCodeBlocked: true },
      more: [],
      code: 'sign-in-blocked',
    },
    {
      what: 'a policy against secrets',
      registration: { areSecretsForbidden: true },
      more: ['--secret'],
      code: 'secret-forbidden',
    },
    {
      what: 'somebody who may not grant',
      registration: { refusedOperations: ['servicePrincipals.CreateAppRoleAssignedTo'] },
      more: [],
      code: 'administrator-required',
    },
    {
      what: 'a clean-up that is refused too',
      registration: { refusedOperations: ['CreateServicePrincipals', 'DeleteApplications'] },
      more: [],
      code: 'registration-left-behind',
    },
  ];

  test.each(refusals)('$what ends it with exit code 4', async ({ registration, more, code }) => {
    await begin(registration);
    const { exitCode, errors } = await register(registerWords(...more));
    expect(exitCode).toBe(4);
    expect(errors).toContain(`[${code}]`);
    const { organizations } = await machine.json<{ organizations: object[] }>(['organization', 'list']);
    expect(organizations).toEqual([]);
  });

  test('a name that is taken is told before anybody signs in', async () => {
    await begin();
    await machine.json(['organization', 'add', 'Nordlicht', ...machine.organizationOptions(simulator)]);
    const { exitCode, errors } = await machine.run(registerWords());
    expect(exitCode).toBe(2);
    expect(errors).not.toContain('enter the code');
  });
});

describe('settings files', () => {
  const env = { HOLDFAST_SETTINGS_PASSPHRASE: settingsPassphrase };
  const exported = () => machine.path('nordlicht.json');
  const elsewhere = () => ({ HOLDFAST_HOME: machine.path('other-home') });

  async function exportOne(): Promise<void> {
    await begin();
    await machine.json(['organization', 'add', 'Nordlicht', ...machine.organizationOptions(simulator)]);
    const { exitCode, errors } = await machine.run(['organization', 'export', exported()], env);
    expect(exitCode, errors).toBe(0);
  }

  test('an export is sealed, for its owner only, and opens on another machine', async () => {
    await exportOne();
    expect(statSync(exported()).mode & 0o777).toBe(0o600);
    const text = readFileSync(exported(), 'utf8');
    expect(text).not.toContain(simulator.clientSecret);
    expect(text).not.toContain(simulator.clientId);
    const words = ['organization', 'import', exported(), '--name', 'Elsewhere'];
    const { exitCode, output } = await machine.run(words, { ...env, ...elsewhere() });
    expect(exitCode, output).toBe(0);
    expect(output).toContain('Added the organization "Elsewhere"');
    expect(output).not.toContain('delete it now');
  });

  test('is never written over another file', async () => {
    await exportOne();
    const { exitCode, errors } = await machine.run(['organization', 'export', exported()], env);
    expect(exitCode).toBe(8);
    expect(errors).toContain('[target-exists]');
  });

  test.each([
    { what: 'another passphrase', passphrase: 'wrong', code: 6, words: '[settings-file-locked]' },
    {
      what: 'the passphrase of the stored secrets',
      passphrase: secrets.passphrase,
      code: 6,
      words: '[settings-file-locked]',
    },
    { what: 'no passphrase', passphrase: undefined, code: 2, words: 'HOLDFAST_SETTINGS_PASSPHRASE' },
  ])('$what opens nothing', async ({ passphrase, code, words }) => {
    await exportOne();
    const { exitCode, errors } = await machine.run(['organization', 'import', exported()], {
      HOLDFAST_SETTINGS_PASSPHRASE: passphrase,
      ...elsewhere(),
    });
    expect(exitCode).toBe(code);
    expect(errors).toContain(words);
  });

  /** What the registration script writes, for the simulated organization. */
  const plainSettings = () => ({
    holdfast: 'organization',
    version: 1,
    region: {
      kind: 'Custom',
      graphRoot: simulator.graphRoot,
      loginAuthority: simulator.loginAuthority,
      caPem: simulator.caPem,
    },
    tenantId: simulator.tenantId,
    clientId: simulator.clientId,
    credential: { kind: 'secret', secret: simulator.clientSecret },
  });

  test('a plain file of the script is taken, with the advice to delete it', async () => {
    await begin();
    const file = machine.file('plain.json', `\ufeff${JSON.stringify(plainSettings())}`);
    const { exitCode, output } = await machine.run(['organization', 'import', file]);
    expect(exitCode, output).toBe(0);
    expect(output).toContain(`Added the organization "${simulator.tenantId}"`);
    expect(output).toContain('delete it now');
    expect(output).not.toContain(simulator.clientSecret);
  });

  test.each([
    ['no JSON', () => 'hello'],
    ['another JSON', () => '{"name":"x"}'],
    ['a newer version', () => JSON.stringify({ ...plainSettings(), version: 2 })],
    ['a field that is missing', () => JSON.stringify({ ...plainSettings(), clientId: undefined })],
  ])('%s is refused with words', async (_case, content) => {
    await begin();
    const { exitCode, errors } = await machine.run([
      'organization',
      'import',
      machine.file('odd.json', content()),
    ]);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/Nothing was imported.*\[input-invalid\]/);
  });
});

describe('organization script', () => {
  test('writes a script that asks for the read set, and never over another file', async () => {
    await begin();
    const path = machine.path('register.ps1');
    const words = ['organization', 'script', '--region', 'China', '--out', path];
    const { exitCode, output } = await machine.run(words);
    expect(exitCode).toBe(0);
    expect(output).toContain('organization import');
    expect(readFileSync(path, 'utf8')).toContain("$environment = 'China'");
    expect((await machine.run(words)).exitCode).toBe(8);
    const printed = await machine.run(['organization', 'script', '--with-restore']);
    expect(printed.output).toContain("'Mail.ReadWrite'");
  });
});

describe('organization test', () => {
  test('tests only the services that are asked for', async () => {
    await begin();
    await machine.json(['organization', 'add', 'Nordlicht', ...machine.organizationOptions(simulator)]);
    const { exitCode, output } = await machine.run(['organization', 'test', '--services', 'mail', 'reports']);
    expect(exitCode).toBe(4);
    expect(output).toMatch(/Reports\.Read\.All +✗ missing/);
    expect(output).not.toMatch(/Contacts\.Read +✗/);
    expect((await machine.run(['organization', 'test', '--services', 'fax'])).exitCode).toBe(2);
  });
});
