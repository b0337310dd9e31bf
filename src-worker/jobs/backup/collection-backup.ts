/**
 * Backs up one collection: follows its changes page by page, and moves its position on only when every item of the
 * pages before is saved or listed as an issue. A position that Microsoft 365 has forgotten becomes a full enumeration,
 * after which what was not seen does not exist any more.
 */
import { createHash } from 'node:crypto';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { isFatal } from '../../faults/ledger.ts';
import { createDedupFilterMemory, DedupFilter } from '../../vault/index/dedup-filter.ts';
import type { ItemChanges, Nesting, Workload } from '../../workloads/workload.ts';
import { forEachConcurrent } from '../concurrency.ts';
import type { AccountBackup } from './account-backup.ts';

/** Items of a page that are worked on at the same time. */
const itemsAtOnce = 4;

export class CollectionBackup {
  readonly #account: AccountBackup;
  readonly #id: string;

  constructor(account: AccountBackup, collection: string) {
    this.#account = account;
    this.#id = collection;
  }

  async run(): Promise<void> {
    const { catalog, chainId } = this.#account.services;
    await this.#run(catalog.states(chainId, this.#account.owner).get(this.#id));
  }

  /** Lists all of it, whatever the last run knew: what is not listed is gone. */
  async runAfresh(): Promise<void> {
    await this.#run(undefined);
  }

  async #run(link: string | undefined): Promise<void> {
    const { recorder } = this.#account.services;
    try {
      await this.#enumerateOrStartOver(link);
      await this.#account.clearIssue(this.#id);
    } catch (error) {
      if (isFatal(error)) throw error;
      recorder.forgetResumeLink(this.#account.owner, this.#id);
      const isGone = isAppError(error, 'collection-gone') && (await this.#account.isCollectionGone(this.#id));
      if (isGone) await this.#account.endUntold(this.#id);
      else await this.#account.reportIssue(this.#account.subjectOfCollection(this.#id), error);
    }
  }

  async #enumerateOrStartOver(link: string | undefined): Promise<void> {
    try {
      await this.#enumerate(link);
    } catch (error) {
      const isOver = isAppError(error, 'delta-expired', 'delta-unsupported', 'collection-gone');
      if (link === undefined || !isOver) throw error;
      await this.#enumerate(undefined);
    }
  }

