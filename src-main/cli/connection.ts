/** Puts together how an organization is reached: its record and, from the stored secrets, its credential. */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import type { ConnectionReport } from '../../src-shared/model/connection-report.ts';
import type { OrganizationRecord } from '../records/records.ts';
import { credentialName } from '../secrets/secret-store.ts';
import type { Answer } from './perform.ts';
import type { Session } from './session.ts';
import { pluralText } from '../../src-shared/words/quantities.ts';
import { tableText } from './table.ts';

/** The connection of a known organization. Throws `secret-store-locked` where its credential is not stored. */
export async function connectionOf(session: Session, record: OrganizationRecord): Promise<GraphConnection> {
  const stored = await session.secrets.get(credentialName(record.id));
  if (stored === undefined) {
    throw new AppError(
      'secret-store-locked',
      `The credential of "${record.name}" is not among the stored secrets. Nothing was done; enter it with "holdfast organization add", with the same name, tenant and application.`,
    );
  }
  return checkedConnection({ ...record, credential: JSON.parse(stored) as unknown });
}

/** A connection that fits the contract; throws `input-invalid` with what does not. */
export async function checkedConnection(connection: unknown): Promise<GraphConnection> {
  const { graphConnectionSchema } = await import('../../src-shared/model/connection.ts');
  const result = graphConnectionSchema.safeParse(connection);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  const field = first === undefined ? '' : (fieldNames[String(first.path.at(-1))] ?? first.path.join('.'));
  throw new AppError('input-invalid', `${field}: ${first?.message ?? 'not valid'}. Nothing was saved.`, {
    details: { field },
  });
}

/** Fields of a connection as the command line calls them. */
const fieldNames: Readonly<Record<string, string>> = {
  tenantId: '--tenant',
  clientId: '--client-id',
  graphRoot: '--graph-root',
  loginAuthority: '--login-authority',
  certificatePem: '--certificate-file',
  privateKeyPem: '--key-file',
};

const stateNames = { granted: '✓ granted', missing: '✗ missing', 'not-needed': '– not needed' } as const;

const probeNames = {
  allowed: '✓ works',
  denied: '✗ denied',
  absent: '– nobody has it',
  failed: '✗ failed',
} as const;

/** What a connection test found, for people. */
export function connectionText(name: string, report: ConnectionReport): string {
  const { token, organization, users, tenantName, permissions } = report;
  if (!token.isOk) return `✗ Sign-in: ${token.message} [${token.code}]`;
  const steps = [
    `✓ Sign-in: Microsoft 365 accepts the application of "${name}"${tenantName === null ? '' : ` (${tenantName})`}.`,
    ...(organization.isOk
      ? []
      : [`✗ Reading the organization: ${organization.message} [${organization.code}]`]),
    users.isOk ? '✓ Reading accounts works.' : `✗ Reading accounts: ${users.message} [${users.code}]`,
  ];
  const rows = permissions.map(({ name: permission, state, cost }) => [
    permission,
    stateNames[state],
    state === 'missing' ? cost : '',
  ]);
  const columns = [{ title: 'Permission' }, { title: 'State' }, { title: 'Without it' }];
  const probeRows = report.probes.map(({ service, state, message }) => [service, probeNames[state], message]);
  const probeColumns = [{ title: 'Service' }, { title: 'A first read' }, { title: 'Why' }];
  return [
    ...steps,
    expiryText(report.expiry),
    '',
    tableText(columns, rows),
    ...(probeRows.length === 0 ? [] : ['', tableText(probeColumns, probeRows)]),
  ].join('\n');
}

const soonDays = 30;

function expiryText({ kind, endsAt, daysLeft, reason }: ConnectionReport['expiry']): string {
  if (endsAt === null || daysLeft === null) return `– End of the ${kind}: ${reason}`;
  const day = endsAt.slice(0, 10);
  return daysLeft < soonDays
    ? `✗ The ${kind} ends on ${day}, in ${pluralText(daysLeft, 'day')}: make a new one before, or backups stop.`
    : `✓ The ${kind} is good until ${day}.`;
}

/** How a command ends that tested a connection. */
export function connectionExit(report: ConnectionReport): NonNullable<Answer['exit']> {
  const { token, users, permissions, probes } = report;
  const isAllowed =
    token.isOk &&
    users.isOk &&
    permissions.every(({ state }) => state !== 'missing') &&
    probes.every(({ state }) => state !== 'denied');
  if (!isAllowed) return 'signIn';
  return probes.some(({ state }) => state === 'failed') ? 'network' : 'ok';
}
