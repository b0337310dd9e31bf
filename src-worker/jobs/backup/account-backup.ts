/**
 * Backs up one workload of one account: its collections, then what changed in each, then what the last run could not
 * save. What fails stays inside: an item on the retry list, a collection with its old position, an account as an issue.
 */
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { CollectionRow, IssueRow, ItemRow, RowOwner } from '../../../src-shared/model/rows.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import {
  isFatal,
  isWorthAnotherTry,
  outcomeOf,
  outcomeOfItem,
  type FaultLedger,
  type IssueOutcome,
} from '../../faults/ledger.ts';
import { OpenIssues } from '../../faults/open-issues.ts';
import type {
  AccountScope,
  CollectionChanges,
  CollectionFound,
  ItemHead,
  LookedUpItem,
  Workload,
} from '../../workloads/workload.ts';
import { forEachConcurrent } from '../concurrency.ts';
import { BelongingsBackup } from './belongings-backup.ts';
import { CollectionBackup } from './collection-backup.ts';
import type { Recorder } from './recorder.ts';

/** Collections of an account that are enumerated at the same time; Microsoft allows four requests a mailbox. */
const collectionsAtOnce = 4;
/** The collection key under which the position in the list of collections itself is kept. */
const collectionListKey = '*';
const wholeAccount = '*';
/** Runs in which something was not found, after which it is looked for in a full list. */
const attemptsUntilDoubt = 2;
/** A full list costs; what is listed and never found is looked for in one only now and then. */
const attemptsBetweenDoubts = 16;

/** What the backup of an account works with. */
export interface AccountBackupServices {
  readonly workload: Workload;
  readonly scope: AccountScope;
  readonly recorder: Recorder;
  readonly catalog: Catalog;
  readonly ledger: FaultLedger;
  readonly chainId: string;
  readonly progress: AccountProgress;
  /** The collections, where they were asked for before and nothing was known of them then. */
  readonly found?: Promise<CollectionChanges> | undefined;
  /** Told of everything that failed once it is listed; throws where the run is to end with that. */
  readonly onFailed: () => void;
}

/** How far a backup is; items of new collections are known before they are enumerated. */
export interface AccountProgress {
  /** Null: nobody knows how many. */
  expect(items: number | null): void;
  finish(items: number, sizeBytes: number): void;
}

export class AccountBackup {
  readonly owner: RowOwner;
  readonly services: AccountBackupServices;
  /** Number of the snapshot that this run continues; 0 before the first. */
  readonly baseNumber: number;
  readonly #issues: OpenIssues;
  /** Items of the last snapshot that are gone: more than one list can say so. */
  readonly #removed = new Set<string>();
  /** Items that this run saved at a new place: the enumeration of that has nothing to add to this version of them. */
  readonly #arrivals = new Map<string, Pick<ItemHead, 'version' | 'collection'>>();
  readonly belongings = new BelongingsBackup(this);
  /** Names of the collections that exist and are saved, by id. */
  #collections: ReadonlyMap<string, string> = new Map();

  constructor(services: AccountBackupServices) {
    this.services = services;
    this.owner = { workload: services.workload.name, account: services.scope.accountId };
    this.baseNumber = services.catalog.head(services.chainId)?.number ?? 0;
    const issues = services.catalog.issues({
      ...this.owner,
      chainId: services.chainId,
      number: this.baseNumber,
    });
    this.#issues = new OpenIssues(services.ledger, issues, services.workload.ownerOf);
  }

  async run(): Promise<void> {
    try {
      const collections = await this.#findCollections();
      await forEachConcurrent(collections, collectionsAtOnce, (id) => new CollectionBackup(this, id).run());
      await this.#retryFailed();
      await this.clearIssue(wholeAccount);
    } catch (error) {
      if (isFatal(error)) throw error;
      await this.reportIssue({ item: wholeAccount, collection: wholeAccount, version: '', name: '' }, error);
    }
  }