  async #enumerate(link: string | undefined): Promise<void> {
    const { workload, scope, recorder } = this.#account.services;
    const { owner } = this.#account;
    const listsAll = link === undefined || workload.listsEverything?.(this.#id, link) === true;
    const round = new Round(listsAll && this.#isKnown(), workload);
    const canResume = link === undefined && !round.isSweep;
    let isWhole = true;
    for await (const page of withReadAhead(workload.changes(scope, this.#id, link))) {
      await this.#takePage(page, round.left);
      round.note(page);
      if (canResume && page.nextLink !== undefined) {
        recorder.setResumeLink(owner, { collection: this.#id, link: page.nextLink });
      }
      if (page.deltaLink !== undefined) isWhole = await this.#finish(round, link, page.deltaLink);
    }
    if (!isWhole) await this.#enumerate(undefined);
  }

  /**
   * After the last page. False when more may be gone than it told of: then the position stays where it was until the
   * collection is listed anew, because a position that moved on before would hide what was lost from every later run.
   */
  async #finish(round: Round, oldLink: string | undefined, newLink: string): Promise<boolean> {
    const { recorder } = this.#account.services;
    await this.#removeUntold(round);
    await this.#account.saveMovedItems([...round.left]);
    if (!round.isSweep && this.#mayHaveLostMore(round.left)) return false;
    if (newLink !== oldLink)
      await recorder.finishCollection(this.#account.owner, { collection: this.#id, link: newLink });
    return true;
  }

  /** What an earlier page removed and this one shows is back: its row is ended by now, even where nothing else is new. */
  async #takePage(page: ItemChanges, left: Set<string>): Promise<void> {
    for (const id of page.removed) {
      if (await this.#removeItem(id)) left.add(id);
    }
    await forEachConcurrent(page.changed, itemsAtOnce, (head) =>
      left.delete(head.id) ? this.#account.saveItem(head) : this.#account.considerItem(head),
    );
  }

  /**
   * False when the item is known to be elsewhere. One that is not known at all may have left as well: it failed so far, or
   * a checkpoint has its removal and the run was killed before it was asked for. The removal is recorded in any case: the
   * catalog does not know yet what was saved here since the last commit, and it ends nothing in another collection.
   */
  async #removeItem(id: string): Promise<boolean> {
    const { catalog, chainId, recorder } = this.#account.services;
    await this.#account.clearIssueIn(this.#id, id);
    await recorder.removeItem(this.#account.owner, { id, collection: this.#id });
    const cameHere = this.#account.forgetArrival(this.#id, id);
    const known = catalog.currentItem(chainId, this.#account.owner, id);
    if (known !== undefined && known.collection !== this.#id && !cameHere) return false;
    await this.#account.belongings.remove(id, this.#id);
    return true;
  }

  /** True when items of it are in the last snapshot or on the list of issues. */
  #isKnown(): boolean {
    const [first] = this.#knownIds();
    return first !== undefined || this.#account.issuesIn(this.#id).length > 0;
  }

  /** Removes what is gone without a word: what a full enumeration did not show, and what lay in something removed. */
  async #removeUntold(round: Round): Promise<void> {
    const untold = round.isSweep ? round.unseen(this.#knownIds()) : this.#below(round);
    for (const id of untold) await this.#removeItem(id);
    if (round.isSweep) await this.#removeUnsaved(round);
    for (const id of untold) round.left.add(id);
  }

  /** What a full enumeration did not show of what was never saved, and what belongs to that. */
  async #removeUnsaved(round: Round): Promise<void> {
    for (const id of round.unseen(this.#account.issuesIn(this.#id))) {
      await this.#account.clearIssue(id);
      await this.#account.belongings.remove(id, this.#id);
    }
    for (const id of [...round.ownerless(this.#knownIds())]) await this.#account.endItem(id, this.#id);
  }

  #mayHaveLostMore(left: ReadonlySet<string>): boolean {
    const { catalog, chainId, workload } = this.#account.services;
    if (workload.mayTakeOthersAlong === undefined) return false;
    const scope = { chainId, ...this.#account.owner, number: this.#account.baseNumber };
    return [...left].some((id) => {
      const item = catalog.item(scope, id);
      return item !== undefined && workload.mayTakeOthersAlong?.(item.info) === true;
    });
  }

  /** One pass over the collection a level of what was removed, because no more than what is gone may be held. */
  #below({ left, nesting, told }: Round): string[] {
    const { catalog, chainId } = this.#account.services;
    const scope = { chainId, ...this.#account.owner, number: this.#account.baseNumber };
    const isHolder = (id: string): boolean => {
      const item = catalog.item(scope, id);
      return item !== undefined && nesting?.isHolder(item.info) === true;
    };
    const gone = new Set([...left].filter(isHolder));
    const roots = gone.size;
    for (let before = 0; before < gone.size;) {
      before = gone.size;
      for (const { id, info } of catalog.items(scope, this.#id)) {
        // What this round told of lies where it said, which may be elsewhere.
        const parent = told.has(id) ? told.get(id) : nesting?.parentOf(info);
        if (parent !== undefined && gone.has(parent)) gone.add(id);
      }
    }
    return [...gone].slice(roots);
  }

  *#knownIds(): Iterable<string> {
    const { catalog, chainId } = this.#account.services;
    yield* catalog.currentIds(chainId, this.#account.owner, this.#id);
  }
}

/** What one enumeration of a collection has seen so far. */
class Round {
  readonly left = new Set<string>();
  /** What it told of and in what that lies now; kept where things lie in each other. */
  readonly told = new Map<string, string | undefined>();
  readonly nesting: Nesting | undefined;
  /** Ids that a full enumeration has seen; none are kept where the collection is new. */
  readonly #seen: DedupFilter | undefined;
  readonly #ownerOf: Workload['ownerOf'];

  constructor(isSweep: boolean, { nesting, ownerOf }: Workload) {
    this.#seen = isSweep ? new DedupFilter(createDedupFilterMemory()) : undefined;
    this.nesting = nesting;
    this.#ownerOf = ownerOf;
  }

  get isSweep(): boolean {
    return this.#seen !== undefined;
  }

  note({ changed }: ItemChanges): void {
    for (const { id, info } of changed) {
      this.#seen?.claim(hashOf(id));
      if (this.#seen === undefined && this.nesting !== undefined)
        this.told.set(id, this.nesting.parentOf(info));
    }
  }

  /** Items that stand for themselves and that this round did not show. */
  unseen(knownIds: Iterable<string>): string[] {
    const ids: string[] = [];
    for (const id of knownIds)
      if (this.#ownerOf?.(id) === undefined && this.#seen?.claim(hashOf(id)) === true) ids.push(id);
    return ids;
  }

  /** Items that belong to something of which neither this round nor {@link Round.unseen} knew: it was never saved. */
  *ownerless(knownIds: Iterable<string>): Iterable<string> {
    const owners = new Set<string>();
    for (const id of this.#ownerOf === undefined ? [] : knownIds) {
      const owner = this.#ownerOf?.(id);
      if (owner === undefined) continue;
      if (this.#seen?.claim(hashOf(owner)) === true) owners.add(owner);
      if (owners.has(owner)) yield id;
    }
  }
}

function hashOf(id: string): Uint8Array {
  return createHash('sha256').update(id).digest();
}

/** Asks for the next page while the current one is worked on. */
async function* withReadAhead<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = pages[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) return;
      next = iterator.next();
      next.catch(() => undefined);
      yield result.value;
    }
  } finally {
    await iterator.return?.().catch(() => undefined);
  }
}
