/** `holdfast ls`: what lies in a snapshot: its accounts, the folders of an account, the messages of a folder. */
import type { Command } from 'commander';
import type { ListedItem } from '../../src-shared/contract/scope.ts';
import type { Folder } from '../../src-shared/contract/snapshot-contract.ts';
import type { AccountRow } from '../../src-shared/model/rows.ts';
import type { Perform } from '../cli/perform.ts';
import { countText, dateText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import {
  chooseAccount,
  findSnapshots,
  sortedAccounts,
  type SnapshotOptions,
  type SnapshotTarget,
} from '../cli/snapshot-target.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { plainLine, tableText } from '../cli/table.ts';

export interface ListOptions extends SnapshotOptions {
  readonly account?: string;
  readonly service?: ServiceName;
  readonly folder?: string;
}

/** One of the three lists. */
export type Listing =
  { readonly accounts: AccountRow[] } | { readonly folders: Folder[] } | { readonly items: ListedItem[] };

const accountColumns = [
  { title: 'Account' },
  { title: 'Name' },
  { title: 'Kind' },
  { title: 'Not saved since it is' },
];
const leftTexts = { deleted: 'deleted', 'not-selected': 'not selected' } as const;
const pageSize = 1000;
const longestSubject = 48;
const longestSender = 32;

export function addLs(program: Command, perform: Perform): void {
  program
    .command('ls')
    .description('list accounts, with --account folders, with --folder messages')
    .argument('[protected-item]', 'name or id; not needed where there is only one')
    .option('--service <service>', `${serviceNames.join(', ')} (default: mail)`)
    .option('--account <account>', 'address, name or id of an account')
    .option('--folder <folder>', 'path of a folder, such as Inbox/2026, or its id')
    .option('--snapshot <number>', 'an earlier snapshot (default: latest)')
    .option('--vault <vault>', 'the vault to look in')
    .action(
      perform(async (session, options: ListOptions, wanted: string | undefined) => {
        const listing = await list(session, options, wanted);
        return { facts: listing, text: listingText(listing) };
      }),
    );
}

export async function list(session: Session, options: ListOptions, wanted?: string): Promise<Listing> {
  const target = await findSnapshots(session, wanted, options);
  const { client, scope } = target;
  const { folder, service } = options;
  if (options.account === undefined && folder === undefined) {
    return { accounts: sortedAccounts(await client.snapshot.accounts(scope)) };
  }
  const account = await chooseAccount(target, options.account);
  if (folder === undefined) return { folders: await client.snapshot.folders({ ...scope, account, service }) };
  return { items: await itemsOf(target, { account, folder, service }) };
}

/** All items of one folder, newest first. */
async function itemsOf(
  { client, scope }: SnapshotTarget,
  place: { account: string; folder: string; service: ServiceName | undefined },
): Promise<ListedItem[]> {
  const items: ListedItem[] = [];
  for (let isLast = false; !isLast;) {
    const after = items.at(-1)?.id;
    const page = await client.snapshot.items({ ...scope, ...place, after, limit: pageSize });
    items.push(...page.items);
    isLast = page.isLast;
  }
  return items.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
}

function listingText(listing: Listing): string {
  if ('accounts' in listing) {
    const rows = listing.accounts.map(({ address, name, kind, left }) => [
      address,
      name,
      kind,
      left === undefined ? '' : leftTexts[left],
    ]);
    return `${tableText(accountColumns, rows)}\n\n${pluralText(rows.length, 'account')}`;
  }
  if ('folders' in listing) return foldersText(listing.folders);
  return itemsText(listing.items);
}

function foldersText(folders: readonly Folder[]): string {
  const rows = folders.map(({ path, items, sizeBytes, isHidden }) => [
    countText(items),
    sizeText(sizeBytes),
    isHidden ? `${path} (hidden)` : path,
  ]);
  const table = tableText(
    [{ title: 'Items', align: 'right' }, { title: 'Size', align: 'right' }, { title: 'Folder' }],
    rows,
  );
  const items = folders.reduce((sum, folder) => sum + folder.items, 0);
  return `${table}\n\n${pluralText(folders.length, 'folder')}, ${pluralText(items, 'item')}`;
}

/** The id comes last: it is long, and it is what `show` and `restore` take. */
function itemsText(items: readonly ListedItem[]): string {
  const rows = items.map((item) => [
    dateText(timeOf(item)),
    infoText(item, 'from'),
    infoText(item, 'subject'),
    sizeText(item.sizeBytes),
    item.id,
  ]);
  const table = tableText(
    [
      { title: 'Received' },
      { title: 'From', maxWidth: longestSender },
      { title: 'Subject', maxWidth: longestSubject },
      { title: 'Size', align: 'right' },
      { title: 'Id' },
    ],
    rows,
  );
  return `${table}\n\n${pluralText(items.length, 'item')}`;
}

/** When a message came or went, in ISO 8601; empty where nothing says. */
function timeOf({ info }: ListedItem): string {
  const time = info['received'] ?? info['sent'];
  return typeof time === 'string' ? time : '';
}

/** A text of an item's row, harmless; empty where there is none. */
function infoText({ info }: ListedItem, key: string): string {
  const value = info[key];
  return typeof value === 'string' ? plainLine(value) : '';
}
