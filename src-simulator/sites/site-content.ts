/** What changed in one site since it was planned: its lists with their items, and its pages. */
import { ChangeBook } from '../change-book.ts';
import { Dice, logNormal, mix } from '../chance.ts';
import { plannedLists, type PlannedSite, type SitePlan } from './site-plan.ts';

/** A list as it is now. */
export interface ListState {
  number: number;
  /** What it was renamed to; null while it has its first name. */
  title: string | null;
  /** Columns added since the start. */
  addedColumns: number;
  isDeleted: boolean;
  changedAt: number;
}

/** A list item, or a page: a number, and how often it was edited. */
export interface EntryState {
  number: number;
  edits: number;
  /** Added columns that its list had when it was made or edited last: later ones are empty. */
  columns: number;
  isDeleted: boolean;
  changedAt: number;
}

/** Items of one list, or pages of one site; numbers start at 1. */
export class Entries {
  readonly book = new ChangeBook<EntryState>();
  readonly plannedCount: number;
  #count: number;

  constructor(plannedCount: number, tokenAge: number) {
    this.plannedCount = plannedCount;
    this.#count = plannedCount;
    this.book.tokenAge = tokenAge;
  }

  /** Numbers given out so far, deleted ones included. */
  get count(): number {
    return this.#count;
  }

  /** An entry that exists or existed. */
  get(number: number): EntryState | null {
    const changed = this.book.get(number);
    if (changed) return changed;
    if (number < 1 || number > this.plannedCount) return null;
    return { number, edits: 0, columns: 0, isDeleted: false, changedAt: 0 };
  }

  create(columns = 0): EntryState {
    this.#count += 1;
    const number = this.#count;
    return this.book.put(number, (changedAt) => ({ number, edits: 0, columns, isDeleted: false, changedAt }));
  }

  change(state: EntryState, change: Partial<EntryState>): EntryState {
    return this.book.put(state.number, (changedAt) => ({ ...state, ...change, changedAt }));
  }

  /** Existing entries from position `cursor` on. */
  page(cursor: number, limit: number): { entries: EntryState[]; next: number | null } {
    const entries: EntryState[] = [];
    let at = cursor;
    for (; at < this.#count && entries.length < limit; at += 1) {
      const state = this.get(at + 1);
      if (state && !state.isDeleted) entries.push(state);
    }
    return { entries, next: at < this.#count ? at : null };
  }
}

/** How much is in a site. */
export interface ContentSizes {
  /** Items of each list; null for a spread. */
  itemsPerList: number | null;
}

const pagesAtStart = 5;
const mostItems = 250;
const mostLists = 200;

/** The lists, items and pages of one site. */
export class SiteContent {
  readonly site: PlannedSite;
  readonly lists = new ChangeBook<ListState>();
  readonly pages: Entries;
  readonly #plan: SitePlan;
  readonly #sizes: ContentSizes;
  readonly #planned: readonly number[];
  readonly #items = new Map<number, Entries>();
  #tokenAge: number;
  #nextList: number = plannedLists.firstCreated;

  constructor(plan: SitePlan, site: PlannedSite, parts: { sizes: ContentSizes; tokenAge: number }) {
    this.#plan = plan;
    this.site = site;
    this.#sizes = parts.sizes;
    this.#tokenAge = parts.tokenAge;
    this.#planned = plan.lists(site.number);
    this.pages = new Entries(site.person ? 0 : pagesAtStart, parts.tokenAge);
  }

  /** True when it cannot be forgotten. */
  get isTouched(): boolean {
    return (
      this.lists.isTouched ||
      this.pages.book.changeCount > 0 ||
      [...this.#items.values()].some((items) => items.book.changeCount > 0)
    );
  }

  /** Lists that exist, hidden ones included. */
  listStates(): ListState[] {
    const created = Array.from(
      { length: this.#nextList - plannedLists.firstCreated },
      (_, i) => plannedLists.firstCreated + i,
    );
    return [...this.#planned, ...created].flatMap((number) => this.list(number) ?? []);
  }

  /** A list that exists. */
  list(number: number): ListState | null {
    const changed = this.lists.get(number);
    if (changed) return changed.isDeleted ? null : changed;
    if (!this.#planned.includes(number)) return null;
    return { number, title: null, addedColumns: 0, isDeleted: false, changedAt: 0 };
  }

  createList(): ListState | null {
    const number = this.#nextList;
    if (number >= mostLists) return null;
    this.#nextList += 1;
    return this.lists.put(number, (changedAt) => ({
      number,
      title: null,
      addedColumns: 0,
      isDeleted: false,
      changedAt,
    }));
  }

  changeList(list: ListState, change: Partial<ListState>): ListState {
    return this.lists.put(list.number, (changedAt) => ({ ...list, ...change, changedAt }));
  }

  /** Items of a list that is neither a library nor the page library. */
  items(list: number): Entries {
    const known = this.#items.get(list);
    if (known) return known;
    const items = new Entries(this.#itemCount(list), this.#tokenAge);
    this.#items.set(list, items);
    return items;
  }

  #itemCount(list: number): number {
    if (list === plannedLists.users) return this.#plan.directory.size;
    if (list === plannedLists.masterPages) return 3;
    if (list >= plannedLists.firstCreated) return 0;
    if (this.#sizes.itemsPerList !== null) return this.#sizes.itemsPerList;
    const dice = new Dice(mix(mix(this.#plan.seed, 770), this.site.number, list));
    return Math.min(mostItems, Math.round(logNormal(25, 0.8, dice)));
  }

  expireDelta(): void {
    this.#tokenAge += 1;
    this.pages.book.tokenAge += 1;
    for (const items of this.#items.values()) items.book.tokenAge += 1;
  }
}
