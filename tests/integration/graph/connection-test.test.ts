import { afterEach, describe, expect, test } from 'vitest';
import type { GraphConnection } from '../../../src-shared/model/connection.ts';
import type { ConnectionReport } from '../../../src-shared/model/connection-report.ts';
import type { PermissionService } from '../../../src-shared/model/permission.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { testConnection } from '../../../src-worker/graph/connection-test.ts';
import { createCertificate } from '../../support/application-certificate.ts';
import { closeAll, connectionTo, control, simulate, testServices } from './simulated-organization.ts';

afterEach(closeAll);

const report = (
  connection: GraphConnection,
  services?: readonly PermissionService[],
): Promise<ConnectionReport> => testConnection({ connection, services }, testServices);

const statesOf = ({ permissions }: ConnectionReport) =>
  Object.fromEntries(permissions.map(({ name, state }) => [name, state]));
const probesOf = ({ probes }: ConnectionReport) =>
  Object.fromEntries(probes.map(({ service, state }) => [service, state]));

describe('permissions', () => {
  test('a good connection names the organization and what was granted', async () => {
    const simulator = await simulate({
      roles: ['User.Read.All', 'Mail.ReadWrite', 'Organization.Read.All', 'Sites.Read.All'],
    });
    const found = await report(connectionTo(simulator), ['mail']);
    expect(found).toMatchObject({
      token: { isOk: true },
      organization: { isOk: true },
      users: { isOk: true },
    });
    expect(found.tenantName).toMatch(/\w/);
    expect(statesOf(found)).toEqual({
      'User.Read.All': 'granted',
      'Mail.Read': 'granted',
      'MailboxSettings.Read': 'missing',
      'Organization.Read.All': 'granted',
      'Sites.Read.All': 'not-needed',
    });
  });

  test('each missing permission says what it costs, and its step fails', async () => {
    const simulator = await simulate({ roles: ['Mail.Read'] });
    const found = await report(connectionTo(simulator));
    expect(found.users).toMatchObject({ isOk: false, code: 'permission-missing' });
    const missing = found.permissions.filter(({ state }) => state === 'missing');
    expect(missing.map(({ name }) => name)).toEqual([
      'User.Read.All',
      'Organization.Read.All',
      'MailboxSettings.Read',
      'Calendars.Read',
      'Contacts.Read',
      'Tasks.Read.All',
      'Files.Read.All',
      'Sites.Read.All',
      'Group.Read.All',
      'Group-Conversation.Read.All',
      'Member.Read.Hidden',
      'Team.ReadBasic.All',
      'Channel.ReadBasic.All',
      'ChannelMessage.Read.All',
      'TeamMember.Read.All',
      'TeamSettings.Read.All',
      'ChannelSettings.Read.All',
      'ChannelMember.Read.All',
      'TeamsTab.Read.All',
      'Chat.Read.All',
    ]);
    expect(missing.every(({ cost }) => cost.length > 20)).toBe(true);
  });

  test('what the chosen services do not need is not missing', async () => {
    const simulator = await simulate({ roles: ['User.Read.All', 'Contacts.Read'] });
    const found = await report(connectionTo(simulator), ['contacts']);
    expect(statesOf(found)).toEqual({
      'User.Read.All': 'granted',
      'Contacts.Read': 'granted',
      'Organization.Read.All': 'missing',
    });
  });

  test('a failed sign-in is the finding of every step', async () => {
    const simulator = await simulate();
    const credential = { kind: 'secret' as const, secret: 'wrong' };
    const found = await report(connectionTo(simulator, { credential }));
    for (const step of [found.token, found.organization, found.users]) {
      expect(step).toMatchObject({ isOk: false, code: 'sign-in-secret-wrong' });
    }
    expect([found.permissions, found.probes]).toEqual([[], []]);
  });
});

