/** `holdfast search`: items of all snapshots of a vault, by their words. */
import type { Command } from 'commander';
import type { FoundItem, SearchResult } from '../../src-shared/contract/search-contract.ts';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { itemTime, itemTitle } from '../../src-shared/model/item-facts.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { dateText, pluralText } from '../../src-shared/words/quantities.ts';
import { follow } from '../cli/job-run.ts';
import type { Perform } from '../cli/perform.ts';
import type { Session } from '../cli/session.ts';
import { tableText } from '../cli/table.ts';
import { openKnownVault } from '../cli/vault-access.ts';

interface SearchOptions {
  readonly account?: string;
  readonly service?: ServiceName;
  readonly from?: string;
  readonly to?: string;
  readonly attachments?: true;
  readonly limit: string;
  readonly vault?: string;
}

const mostItems = 1000;
const longestTitle = 44;
const longestAccount = 28;
const longestFolder = 24;

export function addSearch(program: Command, perform: Perform): void {
  program
    .command('search')
    .description('find items of all snapshots by words of subject, people, names and places')
    .argument('<words...>', 'what an item has: all of the words, each from its beginning')
    .option('--account <account>', 'only of this account: address, name or id')
    .option('--service <service>', `only of one of ${serviceNames.join(', ')}`)
    .option('--from <date>', 'not before this day, such as 2026-03-01')
    .option('--to <date>', 'not after this day')
    .option('--attachments', 'only with attachments')
    .option('--limit <number>', `at most so many, up to ${mostItems}`, '50')
    .option('--vault <vault>', 'the vault to look in')
    .action(
      perform(async (session, options: SearchOptions, words: readonly string[]) => {
        const result = await search(session, options, words);
        return { facts: result, text: resultText(result) };
      }),
    );
}

async function search(
  session: Session,
  options: SearchOptions,
  words: readonly string[],
): Promise<SearchResult> {
  const { account, service, attachments, limit } = options;
  const query = {
    words: words.join(' '),
    account,
    service,
    hasAttachments: attachments,
    from: dayText(options.from, '00:00:00.000'),
    to: dayText(options.to, '23:59:59.999'),
    limit: limitOf(limit),
  };
  const { client, vault } = await openKnownVault(session, options.vault);
  return follow<SearchResult>(session, {
    noun: 'items',
    start: () => client.search.items({ vault, ...query }, { signal: session.signal }),
  });
}

/** The beginning or end of a day in the time zone of this computer. */
function dayText(day: string | undefined, time: string): string | undefined {
  if (day === undefined) return undefined;
  const date = new Date(`${day}T${time}`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(date.getTime())) return date.toISOString();
  throw new AppError('input-invalid', `"${day}" is no day. Nothing was searched; write it like 2026-03-01.`);
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostItems) return limit;
  throw new AppError(
    'input-invalid',
    `"${text}" is no number of items. Nothing was searched; give one from 1 to ${mostItems}.`,
  );
}

/** The id comes last: it is long, and it is what `show` and `restore` take. */
function resultText({ items, next }: SearchResult): string {
  if (items.length === 0)
    return 'Nothing was found. Words are looked for in subjects, people, names and places, each from its beginning.';
  const columns = [
    { title: 'Time' },
    { title: 'Title', maxWidth: longestTitle },
    { title: 'Account', maxWidth: longestAccount },
    { title: 'Folder', maxWidth: longestFolder },
    { title: 'Snapshots' },
    { title: 'Id' },
  ];
  const rows = items.map((item) => [
    dateText(itemTime(item.info) ?? ''),
    itemTitle(item.info) ?? '',
    item.account.address,
    folderText(item),
    spanOf(item),
    item.id,
  ]);
  const more = next === null ? '' : '; there are more, so add words or raise --limit';
  return `${tableText(columns, rows)}\n\n${pluralText(items.length, 'item')}${more}`;
}

const folderText = ({ service, folderPath }: FoundItem): string =>
  service === 'mail' ? folderPath : `${service}: ${folderPath}`;

/** The snapshots that hold an item in this form. */
function spanOf({ firstSnapshot, lastSnapshot }: FoundItem): string {
  if (lastSnapshot === null) return `${firstSnapshot} to newest`;
  return firstSnapshot === lastSnapshot ? `${firstSnapshot}` : `${firstSnapshot} to ${lastSnapshot}`;
}
