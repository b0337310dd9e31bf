/** `holdfast vault list`: the vaults that this machine knows. */
import type { Command } from 'commander';
import type { Perform } from '../cli/perform.ts';
import { tableText } from '../cli/table.ts';

export function addVaultList(vaults: Command, perform: Perform): void {
  vaults
    .command('list')
    .description('list the vaults that this machine knows')
    .action(
      perform(async (session) => {
        const known = (await session.records()).vaults();
        const rows = known.map(({ name, path, id }) => [name, path, id]);
        const text =
          rows.length === 0
            ? 'This machine knows no vault yet. Make one with "holdfast vault create".'
            : tableText([{ title: 'Name' }, { title: 'Folder' }, { title: 'Id' }], rows);
        return { facts: { vaults: known }, text };
      }),
    );
}
