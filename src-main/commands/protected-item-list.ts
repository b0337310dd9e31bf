/** `holdfast protected-item list`: what this machine backs up, and how the last run ended. */
import type { Command } from 'commander';
import type { Perform } from '../cli/perform.ts';
import { dateText } from '../../src-shared/words/quantities.ts';
import { selectionText } from '../cli/selection.ts';
import { tableText } from '../cli/table.ts';

const columns = [
  { title: 'Name' },
  { title: 'Organization' },
  { title: 'Vault' },
  { title: 'Saves' },
  { title: 'Last run' },
];
/** Enough to hold the last run of each protected item. */
const jobsLookedAt = 1000;

export function addProtectedItemList(items: Command, perform: Perform): void {
  items
    .command('list')
    .description('list the protected items of this machine')
    .action(
      perform(async (session) => {
        const records = await session.records();
        const names = new Map(
          [...records.organizations(), ...records.vaults()].map(({ id, name }) => [id, name]),
        );
        const jobs = records.jobs(jobsLookedAt).filter(({ kind }) => kind === 'backup');
        const listed = records.protectedItems().map((item) => {
          const last = jobs.find(({ protectedItemId }) => protectedItemId === item.id);
          const lastRun =
            last === undefined
              ? null
              : { startedAt: last.startedAt, endedAt: last.endedAt, outcome: last.outcome };
          return { ...item, lastRun };
        });
        const rows = listed.map(({ name, organizationId, vaultId, lastRun, ...item }) => [
          name,
          names.get(organizationId) ?? '',
          names.get(vaultId) ?? '',
          selectionText(item),
          lastRun === null ? 'never' : `${dateText(lastRun.startedAt)}, ${lastRun.outcome ?? 'not finished'}`,
        ]);
        const text =
          rows.length === 0
            ? 'There is no protected item yet. Make one with "holdfast protected-item create".'
            : tableText(columns, rows);
        return { facts: { protectedItems: listed }, text };
      }),
    );
}
