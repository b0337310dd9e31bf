/** One folder of a mailbox as Graph tells it, and which folders a backup reads. */
import { z } from 'zod';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { mailChoiceSchema, type MailChoice } from '../../../src-shared/model/protected-item.ts';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope } from '../workload.ts';

export const folderFields = 'displayName,parentFolderId,childFolderCount,totalItemCount,isHidden';

const count = z.number().int().nonnegative().nullish().catch(0);
export const folderSchema = z.object({
  id: z.string().min(1).max(1024),
  '@odata.type': z.string().optional(),
  displayName: z.string().nullish().catch(''),
  parentFolderId: z.string().nullish().catch(undefined),
  /** Undefined where it does not say: then nobody knows. */
  childFolderCount: z.number().int().nonnegative().nullish().catch(undefined),
  totalItemCount: count,
  isHidden: z.boolean().nullish().catch(false),
});
export type GraphFolder = z.infer<typeof folderSchema>;

const defaultChoice = mailChoiceSchema.parse({});

export function choiceOf({ mail = defaultChoice }: AccountScope): MailChoice {
  return mail;
}

/** A folder by id or well-known name; undefined where there is none. */
export async function readFolder(
  { graph, accountId, signal }: AccountScope,
  idOrName: string,
): Promise<GraphFolder | undefined> {
  try {
    return await graph.getJson(graphPath`/users/${accountId}/mailFolders/${idOrName}`, {
      schema: folderSchema,
      mailbox: accountId,
      target: 'collection',
      query: { $select: folderFields },
      signal,
    });
  } catch (error) {
    if (isAppError(error, 'collection-gone', 'item-gone')) return undefined;
    throw error;
  }
}

/**
 * The one folder of Recoverable Items that has a documented name. The others (versions, purges, holds) lie beside it, so
 * they are found through its parent, which no list of folders shows.
 */
export function readDeletions(scope: AccountScope): Promise<GraphFolder | undefined> {
  return readFolder(scope, 'recoverableitemsdeletions');
}
