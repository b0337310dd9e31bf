/** `holdfast organization list`: the organizations that this machine knows. */
import type { Command } from 'commander';
import type { Perform } from '../cli/perform.ts';
import { tableText } from '../cli/table.ts';

const columns = [
  { title: 'Name' },
  { title: 'Region' },
  { title: 'Tenant' },
  { title: 'Application' },
  { title: 'Signs in with' },
];

export function addOrganizationList(organizations: Command, perform: Perform): void {
  organizations
    .command('list')
    .description('list the organizations that this machine knows')
    .action(
      perform(async (session) => {
        const known = (await session.records()).organizations();
        const rows = known.map(({ name, region, tenantId, clientId, credentialKind }) => [
          name,
          region.kind,
          tenantId,
          clientId,
          credentialKind,
        ]);
        const text =
          rows.length === 0
            ? 'This machine knows no organization yet. Add one with "holdfast organization add".'
            : tableText(columns, rows);
        return { facts: { organizations: known }, text };
      }),
    );
}
