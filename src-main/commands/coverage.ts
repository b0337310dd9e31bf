/** `holdfast coverage`: what a snapshot holds of every account and service, and the cause of every gap. */
import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { serviceTitle, type CoverageFormat, type CoverageReport } from '../../src-shared/model/coverage.ts';
import { coverageCauses, coverageTotals } from '../../src-shared/words/coverage-words.ts';
import { unwritableFile } from '../cli/file-output.ts';
import type { Perform } from '../cli/perform.ts';
import { countText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import { findSnapshots, type SnapshotOptions } from '../cli/snapshot-target.ts';
import { tableText } from '../cli/table.ts';

interface CoverageOptions extends SnapshotOptions {
  readonly format?: CoverageFormat;
  readonly out?: string;
}

/** Not those of the model: the command line loads no zod before it must. */
const formats = ['json', 'csv', 'html'] as const satisfies readonly CoverageFormat[];
const longestAddress = 40;

export function addCoverage(program: Command, perform: Perform): void {
  program
    .command('coverage')
    .description('tell what a snapshot holds of every account and service, and why anything is missing')
    .argument('[protected-item]', 'name or id; not needed where there is only one')
    .option('--snapshot <number>', 'an earlier snapshot (default: latest)')
    .option('--vault <vault>', 'the vault to look in')
    .addOption(new Option('--format <format>', 'a document instead of a table').choices(formats))
    .option('--out <file>', 'write the document there instead of to standard output')
    .action(
      perform(async (session, options: CoverageOptions, wanted: string | undefined) => {
        const { client, scope } = await findSnapshots(session, wanted, options);
        const { format = options.out === undefined ? undefined : 'html', out } = options;
        if (format === undefined) {
          const report = await client.snapshot.coverage(scope);
          return { facts: report, text: reportText(report) };
        }
        const { text } = await client.snapshot.coverageDocument({ ...scope, format });
        if (out === undefined) return { facts: { text }, text: text.trimEnd() };
        await writeFile(out, text, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
          throw unwritableFile(out, error);
        });
        return {
          facts: { path: out },
          text: `Wrote ${out}. It names accounts, so keep it as you keep those.`,
        };
      }),
    );
}

function reportText(report: CoverageReport): string {
  const chosen = report.rows.filter(({ gaps }) => !gaps.some(({ outcome }) => outcome === 'out-of-scope'));
  const table = tableText(
    [
      { title: 'Account', maxWidth: longestAddress },
      { title: 'Service' },
      ...['Exist', 'Saved', 'Unchanged', 'Skipped', 'Failed', 'Size'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    chosen.map((row) => [
      row.account.address,
      serviceTitle(row),
      ...[row.enumerated, row.saved, row.unchanged, row.skipped, row.failed].map(countText),
      sizeText(row.sizeBytes),
    ]),
  );
  const head = `Snapshot ${report.snapshot} of "${report.protectedItemName}" (${report.outcome})`;
  // Causes over all accounts; whoever needs each account's asks for a document.
  const causes = coverageCauses(report).map(({ text }) => text);
  const { all, held } = coverageTotals(report);
  const total = `${countText(held)} of ${pluralText(all, 'item')} are saved as they were.`;
  return [head, '', table, '', ...causes, ...(causes.length === 0 ? [] : ['']), total].join('\n');
}
