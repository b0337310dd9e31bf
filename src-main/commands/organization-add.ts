/** `holdfast organization add`: a Microsoft 365 tenant with the application that may read it. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Credential, GraphConnection } from '../../src-shared/model/connection.ts';
import type { ConnectionReport } from '../../src-shared/model/connection-report.ts';
import { kinds, requireFreeName } from '../cli/choice.ts';
import { checkedConnection, connectionExit, connectionText } from '../cli/connection.ts';
import type { Perform } from '../cli/perform.ts';
import { readSecretFile, requireSecret } from '../cli/secret-input.ts';
import type { Session } from '../cli/session.ts';
import { newRecordId } from '../records/record-id.ts';
import type { OrganizationRecord } from '../records/records.ts';
import { credentialName } from '../secrets/secret-store.ts';

export interface OrganizationAddOptions {
  readonly tenant: string;
  readonly clientId: string;
  readonly region: string;
  readonly graphRoot?: string;
  readonly loginAuthority?: string;
  readonly caFile?: string;
  readonly secretFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
  readonly test: boolean;
}

export interface AddedOrganization {
  readonly organization: OrganizationRecord;
  /** True where a known organization got a new credential. */
  readonly isKnown: boolean;
  /** Null where no test was asked for. */
  readonly report: ConnectionReport | null;
}

export function addOrganizationAdd(organizations: Command, perform: Perform): void {
  organizations
    .command('add')
    .description('add a Microsoft 365 tenant, or give a known one a new secret; tests the connection')
    .argument('<name>', 'what to call it')
    .requiredOption('--tenant <id>', 'tenant id, or one of the tenant’s domain names')
    .requiredOption('--client-id <id>', 'id of the application that may read the tenant')
    .option('--region <region>', 'Global, USGovGccHigh, USGovDoD, China or Custom', 'Global')
    .option('--graph-root <url>', 'with Custom: address of Microsoft Graph')
    .option('--login-authority <url>', 'with Custom: address of the sign-in service')
    .option('--ca-file <file>', 'with Custom: the only certificate authority to trust, as PEM')
    .option('--secret-file <file>', 'file with the application secret (or HOLDFAST_CLIENT_SECRET, or typed)')
    .option('--certificate-file <file>', 'sign in with this certificate instead of a secret, as PEM')
    .option('--key-file <file>', 'private key of that certificate, as PEM')
    .option('--no-test', 'save without testing the connection')
    .action(
      perform(async (session, options: OrganizationAddOptions, name: string) => {
        const added = await addOrganization(session, options, name);
        const verb = added.isKnown ? 'Updated' : 'Added';
        const saved = `${verb} the organization "${added.organization.name}".`;
        if (added.report === null) return { facts: added, text: saved };
        const text = `${saved}\n${connectionText(added.organization.name, added.report)}`;
        return { facts: added, text, exit: connectionExit(added.report) };
      }),
    );
}

/**
 * Adds an organization, or gives a known one of the same name, tenant and application a new credential. A sign-in that
 * fails saves nothing and throws its code.
 */
export async function addOrganization(
  session: Session,
  options: OrganizationAddOptions,
  name: string,
): Promise<AddedOrganization> {
  const records = await session.records();
  const known = records.organizations().find((each) => isSame(each, options, name));
  if (known === undefined) requireFreeName(records.organizations(), kinds.organization, name);
  const connection = await checkedConnection({
    region: await regionOf(options),
    tenantId: options.tenant,
    clientId: options.clientId,
    credential: await credentialOf(session, options, name),
  });
  await session.secrets.unlock();
  const report = options.test ? await testBeforeSaving(session, connection) : null;
  const { region, tenantId, clientId, credential } = connection;
  const organization: OrganizationRecord = {
    id: known?.id ?? newRecordId(),
    name,
    region,
    tenantId,
    clientId,
    credentialKind: credential.kind,
  };
  await session.secrets.set(credentialName(organization.id), JSON.stringify(credential));
  records.putOrganization(organization);
  return { organization, isKnown: known !== undefined, report };
}

function isSame(record: OrganizationRecord, options: OrganizationAddOptions, name: string): boolean {
  const { tenant, clientId } = options;
  return record.name === name && record.tenantId === tenant.trim() && record.clientId === clientId.trim();
}

async function testBeforeSaving(session: Session, connection: GraphConnection): Promise<ConnectionReport> {
  const client = await session.engine();
  const report = await client.organization.test({ connection }, { signal: session.signal });
  const { token } = report;
  if (token.isOk) return report;
  throw new AppError(
    token.code,
    `${token.message} The organization was not saved; --no-test would save it all the same.`,
  );
}

async function regionOf({
  region,
  graphRoot,
  loginAuthority,
  caFile,
}: OrganizationAddOptions): Promise<unknown> {
  const kinds = ['Global', 'USGovGccHigh', 'USGovDoD', 'China', 'Custom'];
  const kind = kinds.find((each) => each.toLowerCase() === region.toLowerCase());
  if (kind === undefined) {
    throw new AppError(
      'input-invalid',
      `There is no region "${region}". Nothing was saved; choose one of ${kinds.join(', ')}.`,
    );
  }
  if (kind !== 'Custom') {
    if ((graphRoot ?? loginAuthority ?? caFile) === undefined) return { kind };
    throw new AppError(
      'input-invalid',
      '--graph-root, --login-authority and --ca-file go with --region Custom only. Nothing was saved.',
    );
  }
  if (graphRoot === undefined || loginAuthority === undefined) {
    throw new AppError(
      'input-invalid',
      'The region Custom needs --graph-root and --login-authority. Nothing was saved.',
    );
  }
  const caPem = caFile === undefined ? undefined : await readPem(caFile, '--ca-file');
  return { kind, graphRoot, loginAuthority, ...(caPem === undefined ? {} : { caPem }) };
}

async function credentialOf(
  session: Session,
  { secretFile, certificateFile, keyFile }: OrganizationAddOptions,
  name: string,
): Promise<Credential> {
  if (certificateFile === undefined && keyFile === undefined) {
    const secret = await requireSecret(session.terminal, {
      label: `application secret of "${name}"`,
      envName: 'HOLDFAST_CLIENT_SECRET',
      filePath: secretFile,
      fileOption: '--secret-file',
    });
    return { kind: 'secret', secret };
  }
  if (certificateFile === undefined || keyFile === undefined || secretFile !== undefined) {
    throw new AppError(
      'input-invalid',
      'Give either --secret-file, or --certificate-file together with --key-file. Nothing was saved.',
    );
  }
  return {
    kind: 'certificate',
    certificatePem: await readPem(certificateFile, '--certificate-file'),
    privateKeyPem: await readSecretFile(keyFile, 'private key'),
  };
}

async function readPem(path: string, option: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new AppError(
      'input-invalid',
      `The file of ${option}, ${path}, cannot be read. Nothing was saved.`,
      {
        cause: error,
        details: { path },
      },
    );
  });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new AppError(
    'input-invalid',
    `The file of ${option}, ${path}, holds no certificate in PEM form. Nothing was saved.`,
    { details: { path } },
  );
}
