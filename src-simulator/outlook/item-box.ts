/**
 * What one mailbox holds in one area: containers (calendars, folders, lists) and items, as planned from the seed, and
 * over the plan what changed since. Only changes take memory. Every change gets the next number of the box's log; a
 * delta is what the log tells. What an item says is the area's affair.
 */
import { ItemIds } from './item-ids.ts';
import { ItemWritings } from './item-writings.ts';

export interface ItemState {
  number: number;
  container: number;
  isDeleted: boolean;
  /** Grows with edits. */
  version: number;
  moves: number;
  /** Number of the last change; 0 for none. */
  changedAt: number;
  /** Number of the change that made it; 0 for an item of the plan. */
  createdAt: number;
  /** What happened to it beside edits, in the area's own words. */
  marks: readonly string[];
}

export interface ContainerState {
  number: number;
  /** -1 above the root. */
  parent: number;
  name: string;
  isDeleted: boolean;
  changedAt: number;
}

/** A container of the start; `weight` is its part of the items. The first one is the root. */
export interface PlannedContainer {
  parent: number;
  name: string;
  weight: number;
}

/** What the delta of a container has to tell about one item. */
export interface ItemChange {
  at: number;
  /** Moves of the item while it was in this container. */
  movesHere: number;
  /** The item as it is now, wherever it is now. */
  state: ItemState;
}

interface LogEntry {
  at: number;
  item: number;
  moves: number;
}

interface Range {
  first: number;
  end: number;
}

function rangesOf(plan: readonly PlannedContainer[], itemCount: number): Range[] {
  const total = plan.reduce((sum, { weight }) => sum + weight, 0) || 1;
  let reached = 0;
  let first = 0;
  return plan.map(({ weight }) => {
    reached += weight;
    const range = { first, end: Math.round((reached / total) * itemCount) };
    first = range.end;
    return range;
  });
}

export class ItemBox {
  /** Number of the mailbox's owner. */
  readonly mailbox: number;
  readonly ids: ItemIds;
  /** What clients wrote. */
  readonly writings = new ItemWritings();
  /** Number of the last change. */
  changeCount = 0;
  readonly #plan: readonly PlannedContainer[];
  readonly #ranges: readonly Range[];
  readonly #plannedCount: number;
  #itemCount: number;
  #containerCount: number;
  readonly #items = new Map<number, ItemState>();
  readonly #containers = new Map<number, ContainerState>();
  readonly #containerLog: { at: number; container: number }[] = [];
  readonly #logs = new Map<number, LogEntry[]>();
  /** Items that are in a container but not in its planned range. */
  readonly #guests = new Map<number, Set<number>>();

  constructor(idSeed: number, mailbox: number, start: { plan: readonly PlannedContainer[]; items: number }) {
    this.mailbox = mailbox;
    this.ids = new ItemIds(idSeed, mailbox);
    this.#plan = start.plan;
    this.#ranges = rangesOf(start.plan, start.items);
    this.#plannedCount = start.items;
    this.#itemCount = start.items;
    this.#containerCount = start.plan.length;
  }

  /** Item numbers given out so far, deleted ones included. */
  get itemCount(): number {
    return this.#itemCount;
  }

  /** Containers given out so far, deleted ones included. */
  get containerCount(): number {
    return this.#containerCount;
  }

  /** The container an item was planned in; -1 for one that came later. */
  plannedContainerOf(item: number): number {
    return this.#ranges.findIndex(({ first, end }) => item >= first && item < end);
  }

