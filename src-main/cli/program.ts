/** All commands in one tree, with the words of their help. Loads no engine: that happens when a command runs. */
import { Command, CommanderError } from 'commander';
import { addBackup } from '../commands/backup.ts';
import { addCompare } from '../commands/compare.ts';
import { addCoverage } from '../commands/coverage.ts';
import { addDemo } from '../commands/demo.ts';
import { addLs } from '../commands/ls.ts';
import { addOrganizationAccounts } from '../commands/organization-accounts.ts';
import { addOrganizationAdd } from '../commands/organization-add.ts';
import { addOrganizationExport } from '../commands/organization-export.ts';
import { addOrganizationImport } from '../commands/organization-import.ts';
import { addOrganizationList } from '../commands/organization-list.ts';
import { addOrganizationRegister } from '../commands/organization-register.ts';
import { addOrganizationScript } from '../commands/organization-script.ts';
import { addOrganizationTest } from '../commands/organization-test.ts';
import { addApply, addPlan, addPlans, addUndo } from '../commands/plan.ts';
import { addProtectedItemCreate } from '../commands/protected-item-create.ts';
import { addProtectedItemList } from '../commands/protected-item-list.ts';
import { addRestore } from '../commands/restore.ts';
import { addSearch } from '../commands/search.ts';
import { addShow } from '../commands/show.ts';
import { addSimulate } from '../commands/simulate.ts';
import { addSnapshots } from '../commands/snapshots.ts';
import { addVaultCreate } from '../commands/vault-create.ts';
import { addVaultList } from '../commands/vault-list.ts';
import { addVaultOpen } from '../commands/vault-open.ts';
import { addVerify } from '../commands/verify.ts';
import { exitCodeHelp, exitCodes } from './exit-codes.ts';
import { performerFor, type Perform } from './perform.ts';
import { productVersion } from './session.ts';
import type { Terminal } from './terminal.ts';

const secretsHelp = `Secrets never stand on the command line. They come from files (options above), are typed, or come from:
  HOLDFAST_PASSPHRASE      passphrase of the stored secrets
  HOLDFAST_VAULT_PASSWORD  password of the vault, where it is not stored
  HOLDFAST_CLIENT_SECRET   application secret, for organization add
  HOLDFAST_SETTINGS_PASSPHRASE  passphrase of a settings file, for organization import and export`;

/** Runs the command line `words` (without the program's own name); its exit code. */
export async function runCommandLine(terminal: Terminal, words: readonly string[]): Promise<number> {
  const isJson = words.includes('--json');
  let exitCode: number = exitCodes.ok.code;
  const perform = performerFor(terminal, (code) => {
    exitCode = code;
  });
  try {
    await createProgram(terminal, perform, isJson).parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (isJson && error.exitCode !== 0) {
      const message = `${error.message.replace(/^error: /, '')}. Nothing was done; see "holdfast --help".`;
      terminal.output.write(
        `${JSON.stringify({ error: { code: 'input-invalid', message, details: {} } }, null, 2)}\n`,
      );
    }
    return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.input.code;
  }
}

function createProgram(terminal: Terminal, perform: Perform, isJson: boolean): Command {
  const program = new Command('holdfast')
    .description('Backs up Microsoft 365 into a Storage Vault you own.')
    .version(productVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.output.write(text),
      writeErr: (text) => isJson || terminal.errors.write(text),
    })
    .configureHelp({ showGlobalOptions: true })
    .option('--json', 'answer with one JSON document on standard output')
    .option('--passphrase-file <file>', 'file with the passphrase of the stored secrets')
    .option('--password-file <file>', 'file with the password of the vault')
    .addHelpText('after', `\n${secretsHelp}\n\n${exitCodeHelp()}`);
  addCommands(program, perform);
  return program;
}

function addCommands(program: Command, perform: Perform): void {
  const vaults = program.command('vault').description('Storage Vaults: create, open, list');
  for (const add of [addVaultCreate, addVaultOpen, addVaultList]) add(vaults, perform);
  const organizations = program
    .command('organization')
    .description('Microsoft 365 tenants: register, add, test, list, accounts, export, import');
  for (const add of [
    addOrganizationRegister,
    addOrganizationAdd,
    addOrganizationTest,
    addOrganizationList,
    addOrganizationAccounts,
    addOrganizationScript,
    addOrganizationExport,
    addOrganizationImport,
  ])
    add(organizations, perform);
  const items = program.command('protected-item').description('what is backed up where: create, list');
  for (const add of [addProtectedItemCreate, addProtectedItemList]) add(items, perform);
  const others = [
    addBackup,
    addSnapshots,
    addCoverage,
    addLs,
    addSearch,
    addCompare,
    addShow,
    addRestore,
    addPlan,
    addPlans,
    addApply,
    addUndo,
    addVerify,
    addSimulate,
    addDemo,
  ];
  for (const add of others) add(program, perform);
}
