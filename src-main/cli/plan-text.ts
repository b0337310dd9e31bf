/** Plans of restores to Microsoft 365, and what became of them, in words. */
import type {
  ApplyReport,
  PlanStep,
  PlanWarning,
  RestorePlan,
  UndoReport,
} from '../../src-shared/model/cloud-restore.ts';
import { countText, durationText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import { listText, plainLine, tableText } from './table.ts';

const listedProblems = 20;
const longestTitle = 48;
const longestFolder = 28;

const warningTexts: Readonly<Record<PlanWarning, string>> = {
  'no-invitations':
    'Nobody is sent an invitation or a cancellation. Meetings come back without attendees; who was invited stands in their text.',
  'target-retention':
    'Restored items get the retention policy of the place they go to, and count as new there.',
  'authors-change':
    'Who made and last changed a file or event cannot be written: that will be this application, today.',
};

const reasonTexts: Readonly<Record<string, string>> = {
  'there-already': 'stand there already',
  'there-changed': 'stand there and were changed since; --existing replace brings the saved form back',
  'there-moved': 'stand in another folder, or under another name, now',
  'no-restore-yet': 'of a kind that Holdfast restores to this PC only',
  'account-without-mailbox': 'the target has no mailbox',
  'account-without-drive': 'the target has no OneDrive',
  'account-unknown': 'the target does not exist',
  'access-denied': 'the application may not look at the target',
  'site-locked': 'the target is locked',
};

type MadePlan = RestorePlan & { readonly missingPermissions: readonly string[] };

export function planText(plan: MadePlan, steps: readonly PlanStep[]): string {
  const { id, requests, bytes, durationMs, foldersToMake, warnings, missingPermissions } = plan;
  const lines = [
    `Plan ${id}: nothing was changed yet.`,
    '',
    listText([
      ['Create', stepsText(plan, 'create')],
      ['Replace', stepsText(plan, 'replace')],
      ['Skip', stepsText(plan, 'skip')],
      ['Cannot', stepsText(plan, 'cannot')],
      ['Folders to make', countText(foldersToMake)],
      ['Requests', countText(requests)],
      ['To send', sizeText(bytes)],
      ['Time, at best', durationText(durationMs)],
    ]),
  ];
  if (steps.length > 0) lines.push('', stepTable(steps), '', moreText(plan, steps.length));
  for (const warning of warnings) lines.push('', warningTexts[warning]);
  if (missingPermissions.length > 0)
    lines.push(
      '',
      `The application may only read so far. To apply this plan, grant it ${missingPermissions.join(', ')} and give admin consent.`,
    );
  lines.push('', `Apply it with "holdfast apply ${id}"; take it back with "holdfast undo ${id}".`);
  return lines.join('\n');
}

function stepsText({ steps }: RestorePlan, action: PlanStep['action']): string {
  const found = steps.filter((each) => each.action === action);
  const total = found.reduce((sum, { count }) => sum + count, 0);
  const reasons = found
    .filter(({ reason }) => reason !== '')
    .map(({ reason, count }) => `${countText(count)} ${reasonTexts[reason] ?? reason}`);
  return reasons.length === 0 ? countText(total) : `${countText(total)} (${reasons.join(', ')})`;
}

function stepTable(steps: readonly PlanStep[]): string {
  const columns = [
    { title: 'Does' },
    { title: 'Item', maxWidth: longestTitle },
    { title: 'Service' },
    { title: 'Folder', maxWidth: longestFolder },
    { title: 'Size' },
  ];
  return tableText(
    columns,
    steps.map(({ action, title, service, folder, sizeBytes }) => [
      action,
      title,
      service,
      folder,
      sizeText(sizeBytes),
    ]),
  );
}

function moreText({ steps }: RestorePlan, shown: number): string {
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  return total > shown ? `and ${countText(total - shown)} more` : `${pluralText(total, 'item')} in all`;
}

export function applyText(report: ApplyReport): string {
  const { id, created, replaced, skipped, cannot, failed, bytes, requests, durationMs, problems } = report;
  const lines = [
    `Restored ${pluralText(created + replaced, 'item')}, ${sizeText(bytes)}, to Microsoft 365 in ${durationText(durationMs)} with ${pluralText(requests, 'request')}.`,
    `Created ${countText(created)}, replaced ${countText(replaced)}, skipped ${countText(skipped)}, cannot ${countText(cannot)}, failed ${countText(failed)}.`,
    ...problemLines(problems, failed),
  ];
  if (failed > 0)
    lines.push(`What failed was not written. "holdfast apply ${id}" tries it again and makes nothing twice.`);
  lines.push(`"holdfast undo ${id}" takes it back.`);
  return lines.join('\n');
}

export function undoText(report: UndoReport): string {
  const { id, removed, putBack, kept, failed, durationMs, problems } = report;
  const lines = [
    `Removed ${pluralText(removed, 'item')} that the restore had made, and put ${pluralText(putBack, 'item')} back that it had replaced, in ${durationText(durationMs)}.`,
    ...problemLines(problems, failed),
  ];
  if (kept > 0)
    lines.push(
      `Kept ${pluralText(kept, 'item')} that somebody has changed since. "holdfast undo ${id} --even-changed" removes them, too.`,
    );
  if (failed > 0) lines.push(`"holdfast undo ${id}" tries again what failed.`);
  return lines.join('\n');
}

function problemLines(problems: ApplyReport['problems'], failed: number): string[] {
  const lines = problems
    .slice(0, listedProblems)
    .map(({ item, code, message }) => `  ${plainLine(item)}: ${message} [${code}]`);
  return failed > listedProblems
    ? [...lines, `  and ${pluralText(failed - listedProblems, 'more', 'more')}; --json lists them`]
    : lines;
}