  /** An item that exists or existed; null for a number never given out. */
  item(number: number): ItemState | null {
    const changed = this.#items.get(number);
    if (changed) return changed;
    if (number >= this.#plannedCount) return null;
    const container = this.plannedContainerOf(number);
    return {
      number,
      container,
      isDeleted: false,
      version: 0,
      moves: 0,
      changedAt: 0,
      createdAt: 0,
      marks: [],
    };
  }

  container(number: number): ContainerState | null {
    const changed = this.#containers.get(number);
    if (changed) return changed.isDeleted ? null : changed;
    const planned = this.#plan[number];
    return planned
      ? { number, parent: planned.parent, name: planned.name, isDeleted: false, changedAt: 0 }
      : null;
  }

  /** Every container but the root, parents before children. */
  containers(): ContainerState[] {
    const numbers = Array.from({ length: this.#containerCount - 1 }, (_, i) => i + 1);
    return numbers.flatMap((number) => this.container(number) ?? []);
  }

  children(parent: number): ContainerState[] {
    return this.containers().filter((container) => container.parent === parent);
  }

  /** The container an id names, or null. */
  findContainer(id: string): ContainerState | null {
    const number = this.ids.parseContainer(id);
    return number < 1 ? null : this.container(number);
  }

  /** The item an id names, if it is there; a mutable id is good only for the place it was made for. */
  findItem(id: string): { state: ItemState; occurrence: number } | null {
    const key = this.ids.parseItem(id);
    const state = key && this.item(key.item);
    if (!state || state.isDeleted || !this.container(state.container)) return null;
    return key.moves < 0 || key.moves === state.moves ? { state, occurrence: key.occurrence } : null;
  }

  /** The id of an item in the form asked for. */
  idOf(state: Pick<ItemState, 'number' | 'moves'>, isImmutable: boolean, occurrence = -1): string {
    return this.ids.item({ item: state.number, moves: isImmutable ? -1 : state.moves, occurrence });
  }

  /**
   * Items of a container in a fixed order from a cursor on (0 starts), at most `limit`: the planned ones first, then
   * those that came. `next` is null at the end.
   */
  page(container: number, cursor: number, limit: number): { items: ItemState[]; next: number | null } {
    const { first, end } = this.#ranges[container] ?? { first: 0, end: 0 };
    const items: ItemState[] = [];
    let at = cursor;
    for (; at < end - first && items.length < limit; at += 1) {
      const state = this.item(first + at);
      if (state?.container === container && !state.isDeleted) items.push(state);
    }
    if (at < end - first) return { items, next: at };
    const offset = end - first;
    const guests = [...(this.#guests.get(container) ?? [])]
      .filter((number) => number >= at - offset)
      .sort((a, b) => a - b);
    const taken = guests.slice(0, limit - items.length);
    items.push(...taken.flatMap((number) => this.item(number) ?? []));
    const following = guests[taken.length];
    return { items, next: following === undefined ? null : offset + following };
  }

  /** All items of a container. */
  items(container: number): ItemState[] {
    return this.page(container, 0, Infinity).items;
  }

  /** Changed items of a container after change `since`, each once, in order of their last change. */
  changesSince(container: number, since: number): ItemChange[] {
    const log = this.#logs.get(container) ?? [];
    const seen = new Map<number, ItemChange>();
    for (const { at, item, moves } of log.toReversed()) {
      if (at <= since) break;
      const state = this.item(item);
      if (state && !seen.has(item)) seen.set(item, { at, movesHere: moves, state });
    }
    return [...seen.values()].reverse();
  }

  /** Numbers of containers changed after `since`, each once. */
  containerChangesSince(since: number): number[] {
    return [...new Set(this.#containerLog.filter(({ at }) => at > since).map(({ container }) => container))];
  }

  /** Applies a change to an item and writes it to the logs of the containers concerned. */
  changeItem(
    number: number,
    change: Partial<Pick<ItemState, 'container' | 'isDeleted' | 'version' | 'marks'>>,
  ): ItemState {
    const before = this.item(number);
    if (!before) throw new RangeError(`item ${number} does not exist`);
    this.changeCount += 1;
    const isMoved = change.container !== undefined && change.container !== before.container;
    const moves = before.moves + (isMoved ? 1 : 0);
    const after = { ...before, ...change, moves, changedAt: this.changeCount };
    this.#items.set(number, after);
    this.#guests.get(before.container)?.delete(number);
    this.#enter(after);
    this.#log(before.container, before);
    if (isMoved) this.#log(after.container, after);
    return after;
  }

  createItem(container: number): ItemState {
    const number = this.#itemCount;
    this.#itemCount += 1;
    this.changeCount += 1;
    const at = this.changeCount;
    const state: ItemState = {
      number,
      container,
      isDeleted: false,
      version: 0,
      moves: 0,
      changedAt: at,
      createdAt: at,
      marks: [],
    };
    this.#items.set(number, state);
    this.#enter(state);
    this.#log(container, state);
    return state;
  }

  createContainer(parent: number, name: string): ContainerState {
    const number = this.#containerCount;
    this.#containerCount += 1;
    this.changeCount += 1;
    const state = { number, parent, name, isDeleted: false, changedAt: this.changeCount };
    this.#containers.set(number, state);
    this.#containerLog.push({ at: this.changeCount, container: number });
    return state;
  }

  renameContainer(number: number, name: string): void {
    this.#changeContainer(number, { name });
  }

  /** Deletes a container with everything in it. */
  deleteContainer(number: number): void {
    for (const child of this.children(number)) this.deleteContainer(child.number);
    for (const { number: item } of this.items(number)) this.changeItem(item, { isDeleted: true });
    this.#changeContainer(number, { isDeleted: true });
  }

  #changeContainer(number: number, change: Partial<ContainerState>): void {
    const before = this.container(number);
    if (!before) throw new RangeError(`container ${number} does not exist`);
    this.changeCount += 1;
    this.#containers.set(number, { ...before, ...change, changedAt: this.changeCount });
    this.#containerLog.push({ at: this.changeCount, container: number });
  }

  #enter(state: ItemState): void {
    if (state.isDeleted || this.plannedContainerOf(state.number) === state.container) return;
    const guests = this.#guests.get(state.container) ?? new Set();
    this.#guests.set(state.container, guests.add(state.number));
  }

  #log(container: number, state: ItemState): void {
    const log = this.#logs.get(container) ?? [];
    this.#logs.set(container, log);
    log.push({ at: this.changeCount, item: state.number, moves: state.moves });
  }
}
