/** The table at the end of a demonstration. */
import type { BackupReport } from '../../src-shared/model/job.ts';
import {
  countText,
  durationText,
  perSecond,
  pluralText,
  ratioText,
  sizeText,
} from '../../src-shared/words/quantities.ts';
import { tableText } from '../cli/table.ts';
import type { Findings } from './demonstration.ts';

export function findingsText({ first, second, changes, listed, restored, verified }: Findings): string {
  const columns = [
    { title: '' },
    { title: 'First backup', align: 'right' },
    { title: 'Second backup', align: 'right' },
  ] as const;
  const rows = lines.map(([title, valueOf]) => [title, valueOf(first), valueOf(second)]);
  return [
    tableText(columns, rows),
    '',
    `✓ ${pluralText(listed.messages, 'message')} in ${pluralText(listed.mailboxes, 'mailbox', 'mailboxes')} are listed where the organization has them, after ${pluralText(changes, 'change')}.`,
    `✓ ${pluralText(restored.messages, 'message')}, ${sizeText(restored.bytes)}, restored and equal byte for byte.`,
    `✓ ${pluralText(verified.packs, 'pack')} with ${pluralText(verified.chunks, 'chunk')} verified: read back and whole.`,
  ].join('\n');
}

const lines: readonly (readonly [string, (report: BackupReport) => string])[] = [
  ['Items saved', ({ counts }) => countText(counts.saved)],
  ['  removed', ({ counts }) => countText(counts.removed)],
  ['  skipped, unreadable at Microsoft', ({ counts }) => countText(counts.skipped)],
  ['Bytes read', ({ counts }) => sizeText(counts.bytes)],
  ['Stored in the vault', ({ stored }) => sizeText(stored.packBytes)],
  ['Ratio', ({ counts, stored }) => ratioText(counts.bytes, stored.packBytes)],
  ['Items a second', ({ counts, durationMs }) => countText(Math.round(perSecond(counts.saved, durationMs)))],
  ['Bytes a second', ({ counts, durationMs }) => sizeText(perSecond(counts.bytes, durationMs))],
  ['Requests', ({ network }) => countText(network.requests)],
  ['  Microsoft asked to wait', ({ network }) => countText(network.throttled)],
  ['Time', ({ durationMs }) => durationText(durationMs)],
];
