/** Which mailbox the import and export interface of Exchange knows an account by, and who may ask. */
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { wordsFor } from '../../graph/error-words.ts';
import { graphPath } from '../../graph/paths.ts';
import { grantedRoles } from '../../graph/sign-in.ts';
import type { AccountScope } from '../workload.ts';

const settingsSchema = z.object({ primaryMailboxId: z.string().min(1).max(1024).nullish() });

/** The mailbox of a scope, which is asked for once a run. */
const mailboxes = new WeakMap<AccountScope, Promise<string | undefined>>();

/**
 * The id of the primary mailbox, of people and shared mailboxes alike (graph facts, section 1); undefined where there is
 * none. Throws `export-not-permitted`, and `not-in-this-cloud` in clouds without the interface.
 */
export function primaryMailbox(scope: AccountScope): Promise<string | undefined> {
  const known = mailboxes.get(scope) ?? ask(scope);
  mailboxes.set(scope, known);
  return known;
}

/** Any of these lets an application have streams. */
const exportRoles = ['MailboxItem.Export.All', 'MailboxItem.ImportExport.All'];

function ask(scope: AccountScope): Promise<string | undefined> {
  return permitted(async () => {
    const { graph, accountId, signal } = scope;
    // Known before anything is listed: otherwise every item would be asked for in vain, and none again once it is granted.
    const roles = grantedRoles(await graph.authorization());
    if (!exportRoles.some((role) => roles.includes(role))) throw notPermitted();
    const options = { schema: settingsSchema, mailbox: accountId, signal };
    const settings = await graph.getJson(graphPath`/users/${accountId}/settings/exchange`, options);
    return settings.primaryMailboxId ?? undefined;
  });
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
  if (!isAppError(error, 'access-denied', 'permission-missing')) return error;
  return notPermitted(error);
}

function notPermitted(cause?: AppError): AppError {
  const details = { ...cause?.details };
  return new AppError('export-not-permitted', wordsFor('export-not-permitted'), { cause, details });
}
