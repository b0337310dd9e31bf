/**
 * The folders of a mailbox. Folder delta knows the visible tree; hidden folders show up in lists only, so the top
 * level is listed at every run, and below it the children of folders that are new, changed or hidden and have some.
 * Recoverable Items lie beside that tree and are read from their own root. Where the cloud has no delta (graph facts,
 * section 10), the lists are walked through to the last level.
 */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { MailChoice } from '../../../src-shared/model/protected-item.ts';
import { graphPath } from '../../graph/paths.ts';
import { hasNoDelta, noteNoDelta, scanLink } from '../full-scan.ts';
import type { AccountScope, CollectionChanges, CollectionFound } from '../workload.ts';
import {
  choiceOf,
  folderFields,
  folderSchema,
  readDeletions,
  readFolder,
  type GraphFolder,
} from './mail-folder.ts';

const pageSize = 100;
/** Exchange allows 300 levels; more is a loop. */
const deepestFolder = 300;
const deltaKind = 'mailFolders';

/**
 * Folders that changed since `link`, or all. A position that is of no use becomes a complete enumeration, and so does one
 * of another choice of folders: what is left out from now on is then not listed any more.
 */
export async function findFolders(scope: AccountScope, link: string | undefined): Promise<CollectionChanges> {
  const mark = markOf(choiceOf(scope));
  const [, markBefore = '', position = ''] = /^((?:[+-]\w+ )*)(.*)$/s.exec(link ?? '') ?? [];
  const start = markBefore === mark && position !== '' ? position : undefined;
  const changes = await findFrom(scope, start === scanLink ? undefined : start);
  return { ...changes, link: mark + changes.link };
}

async function findFrom(scope: AccountScope, start: string | undefined): Promise<CollectionChanges> {
  if (start === undefined && hasNoDelta(scope.graph, deltaKind)) return new FolderSearch(scope).walk();
  try {
    return await new FolderSearch(scope).run(start);
  } catch (error) {
    if (start !== undefined && isAppError(error, 'delta-expired', 'delta-unsupported'))
      return findFrom(scope, undefined);
    if (!isAppError(error, 'delta-unsupported')) throw error;
    noteNoDelta(scope.graph, deltaKind);
    return new FolderSearch(scope).walk();
  }
}

/** Stands before a position that was reached with another choice than the default; links begin with a letter. */
function markOf({ hiddenFolders, recoverableItems }: MailChoice): string {
  return `${hiddenFolders ? '' : '-hidden '}${recoverableItems ? '+recoverable ' : ''}`;
}

class FolderSearch {
  readonly #scope: AccountScope;
  readonly #choice: MailChoice;
  readonly #found = new Map<string, CollectionFound>();
  readonly #removed = new Set<string>();
  readonly #listed = new Set<string>();
  /** What of a list is taken: hidden folders, in a cloud without delta the visible ones, too, or all. */
  #taken: { readonly hidden: boolean; readonly visible: boolean };

  constructor(scope: AccountScope) {
    this.#scope = scope;
    this.#choice = choiceOf(scope);
    this.#taken = { hidden: this.#choice.hiddenFolders, visible: false };
  }

  /** All folders, from level to level, in a cloud without delta. */
  async walk(): Promise<CollectionChanges> {
    this.#taken = { ...this.#taken, visible: true };
    await this.#listChildren(undefined, 0);
    await this.#findRecoverable();
    return { found: [...this.#found.values()], removed: [], isComplete: true, link: scanLink };
  }

  async run(link: string | undefined): Promise<CollectionChanges> {
    const nextLink = await this.#readDelta(link);
    if (this.#taken.hidden) {
      await this.#listChildren(undefined, 0);
      for (const id of [...this.#found.keys()]) await this.#listChildren(id, 0);
    }
    await this.#findRecoverable();
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
        // One that was visible so far and is left out from now on.
        if (folder.isHidden === true && !this.#choice.hiddenFolders) this.#removed.add(folder.id);
        else this.#remember(folder);
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
    const includeHiddenFolders = this.#taken.hidden || undefined;
    const query = { includeHiddenFolders, $select: folderFields, $top: pageSize };
    for await (const page of graph.pages(path, { schema: folderSchema, query, mailbox: accountId, signal })) {
      for (const folder of page) await this.#takeListed(folder, depth);
    }
  }

  /** Takes a listed folder that delta does not show: a hidden one, or one below a hidden one. Without delta, any. */
  async #takeListed(folder: GraphFolder, depth: number): Promise<void> {
    const isBelowHidden = this.#found.get(folder.parentFolderId ?? '')?.isHidden === true;
    const isHidden = folder.isHidden === true || isBelowHidden;
    if (this.#found.has(folder.id) || !(isHidden ? this.#taken.hidden : this.#taken.visible)) return;
    this.#remember({ ...folder, isHidden });
    // A list that shows hidden folders counts them, too; a count that is missing says nothing.
    if (folder.childFolderCount === 0) this.#listed.add(folder.id);
    else await this.#listChildren(folder.id, depth + 1);
  }

  /** Deletions, and through its parent the other folders of Recoverable Items. A new mailbox may have none. */
  async #findRecoverable(): Promise<void> {
    if (!this.#choice.recoverableItems) return;
    this.#taken = { hidden: true, visible: true };
    const deletions = await readDeletions(this.#scope);
    if (deletions === undefined) return;
    const root = await readFolder(this.#scope, deletions.parentFolderId ?? '');
    for (const folder of [root, deletions]) {
      if (folder === undefined) continue;
      this.#remember({ ...folder, isHidden: true });
      await this.#listChildren(folder.id, 0);
    }
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
