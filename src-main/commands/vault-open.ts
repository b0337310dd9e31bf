/** `holdfast vault open`: makes a vault that exists known to this machine, and checks that it opens. */
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { KeyInput } from '../../src-shared/contract/vault-contract.ts';
import { kinds, requireFreeName } from '../cli/choice.ts';
import type { Perform } from '../cli/perform.ts';
import { pluralText } from '../../src-shared/words/quantities.ts';
import { readSecretFile, requireSecret } from '../cli/secret-input.ts';
import type { Session } from '../cli/session.ts';
import { passwordRequest } from '../cli/vault-access.ts';
import type { VaultRecord } from '../records/records.ts';
import { vaultKeyName } from '../secrets/secret-store.ts';

interface VaultOpenOptions {
  readonly name?: string;
  readonly remember: boolean;
  /** A file with the recovery key, in place of the password. */
  readonly recoveryKeyFile?: string;
}

interface OpenedVault {
  readonly vault: VaultRecord;
  readonly isRemembered: boolean;
  readonly snapshots: number;
}

export function addVaultOpen(vaults: Command, perform: Perform): void {
  vaults
    .command('open')
    .description('use a Storage Vault that exists, for example one that another machine made')
    .argument('<folder>', 'where the vault is')
    .option('--name <name>', 'what to call it here (default: as before, or the name of the folder)')
    .option('--no-remember', 'do not keep what opens it among the stored secrets')
    .option(
      '--recovery-key-file <file>',
      'open it with the recovery key in this file instead of the password',
    )
    .action(
      perform(async (session, options: VaultOpenOptions, folder: string) => {
        const opened = await openVault(session, options, folder);
        const { vault, snapshots } = opened;
        const text = `Opened the vault "${vault.name}" in ${vault.path}. It holds ${pluralText(snapshots, 'snapshot')}.`;
        return { facts: opened, text };
      }),
    );
}

async function openVault(session: Session, options: VaultOpenOptions, folder: string): Promise<OpenedVault> {
  const path = resolve(folder);
  const records = await session.records();
  const title = options.name ?? basename(path);
  const key = await keyInput(session, options, title);
  const client = await session.engine();
  const { vaultId, vault } = await client.vault.open({ path, key });
  const known = records.vaults().find(({ id }) => id === vaultId);
  const others = records.vaults().filter(({ id }) => id !== vaultId);
  const name = options.name ?? known?.name ?? title;
  requireFreeName(others, kinds.vault, name);
  if (options.remember) await session.secrets.set(vaultKeyName(vaultId), JSON.stringify(key));
  else if (known !== undefined) await session.secrets.delete(vaultKeyName(vaultId));
  const record: VaultRecord = { id: vaultId, name, path };
  records.putVault(record);
  const snapshots = await client.snapshot.list({ vault });
  return { vault: record, isRemembered: options.remember, snapshots: snapshots.length };
}

async function keyInput(session: Session, options: VaultOpenOptions, name: string): Promise<KeyInput> {
  const { recoveryKeyFile } = options;
  if (recoveryKeyFile === undefined) {
    return {
      kind: 'password',
      password: await requireSecret(session.terminal, passwordRequest(session, name)),
    };
  }
  if (session.options.passwordFile !== undefined) {
    throw new AppError(
      'input-invalid',
      'A vault is opened with its password or its recovery key, not with both. Nothing was done.',
    );
  }
  return { kind: 'recovery', recoveryKey: await readSecretFile(recoveryKeyFile, 'recovery key') };
}
