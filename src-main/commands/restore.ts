/** `holdfast restore`: items and folders of a snapshot as files in a folder of this PC. */
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import {
  existingModes,
  mailFormats,
  vcardVersions,
  type ExistingMode,
  type MailFormat,
} from '../../src-shared/contract/restore-contract.ts';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { RestoreReport } from '../../src-shared/model/job.ts';
import { runJob } from '../cli/job-run.ts';
import type { Perform } from '../cli/perform.ts';
import { durationText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import {
  chooseAccount,
  findSnapshots,
  type SnapshotOptions,
  type SnapshotTarget,
} from '../cli/snapshot-target.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { plainLine } from '../cli/table.ts';

export interface RestoreOptions extends SnapshotOptions {
  readonly to?: string;
  readonly zip?: string;
  readonly account?: string;
  readonly service?: ServiceName;
  readonly folder?: string;
  readonly item?: string;
  readonly vcard?: (typeof vcardVersions)[number];
  readonly existing?: ExistingMode;
  readonly mail?: MailFormat;
  readonly damaged?: boolean;
}

const listedProblems = 20;

export function addRestore(program: Command, perform: Perform): void {
  program
    .command('restore')
    .description(
      'restore to this PC: mail as .eml, .mbox or .msg, events as .ics, contacts as .vcf, files as they were; nothing that exists is overwritten unless you say so',
    )
    .argument('[protected-item]', 'name or id; not needed where there is only one')
    .option('--to <folder>', 'where to put the files; made if it is missing')
    .option('--zip <file>', 'put the files into one .zip file instead')
    .addOption(
      new Option(
        '--existing <what>',
        'what becomes of a file that was there and has the name of a restored one (default: rename, the restored one takes a free name)',
      ).choices(existingModes),
    )
    .option('--damaged', 'of an item that is damaged in the vault, write what can be read, named "(damaged)"')
    .option(
      '--service <service>',
      `${serviceNames.join(', ')} (default: all, or mail with --folder or --item)`,
    )
    .option('--account <account>', 'only this account: address, name or id')
    .option('--folder <folder>', 'only this folder and what is below it: path or id')
    .option('--item <message>', 'only this message: its id, as "holdfast ls" shows it')
    .addOption(
      new Option(
        '--vcard <version>',
        'version of the .vcf files (default: 3.0, which Outlook imports)',
      ).choices(vcardVersions),
    )
    .addOption(
      new Option(
        '--mail <format>',
        'mail as .eml files (default), one .mbox file a folder, or .msg files of Outlook',
      ).choices(mailFormats),
    )
    .option('--snapshot <number>', 'an earlier snapshot (default: latest)')
    .option('--vault <vault>', 'the vault to restore from')
    .action(
      perform(async (session, options: RestoreOptions, wanted: string | undefined) => {
        const report = await restore(session, options, wanted);
        return { facts: { report }, text: restoreText(report), exit: isWhole(report) ? 'ok' : 'partial' };
      }),
    );
}

export async function restore(
  session: Session,
  options: RestoreOptions,
  wanted?: string,
): Promise<RestoreReport> {
  const { folder, item, service, vcard, existing, mail, damaged } = options;
  const target = targetOf(options);
  if (folder !== undefined && item !== undefined) {
    throw new AppError('input-invalid', 'Give --folder or --item, not both. Nothing was restored.');
  }
  const from = await findSnapshots(session, wanted, options);
  const account = await accountOf(from, options);
  const { client, scope, record, protectedItem } = from;
  return runJob<RestoreReport>(session, {
    kind: 'restore',
    vaultId: record.id,
    protectedItemId: protectedItem.id,
    noun: 'items',
    start: () =>
      client.restore.files(
        { ...scope, account, service, folder, item, vcard, existing, mail, damaged, ...target },
        { signal: session.signal },
      ),
    outcomeOf: (report) => (isWhole(report) ? 'complete' : 'partial'),
  });
}

const isWhole = ({ failed, damaged }: RestoreReport): boolean => failed + damaged === 0;

function targetOf({ to, zip }: RestoreOptions): { targetPath: string; container: 'folder' | 'zip' } {
  if (to !== undefined && zip === undefined) return { targetPath: resolve(to), container: 'folder' };
  if (zip !== undefined && to === undefined) return { targetPath: resolve(zip), container: 'zip' };
  throw new AppError(
    'input-invalid',
    'Say where to restore to: --to with a folder, or --zip with a file. Nothing was restored.',
  );
}

/** A folder or a message lies in one account; without them, all accounts are meant. */
async function accountOf(
  target: SnapshotTarget,
  { account, folder, item }: RestoreOptions,
): Promise<string | undefined> {
  if (folder === undefined && item === undefined) return account;
  return chooseAccount(target, account);
}

function restoreText(report: RestoreReport): string {
  const { restored, skipped, failed, damaged, bytes, problems, targetPath, durationMs } = report;
  const lines = [
    `Restored ${pluralText(restored, 'item')}, ${sizeText(bytes)}, to ${targetPath} in ${durationText(durationMs)}.`,
  ];
  if (skipped > 0) lines.push(`Skipped: ${pluralText(skipped, 'item')} whose files were there already.`);
  if (damaged > 0)
    lines.push(
      `Damaged: of ${pluralText(damaged, 'item')} only a part can be read from the vault. It is written under a name with "(damaged)".`,
    );
  if (failed > 0)
    lines.push(
      `Failed: ${pluralText(failed, 'item')} cannot be read from the vault. What could be, is restored.`,
    );
  for (const { item, code, message } of problems.slice(0, listedProblems)) {
    lines.push(`  ${plainLine(item)}: ${message} [${code}]`);
  }
  const told = failed + damaged;
  if (told > listedProblems)
    lines.push(`  and ${pluralText(told - listedProblems, 'more', 'more')}; --json lists them`);
  return lines.join('\n');
}
