/**
 * The folders of a mailbox. Folder delta knows the visible tree; hidden folders show up in lists only, so the top
 * level is listed at every run, and below it the children of folders that are new, changed or hidden and have some.
 */
import { z } from 'zod';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope, CollectionChanges, CollectionFound } from '../workload.ts';

const pageSize = 100;
const folderFields = 'displayName,parentFolderId,childFolderCount,totalItemCount,isHidden';
/** Exchange allows 300 levels; more is a loop. */
const deepestFolder = 300;

const count = z.number().int().nonnegative().nullish().catch(0);
const folderSchema = z.object({
  id: z.string().min(1).max(1024),
  '@odata.type': z.string().optional(),
  displayName: z.string().nullish().catch(''),
  parentFolderId: z.string().nullish().catch(undefined),
  childFolderCount: z.number().int().nonnegative().nullish().catch(undefined),
  totalItemCount: count,
  isHidden: z.boolean().nullish().catch(false),
});
type GraphFolder = z.infer<typeof folderSchema>;

/** Folders that changed since `link`, or all. An expired link becomes a complete enumeration. */
export async function findFolders(scope: AccountScope, link: string | undefined): Promise<CollectionChanges> {
  try {
    return await new FolderSearch(scope).run(link);
  } catch (error) {
    if (link === undefined || !isAppError(error, 'delta-expired')) throw error;
    return new FolderSearch(scope).run(undefined);
  }
}

class FolderSearch {
  readonly #scope: AccountScope;
  readonly #found = new Map<string, CollectionFound>();
  readonly #removed = new Set<string>();
  readonly #listed = new Set<string>();

  constructor(scope: AccountScope) {
    this.#scope = scope;
  }

  async run(link: string | undefined): Promise<CollectionChanges> {
    const nextLink = await this.#readDelta(link);
    await this.#listChildren(undefined, 0);
    for (const id of [...this.#found.keys()]) await this.#listChildren(id, 0);
    return {
      found: [...this.#found.values()],
      removed: [...this.#removed],
      isComplete: link === undefined,
      link: nextLink,
    };
  }

  async #readDelta(link: string | undefined): Promise<string> {
    const { graph, accountId, signal } = this.#scope;
    const start = link ?? graphPath`/users/${accountId}/mailFolders/delta`;
    const options = {
      schema: folderSchema,
      mailbox: accountId,
      target: 'account' as const,
      query: link === undefined ? { $select: folderFields } : undefined,
      signal,
    };
    let deltaLink = '';
    for await (const page of graph.deltaPages(start, options)) {
      for (const folder of page.changed) {
        this.#removed.delete(folder.id);
        this.#remember(folder);
      }
      for (const { id } of page.removed) {
        this.#found.delete(id);
        this.#removed.add(id);
      }
      deltaLink = page.deltaLink ?? deltaLink;
    }
    return deltaLink;
  }

  async #listChildren(parent: string | undefined, depth: number): Promise<void> {
    if (depth > deepestFolder || this.#listed.has(parent ?? '')) return;
    this.#listed.add(parent ?? '');
    const { graph, accountId, signal } = this.#scope;
    const path =
      parent === undefined
        ? graphPath`/users/${accountId}/mailFolders`
        : graphPath`/users/${accountId}/mailFolders/${parent}/childFolders`;
    const query = { includeHiddenFolders: true, $select: folderFields, $top: pageSize };
    for await (const page of graph.pages(path, { schema: folderSchema, query, mailbox: accountId, signal })) {
      for (const folder of page) await this.#takeListed(folder, depth);
    }
  }

  /** Takes a listed folder that delta does not show: a hidden one, or one below a hidden one. */
  async #takeListed(folder: GraphFolder, depth: number): Promise<void> {
    const isBelowHidden = this.#found.get(folder.parentFolderId ?? '')?.isHidden === true;
    if (this.#found.has(folder.id) || !(folder.isHidden === true || isBelowHidden)) return;
    this.#remember({ ...folder, isHidden: true });
    // A list that shows hidden folders counts them, too; a count that is missing says nothing.
    if (folder.childFolderCount === 0) this.#listed.add(folder.id);
    else await this.#listChildren(folder.id, depth + 1);
  }

  #remember(folder: GraphFolder): void {
    // A search folder shows messages of other folders; saving it would save them twice.
    if (folder['@odata.type'] === '#microsoft.graph.mailSearchFolder') return;
    this.#found.set(folder.id, {
      id: folder.id,
      parent: folder.parentFolderId ?? null,
      name: (folder.displayName ?? '').slice(0, 1024),
      isHidden: folder.isHidden === true,
      itemCount: folder.totalItemCount ?? 0,
    });
  }
}
