/** Makes this machine remember an organization: its record, and its credential among the stored secrets. */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import type { ConnectionReport } from '../../src-shared/model/connection-report.ts';
import { newRecordId } from '../records/record-id.ts';
import type { OrganizationRecord } from '../records/records.ts';
import { credentialName } from '../secrets/secret-store.ts';
import { kinds, requireFreeName } from './choice.ts';
import type { Session } from './session.ts';

/** An organization to remember. */
export interface OrganizationWish {
  readonly name: string;
  readonly connection: GraphConnection;
  /** A sign-in that fails then saves nothing. */
  readonly isTestWanted: boolean;
}

export interface KeptOrganization {
  readonly organization: OrganizationRecord;
  /** True where a known organization got a new credential. */
  readonly isKnown: boolean;
  /** Null where no test was asked for. */
  readonly report: ConnectionReport | null;
}

/** What tells a known organization from a new one. */
type Identity = Pick<OrganizationRecord, 'name' | 'tenantId' | 'clientId'>;

/** The known organization of this name, tenant and application; throws `input-invalid` where another has the name. */
export async function knownOrganization(
  session: Session,
  wanted: Identity,
): Promise<OrganizationRecord | undefined> {
  const organizations = (await session.records()).organizations();
  const known = organizations.find(
    ({ name, tenantId, clientId }) =>
      name === wanted.name && tenantId === wanted.tenantId.trim() && clientId === wanted.clientId.trim(),
  );
  if (known === undefined) requireFreeName(organizations, kinds.organization, wanted.name);
  return known;
}

/** Remembers an organization, or gives a known one a new credential. */
export async function keepOrganization(
  session: Session,
  { name, connection, isTestWanted }: OrganizationWish,
): Promise<KeptOrganization> {
  const { region, tenantId, clientId, credential } = connection;
  const known = await knownOrganization(session, { name, tenantId, clientId });
  await session.secrets.unlock();
  const report = isTestWanted ? await testBeforeSaving(session, connection) : null;
  const organization: OrganizationRecord = {
    id: known?.id ?? newRecordId(),
    name,
    region,
    tenantId,
    clientId,
    credentialKind: credential.kind,
  };
  await session.secrets.set(credentialName(organization.id), JSON.stringify(credential));
  (await session.records()).putOrganization(organization);
  return { organization, isKnown: known !== undefined, report };
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
