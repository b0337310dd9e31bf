/**
 * The main job from beginning to end against the sample organization: back up, change, back up again, list, restore,
 * compare with the truth, verify. Uses the functions of the commands, as a person would use the commands.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { BackupReport, VerifyReport } from '../../src-shared/model/job.ts';
import type { ListedItem } from '../../src-shared/contract/scope.ts';
import type { Folder } from '../../src-shared/contract/snapshot-contract.ts';
import type { AccountRow } from '../../src-shared/model/rows.ts';
import { pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import { backUp } from '../commands/backup.ts';
import { list } from '../commands/ls.ts';
import { addOrganization } from '../commands/organization-add.ts';
import { createProtectedItem } from '../commands/protected-item-create.ts';
import { restore } from '../commands/restore.ts';
import { createVault } from '../commands/vault-create.ts';
import { verify } from '../commands/verify.ts';
import type { SampleOrganization } from '../sample/sample-organization.ts';
import { difference, fileHashes, messagesBelow, trueMailbox, type TrueMailbox } from './ground-truth.ts';

/** What a demonstration found. */
export interface Findings {
  readonly first: BackupReport;
  readonly second: BackupReport;
  /** Changes made between the two runs. */
  readonly changes: number;
  readonly listed: { readonly mailboxes: number; readonly messages: number };
  readonly restored: { readonly messages: number; readonly bytes: number };
  readonly verified: VerifyReport;
}

/** A day in the organization. */
const dayOfChanges = {
  seed: 7,
  created: 60,
  edited: 25,
  read: 60,
  moved: 30,
  deleted: 20,
  foldersCreated: 3,
  foldersRenamed: 3,
  foldersDeleted: 1,
};

const changesAnswerSchema = z.object({ changes: z.array(z.unknown()) });

/** What lies in mailboxes: files and chats would wait for Microsoft's limits, which the sample organization keeps to. */
const demonstratedServices = ['mail', 'calendar', 'contacts', 'tasks', 'settings'];

export class Demonstration {
  readonly #session: Session;
  readonly #sample: SampleOrganization;
  readonly #folderPath: string;

  /** `folderPath` is an empty folder that takes the vault and what is restored. */
  constructor(session: Session, sample: SampleOrganization, folderPath: string) {
    this.#session = session;
    this.#sample = sample;
    this.#folderPath = folderPath;
  }

