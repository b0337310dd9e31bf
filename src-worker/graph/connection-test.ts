/**
 * Test Connection: does the sign-in work, which permissions were granted, and do two small reads succeed. It reports and
 * never throws for what it finds, because every finding is an answer to the person who asks.
 */
import { z } from 'zod';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { ErrorCode } from '../../src-shared/errors/error-code.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import { wordsFor } from './error-words.ts';
import { openGraph, type GraphClient, type GraphServices } from './graph-client.ts';
import { defaultRetryLimits } from './retry-policy.ts';
import { grantedRoles } from './sign-in.ts';

/** How one step of the test ended. */
export type StepResult =
  { readonly isOk: true } | { readonly isOk: false; readonly code: ErrorCode; readonly message: string };

/** One application permission. `not-needed`: granted, and this backup would work without it. */
export interface PermissionFinding {
  readonly name: string;
  readonly state: 'granted' | 'missing' | 'not-needed';
  /** What its absence costs; empty when it is not needed. */
  readonly cost: string;
}

/** The findings of a test. After a failed sign-in all steps fail with its code and no permission is known. */
export interface ConnectionReport {
  readonly token: StepResult;
  readonly organization: StepResult;
  readonly users: StepResult;
  readonly tenantName: string | undefined;
  readonly permissions: readonly PermissionFinding[];
}

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

/** Tests a connection from sign-in to a first read. Opens a client of its own and closes it. */
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
  if (!token.isOk)
    return { token, organization: token, users: token, tenantName: undefined, permissions: [] };
  let tenantName: string | undefined;
  const organization = await step(async () => {
    const query = { $select: 'id,displayName' };
    const { value } = await graph.getJson('/organization', { schema: organizationSchema, query, signal });
    tenantName = value[0]?.displayName ?? undefined;
  });
  const users = await step(async () => {
    await graph.getJson('/users', { schema: usersSchema, query: { $select: 'id', $top: 1 }, signal });
  });
  return { token, organization, users, tenantName, permissions: permissionFindings(roles) };
}

/** Compares the roles of a token with what is needed. */
function permissionFindings(roles: readonly string[]): readonly PermissionFinding[] {
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
