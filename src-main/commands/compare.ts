/** `holdfast compare`: what came, went, moved and changed between two snapshots. */
import type { Command } from 'commander';
import type { ChangeTotal, Comparison, ItemChange } from '../../src-shared/contract/compare-contract.ts';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { countText, pluralText } from '../../src-shared/words/quantities.ts';
import type { Perform } from '../cli/perform.ts';
import type { Session } from '../cli/session.ts';
import { chooseAccount, findSnapshots } from '../cli/snapshot-target.ts';
import { tableText } from '../cli/table.ts';

interface CompareOptions {
  readonly from?: string;
  readonly to?: string;
  readonly account?: string;
  readonly service?: ServiceName;
  readonly folder?: string;
  readonly item?: string;
  readonly limit: string;
  readonly vault?: string;
}

const mostListed = 10_000;
const longestTitle = 44;
const longestAccount = 28;
const longestFolder = 30;

const warningTexts = {
  'mass-removal': 'MANY ITEMS ARE GONE',
  'mass-change': 'MANY ITEMS HAVE OTHER CONTENT',
} as const;

export function addCompare(program: Command, perform: Perform): void {
  program
    .command('compare')
    .description('tell what was added, removed, moved and changed between two snapshots')
    .argument('[protected-item]', 'name or id; not needed where there is only one')
    .option('--from <number>', 'the older snapshot (default: the one before the newer)')
    .option('--to <number>', 'the newer snapshot (default: latest)')
    .option('--account <account>', 'only this account: address, name or id')
    .option(
      '--service <service>',
      `only one of ${serviceNames.join(', ')} (default: all, or mail with --folder)`,
    )
    .option('--folder <folder>', 'only this folder and what is below it: path or id')
    .option('--item <item>', 'only this item, by its id')
    .option('--limit <number>', `list so many changes, up to ${mostListed}`, '50')
    .option('--vault <vault>', 'the vault to look in')
    .action(
      perform(async (session, options: CompareOptions, wanted: string | undefined) => {
        const comparison = await compare(session, options, wanted);
        return { facts: comparison, text: comparisonText(comparison) };
      }),
    );
}

async function compare(
  session: Session,
  options: CompareOptions,
  wanted: string | undefined,
): Promise<Comparison> {
  const { folder, item, vault } = options;
  const target = await findSnapshots(session, wanted, {
    ...(vault !== undefined && { vault }),
    ...(options.to !== undefined && { snapshot: options.to }),
  });
  const { client, scope } = target;
  const to = scope.snapshot;
  const from =
    options.from === undefined ? await snapshotBefore(target) : numberOf(options.from, 'a snapshot');
  const account = folder === undefined ? options.account : await chooseAccount(target, options.account);
  const service = options.service ?? (folder === undefined ? undefined : ('mail' as const));
  const limit = numberOf(options.limit, 'a number of changes');
  const { protectedItemId } = scope;
  return client.compare.snapshots({
    ...{ vault: scope.vault, protectedItemId, from, to, account, service, folder, item, limit },
  });
}

async function snapshotBefore({ client, scope }: Awaited<ReturnType<typeof findSnapshots>>): Promise<number> {
  const { vault, protectedItemId, snapshot } = scope;
  const numbers = (await client.snapshot.list({ vault, protectedItemId })).map(({ number }) => number);
  const before = numbers.filter((number) => number < (snapshot ?? Math.max(...numbers)));
  if (before.length > 0) return Math.max(...before);
  throw new AppError(
    'snapshot-unknown',
    'There is no older snapshot to compare with. Run another backup first, or name two with --from and --to.',
  );
}

function numberOf(text: string, what: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0 && number <= mostListed) return number;
  throw new AppError('input-invalid', `"${text}" is not ${what}. Nothing was compared; give a whole number.`);
}

function comparisonText({ from, to, totals, changes, more }: Comparison): string {
  if (totals.length === 0) return `Snapshots ${from} and ${to} hold the same.`;
  const lines = [`From snapshot ${from} to snapshot ${to}:`, '', totalsTable(totals)];
  for (const { account, service, warnings } of totals)
    for (const warning of warnings)
      lines.push('', `${warningTexts[warning]}: ${service} of ${account.address || account.id}.`);
  if (changes.length > 0) lines.push('', changesTable(changes));
  if (more > 0) lines.push('', `and ${pluralText(more, 'more change')}; raise --limit, or narrow it down`);
  return lines.join('\n');
}

function totalsTable(totals: readonly ChangeTotal[]): string {
  const numbers = ['Before', 'After', 'Added', 'Removed', 'Moved', 'Changed'];
  const columns = [
    { title: 'Account', maxWidth: longestAccount },
    { title: 'Service' },
    ...numbers.map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = totals.map(({ account, service, before, after, added, removed, moved, changed }) => [
    account.address || account.id,
    service,
    ...[before, after, added, removed, moved, changed].map(countText),
  ]);
  return tableText(columns, rows);
}

function changesTable(changes: readonly ItemChange[]): string {
  const columns = [
    { title: 'What' },
    { title: 'Item', maxWidth: longestTitle },
    { title: 'Account', maxWidth: longestAccount },
    { title: 'Where', maxWidth: 2 * longestFolder },
    { title: 'Id' },
  ];
  return tableText(
    columns,
    changes.map((change) => [
      whatText(change),
      (change.after ?? change.before)?.title ?? '',
      change.account.address || change.account.id,
      placeText(change),
      change.id,
    ]),
  );
}

const whatText = ({ kind, isContentChanged }: ItemChange): string =>
  kind === 'changed' && !isContentChanged ? 'marked' : kind;

function placeText({ service, before, after }: ItemChange): string {
  const [from, to] = [before?.folderPath, after?.folderPath];
  const path = from !== undefined && to !== undefined && from !== to ? `${from} → ${to}` : (to ?? from ?? '');
  return service === 'mail' ? path : `${service}: ${path}`;
}
