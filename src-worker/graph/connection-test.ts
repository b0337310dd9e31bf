/**
 * Test Connection: does the sign-in work, which permissions were granted, and do two small reads succeed. It reports and
 * never throws for what it finds, because every finding is an answer to the person who asks. A permission that was
 * granted and that the backup would work without is `not-needed`; after a failed sign-in no permission is known.
 */
import { z } from 'zod';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { ConnectionReport } from '../../src-shared/model/connection-report.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import { wordsFor } from './error-words.ts';
import { openGraph, type GraphClient, type GraphServices } from './graph-client.ts';
import { defaultRetryLimits } from './retry-policy.ts';
import { grantedRoles } from './sign-in.ts';

type StepResult = ConnectionReport['token'];
type PermissionFinding = ConnectionReport['permissions'][number];

interface NeededPermission {
  readonly name: string;
  /** Larger permissions that include this one. */
  readonly includedIn: readonly string[];
  readonly cost: string;
}

/** What a mail backup reads with, and what is lost without it. */
const mailReadSet: readonly NeededPermission[] = [
  {
    name: 'User.Read.All',
    includedIn: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    cost: 'Accounts cannot be listed, so nothing can be selected or backed up.',
  },
  {
    name: 'Mail.Read',
    includedIn: ['Mail.ReadWrite'],
    cost: 'No mail can be backed up.',
  },
  {
    name: 'MailboxSettings.Read',
    includedIn: ['MailboxSettings.ReadWrite'],
    cost: 'Shared mailboxes and rooms cannot be told from users; their mail is backed up all the same.',
  },
  {
    name: 'Organization.Read.All',
    includedIn: ['Directory.Read.All', 'Directory.ReadWrite.All'],
    cost: 'The name of the organization is not shown; the backup itself is complete.',
  },
];

/** Somebody waits for the answer, so little patience is right. */
const impatient = { ...defaultRetryLimits, attempts: 2, throttledAttempts: 3, longestDelayMs: 1_000 };

const organizationSchema = z.object({ value: z.array(z.object({ displayName: z.string().nullish() })) });
const usersSchema = z.object({ value: z.array(z.object({ id: z.string() })) });

/** Tests a connection from sign-in to a first read. Opens a client of its own and closes it. Steps after a failed sign-in
 * fail with its code. */
export async function testConnection(
  connection: GraphConnection,
  services: GraphServices,
  signal?: AbortSignal,
): Promise<ConnectionReport> {
  const graph = openGraph(connection, { ...services, retryLimits: impatient });
  try {
    return await findOut(graph, signal);
  } finally {
    await graph.close();
  }
}

async function findOut(graph: GraphClient, signal: AbortSignal | undefined): Promise<ConnectionReport> {
  let roles: readonly string[] = [];
  const token = await step(async () => {
    roles = grantedRoles(await graph.authorization());
  });
  if (!token.isOk) return { token, organization: token, users: token, tenantName: null, permissions: [] };
  let tenantName: string | null = null;
  const organization = await step(async () => {
    const query = { $select: 'id,displayName' };
    const { value } = await graph.getJson('/organization', { schema: organizationSchema, query, signal });
    tenantName = value[0]?.displayName ?? null;
  });
  const users = await step(async () => {
    await graph.getJson('/users', { schema: usersSchema, query: { $select: 'id', $top: 1 }, signal });
  });
  return { token, organization, users, tenantName, permissions: permissionFindings(roles) };
}

/** Compares the roles of a token with what is needed. */
function permissionFindings(roles: readonly string[]): PermissionFinding[] {
  const held = new Set(roles);
  const useful = new Set(mailReadSet.flatMap(({ name, includedIn }) => [name, ...includedIn]));
  const needed = mailReadSet.map(({ name, includedIn, cost }): PermissionFinding => {
    const isGranted = [name, ...includedIn].some((role) => held.has(role));
    return { name, cost, state: isGranted ? 'granted' : 'missing' };
  });
  const others = roles.filter((role) => !useful.has(role)).toSorted();
  return [...needed, ...others.map((name): PermissionFinding => ({ name, state: 'not-needed', cost: '' }))];
}

async function step(work: () => Promise<void>): Promise<StepResult> {
  try {
    await work();
    return { isOk: true };
  } catch (error) {
    if (isAppError(error)) return { isOk: false, code: error.code, message: error.message };
    return { isOk: false, code: 'internal', message: wordsFor('internal') };
  }
}
