/**
 * What the next snapshot will lack of one account's workload: the issues of the last one, and those that a run opens and
 * closes. The ledger counts exactly these, so that a report says what the snapshot says.
 */
import type { IssueRow } from '../../src-shared/model/rows.ts';
import type { FaultLedger } from './ledger.ts';

/** The id of the item that another one belongs to. */
type OwnerOf = (item: string) => string | undefined;

export class OpenIssues {
  readonly #ledger: FaultLedger;
  readonly #before: ReadonlyMap<string, IssueRow>;
  readonly #open = new Map<string, IssueRow>();
  readonly #ownerOf: OwnerOf;
  readonly #byOwner = new Map<string, Set<string>>();
  /** Items of earlier issues of which this run has had no news. */
  readonly #untold: Set<string>;

  constructor(ledger: FaultLedger, before: readonly IssueRow[], ownerOf: OwnerOf = () => undefined) {
    this.#ledger = ledger;
    this.#ownerOf = ownerOf;
    this.#before = new Map(before.map((issue) => [issue.item, issue]));
    this.#untold = new Set(this.#before.keys());
    for (const issue of before) this.#add(issue);
  }

  /** Earlier runs in which the item, collection or account was an issue, without a break. */
  attemptsBefore(item: string): number {
    return this.#before.get(item)?.attempts ?? 0;
  }

  get(item: string): IssueRow | undefined {
    return this.#open.get(item);
  }

  /** Earlier issues of which this run has had no news yet. */
  untold(): IssueRow[] {
    return [...this.#untold].flatMap((item) => this.#open.get(item) ?? []);
  }

  /** Items of a collection that are issues. */
  itemsIn(collection: string): string[] {
    return [...this.#open.values()]
      .filter((issue) => issue.collection === collection && issue.item !== collection)
      .map(({ item }) => item);
  }

  /** Items that are issues and belong to another one. */
  itemsOf(owner: string): string[] {
    return [...(this.#byOwner.get(owner) ?? [])];
  }

  put(issue: IssueRow): void {
    this.clear(issue.item);
    this.#add(issue);
  }

  /** False where there is no such issue. */
  clear(item: string): boolean {
    this.#untold.delete(item);
    const issue = this.#open.get(item);
    if (issue === undefined) return false;
    this.#open.delete(item);
    this.#byOwner.get(this.#ownerOf(item) ?? '')?.delete(item);
    this.#ledger.close(issue);
    return true;
  }

  /** What lies in a collection that is gone is no issue any more. */
  clearCollection(collection: string): void {
    const gone = [...this.#open.values()].filter((issue) => issue.collection === collection);
    for (const { item } of gone) this.clear(item);
  }

  #add(issue: IssueRow): void {
    this.#open.set(issue.item, issue);
    const owner = this.#ownerOf(issue.item);
    if (owner !== undefined)
      this.#byOwner.set(owner, (this.#byOwner.get(owner) ?? new Set()).add(issue.item));
    this.#ledger.open(issue);
  }
}
