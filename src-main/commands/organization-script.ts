/** `holdfast organization script`: the registration as a PowerShell script, for an administrator elsewhere. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { unwritableFile } from '../cli/file-output.ts';
import type { Perform } from '../cli/perform.ts';
import { addRegionOptions, regionOf, type RegionOptions } from '../cli/region.ts';

interface OrganizationScriptOptions extends RegionOptions {
  readonly applicationName: string;
  readonly withRestore?: boolean;
  readonly withExport?: boolean;
  readonly out?: string;
}

export function addOrganizationScript(organizations: Command, perform: Perform): void {
  const command = organizations
    .command('script')
    .description('write a PowerShell script that registers Holdfast and leaves a settings file to import');
  addRegionOptions(command)
    .option('--application-name <name>', 'what to call the application in the tenant', 'Holdfast')
    .option('--with-restore', 'also ask for what a restore to Microsoft 365 needs')
    .option('--with-export', 'also ask for what the services archive and mailbox-export need')
    .option('--out <file>', 'write it there instead of to standard output')
    .action(
      perform(async (session, options: OrganizationScriptOptions) => {
        const { applicationName, out } = options;
        const region = await regionOf(options);
        const client = await session.engine();
        const { script } = await client.organization.script({
          ...{ region, applicationName },
          ...{ withRestore: options.withRestore === true, withExport: options.withExport === true },
        });
        if (out === undefined) return { facts: { script }, text: script.trimEnd() };
        await writeFile(out, script, { flag: 'wx' }).catch((error: unknown) => {
          throw unwritableFile(out, error);
        });
        const text = `Wrote ${out}. Have an administrator run it with PowerShell 7, then import what it writes with "holdfast organization import".`;
        return { facts: { path: out }, text };
      }),
    );
}
