/** `holdfast organization test`: does the connection work, and what does it allow. */
import type { Command } from 'commander';
import { choose, kinds } from '../cli/choice.ts';
import { connectionExit, connectionOf, connectionText } from '../cli/connection.ts';
import type { Perform } from '../cli/perform.ts';
import { exitOf } from '../cli/exit-codes.ts';

export function addOrganizationTest(organizations: Command, perform: Perform): void {
  organizations
    .command('test')
    .description('test the connection: sign-in, and each permission')
    .argument('[organization]', 'name or id; not needed where there is only one')
    .action(
      perform(async (session, _options: object, wanted: string | undefined) => {
        const record = choose((await session.records()).organizations(), kinds.organization, wanted);
        const client = await session.engine();
        const connection = await connectionOf(session, record);
        const report = await client.organization.test({ connection }, { signal: session.signal });
        const exit = report.token.isOk ? connectionExit(report) : exitOf[report.token.code];
        return { facts: { organization: record, report }, text: connectionText(record.name, report), exit };
      }),
    );
}
