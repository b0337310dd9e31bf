/** `holdfast verify`: can everything in a vault be read. */
import type { Command } from 'commander';
import type { VerifyReport } from '../../src-shared/model/job.ts';
import { runJob } from '../cli/job-run.ts';
import type { Perform } from '../cli/perform.ts';
import { countText, durationText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import { openKnownVault } from '../cli/vault-access.ts';

export interface VerifyOptions {
  /** False where only the presence of packs is asked for. */
  readonly data: boolean;
}

const listedProblems = 20;

export function addVerify(program: Command, perform: Perform): void {
  program
    .command('verify')
    .description('check that all of a vault can be read, from its own files')
    .argument('[vault]', 'name or id; not needed where there is only one')
    .option('--no-data', 'do not read the packs, only check that they are there')
    .action(
      perform(async (session, options: VerifyOptions, wanted: string | undefined) => {
        const report = await verify(session, options, wanted);
        return {
          facts: { report },
          text: verifyText(report, options),
          exit: report.isClean ? 'ok' : 'vault',
        };
      }),
    );
}

export async function verify(
  session: Session,
  options: VerifyOptions,
  wanted?: string,
): Promise<VerifyReport> {
  const { client, vault, record } = await openKnownVault(session, wanted);
  return runJob<VerifyReport>(session, {
    kind: 'verify',
    vaultId: record.id,
    protectedItemId: null,
    noun: 'packs',
    start: () => client.vault.verify({ vault, readsData: options.data }, { signal: session.signal }),
    outcomeOf: ({ isClean }) => (isClean ? 'complete' : 'partial'),
  });
}

function verifyText(report: VerifyReport, { data }: VerifyOptions): string {
  const { isClean, snapshots, packs, packBytes, chunks, items, problems, orphanPacks, leftovers } = report;
  const how = data
    ? `read back: ${pluralText(packs, 'pack')} (${sizeText(packBytes)}) with ${pluralText(chunks, 'chunk')}`
    : `present, not read: ${pluralText(packs, 'pack')} (${sizeText(packBytes)})`;
  const scope = `${pluralText(snapshots, 'snapshot')}, ${pluralText(items, 'item')}; ${how}; ${durationText(report.durationMs)}.`;
  const lines = [
    isClean
      ? `${data ? 'Verified' : 'Nothing is missing'}: ${scope}`
      : `Damaged: ${pluralText(problems.length, 'problem')} in ${scope}`,
  ];
  for (const { file, code, message } of problems.slice(0, listedProblems))
    lines.push(`  ${file}: ${message} [${code}]`);
  if (problems.length > listedProblems)
    lines.push(`  and ${countText(problems.length - listedProblems)} more; --json lists them`);
  if (orphanPacks + leftovers > 0) {
    lines.push(
      `An interrupted run left ${pluralText(orphanPacks, 'pack')} and ${pluralText(leftovers, 'small file')}. They do no harm; the next backup takes over what it can use.`,
    );
  }
  return lines.join('\n');
}
