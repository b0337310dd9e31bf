/** `holdfast organization import`: an organization from a settings file, of the registration script or of an export. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import { connectionExit, connectionText } from '../cli/connection.ts';
import { keepOrganization } from '../cli/keep-organization.ts';
import type { Perform } from '../cli/perform.ts';
import { requireSecret, settingsPassphrase, type SettingsFileOptions } from '../cli/secret-input.ts';
import type { Session } from '../cli/session.ts';

interface OrganizationImportOptions extends SettingsFileOptions {
  readonly name?: string;
  readonly test: boolean;
}

/** A connection, and whether its file keeps it sealed. */
interface ImportedSettings {
  readonly connection: GraphConnection;
  readonly isSealed: boolean;
}

export function addOrganizationImport(organizations: Command, perform: Perform): void {
  organizations
    .command('import')
    .description('add an organization from a settings file; tests the connection')
    .argument('<file>', 'the settings file')
    .option('--name <name>', 'what to call it (default: its tenant id)')
    .option(
      '--settings-passphrase-file <file>',
      'file with the passphrase that the settings were sealed with',
    )
    .option('--no-test', 'save without testing the connection')
    .action(
      perform(async (session, options: OrganizationImportOptions, file: string) => {
        const { connection, isSealed } = await readSettings(session, options, file);
        const name = options.name ?? connection.tenantId;
        const kept = await keepOrganization(session, { name, connection, isTestWanted: options.test });
        const verb = kept.isKnown ? 'Updated' : 'Added';
        const lines = [`${verb} the organization "${name}".`];
        if (!isSealed) lines.push(`${file} holds its credential for everyone to read: delete it now.`);
        if (kept.report === null) return { facts: kept, text: lines.join('\n') };
        lines.push(connectionText(name, kept.report));
        return { facts: kept, text: lines.join('\n'), exit: connectionExit(kept.report) };
      }),
    );
}

async function readSettings(
  session: Session,
  options: SettingsFileOptions,
  file: string,
): Promise<ImportedSettings> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AppError('input-invalid', `${file} cannot be read. Nothing was imported; check the path.`, {
      cause: error,
      details: { path: file },
    });
  });
  const { organization } = await session.engine();
  try {
    return { ...(await organization.importSettings({ text })), isSealed: false };
  } catch (error) {
    if (!isAppError(error, 'settings-file-locked')) throw error;
  }
  const passphrase = await requireSecret(session.terminal, settingsPassphrase(options, { isNew: false }));
  return { ...(await organization.importSettings({ text, passphrase })), isSealed: true };
}
