/** The folders of a mailbox as the export knows them: of every kind, in one list, read at every run because it is short. */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges, CollectionFound } from '../workload.ts';
import { permitted, type MailboxSource } from './mailbox.ts';

/** Where an enumeration of all folders ends: there is nothing to go on from. */
const listLink = 'listed';

const folderSchema = z.object({
  id: z.string().min(1).max(500),
  displayName: z.string().nullish().catch(''),
  parentFolderId: z.string().nullish().catch(undefined),
  totalItemCount: z.number().int().nonnegative().nullish().catch(undefined),
});

export async function findExportFolders(
  source: MailboxSource,
  scope: AccountScope,
): Promise<CollectionChanges> {
  const found: CollectionFound[] = [];
  const mailbox = await source.idOf(scope);
  if (mailbox === undefined) return { found, removed: [], isComplete: true, link: listLink };
  const { graph, accountId, signal } = scope;
  const path = graphPath`/admin/exchange/mailboxes/${mailbox}/folders`;
  const options = { schema: folderSchema, mailbox: accountId, version: source.version, signal };
  await permitted(async () => {
    for await (const page of graph.pages(path, options)) found.push(...page.map(rowOf));
  });
  return { found, removed: [], isComplete: true, link: listLink };
}

function rowOf({
  id,
  displayName,
  parentFolderId,
  totalItemCount,
}: z.infer<typeof folderSchema>): CollectionFound {
  const name = (displayName ?? '').slice(0, 1024);
  return { id, parent: parentFolderId ?? null, name, isHidden: false, itemCount: totalItemCount ?? null };
}