  /** Runs all steps; throws `internal` with what differed. */
  async run(): Promise<Findings> {
    await this.#setUp();
    const first = await this.#backUp('First backup: everything');
    const changes = await this.#changeTheOrganization();
    const second = await this.#backUp('Second backup: what changed');
    const accounts = await this.#listAccounts();
    const listed = await this.#compareListing(accounts);
    const restored = await this.#compareRestore(accounts);
    this.#tell('Verifying: all of the vault is read back');
    const verified = await verify(this.#session, { data: true });
    expectSame(
      'problems that verify found',
      [],
      verified.problems.map(({ file }) => file),
    );
    return { first, second, changes, listed, restored, verified };
  }

  async #setUp(): Promise<void> {
    const { info } = this.#sample;
    this.#tell(`Sample organization at ${info.origin}`);
    const caFile = join(this.#folderPath, 'sample-ca.pem');
    const secretFile = join(this.#folderPath, 'sample-secret.txt');
    await writeFile(caFile, info.caPem);
    await writeFile(secretFile, info.clientSecret, { mode: 0o600 });
    const recoveryKeyFile = join(this.#folderPath, 'recovery-key.txt');
    await createVault(this.#session, { remember: true, recoveryKeyFile }, join(this.#folderPath, 'vault'));
    const { report } = await addOrganization(
      this.#session,
      {
        tenant: info.tenantId,
        clientId: info.clientId,
        region: 'Custom',
        graphRoot: info.graphRoot,
        loginAuthority: info.loginAuthority,
        caFile,
        secretFile,
        test: true,
      },
      'Sample',
    );
    this.#tell(`Signed in to ${report?.tenantName ?? 'the organization'}; all permissions are granted`);
    await createProtectedItem(this.#session, { services: demonstratedServices }, 'Mailboxes');
  }

  async #backUp(title: string): Promise<BackupReport> {
    this.#tell(title);
    const { report } = await backUp(this.#session, undefined);
    this.#session.signal.throwIfAborted();
    expectSame(
      'items that failed',
      [],
      Array.from({ length: report.counts.failed }, () => 'an item'),
    );
    return report;
  }

  async #changeTheOrganization(): Promise<number> {
    const { changes } = changesAnswerSchema.parse(
      await this.#sample.control('POST', 'changes', dayOfChanges),
    );
    this.#tell(`A day passes: ${pluralText(changes.length, 'change')} to messages and folders`);
    return changes.length;
  }

  async #listAccounts(): Promise<AccountRow[]> {
    const listing = await list(this.#session, {});
    return 'accounts' in listing ? listing.accounts : [];
  }

  async #folders(account: string): Promise<Folder[]> {
    const listing = await list(this.#session, { account });
    return 'folders' in listing ? listing.folders : [];
  }

  async #items(account: string, folder: string): Promise<ListedItem[]> {
    const listing = await list(this.#session, { account, folder });
    return 'items' in listing ? listing.items : [];
  }

  /** Every mailbox, folder by folder: the same messages in the same places, of the same sizes. */
  async #compareListing(accounts: readonly AccountRow[]): Promise<Findings['listed']> {
    this.#tell('Comparing the list of every mailbox with the truth');
    let mailboxes = 0;
    let messages = 0;
    for (const { id, address } of accounts) {
      const folders = await this.#folders(id);
      if (folders.length === 0) continue;
      const truth = await trueMailbox(this.#sample, id);
      const found: string[] = [];
      for (const folder of folders.filter(({ items }) => items > 0)) {
        const items = await this.#items(id, folder.id);
        found.push(...items.map((item) => placeText({ ...item, folderId: folder.id })));
      }
      expectSame(`the mailbox ${address}`, truth.messages.map(placeText), found);
      mailboxes += 1;
      messages += found.length;
    }
    return { mailboxes, messages };
  }

  /** One message and one folder of the first mailbox with enough in it, byte for byte. */
  async #compareRestore(accounts: readonly AccountRow[]): Promise<Findings['restored']> {
    const { account, folder, truth } = await this.#pickFolder(accounts);
    const expected = messagesBelow(truth, folder.id);
    const [message] = expected;
    if (message === undefined) throw differs('the sample organization', ['no folder with messages']);
    this.#tell(`Restoring one message and the folder "${folder.path}" of ${account.name}`);
    const messagePath = join(this.#folderPath, 'restored-message');
    const folderPath = join(this.#folderPath, 'restored-folder');
    const one = await restore(this.#session, { to: messagePath, account: account.id, item: message.id });
    expectSame('the restored message', [message.sha256], await fileHashes(messagePath));
    const many = await restore(this.#session, { to: folderPath, account: account.id, folder: folder.id });
    const hashes = expected.map(({ sha256 }) => sha256);
    expectSame('the restored folder', hashes, await fileHashes(folderPath));
    return { messages: one.restored + many.restored, bytes: one.bytes + many.bytes };
  }

  /** The folder with the most messages that also has a folder below it. */
  async #pickFolder(
    accounts: readonly AccountRow[],
  ): Promise<{ account: AccountRow; folder: Folder; truth: TrueMailbox }> {
    for (const account of accounts) {
      const folders = await this.#folders(account.id);
      const parents = folders.filter(
        ({ path, items }) => items > 0 && folders.some((each) => each.path.startsWith(`${path}/`)),
      );
      const [folder] = parents.toSorted((a, b) => b.items - a.items);
      if (folder === undefined) continue;
      return { account, folder, truth: await trueMailbox(this.#sample, account.id) };
    }
    throw differs('the listing', ['no mailbox has a folder with messages and folders below it']);
  }

  #tell(text: string): void {
    this.#session.signal.throwIfAborted();
    this.#session.say(`• ${text}`);
  }
}

/** Where a message lies and how long it is. */
function placeText({ id, folderId, sizeBytes }: { id: string; folderId: string; sizeBytes: number }): string {
  return `${id} in ${folderId}, ${sizeText(sizeBytes)} (${sizeBytes} B)`;
}

function expectSame(what: string, expected: readonly string[], found: readonly string[]): void {
  const differing = difference(expected, found);
  if (differing.length > 0) throw differs(what, differing);
}

function differs(what: string, differing: readonly string[]): AppError {
  const shown = differing.slice(0, 5).join('; ');
  return new AppError(
    'internal',
    `The demonstration found a difference in ${what}: ${shown}${differing.length > 5 ? `; and ${differing.length - 5} more` : ''}. Run it again with --keep and look at the folder.`,
    { details: { what, differences: differing.length } },
  );
}
