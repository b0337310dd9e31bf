/** `holdfast organization register`: an administrator signs in, and the application comes into being by itself. */
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type {
  Registration,
  RegistrationProgress,
  RegistrationRequest,
  SignInPrompt,
} from '../../src-shared/model/registration.ts';
import { kinds, requireFreeName } from '../cli/choice.ts';
import { requireConsent } from '../cli/confirm.ts';
import { keepOrganization } from '../cli/keep-organization.ts';
import type { Perform } from '../cli/perform.ts';
import { pluralText } from '../../src-shared/words/quantities.ts';
import { addRegionOptions, regionOf, type RegionOptions } from '../cli/region.ts';
import type { Session } from '../cli/session.ts';
import { plainLine, tableText } from '../cli/table.ts';
import type { OrganizationRecord } from '../records/records.ts';

interface OrganizationRegisterOptions extends RegionOptions {
  readonly deviceCode?: boolean;
  readonly clientId?: string;
  readonly applicationName: string;
  readonly secret?: boolean;
  readonly withRestore?: boolean;
  readonly withExport?: boolean;
  readonly yes?: boolean;
}

interface RegisteredOrganization {
  readonly organization: OrganizationRecord;
  /** Without the connection, which holds the credential. */
  readonly registration: Omit<Registration, 'connection'>;
}

export function addOrganizationRegister(organizations: Command, perform: Perform): void {
  const command = organizations
    .command('register')
    .description('register Holdfast in a Microsoft 365 tenant and add it; an administrator signs in')
    .argument('<name>', 'what to call it here');
  addRegionOptions(command)
    .option('--device-code', 'sign in on another device with a code, instead of in a browser of this machine')
    .option('--client-id <id>', 'public client to sign the administrator in with (default: Azure CLI)')
    .option('--application-name <name>', 'what to call the application in the tenant', 'Holdfast')
    .option('--secret', 'make an application secret instead of a certificate')
    .option('--with-restore', 'also ask for what a restore to Microsoft 365 needs')
    .option('--with-export', 'also ask for what the services archive and mailbox-export need')
    .option('--yes', 'do not ask whether the permissions are right')
    .action(
      perform(async (session, options: OrganizationRegisterOptions, name: string) => {
        const made = await registerOrganization(session, options, name);
        const { pending } = made.registration;
        return { facts: made, text: registeredText(made), exit: pending.length === 0 ? 'ok' : 'partial' };
      }),
    );
}

async function registerOrganization(
  session: Session,
  options: OrganizationRegisterOptions,
  name: string,
): Promise<RegisteredOrganization> {
  requireFreeName((await session.records()).organizations(), kinds.organization, name);
  const sets = { withRestore: options.withRestore === true, withExport: options.withExport === true };
  const request: RegistrationRequest = {
    region: await regionOf(options),
    method: options.deviceCode === true ? 'device-code' : 'browser',
    applicationName: options.applicationName,
    credentialKind: options.secret === true ? 'secret' : 'certificate',
    ...sets,
    ...(options.clientId === undefined ? {} : { bootstrapClientId: options.clientId }),
  };
  session.say(await permissionsText(session, sets));
  if (options.yes !== true) {
    await requireConsent(session, `Register "${options.applicationName}" with these permissions?`);
  }
  // A passphrase that is wrong must be known before anything is created.
  await session.secrets.unlock();
  const { connection, ...registration } = await follow(session, request);
  try {
    const kept = await keepOrganization(session, { name, connection, isTestWanted: false });
    return { organization: kept.organization, registration };
  } catch (error) {
    throw new AppError(
      'registration-left-behind',
      `The application "${registration.applicationName}" (${connection.clientId}) was registered, but its credential could not be saved on this machine and is lost. Delete the application in the Entra admin center, under App registrations, and register again.`,
      { cause: error, details: { clientId: connection.clientId } },
    );
  }
}

async function permissionsText(
  session: Session,
  sets: Pick<RegistrationRequest, 'withRestore' | 'withExport'>,
): Promise<string> {
  const client = await session.engine();
  const { permissions } = await client.organization.permissions(sets);
  const rows = permissions.map(({ name, set, purpose, cost }) => [name, set, purpose, cost]);
  const columns = [
    { title: 'Permission' },
    { title: 'For' },
    { title: 'What it does' },
    { title: 'Without it' },
  ];
  return `Holdfast will ask your organization for these application permissions:\n\n${tableText(columns, rows)}\n`;
}

/** Tells the steps as they go. What the person must do is told to scripts too: without it nothing goes on. */
async function follow(session: Session, request: RegistrationRequest): Promise<Registration> {
  const client = await session.engine();
  const stream = await client.organization.register(request, { signal: session.signal });
  let last = '';
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return step.value;
    if (step.value.step === 'sign-in') {
      session.terminal.errors.write(`${promptText(step.value.prompt)}\n`);
      continue;
    }
    const line = stepText(step.value);
    if (line !== last) session.say(line);
    last = line;
  }
}

function promptText(prompt: SignInPrompt): string {
  return prompt.kind === 'device-code'
    ? `Open ${plainLine(prompt.verificationUri)} and enter the code ${plainLine(prompt.userCode)}. Sign in as a Global Administrator. The code is good until ${prompt.expiresAt}.`
    : `Open this address in a browser of this machine and sign in as a Global Administrator:\n${plainLine(prompt.authorizeUrl)}`;
}

function stepText(progress: Exclude<RegistrationProgress, { step: 'sign-in' }>): string {
  switch (progress.step) {
    case 'create-credential':
      return 'Signed in. Making the credential …';
    case 'create-application':
      return `Creating the application in the tenant ${progress.tenantId}, as ${plainLine(progress.userName)} …`;
    case 'create-service-principal':
      return `Created the application ${progress.clientId}. Waiting until the directory knows it …`;
    case 'assign-roles':
      return `Granting ${pluralText(progress.total, 'permission')} …`;
    case 'wait-for-roles':
      return `Waiting until the permissions take effect (${progress.seen} of ${progress.total}) …`;
    case 'clean-up':
      return 'Removing what was created …';
  }
}

function registeredText({ organization, registration }: RegisteredOrganization): string {
  const { applicationName, expiresAt, granted, unavailable, pending } = registration;
  const lines = [
    `Registered "${applicationName}" (${organization.clientId}) with ${pluralText(granted.length, 'permission')} and added the organization "${organization.name}".`,
    `Its ${organization.credentialKind} is good until ${expiresAt.slice(0, 10)}.`,
  ];
  if (unavailable.length > 0) lines.push(`This cloud does not have: ${unavailable.join(', ')}.`);
  if (pending.length > 0) {
    lines.push(
      `NOT IN EFFECT YET: ${pending.join(', ')}. Microsoft 365 sometimes needs longer; see "holdfast organization test" in some minutes.`,
    );
  }
  return lines.join('\n');
}
