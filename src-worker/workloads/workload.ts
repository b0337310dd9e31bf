/**
 * What a workload gives to a backup: which collections an account has, what changed in one since a link, and the
 * content of an item. The backup itself (order, concurrency, retries, what is stored) is the same for all workloads.
 */
import type { GapCode } from '../../src-shared/errors/gap-code.ts';
import type { AccountKind } from '../../src-shared/model/account-kind.ts';
import type { FileChoice, MailChoice } from '../../src-shared/model/protected-item.ts';
import type { CollectionRow, ItemInfo } from '../../src-shared/model/rows.ts';
import type { GraphClient } from '../graph/graph-client.ts';

/**
 * An organization's connection and the account that is read. `accountId` is the directory's object id, or of a site the
 * id that Graph gives it (host name, site collection and web, with commas).
 */
export interface AccountScope {
  readonly graph: GraphClient;
  readonly kind: AccountKind;
  readonly accountId: string;
  readonly signal: AbortSignal;
  /** What of a mailbox to read; the default of a protected item unless given. */
  readonly mail?: MailChoice | undefined;
  /** The same of files. */
  readonly files?: FileChoice | undefined;
}

/** An item as an enumeration shows it, before its content is fetched. */
export interface ItemHead {
  readonly id: string;
  readonly collection: string;
  readonly version: string;
  /** For reports: what a person would call the item. */
  readonly title: string;
  readonly info: ItemInfo;
  /** Given where the enumeration held all of the item, so that nothing is left to fetch. */
  readonly content?: FetchedContent | undefined;
  /** Given where the enumeration knows a shorter way to the content than `Workload.fetch`. */
  readonly fetch?: (() => Promise<FetchedContent>) | undefined;
  /** Given where items belong to this one that no enumeration tells of. */
  readonly belongings?: Belongings | undefined;
  /** Given where a part of the item cannot be had, and the rest is saved without it: why. */
  readonly gap?: GapCode | undefined;
}

/**
 * Items that belong to another one, such as earlier versions of a file: asked for when that changes, and gone with it.
 * Their ids are its id with a slash and something of their own behind it.
 */
export interface Belongings {
  /** True where they are surely as they were when the item was saved with this version. */
  isAsOf(version: string): boolean;
  /** All that are to be saved. Rejects with `AppError`. */
  list(): Promise<readonly ItemHead[]>;
}

/** How many items Microsoft 365 says a collection has, null where it does not say; for progress only. */
export interface CollectionFound extends CollectionRow {
  readonly itemCount: number | null;
}

/** Collections since the last run. With `isComplete`, what is not listed does not exist any more. */
export interface CollectionChanges {
  readonly found: readonly CollectionFound[];
  readonly removed: readonly string[];
  readonly isComplete: boolean;
  readonly link: string;
}

/** A page of changes of one collection. The last page has `deltaLink`, the others `nextLink`. */
export interface ItemChanges {
  readonly changed: readonly ItemHead[];
  readonly removed: readonly string[];
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
}

/** A part of an item: the item itself, an attachment, a photo. `mediaType` as RFC 6838 has it. */
export interface FetchedPart {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Content as it was fetched. Of several parts, the first is the item itself. */
export type FetchedContent =
  | { readonly kind: 'mime' | 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'parts'; readonly parts: readonly FetchedPart[] }
  | FetchedStream;

/** Content too large to hold. `pieces` rejects with `AppError` where it turns out to be other than promised. */
interface FetchedStream {
  readonly kind: 'stream';
  readonly sizeBytes: number;
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** The version that the content turned out to be of; to be asked for after its last piece. */
  readonly version: string;
}

/** The answer for one item of a look-up: with `error`, it is not known whether it exists; `isGone`: a list without it
 * says that it does not, where nothing but an answer to a question about it would not do. */
export interface LookedUpItem {
  readonly id: string;
  readonly head?: ItemHead | undefined;
  readonly isGone?: boolean;
  readonly error?: unknown;
}

/** Files in folders: `parentOf` is the id of the item in which an item lies. */
export interface Nesting {
  isHolder(info: ItemInfo): boolean;
  parentOf(info: ItemInfo): string | undefined;
}

/** All methods reject with `AppError`. */
export interface Workload {
  readonly name: string;
  /** Kinds of accounts that have it. */
  readonly accountKinds: readonly AccountKind[];
  /** Set where only those groups have it that have a team. */
  readonly isOfTeams?: boolean;
  /** True of a collection whose `changes` lists all items although there is a link, because Graph tells no changes: what
   * is not listed is gone. */
  readonly listsEverything?: (collection: string, link: string) => boolean;
  /** Set where the collections of an account come with the number of their items. */
  readonly tellsSizes?: boolean;
  /** Set where a removal is never half of a move, so that what left need not be asked for. */
  readonly isRemovalFinal?: boolean;
  /** True when two versions of an item surely have the same content, so that it need not be fetched again. */
  readonly hasSameContent?: (before: string, after: string) => boolean;
  /** True of an item whose removal may end others that no delta tells of: the collection is then listed anew. */
  readonly mayTakeOthersAlong?: (info: ItemInfo) => boolean;
  /** Where items lie in items of the same collection: they go with those, even if nothing says so. */
  readonly nesting?: Nesting;
  /** The id of the item that another one belongs to; undefined for one that stands for itself. */
  readonly ownerOf?: (id: string) => string | undefined;
  /** Asked about a collection that no enumeration showed and where an item was found: true where it is left out by
   * choice, so that the item counts as gone. */
  readonly isLeftOut?: (scope: AccountScope, collection: string) => Promise<boolean>;
  /** Collections that changed since `link`, or all of them. */
  collections(scope: AccountScope, link: string | undefined): Promise<CollectionChanges>;
  /** Items of a collection that changed since `link`, or all of them. */
  changes(scope: AccountScope, collection: string, link: string | undefined): AsyncIterable<ItemChanges>;
  /** Items as they are now, in any number; `head` is undefined for one that does not exist any more. */
  lookUp(scope: AccountScope, itemIds: readonly string[]): AsyncIterable<LookedUpItem>;
  fetch(scope: AccountScope, itemId: string): Promise<FetchedContent>;
}
