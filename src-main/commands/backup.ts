/** `holdfast backup`: one run for one protected item. */
import type { Command } from 'commander';
import type { BackupReport } from '../../src-shared/model/job.ts';
import type { ProtectedItem } from '../../src-shared/model/protected-item.ts';
import { choose, kinds } from '../cli/choice.ts';
import { connectionOf } from '../cli/connection.ts';
import type { ExitName } from '../cli/exit-codes.ts';
import { runJob } from '../cli/job-run.ts';
import type { Perform } from '../cli/perform.ts';
import { countText, durationText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import { listText, plainLine } from '../cli/table.ts';
import { openKnownVault } from '../cli/vault-access.ts';

/** Why a run ended in its middle: no item's own cause. */
const endedCode = 'stopped-at-failure';
const endCodes: readonly string[] = ['cancelled', endedCode];

export interface BackupRun {
  readonly protectedItem: ProtectedItem;
  readonly report: BackupReport;
}

export function addBackup(program: Command, perform: Perform): void {
  program
    .command('backup')
    .description('back up a protected item: what is new or changed since the last run')
    .argument('[protected-item]', 'name or id; not needed where there is only one')
    .action(
      perform(async (session, _options: object, wanted: string | undefined) => {
        const run = await backUp(session, wanted);
        return { facts: run, text: backupText(run), exit: backupExit(run.report) };
      }),
    );
}

export async function backUp(session: Session, wanted: string | undefined): Promise<BackupRun> {
  const records = await session.records();
  const protectedItem = choose(records.protectedItems(), kinds.protectedItem, wanted);
  const organization = choose(records.organizations(), kinds.organization, protectedItem.organizationId);
  const connection = await connectionOf(session, organization);
  const { client, vault, record } = await openKnownVault(session, protectedItem.vaultId);
  const report = await runJob<BackupReport>(session, {
    kind: 'backup',
    vaultId: record.id,
    protectedItemId: protectedItem.id,
    noun: 'items',
    start: () =>
      client.backup.run(
        { vault, protectedItem, organizationName: organization.name, connection },
        { signal: session.signal },
      ),
    pause: (isPaused) => (isPaused ? client.backup.pause({ vault }) : client.backup.resume({ vault })),
    outcomeOf: (each) => {
      if (isCancelled(each)) return 'cancelled';
      return each.outcome === 'complete' ? 'complete' : 'partial';
    },
  });
  return { protectedItem, report };
}

function isCancelled({ issues }: BackupReport): boolean {
  return issues.some(({ code }) => code === 'cancelled');
}

/** A missing account is no fault of the run, but somebody expects it to be saved. */
function backupExit(report: BackupReport): ExitName {
  if (isCancelled(report)) return 'cancelled';
  return report.outcome === 'complete' && report.missingAccounts.length === 0 ? 'ok' : 'partial';
}

function backupText({ protectedItem, report }: BackupRun): string {
  const { counts, stored, network, durationMs, adopted } = report;
  const lines = [
    headline(protectedItem.name, report),
    '',
    listText([
      ['Saved', `${pluralText(counts.saved, 'item')}, ${sizeText(counts.bytes)} read`],
      ['Unchanged', countText(counts.unchanged)],
      ['Removed', countText(counts.removed)],
      ['Skipped', `${countText(counts.skipped)}${causes(report, 'skipped')}`],
      ['Failed', `${countText(counts.failed)}${causes(report, 'failed')}`],
      ['Stored', `${sizeText(stored.packBytes)} in ${pluralText(stored.packs, 'pack')}`],
      ['Requests', `${countText(network.requests)}${throttledText(network.throttled)}`],
      ['Time', durationText(durationMs)],
    ]),
  ];
  if (adopted.packs > 0) {
    lines.push(
      '',
      `${pluralText(adopted.packs, 'pack')} of an interrupted run were taken over, so nothing is stored twice.`,
    );
  }
  lines.push(...selectionLines(report));
  return lines.join('\n');
}

function headline(name: string, report: BackupReport): string {
  const snapshot = `Snapshot ${report.snapshot} of "${name}"`;
  if (isCancelled(report)) {
    return `Stopped. ${snapshot} is partial: it holds what was saved until then, and the next run goes on from there.`;
  }
  if (report.issues.some(({ code }) => code === endedCode)) {
    return `Ended at the first failure, as this protected item asks. ${snapshot} is partial: it holds what was saved until then, and the next run goes on from there.`;
  }
  if (report.outcome === 'complete') return `${snapshot} is complete.`;
  return `${snapshot} is partial: ${pluralText(report.counts.failed, 'item')} failed and will be tried again at the next run.`;
}

function causes({ issues }: BackupReport, outcome: 'skipped' | 'failed'): string {
  const listed = issues.filter((issue) => issue.outcome === outcome && !endCodes.includes(issue.code));
  if (listed.length === 0) return '';
  return ` (${listed.map(({ code, count }) => `${countText(count)} ${code}`).join(', ')})`;
}

function throttledText(throttled: number): string {
  return throttled === 0 ? '' : `, of which Microsoft asked ${countText(throttled)} to wait`;
}

/** More names than this are in the report of `--json` only. */
const namesShown = 20;

function selectionLines({ missingAccounts, leftOut, leavers }: BackupReport): string[] {
  const lines: string[] = [];
  if (missingAccounts.length > 0)
    lines.push(
      '',
      `NOT SAVED, because the organization has nothing of that name, more than one, or nobody in it: ${namesText(missingAccounts)}. Snapshots that have it keep it; check the spelling in the selection, and the permissions with "holdfast organization test".`,
    );
  if (leftOut.length > 0)
    lines.push(
      '',
      `Left out: ${leftOut.map(({ reason, count }) => `${countText(count)} ${reason}`).join(', ')}.`,
    );
  for (const [why, text] of leaverTexts) {
    const gone = leavers.filter(({ left }) => left === why).map(({ address }) => address);
    if (gone.length > 0)
      lines.push('', `${text}: ${namesText(gone)}. What was saved of them stays restorable.`);
  }
  return lines;
}

const leaverTexts = [
  ['deleted', 'Not in the organization any more'],
  ['not-selected', 'Not selected any more'],
] as const;

function namesText(names: readonly string[]): string {
  const more = names.length - namesShown;
  const shown = names.slice(0, namesShown).map(plainLine).join(', ');
  return more > 0 ? `${shown} and ${countText(more)} more` : shown;
}
