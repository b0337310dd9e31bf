/** `holdfast organization accounts`: what there is to choose from for a protected item, and what not, and why. */
import type { Command } from 'commander';
import type { AccountChoice } from '../../src-shared/contract/organization-contract.ts';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { ChoiceReason } from '../../src-shared/model/account-choice.ts';
import { choose, kinds } from '../cli/choice.ts';
import { connectionOf } from '../cli/connection.ts';
import type { Perform } from '../cli/perform.ts';
import { countText, pluralText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import { tableText } from '../cli/table.ts';

interface OrganizationAccountsOptions {
  readonly sites?: boolean;
  readonly search?: string;
  readonly limit?: string;
}

interface Found {
  readonly accounts: readonly AccountChoice[];
  /** False where more would have come. */
  readonly isAll: boolean;
}

const usualLimit = 500;
const longestPage = 999;
const columns = [
  { title: 'Name', maxWidth: 40 },
  { title: 'Type' },
  { title: 'Address or id' },
  { title: 'Note' },
] as const;

const notes: Readonly<Record<ChoiceReason, string>> = {
  guest: 'cannot be chosen: a guest has the mailbox in another organization',
  discovery: 'cannot be chosen: Exchange keeps it for itself',
  'no-mailbox': 'cannot be chosen: no mailbox here',
  deleted: 'cannot be chosen: deleted; restore the user in the Entra admin center first',
  disabled: 'sign-in is blocked',
  unlicensed: 'no licence; the mailbox may end soon',
};

export function addOrganizationAccounts(organizations: Command, perform: Perform): void {
  organizations
    .command('accounts')
    .description('list what can be backed up: people, shared mailboxes and groups, or sites and teams')
    .argument('[organization]', 'name or id; not needed where there is only one')
    .option('--sites', 'sites, Outlook groups and teams in place of mailboxes')
    .option('--search <text>', 'only those with this at the beginning of a word of their name or address')
    .option('--limit <count>', `at most so many (default: ${usualLimit})`)
    .action(
      perform(async (session, options: OrganizationAccountsOptions, wanted: string | undefined) => {
        const found = await listAccounts(session, options, wanted);
        return { facts: found, text: accountsText(found) };
      }),
    );
}

async function listAccounts(
  session: Session,
  { sites = false, search, limit }: OrganizationAccountsOptions,
  wanted: string | undefined,
): Promise<Found> {
  const most = limitOf(limit);
  const record = choose((await session.records()).organizations(), kinds.organization, wanted);
  const client = await session.engine();
  const connection = await connectionOf(session, record);
  const request = { connection, of: sites ? ('sites' as const) : ('mailboxes' as const), search };
  const accounts: AccountChoice[] = [];
  let after: string | undefined;
  do {
    const page = await client.organization.accounts(
      { ...request, after, limit: Math.min(longestPage, most) },
      { signal: session.signal },
    );
    accounts.push(...page.accounts);
    after = page.next ?? undefined;
  } while (after !== undefined && accounts.length < most);
  return { accounts: accounts.slice(0, most), isAll: after === undefined && accounts.length <= most };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return usualLimit;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new AppError(
    'input-invalid',
    `--limit is a whole number above 0, not "${text}". Nothing was listed.`,
  );
}

function accountsText({ accounts, isAll }: Found): string {
  const rows = accounts.map(({ name, type, address, reason }) => [
    name,
    type.replaceAll('-', ' '),
    address,
    reason === null ? '' : notes[reason],
  ]);
  const count = pluralText(accounts.length, 'line');
  const more = isAll ? '' : `; there are more than ${countText(accounts.length)}: search, or raise --limit`;
  return `${tableText(columns, rows)}\n\n${count}${more}`;
}
