/** `holdfast vault create`: a new Storage Vault in a folder, and the one chance to note its recovery key. */
import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { requireFreeName, kinds } from '../cli/choice.ts';
import type { Perform } from '../cli/perform.ts';
import { requireSecret } from '../cli/secret-input.ts';
import type { Session } from '../cli/session.ts';
import { passwordRequest } from '../cli/vault-access.ts';
import type { VaultRecord } from '../records/records.ts';
import { vaultKeyName } from '../secrets/secret-store.ts';

export interface VaultCreateOptions {
  readonly name?: string;
  readonly remember: boolean;
  /** Where the recovery key is written instead of shown. */
  readonly recoveryKeyFile?: string;
}

/** A vault that was created. The recovery key is null where it went to a file. */
export interface CreatedVault {
  readonly vault: VaultRecord;
  readonly isRemembered: boolean;
  readonly recoveryKey: string | null;
  readonly recoveryKeyFile: string | null;
}

export function addVaultCreate(vaults: Command, perform: Perform): void {
  vaults
    .command('create')
    .description('make a new Storage Vault in an empty folder')
    .argument('<folder>', 'where the vault will be')
    .option('--name <name>', 'what to call it (default: the name of the folder)')
    .option('--no-remember', 'do not keep its password among the stored secrets')
    .option('--recovery-key-file <file>', 'write the recovery key to this new file instead of showing it')
    .action(
      perform(async (session, options: VaultCreateOptions, folder: string) => {
        const created = await createVault(session, options, folder);
        return { facts: created, text: createdText(created) };
      }),
    );
}

export async function createVault(
  session: Session,
  options: VaultCreateOptions,
  folder: string,
): Promise<CreatedVault> {
  const path = resolve(folder);
  const name = options.name ?? basename(path);
  const records = await session.records();
  requireFreeName(records.vaults(), kinds.vault, name);
  const password = await requireSecret(session.terminal, passwordRequest(session, name, true));
  if (options.remember) await session.secrets.unlock();
  const keyFile = options.recoveryKeyFile === undefined ? null : await newKeyFile(options.recoveryKeyFile);
  try {
    const client = await session.engine();
    const { vaultId, recoveryKey } = await client.vault.create({ path, password });
    await keyFile?.writeFile(`${recoveryKey}\n`);
    const vault: VaultRecord = { id: vaultId, name, path };
    records.putVault(vault);
    if (options.remember) {
      await session.secrets.set(vaultKeyName(vaultId), JSON.stringify({ kind: 'password', password }));
    }
    return {
      vault,
      isRemembered: options.remember,
      recoveryKey: keyFile === null ? recoveryKey : null,
      recoveryKeyFile: options.recoveryKeyFile ?? null,
    };
  } finally {
    await keyFile?.close();
  }
}

/** Opened before the vault is made, because a vault without its recovery key on paper is half a vault. */
async function newKeyFile(path: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new AppError(
      errno === 'EEXIST' ? 'target-exists' : 'target-unwritable',
      `The recovery key cannot be written to ${path} (${errno}). No vault was created; name a new file in a folder you can write to.`,
      { cause: error, details: { path, errno } },
    );
  }
}

function createdText({ vault, isRemembered, recoveryKey, recoveryKeyFile }: CreatedVault): string {
  const lines = [`Created the vault "${vault.name}" in ${vault.path}.`];
  if (isRemembered) lines.push('Its password is kept among the stored secrets.');
  if (recoveryKey !== null) lines.push('', ...recoveryKeyBox(recoveryKey));
  if (recoveryKeyFile !== null) {
    lines.push(
      `Its recovery key is in ${recoveryKeyFile}. Move it to a place that does not burn with this computer.`,
    );
  }
  return lines.join('\n');
}

/** The key in rows that can be copied by hand, and what it is for. */
function recoveryKeyBox(recoveryKey: string): string[] {
  const groups = recoveryKey.split('-');
  const perRow = 5;
  const rows = Array.from({ length: Math.ceil(groups.length / perRow) }, (_, row) =>
    groups.slice(row * perRow, (row + 1) * perRow).join('-'),
  );
  const text = ['Recovery key', '', ...rows];
  const width = Math.max(...text.map((line) => line.length));
  const framed = text.map((line) => `│  ${line.padEnd(width)}  │`);
  const edge = '─'.repeat(width + 4);
  return [
    `┌${edge}┐`,
    ...framed,
    `└${edge}┘`,
    'It opens the vault when the password is lost, and nobody can make another. Write it down or print it, and keep it',
    'away from this computer. It is shown this once and stored nowhere.',
  ];
}
