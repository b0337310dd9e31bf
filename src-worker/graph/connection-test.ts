/**
 * Test Connection: does the sign-in work, which permissions were granted, does one small read of each service succeed,
 * and when does the credential end. It reports and never throws for what it finds, because every finding is an answer
 * to the person who asks. A permission that was granted and that the chosen services would work without is
 * `not-needed`; after a failed sign-in no permission is known.
 */
import { z } from 'zod';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { ConnectionReport } from '../../src-shared/model/connection-report.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import {
  exportSet,
  permissionServices,
  readSet,
  type PermissionService,
} from '../../src-shared/model/permission.ts';
import { defaultServices, type ServiceName } from '../../src-shared/model/service-name.ts';
import { credentialExpiry, unknownExpiry } from './credential-expiry.ts';
import { wordsFor } from './error-words.ts';
import { openGraph, type GraphClient, type GraphServices } from './graph-client.ts';
import { defaultRetryLimits } from './retry-policy.ts';
import { probeServices } from './service-probes.ts';
import { grantedRoles } from './sign-in.ts';

type StepResult = ConnectionReport['token'];
type PermissionFinding = ConnectionReport['permissions'][number];

/** What is tested: a connection, for some services; without a choice, for what a backup of this version saves. */
export interface ConnectionTest {
  readonly connection: GraphConnection;
  readonly services?: readonly PermissionService[] | undefined;
}

/** What serves the services that have no permissions of their own. */
const servedBy: Partial<Record<ServiceName, readonly PermissionService[]>> = {
  conversation: ['group'],
  directory: ['accounts', 'group'],
};
const testedServices: readonly PermissionService[] = permissionServices.filter((service) =>
  defaultServices.some((name) => name === service || servedBy[name]?.includes(service) === true),
);

/** Somebody waits for the answer, so little patience is right. */
const impatient = { ...defaultRetryLimits, attempts: 2, throttledAttempts: 3, longestDelayMs: 1_000 };

const organizationSchema = z.object({ value: z.array(z.object({ displayName: z.string().nullish() })) });
const usersSchema = z.object({ value: z.array(z.object({ id: z.string() })) });
/** Among so many accounts there is hopefully one with a mailbox. */
const accountsToProbe = 10;

/** Tests a connection from sign-in to a first read of each service. Opens a client of its own and closes it. Steps after
 * a failed sign-in fail with its code. */
export async function testConnection(
  test: ConnectionTest,
  services: GraphServices,
  signal?: AbortSignal,
): Promise<ConnectionReport> {
  const graph = openGraph(test.connection, { ...services, retryLimits: impatient });
  try {
    return await findOut(graph, { ...test, nowMs: services.clock.nowMs() }, signal);
  } finally {
    await graph.close();
  }
}

async function findOut(
  graph: GraphClient,
  { connection, services = testedServices, nowMs }: ConnectionTest & { nowMs: number },
  signal: AbortSignal | undefined,
): Promise<ConnectionReport> {
  let roles: readonly string[] = [];
  const token = await step(async () => {
    roles = grantedRoles(await graph.authorization());
  });
  if (!token.isOk) {
    const expiry = unknownExpiry(connection.credential, nowMs);
    return {
      token,
      organization: token,
      users: token,
      tenantName: null,
      permissions: [],
      probes: [],
      expiry,
    };
  }
  let tenantName: string | null = null;
  const organization = await step(async () => {
    const query = { $select: 'id,displayName' };
    const { value } = await graph.getJson('/organization', { schema: organizationSchema, query, signal });
    tenantName = value[0]?.displayName ?? null;
  });
  let accounts: string[] = [];
  const users = await step(async () => {
    const query = { $select: 'id', $top: accountsToProbe };
    const { value } = await graph.getJson('/users', { schema: usersSchema, query, signal });
    accounts = value.map(({ id }) => id);
  });
  return {
    token,
    organization,
    users,
    tenantName,
    permissions: permissionFindings(roles, new Set([...services, 'accounts'])),
    probes: await probeServices(graph, { services, accounts, signal }),
    expiry: await credentialExpiry(graph, connection, nowMs),
  };
}

/** Compares the roles of a token with what the services need. */
function permissionFindings(
  roles: readonly string[],
  services: ReadonlySet<PermissionService>,
): PermissionFinding[] {
  const held = new Set(roles);
  const needed = [...readSet, ...exportSet].filter((permission) =>
    permission.services.some((each) => services.has(each)),
  );
  const useful = new Set(needed.flatMap(({ name, includedIn }) => [name, ...includedIn]));
  const findings = needed.map(({ name, includedIn, cost }): PermissionFinding => {
    const isGranted = [name, ...includedIn].some((role) => held.has(role));
    return { name, cost, state: isGranted ? 'granted' : 'missing' };
  });
  const others = roles.filter((role) => !useful.has(role)).toSorted();
  return [...findings, ...others.map((name): PermissionFinding => ({ name, state: 'not-needed', cost: '' }))];
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
