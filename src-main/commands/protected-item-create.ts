/** `holdfast protected-item create`: what to back up from one organization, and into which vault. */
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { FileVersions, ProtectedItem } from '../../src-shared/model/protected-item.ts';
import { defaultServices, serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { choose, kinds, requireFreeName } from '../cli/choice.ts';
import type { Perform } from '../cli/perform.ts';
import { addSelectionOptions, selectionOf, type SelectionOptions } from '../cli/selection-options.ts';
import { selectionText } from '../cli/selection.ts';
import type { Session } from '../cli/session.ts';
import { newRecordId } from '../records/record-id.ts';

export interface ProtectedItemCreateOptions extends SelectionOptions {
  readonly organization?: string;
  readonly vault?: string;
  readonly services?: readonly string[];
  /** False with --no-hidden-folders. */
  readonly hiddenFolders?: boolean;
  readonly recoverableItems?: boolean;
  /** A number, `all` or `current`. */
  readonly fileVersions?: string;
  readonly stopAtFailure?: boolean;
}

export function addProtectedItemCreate(items: Command, perform: Perform): void {
  const command = items
    .command('create')
    .description('say which mailboxes, sites and teams to back up into which vault')
    .argument('<name>', 'what to call it')
    .option('--organization <organization>', 'name or id; not needed where there is only one')
    .option('--vault <vault>', 'name or id; not needed where there is only one')
    .option(
      '--services <service...>',
      `only these of ${serviceNames.join(', ')} (default: all but archive, which Microsoft offers as beta only, and mailbox-export, which holds all of a mailbox a second time as Exchange would import it)`,
    )
    .option('--no-hidden-folders', 'leave out the mail folders that Outlook does not show')
    .option(
      '--file-versions <which>',
      'earlier versions of files to save beside the present one: a number for the newest so many, all, or current for none',
      'current',
    )
    .option('--stop-at-failure', 'end a run at the first item that fails, with what it has until then')
    .option(
      '--recoverable-items',
      'also save the mail that was deleted for good and that Exchange still keeps (default: no)',
    );
  addSelectionOptions(command).action(
    perform(async (session, options: ProtectedItemCreateOptions, name: string) => {
      const item = await createProtectedItem(session, options, name);
      const text = `Created the protected item "${item.name}": ${selectionText(item)}. Back it up with "holdfast backup".`;
      return { facts: { protectedItem: item }, text };
    }),
  );
}

export async function createProtectedItem(
  session: Session,
  options: ProtectedItemCreateOptions,
  name: string,
): Promise<ProtectedItem> {
  const records = await session.records();
  requireFreeName(records.protectedItems(), kinds.protectedItem, name);
  const organization = choose(records.organizations(), kinds.organization, options.organization);
  const vault = choose(records.vaults(), kinds.vault, options.vault);
  const { mostFileVersions, protectedItemSchema } = await import('../../src-shared/model/protected-item.ts');
  const item = protectedItemSchema.parse({
    id: newRecordId(),
    name,
    organizationId: organization.id,
    vaultId: vault.id,
    ...selectionOf(options),
    services: servicesOf(options),
    mail: { hiddenFolders: options.hiddenFolders, recoverableItems: options.recoverableItems },
    files: { versions: versionsOf(options, mostFileVersions) },
    onFailure: options.stopAtFailure === true ? 'stop' : 'continue',
  });
  records.addProtectedItem(item);
  return item;
}

function versionsOf({ fileVersions = 'current' }: ProtectedItemCreateOptions, most: number): FileVersions {
  if (fileVersions === 'current' || fileVersions === 'all') return fileVersions;
  const count = /^[1-9]\d{0,3}$/.test(fileVersions) ? Number(fileVersions) : 0;
  if (count > 0 && count <= most) return count;
  throw new AppError(
    'input-invalid',
    `--file-versions is a number from 1 to ${most}, all or current, not "${fileVersions}". Nothing was created.`,
  );
}

function servicesOf({ services }: ProtectedItemCreateOptions): ServiceName[] {
  if (services === undefined) return [...defaultServices];
  const unknown = services.find((name) => !serviceNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw new AppError(
      'input-invalid',
      `There is no service "${unknown}". Choose from ${serviceNames.join(', ')}. Nothing was created.`,
    );
  }
  return serviceNames.filter((name) => services.includes(name));
}
