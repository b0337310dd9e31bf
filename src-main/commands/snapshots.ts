/** `holdfast snapshots`: which states of which protected items a vault holds. */
import type { Command } from 'commander';
import type { Snapshot } from '../../src-shared/contract/snapshot-contract.ts';
import type { Perform } from '../cli/perform.ts';
import { countText, dateText, sizeText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import { findSnapshots, type SnapshotOptions } from '../cli/snapshot-target.ts';
import { tableText } from '../cli/table.ts';

const columns = [
  { title: 'Snapshot', align: 'right' },
  { title: 'Taken' },
  { title: 'State' },
  { title: 'Saved', align: 'right' },
  { title: 'Read', align: 'right' },
  { title: 'Removed', align: 'right' },
  { title: 'Skipped', align: 'right' },
  { title: 'Failed', align: 'right' },
] as const;

export function addSnapshots(program: Command, perform: Perform): void {
  program
    .command('snapshots')
    .description('list the snapshots of a protected item')
    .argument('[protected-item]', 'name or id; not needed where there is only one')
    .option('--vault <vault>', 'the vault to look in')
    .action(
      perform(async (session, options: SnapshotOptions, wanted: string | undefined) => {
        const snapshots = await listSnapshots(session, options, wanted);
        return { facts: { snapshots }, text: snapshotsText(snapshots) };
      }),
    );
}

/** Oldest first. */
async function listSnapshots(
  session: Session,
  options: SnapshotOptions,
  wanted?: string,
): Promise<Snapshot[]> {
  const { client, vault, protectedItem } = await findSnapshots(session, wanted, options);
  return client.snapshot.list({ vault, protectedItemId: protectedItem.id });
}

function snapshotsText(snapshots: readonly Snapshot[]): string {
  const [first] = snapshots;
  const title = `"${first?.protectedItemName ?? ''}" of ${first?.organizationName ?? ''}`;
  const rows = snapshots.map(({ number, committedAt, outcome, counts }) => [
    countText(number),
    dateText(committedAt),
    outcome,
    countText(counts.saved),
    sizeText(counts.bytes),
    countText(counts.removed),
    countText(counts.skipped),
    countText(counts.failed),
  ]);
  return `${title}\n\n${tableText(columns, rows)}`;
}