describe('probes', () => {
  test('every service that is granted is allowed', async () => {
    const found = await report(connectionTo(await simulate({ profile: 'sample' })));
    expect(probesOf(found)).toEqual({
      mail: 'allowed',
      calendar: 'allowed',
      contacts: 'allowed',
      tasks: 'allowed',
      settings: 'allowed',
      drive: 'allowed',
      site: 'allowed',
      chat: 'allowed',
      group: 'allowed',
      planner: 'allowed',
      team: 'allowed',
    });
  });

  test('a service that nobody has is absent', async () => {
    // Accounts of this profile have no OneDrive.
    expect(probesOf(await report(connectionTo(await simulate()), ['drive']))).toEqual({ drive: 'absent' });
  });

  test('a service without its permission is denied, and says why', async () => {
    const simulator = await simulate({ roles: ['User.Read.All', 'Mail.Read'] });
    const found = await report(connectionTo(simulator), ['mail', 'tasks']);
    expect(probesOf(found)).toEqual({ mail: 'allowed', tasks: 'denied' });
    expect(found.probes.find(({ service }) => service === 'tasks')?.message).toMatch(/\w/);
  });

  test('Planner is tried with an Outlook group, and absent where there is none', async () => {
    const sample = { profile: 'sample' as const };
    const probe = async (options: SimulatorOptions) =>
      probesOf(await report(connectionTo(await simulate(options)), ['planner']));
    expect(await probe(sample)).toEqual({ planner: 'allowed' });
    expect(await probe({ ...sample, roles: ['Group.Read.All'] })).toEqual({ planner: 'denied' });
    expect(await probe({ ...sample, roles: ['Tasks.Read.All'] })).toEqual({ planner: 'denied' });
    expect(await probe({ ...sample, cloud: 'china' })).toEqual({ planner: 'absent' });
    expect(await probe({ groups: { count: 0 } })).toEqual({ planner: 'absent' });
  });

  test('accounts without a mailbox are passed over', async () => {
    const sample = await simulate({ profile: 'sample' });
    expect(probesOf(await report(connectionTo(sample), ['mail']))).toEqual({ mail: 'allowed' });
  });

  test('without accounts a service is absent', async () => {
    const simulator = await simulate({ roles: ['Mail.Read'] });
    expect(probesOf(await report(connectionTo(simulator), ['mail']))).toEqual({ mail: 'absent' });
  });
});

describe('the end of the credential', () => {
  test('of a certificate is read from the certificate', async () => {
    const certificate = createCertificate({ validDays: 20.5 });
    const simulator = await simulate({ certificates: [certificate.certificatePem] });
    const credential = { kind: 'certificate' as const, ...certificate };
    const { expiry } = await report(connectionTo(simulator, { credential }));
    expect(expiry).toMatchObject({ kind: 'certificate', daysLeft: 20 });
  });

  test('of a certificate that has ended is told although the sign-in fails', async () => {
    const certificate = createCertificate({ validDays: -1 });
    const credential = { kind: 'certificate' as const, ...certificate };
    const { expiry, token } = await report(connectionTo(await simulate(), { credential }));
    expect(token.isOk).toBe(false);
    expect(expiry.daysLeft).toBeLessThan(0);
  });

  test('of a secret is read from the directory by those who may', async () => {
    const simulator = await simulate({ roles: ['User.Read.All', 'Application.Read.All'] });
    const { expiry } = await report(connectionTo(simulator));
    expect(expiry).toMatchObject({ kind: 'secret', reason: '' });
    expect(expiry.daysLeft).toBeGreaterThan(1_000);
  });

  test('of a secret is not known without the permission, which is named', async () => {
    const { expiry } = await report(connectionTo(await simulate()));
    expect(expiry).toMatchObject({
      endsAt: null,
      reason: expect.stringContaining('Application.Read.All') as string,
    });
  });

  test('of a secret that ended is told by the sign-in', async () => {
    const simulator = await simulate();
    await control(simulator, '/control/secrets', { expire: 'all' });
    const { token, expiry } = await report(connectionTo(simulator));
    expect(token).toMatchObject({ code: 'sign-in-secret-expired' });
    expect(expiry.endsAt).toBeNull();
  });
});
