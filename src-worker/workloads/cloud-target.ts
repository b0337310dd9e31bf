/**
 * What a workload gives to a restore to Microsoft 365: which containers an account has, what stands in them, and how an
 * item is made, found again and taken away. The restore itself (plan, order, journal, undo) is the same for all.
 */
import type { PlanWarning } from '../../src-shared/model/cloud-restore.ts';
import type { ItemInfo } from '../../src-shared/model/rows.ts';
import type { GraphClient } from '../graph/graph-client.ts';

/** The account that is written to, and how. */
export interface TargetScope {
  readonly graph: GraphClient;
  readonly accountId: string;
  readonly signal: AbortSignal;
}

/** A folder, calendar or list of the target; `parent` is null at the top. */
export interface TargetContainer {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
}

/** An item that stands in the target. Items with the same key are the same to a person. */
export interface StandingItem {
  readonly id: string;
  readonly version: string;
  readonly key: string;
}

/** An item that was made, and the version that it had then. */
export type MadeItem = Pick<StandingItem, 'id' | 'version'>;

/** An item of a snapshot. */
export interface StoredItem {
  readonly id: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly info: ItemInfo;
}

/** Content as it was saved: whole, or in parts of which the first is the item itself. */
export interface StoredContent {
  /** Throws what reading the vault throws, and `item-too-large` beyond `maxBytes`. */
  whole(maxBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  parts(maxBytes: number): Promise<readonly StoredPart[]>;
}
export interface StoredPart {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What making an item will take. `bytes` are those that are sent. */
export interface ItemEffort {
  readonly requests: number;
  readonly bytes: number;
}

/** Where and as what an item is made. `tag` is written into it, so that it can be found again. */
export interface Making {
  readonly container: string;
  readonly item: StoredItem;
  readonly content: StoredContent;
  readonly tag: string;
}

/** All methods reject with `AppError`. */
export interface CloudTarget {
  /** Containers of the target, those that nothing can be written to left out. */
  containers(): Promise<readonly TargetContainer[]>;
  /** Rejects with `name-taken` where one of that name stands beside it. */
  makeContainer(parent: string | null, name: string): Promise<string>;
  /** Removes a container that was made, where nothing is in it; false where something is. */
  removeContainer(id: string): Promise<boolean>;
  /** All items of a container, page by page. */
  standing(container: string): AsyncIterable<readonly StandingItem[]>;
  /** Whether an item with this id is anywhere in the account. */
  stands(id: string): Promise<boolean>;
  /** The key that a stored item would have if it stood there. */
  keyOf(item: StoredItem): string;
  /** True where it has the key of a stored item and surely other content, because it was changed since. */
  isChanged(item: StoredItem, standing: MadeItem): boolean;
  effortOf(item: StoredItem): ItemEffort;
  /** An error that is `retryable` leaves open whether the item was made. */
  make(making: Making): Promise<MadeItem>;
  /** The item of a tag, if it was made; what was made in part is removed. */
  findMade(making: Omit<Making, 'content'>): Promise<MadeItem | undefined>;
  /** Takes an item that is replaced away. `note` is told before what is needed to put it back. */
  setAside(id: string, note: (aside: string) => void): Promise<void>;
  /** Puts it back to where it was, once, however often it is tried. `tag` is free for that. */
  putBack(aside: string, place: { readonly container: string; readonly tag: string }): Promise<void>;
  /** Removes what was made for good; `changed` where somebody changed it since, so that it stays. */
  removeMade(made: MadeItem): Promise<'removed' | 'changed' | 'gone'>;
}

/** How a workload is written to. */
export interface RestorableWorkload {
  readonly name: string;
  /** Any of them allows to write. */
  readonly permissions: readonly string[];
  readonly warnings: readonly PlanWarning[];
  open(scope: TargetScope): CloudTarget;
}