  /** Decides by what the last snapshot has: nothing to do, a new place, or content to fetch. */
  async considerItem(head: ItemHead): Promise<void> {
    const { catalog, chainId, ledger, progress } = this.services;
    if (this.#arrivals.get(head.id)?.version === head.version) return;
    const known = this.baseNumber === 0 ? undefined : catalog.currentItem(chainId, this.owner, head.id);
    if (known !== undefined && known.collection !== head.collection) this.#noteArrival(head);
    if (known === undefined || !this.#hasSameContent(known.version, head)) {
      await this.saveItem(head);
      return;
    }
    if (known.version === head.version && known.collection === head.collection) {
      ledger.record({ kind: 'unchanged' });
    } else {
      const item = catalog.item({ ...this.owner, chainId, number: this.baseNumber }, head.id);
      if (item === undefined) await this.saveItem(head);
      else await this.#moveItem(head, item);
    }
    progress.finish(1, 0);
  }

  /** Content that the vault has already, under a new version, at a new place, or with new information about it. */
  async #moveItem(head: ItemHead, { content, version }: Pick<ItemRow, 'content' | 'version'>): Promise<void> {
    // An issue of the item can be that nobody knows what belongs to it.
    const before = this.#issues.get(head.id) === undefined ? version : undefined;
    const isFollowed = await this.belongings.follow(head, before);
    await this.services.recorder.moveItem(this.owner, head, content);
    if (isFollowed) await this.#reportGap(head);
  }

