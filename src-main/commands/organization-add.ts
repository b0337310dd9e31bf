/** `holdfast organization add`: a Microsoft 365 tenant with the application that may read it. */
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Credential } from '../../src-shared/model/connection.ts';
import { checkedConnection, connectionExit, connectionText } from '../cli/connection.ts';
import { keepOrganization, knownOrganization, type KeptOrganization } from '../cli/keep-organization.ts';
import type { Perform } from '../cli/perform.ts';
import { addRegionOptions, readPem, regionOf, type RegionOptions } from '../cli/region.ts';
import { readSecretFile, requireSecret } from '../cli/secret-input.ts';
import type { Session } from '../cli/session.ts';

export interface OrganizationAddOptions extends RegionOptions {
  readonly tenant: string;
  readonly clientId: string;
  readonly secretFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
  readonly test: boolean;
}

export function addOrganizationAdd(organizations: Command, perform: Perform): void {
  const command = organizations
    .command('add')
    .description('add a Microsoft 365 tenant, or give a known one a new secret; tests the connection')
    .argument('<name>', 'what to call it')
    .requiredOption('--tenant <id>', 'tenant id, or one of the tenant’s domain names')
    .requiredOption('--client-id <id>', 'id of the application that may read the tenant');
  addRegionOptions(command)
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
): Promise<KeptOrganization> {
  // Before a secret is asked for.
  await knownOrganization(session, { name, tenantId: options.tenant, clientId: options.clientId });
  const connection = await checkedConnection({
    region: await regionOf(options),
    tenantId: options.tenant,
    clientId: options.clientId,
    credential: await credentialOf(session, options, name),
  });
  return keepOrganization(session, { name, connection, isTestWanted: options.test });
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
