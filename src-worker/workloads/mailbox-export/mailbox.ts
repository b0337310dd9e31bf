/** Which mailbox the import and export interface of Exchange knows an account by, and who may ask. */
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { wordsFor } from '../../graph/error-words.ts';
import { graphPath } from '../../graph/paths.ts';
import { grantedRoles } from '../../graph/sign-in.ts';
import type { AccountScope } from '../workload.ts';

const mailboxId = z.string().min(1).max(1024).nullish();
const settingsSchema = z.object({ primaryMailboxId: mailboxId, inPlaceArchiveMailboxId: mailboxId });

/** Any of these lets an application have streams. */
const exportRoles = ['MailboxItem.Export.All', 'MailboxItem.ImportExport.All'];

/**
 * One of the mailboxes of an account. The archive is reached in beta only: v1.0 covers primary and shared mailboxes, and no
 * other part of Graph reaches an archive (graph facts, section 1).
 */
export class MailboxSource {
  readonly version: 'beta' | undefined;
  readonly #property: keyof z.infer<typeof settingsSchema>;
  /** Asked for once a run. */
  readonly #known = new WeakMap<AccountScope, Promise<string | undefined>>();

  constructor(property: keyof z.infer<typeof settingsSchema>, version?: 'beta') {
    this.#property = property;
    this.version = version;
  }

  /**
   * The id of the mailbox, undefined where the account has none. Throws `export-not-permitted`, and `not-in-this-cloud` in
   * clouds without the interface.
   */
  idOf(scope: AccountScope): Promise<string | undefined> {
    const known = this.#known.get(scope) ?? this.#ask(scope);
    this.#known.set(scope, known);
    return known;
  }

  #ask(scope: AccountScope): Promise<string | undefined> {
    return permitted(async () => {
      const { graph, accountId, signal } = scope;
      // Known before anything is listed: otherwise every item would be asked for in vain, and none again once it is granted.
      const roles = grantedRoles(await graph.authorization());
      if (!exportRoles.some((role) => roles.includes(role))) throw notPermitted();
      const options = { schema: settingsSchema, mailbox: accountId, version: this.version, signal };
      const settings = await graph.getJson(graphPath`/users/${accountId}/settings/exchange`, options);
      return settings[this.#property] ?? undefined;
    });
  }
}

/** Nothing else of a backup needs these permissions, so the lack of them is its own cause and lasts until they are granted. */
export async function permitted<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asExportError(error);
  }
}

/** What an error of the interface means. */
export function asExportError(error: unknown): unknown {
  return isAppError(error, 'access-denied', 'permission-missing') ? notPermitted(error) : error;
}

function notPermitted(cause?: AppError): AppError {
  const details = { ...cause?.details };
  return new AppError('export-not-permitted', wordsFor('export-not-permitted'), { cause, details });
}