  #hasSameContent(before: string, { version, content }: ItemHead): boolean {
    if (before === version) return version !== '';
    return content === undefined && this.services.workload.hasSameContent?.(before, version) === true;
  }

  /** Fetches and saves one item; its failure becomes an issue. */
  async saveItem(head: ItemHead): Promise<void> {
    const { workload, scope, recorder, progress } = this.services;
    let sizeBytes = 0;
    try {
      const isFollowed = await this.belongings.follow(head, undefined);
      const content = head.content ?? (await (head.fetch?.() ?? workload.fetch(scope, head.id)));
      sizeBytes = await recorder.saveItem(this.owner, head, content);
      if (isFollowed) await this.#reportGap(head);
    } catch (error) {
      if (isFatal(error)) throw error;
      await this.reportItem(head, error);
    }
    progress.finish(1, sizeBytes);
  }

  reportItem(head: ItemHead, error: unknown): Promise<void> {
    return this.reportIssue(subjectOf(head), error);
  }

  /** Records that an item, a collection or the account could not be saved. */
  async reportIssue(subject: IssueSubject, error: unknown): Promise<void> {
    const attempts = this.#attemptsOf(subject);
    const isItem = subject.item !== subject.collection;
    await this.#writeIssue(subject, isItem ? outcomeOfItem(error, attempts) : outcomeOf(error));
  }

  /** Records that an item was saved without a part of it, or takes it off the list of issues when it was not. */
  async #reportGap(head: ItemHead): Promise<void> {
    if (head.gap === undefined) await this.clearIssue(head.id);
    else await this.#writeIssue(subjectOf(head), { kind: 'skipped', code: head.gap });
  }

  #attemptsOf({ item }: IssueSubject): number {
    return this.#issues.attemptsBefore(item) + 1;
  }

  async #writeIssue(subject: IssueSubject, outcome: IssueOutcome): Promise<void> {
    const attempts = this.#attemptsOf(subject);
    const { item, collection, version, name } = subject;
    const issue = { item, collection, version, name, outcome: outcome.kind, code: outcome.code, attempts };
    this.#issues.put(issue);
    await this.services.recorder.write({ t: 'issues', ...this.owner, put: [issue], cleared: [] });
    if (outcome.kind === 'failed') this.services.onFailed();
  }

  /** Takes an item, a collection or the account off the list of issues, if it is on it. */
  async clearIssue(item: string): Promise<void> {
    if (!this.#issues.clear(item)) return;
    await this.services.recorder.write({ t: 'issues', ...this.owner, put: [], cleared: [item] });
  }

  /**
   * The same for an item that left `collection`. What failed in another one lives there: a move tells of both, and were
   * its issue taken away, nobody would ask for it again.
   */
  async clearIssueIn(collection: string, item: string): Promise<void> {
    const place = this.#issues.get(item)?.collection;
    if (place === collection || place === wholeAccount) await this.clearIssue(item);
  }

  /**
   * With immutable ids, a move can show as nothing but a removal (graph facts, section 4), so items that left a
   * collection are asked for once more; what is really gone says so. Must be done before the position moves on.
   */
  async saveMovedItems(ids: readonly string[]): Promise<void> {
    const lost = [...new Set(ids)].filter((id) => !this.#arrivals.has(id));
    if (this.services.workload.isRemovalFinal === true) {
      for (const id of lost) this.#countRemoval(id);
      return;
    }
    await this.#lookUp(lost, async ({ id, head }) => {
      if (head === undefined || (await this.#isLeftOut(head))) {
        this.#countRemoval(id);
        return;
      }
      this.#noteArrival(head);
      await this.saveItem(head);
    });
  }

  #noteArrival({ id, version, collection }: ItemHead): void {
    this.#arrivals.set(id, { version, collection });
  }

  /** True when this run saved the item in `collection` as one that came from elsewhere; where it is now is open again. */
  forgetArrival(collection: string, id: string): boolean {
    return this.#arrivals.get(id)?.collection === collection && this.#arrivals.delete(id);
  }

  /** Ends an item that belonged to another one. */
  async endItem(id: string, collection: string): Promise<void> {
    await this.clearIssue(id);
    await this.services.recorder.removeItem(this.owner, { id, collection });
    this.#countRemoval(id);
  }

  /** What came and went within this run was in no snapshot that anybody could miss it in. */
  #countRemoval(id: string): void {
    const { ledger, catalog, chainId } = this.services;
    const wasThere = catalog.item({ ...this.owner, chainId, number: this.baseNumber }, id) !== undefined;
    if (this.#removed.has(id) || !wasThere) return;
    this.#removed.add(id);
    ledger.record({ kind: 'removed' });
  }

  /** Records changed collections and returns the ids of all that exist now. */
  async #findCollections(): Promise<string[]> {
    const { workload, scope, catalog, chainId, recorder, progress } = this.services;
    const links = catalog.states(chainId, this.owner);
    const known = new Map(
      catalog.collections({ ...this.owner, chainId, number: this.baseNumber }).map((row) => [row.id, row]),
    );
    const changes = await (this.services.found ?? workload.collections(scope, links.get(collectionListKey)));
    const found = new Set(changes.found.map(({ id }) => id));
    const candidates = changes.isComplete
      ? [...known.keys()].filter((id) => !found.has(id))
      : changes.removed;
    const removed = candidates.filter((id) => known.has(id));
    const all = new Map([...known.values(), ...changes.found].map(({ id, name }) => [id, name]));
    for (const id of removed) all.delete(id);
    this.#collections = all;
    const put = changes.found.filter((row) => !isSame(row, known.get(row.id))).map(withoutCount);
    for (const id of removed) await this.removeCollection(id);
    if (put.length > 0) await recorder.write({ t: 'collections', ...this.owner, put, removed: [] });
    if (links.get(collectionListKey) !== changes.link) {
      await recorder.finishCollection(this.owner, { collection: collectionListKey, link: changes.link });
    }
    progress.expect(sumOf(changes.found.filter(({ id }) => !links.has(id))));
    return [...all.keys()];
  }

  /** What an issue of a whole collection is about. */
  subjectOfCollection(id: string): IssueSubject {
    return { item: id, collection: id, version: '', name: this.#collections.get(id) ?? '' };
  }

  /** True of an item that is now where nothing is saved, by choice. */
  async #isLeftOut({ collection }: ItemHead): Promise<boolean> {
    const { workload, scope } = this.services;
    if (workload.isLeftOut === undefined || this.#collections.has(collection)) return false;
    return workload.isLeftOut(scope, collection);
  }

  /**
   * Ends a collection and all that is in it, but for items that live on elsewhere. Those get their new place first: were
   * the removal in a checkpoint and the run killed, nobody would ask for them again.
   */
  async removeCollection(collection: string): Promise<void> {
    const { catalog, chainId, recorder } = this.services;
    await this.saveMovedItems([...catalog.currentIds(chainId, this.owner, collection)]);
    await recorder.write({ t: 'collections', ...this.owner, put: [], removed: [collection] });
    this.#issues.clearCollection(collection);
  }

  /**
   * Ends a collection that is gone although the position in the list of collections told nothing of it. What took its
   * place may not be told of either, so the next run asks for all of them.
   */
  async endUntold(collection: string): Promise<void> {
    await this.removeCollection(collection);
    const removed = [collectionListKey];
    await this.services.recorder.write({ t: 'states', ...this.owner, put: [], removed });
  }

  /**
   * Items that failed last time and that no enumeration of this run has saved meanwhile. What was not found in several
   * runs may be gone without a word: its collection is listed anew, which takes away what is not there any more.
   */
  async #retryFailed(): Promise<void> {
    const failed = this.#issues
      .untold()
      .filter((issue) => isWorthAnotherTry(issue) && issue.item !== issue.collection);
    const doubtful = new Set<string>();
    await this.#lookUp(
      failed.map(({ item }) => item),
      async ({ id, head, isGone }) => {
        if (head !== undefined) {
          await this.#retryItem(head);
          return;
        }
        if (isGone === true) {
          await this.endItem(id, this.#subjectOfId(id).collection);
          return;
        }
        const subject = this.#subjectOfId(id);
        const attempts = this.#issues.attemptsBefore(id);
        // What a delta removed from its collection has nowhere to be looked for.
        if (subject.collection === wholeAccount && attempts >= attemptsUntilDoubt) await this.clearIssue(id);
        else await this.reportIssue(subject, new AppError('item-gone', 'The item was not found.'));
        if (attempts % attemptsBetweenDoubts === attemptsUntilDoubt) doubtful.add(subject.collection);
      },
    );
    doubtful.delete(wholeAccount);
    for (const collection of doubtful) await new CollectionBackup(this, collection).runAfresh();
  }

  async #retryItem(head: ItemHead): Promise<void> {
    const { catalog, chainId } = this.services;
    if (await this.#isLeftOut(head)) {
      await this.clearIssue(head.id);
      return;
    }
    const known = catalog.currentItem(chainId, this.owner, head.id);
    const isSaved = head.belongings !== undefined && known?.version === head.version;
    if (!isSaved) await this.saveItem(head);
    // Only what belongs to it is missing.
    else if (await this.belongings.follow(head, undefined)) await this.#reportGap(head);
  }

  /** Items that are issues and belong to another one. */
  issuesBelow(owner: string): string[] {
    return this.#issues.itemsOf(owner);
  }

  /** Items of a collection that are issues. */
  issuesIn(collection: string): string[] {
    return this.#issues.itemsIn(collection);
  }

  /**
   * A 404 can be a race or a hiccup of Microsoft 365, for hours on end; believing it would lose a folder in silence. Only
   * a list without it says that it is gone.
   */
  async isCollectionGone(id: string): Promise<boolean> {
    if (this.#issues.attemptsBefore(id) < attemptsUntilDoubt) return false;
    const { workload, scope } = this.services;
    try {
      const { found, isComplete } = await workload.collections(scope, undefined);
      return isComplete && !found.some((row) => row.id === id);
    } catch (error) {
      // No list, no word: the folder stays an issue, and the others of the account are not held up.
      if (isFatal(error)) throw error;
      return false;
    }
  }

  #subjectOfId(id: string): IssueSubject {
    return this.#issues.get(id) ?? { item: id, collection: wholeAccount, version: '', name: '' };
  }

  /** Looks items up by id; an item that cannot be looked up becomes an issue. */
  async #lookUp(ids: readonly string[], use: (item: LookedUpItem) => Promise<void>): Promise<void> {
    const { workload, scope } = this.services;
    for await (const item of workload.lookUp(scope, ids)) {
      const { id, error } = item;
      if (error === undefined) await use(item);
      else if (isFatal(error)) throw asError(error);
      else await this.reportIssue(this.#subjectOfId(id), error);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('an item could not be looked up', { cause: error });
}

/** What an issue is about. */
export type IssueSubject = Pick<IssueRow, 'item' | 'collection' | 'version' | 'name'>;

function subjectOf(head: ItemHead): IssueSubject {
  return { item: head.id, collection: head.collection, version: head.version, name: head.title };
}

function withoutCount({ id, parent, name, isHidden }: CollectionFound): CollectionRow {
  return { id, parent, name, isHidden };
}

function sumOf(found: readonly CollectionFound[]): number | null {
  return found.reduce<number | null>(
    (sum, { itemCount }) => (sum === null || itemCount === null ? null : sum + itemCount),
    0,
  );
}

function isSame(found: CollectionRow, known: CollectionRow | undefined): boolean {
  return known?.parent === found.parent && known.name === found.name && known.isHidden === found.isHidden;
}
