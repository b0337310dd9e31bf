/**
 * Which accounts a run backs up: resolved against Microsoft 365 at every run. Somebody chosen who cannot be found is
 * an issue of the run and never silently left out.
 */
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import type { MailboxSelection } from '../../../src-shared/model/protected-item.ts';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import type { GraphClient } from '../../graph/graph-client.ts';
import { graphPath } from '../../graph/paths.ts';

const userFields = 'id,displayName,userPrincipalName,mail,accountEnabled,userType';
const pageSize = 999;

const userSchema = z.object({
  id: z.string().min(1).max(128),
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  mail: z.string().nullish(),
  userType: z.string().nullish(),
});
type GraphUser = z.infer<typeof userSchema>;

/** Accounts to back up, and those that were chosen but are not there. */
export interface SelectedAccounts {
  readonly accounts: readonly AccountRow[];
  readonly missing: readonly { readonly address: string; readonly error: AppError }[];
}

export async function selectAccounts(
  graph: GraphClient,
  selection: MailboxSelection,
  signal: AbortSignal,
): Promise<SelectedAccounts> {
  if (selection.mode === 'selected') return lookUpAccounts(graph, selection.users, signal);
  const excluded = new Set(selection.mode === 'excluding' ? selection.users.map(normal) : []);
  const accounts: AccountRow[] = [];
  for await (const page of graph.pages('/users', {
    schema: userSchema,
    query: { $select: userFields, $top: pageSize },
    signal,
  })) {
    for (const user of page) if (isOurs(user) && !isNamed(user, excluded)) accounts.push(accountOf(user));
  }
  return { accounts, missing: [] };
}

async function lookUpAccounts(
  graph: GraphClient,
  users: readonly string[],
  signal: AbortSignal,
): Promise<SelectedAccounts> {
  const accounts = new Map<string, AccountRow>();
  const missing: { address: string; error: AppError }[] = [];
  for (const address of users) {
    try {
      const user = await graph.getJson(graphPath`/users/${address}`, {
        schema: userSchema,
        query: { $select: userFields },
        target: 'account',
        signal,
      });
      accounts.set(user.id, accountOf(user));
    } catch (error) {
      if (!isAppError(error, 'account-unknown', 'item-gone')) throw error;
      missing.push({ address, error: unknownAccount(address, error) });
    }
  }
  return { accounts: [...accounts.values()], missing };
}

/** Guests have their mailbox in another organization. */
function isOurs(user: GraphUser): boolean {
  return user.userType !== 'Guest';
}

function isNamed(user: GraphUser, names: ReadonlySet<string>): boolean {
  return [user.id, user.userPrincipalName, user.mail].some(
    (name) => typeof name === 'string' && names.has(normal(name)),
  );
}

function accountOf(user: GraphUser): AccountRow {
  const address = user.mail ?? user.userPrincipalName ?? user.id;
  return { id: user.id, address, name: user.displayName ?? address, kind: 'user' };
}

function normal(name: string): string {
  return name.trim().toLowerCase();
}

function unknownAccount(address: string, cause: unknown): AppError {
  return new AppError(
    'account-unknown',
    `There is no account "${address}" in this organization. Snapshots that have it keep it; check the spelling, or take it out of the selection.`,
    { cause, details: { address } },
  );
}
