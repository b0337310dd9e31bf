/** `holdfast organization export`: an organization with its credential, sealed, to take to another machine. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { choose, kinds } from '../cli/choice.ts';
import { connectionOf } from '../cli/connection.ts';
import { unwritableFile } from '../cli/file-output.ts';
import type { Perform } from '../cli/perform.ts';
import { requireSecret, settingsPassphrase, type SettingsFileOptions } from '../cli/secret-input.ts';

interface OrganizationExportOptions extends SettingsFileOptions {
  readonly organization?: string;
}

export function addOrganizationExport(organizations: Command, perform: Perform): void {
  organizations
    .command('export')
    .description('write the settings of an organization with its credential, sealed with a passphrase')
    .argument('<file>', 'where to write them')
    .option('--organization <organization>', 'name or id; not needed where there is only one')
    .option('--settings-passphrase-file <file>', 'file with the passphrase to seal the settings with')
    .action(
      perform(async (session, options: OrganizationExportOptions, file: string) => {
        const record = choose(
          (await session.records()).organizations(),
          kinds.organization,
          options.organization,
        );
        const connection = await connectionOf(session, record);
        const request = settingsPassphrase(options, { isNew: true });
        const passphrase = await requireSecret(session.terminal, request);
        const client = await session.engine();
        const { text } = await client.organization.exportSettings({ connection, passphrase });
        await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
          throw unwritableFile(file, error);
        });
        return {
          facts: { organization: record, path: file },
          text: `Wrote the settings of "${record.name}" to ${file}, sealed. Import them elsewhere with "holdfast organization import".`,
        };
      }),
    );
}
