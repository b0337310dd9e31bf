/** One cheap read per service: what a permission promises and what an access policy then allows can differ. */
import { z } from 'zod';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { ConnectionReport } from '../../src-shared/model/connection-report.ts';
import type { PermissionService } from '../../src-shared/model/permission.ts';
import { wordsFor } from './error-words.ts';
import type { GraphClient } from './graph-client.ts';
import { graphPath } from './paths.ts';

type Probe = ConnectionReport['probes'][number];

/** What to read: something of an account, of the first Outlook group, or of the organization. */
type Target =
  | { readonly of: 'account'; readonly path: (account: string) => string; readonly isMailbox: boolean }
  | { readonly of: 'group'; readonly path: (group: string) => string }
  | { readonly of: 'organization'; readonly path: string };

const one = '?$top=1';

/** `accounts`, `reports` and `expiry` have steps of their own, or nothing that is cheap to read. */
const targets: Partial<Record<PermissionService, Target>> = {
  mail: { of: 'account', isMailbox: true, path: (id) => graphPath`/users/${id}/mailFolders` + one },
  calendar: { of: 'account', isMailbox: true, path: (id) => graphPath`/users/${id}/calendars` + one },
  contacts: { of: 'account', isMailbox: true, path: (id) => graphPath`/users/${id}/contactFolders` + one },
  tasks: { of: 'account', isMailbox: true, path: (id) => graphPath`/users/${id}/todo/lists` + one },
  settings: { of: 'account', isMailbox: true, path: (id) => graphPath`/users/${id}/mailboxSettings` },
  drive: { of: 'account', isMailbox: false, path: (id) => graphPath`/users/${id}/drive` },
  chat: { of: 'account', isMailbox: false, path: (id) => graphPath`/users/${id}/chats` + one },
  site: { of: 'organization', path: '/sites/root' },
  group: { of: 'organization', path: `/groups${one}` },
  planner: { of: 'group', path: (id) => graphPath`/groups/${id}/planner/plans` },
  team: { of: 'organization', path: `/teams${one}` },
};

const absentCodes = [
  'account-without-mailbox',
  'account-without-drive',
  'account-unknown',
  'not-in-this-cloud',
] as const;
const deniedCodes = ['access-denied', 'permission-missing'] as const;

const noSharePoint = 'This organization has no SharePoint (not licensed). There are no sites to save.';

/** Whom to ask, and for what. */
interface ProbePlan {
  readonly services: readonly PermissionService[];
  readonly accounts: readonly string[];
  readonly signal: AbortSignal | undefined;
}

export function probeServices(graph: GraphClient, plan: ProbePlan): Promise<Probe[]> {
  const probes = plan.services.map((service) => {
    const target = targets[service];
    return target === undefined ? [] : [probeService(graph, { service, target }, plan)];
  });
  return Promise.all(probes.flat());
}

async function probeService(
  graph: GraphClient,
  { service, target }: { service: PermissionService; target: Target },
  { accounts, signal }: ProbePlan,
): Promise<Probe> {
  const options = { schema: z.unknown(), signal };
  if (target.of === 'organization') {
    const found = await read(() => graph.getJson(target.path, options));
    return { service, ...found, ...(found.state === 'absent' && { message: noSharePoint }) };
  }
  if (target.of === 'group') return { service, ...(await probeGroup(graph, target.path, signal)) };
  let found: Omit<Probe, 'service'> = { state: 'absent', message: 'There is no account to try it with.' };
  for (const account of accounts) {
    const scope = target.isMailbox ? { mailbox: account } : { target: 'account' as const };
    found = await read(() => graph.getJson(target.path(account), { ...options, ...scope }));
    if (found.state !== 'absent') break;
  }
  return { service, ...found };
}

const groupsSchema = z.object({ value: z.array(z.object({ id: z.string() })) });
const firstGroup = { $filter: "groupTypes/any(c:c eq 'Unified')", $select: 'id', $top: 1 };

async function probeGroup(
  graph: GraphClient,
  path: (group: string) => string,
  signal: AbortSignal | undefined,
): Promise<Omit<Probe, 'service'>> {
  const groups: string[] = [];
  const listed = await read(async () => {
    const { value } = await graph.getJson('/groups', { schema: groupsSchema, query: firstGroup, signal });
    groups.push(...value.map(({ id }) => id));
  });
  if (listed.state !== 'allowed') return listed;
  const [group] = groups;
  if (group === undefined) return { state: 'absent', message: 'There is no Outlook group to try it with.' };
  const options = { schema: z.unknown(), target: 'account', service: 'planner', signal } as const;
  return read(() => graph.getJson(path(group), options));
}

async function read(call: () => Promise<unknown>): Promise<Omit<Probe, 'service'>> {
  try {
    await call();
    return { state: 'allowed', message: '' };
  } catch (error) {
    const message = isAppError(error) ? error.message : wordsFor('internal');
    if (isAppError(error, ...absentCodes)) return { state: 'absent', message };
    return { state: isAppError(error, ...deniedCodes) ? 'denied' : 'failed', message };
  }
}
