/** The folders of a mailbox as the export knows them: of every kind, in one list, read at every run because it is short. */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges, CollectionFound } from '../workload.ts';
import { permitted, primaryMailbox } from './mailbox.ts';

/** Where an enumeration of all folders ends: there is nothing to go on from. */
const listLink = 'listed';

const folderSchema = z.object({
  id: z.string().min(1).max(500),
  displayName: z.string().nullish().catch(''),
  parentFolderId: z.string().nullish().catch(undefined),
  totalItemCount: z.number().int().nonnegative().nullish().catch(undefined),
});

export async function findExportFolders(scope: AccountScope): Promise<CollectionChanges> {
  const found: CollectionFound[] = [];
  const mailbox = await primaryMailbox(scope);
  if (mailbox !== undefined) await permitted(() => list(scope, mailbox, found));
  return { found, removed: [], isComplete: true, link: listLink };
}

async function list(
  { graph, accountId, signal }: AccountScope,
  mailbox: string,
  found: CollectionFound[],
): Promise<void> {
  const path = graphPath`/admin/exchange/mailboxes/${mailbox}/folders`;
  for await (const page of graph.pages(path, { schema: folderSchema, mailbox: accountId, signal }))
    for (const { id, displayName, parentFolderId, totalItemCount } of page)
      found.push({
        id,
        parent: parentFolderId ?? null,
        name: (displayName ?? '').slice(0, 1024),
        isHidden: false,
        itemCount: totalItemCount ?? null,
      });
}
