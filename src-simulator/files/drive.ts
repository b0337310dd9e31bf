/**
 * One drive: the tree it starts with and, over it, what changed since. Knows names, parents, versions and sizes; what
 * Graph says about them is written elsewhere.
 */
import { ChangeBook } from '../change-book.ts';
import { Dice, logNormal, mix, shareOf } from '../chance.ts';
import { epochMs } from '../mail/message-facts.ts';
import { driveNumber, type DriveRef } from './drive-ids.ts';
import { DrivePlan } from './drive-plan.ts';
import type { DriveWorld } from './drive-world.ts';
import type { FileContent } from './file-bytes.ts';
import { formatOfName } from './file-formats.ts';
import { emptyFileName } from './file-names.ts';

/** A file or folder as it is now. */
export interface ItemState {
  number: number;
  parent: number;
  name: string;
  isFolder: boolean;
  isDeleted: boolean;
  /** Edits of the content since the start. */
  edits: number;
  /** The oldest versions that are gone, because somebody removed them or the library keeps no more. */
  purged: number;
  /** Changes of the sharing since the start. */
  shares: number;
  /** Number of the last change in the drive's book; 0 for none. */
  changedAt: number;
}

/** Times that a client gave; absent ones are told as the service sees them. */
export interface FileTimes {
  readonly createdMs?: number;
  readonly modifiedMs?: number;
}

/** Why a file's bytes cannot be had, ever. */
export type FileTrouble = 'itemNotFound' | 'generalException' | 'malwareDetected';

const dayMs = 86_400_000;
const sampleMaximumBytes = 12 * 1024 * 1024;
/** Documents that are sent by mail and kept in drives too. */
const knownDocuments = 200;

/** A drive: its plan and its changes. */
export class Drive {
  readonly world: DriveWorld;
  readonly ref: DriveRef;
  readonly plan: DrivePlan;
  readonly book = new ChangeBook<ItemState>();
  readonly #seed: number;
  readonly #childShift = new Map<number, number>();
  #itemCount: number;
  /** Permissions that clients gave, by item. */
  readonly grants = new Map<number, readonly object[]>();
  /** Bytes that clients wrote, by item and version. */
  readonly #given = new Map<string, Buffer>();
  readonly #times = new Map<number, FileTimes>();
  #hasLostFolders = false;
  #sizes: { at: number; bytes: Float64Array } | null = null;

  constructor(world: DriveWorld, ref: DriveRef, fileCount: number) {
    this.world = world;
    this.ref = ref;
    this.#seed = mix(world.seed, driveNumber(ref));
    this.plan = new DrivePlan(this.#seed, fileCount, world.isRich);
    this.#itemCount = this.plan.itemCount;
  }

  /** Item numbers given out so far, deleted ones included. */
  get itemCount(): number {
    return this.#itemCount;
  }

  /** An item that exists or existed; null for a number never given out. */
  item(number: number): ItemState | null {
    const changed = this.book.get(number);
    if (changed) return changed;
    return number >= 0 && number < this.plan.itemCount ? this.#planned(number) : null;
  }

  #planned(number: number): ItemState {
    return {
      number,
      parent: this.plan.parentOf(number),
      name: this.plan.nameOf(number),
      isFolder: number < this.plan.folderCount,
      isDeleted: false,
      edits: 0,
      purged: 0,
      shares: 0,
      changedAt: 0,
    };
  }

  /** Items that exist, from number `cursor` on, at most `limit`; `next` is null at the end. */
  page(cursor: number, limit: number): { items: ItemState[]; next: number | null } {
    const items: ItemState[] = [];
    let at = cursor;
    for (; at < this.#itemCount && items.length < limit; at += 1) {
      const state = this.item(at);
      if (state && this.isReachable(state)) items.push(state);
    }
    return { items, next: at < this.#itemCount ? at : null };
  }

  /** Children that exist: folders first. */
  children(folder: number): ItemState[] {
    const { folders, firstFile, endFile } = this.plan.childrenOf(folder);
    const numbers = new Set(folders);
    for (let file = firstFile; file < endFile; file += 1) numbers.add(file);
    for (const changed of this.book.entries()) numbers.add(changed);
    return [...numbers].flatMap((number) => {
      const state = this.item(number);
      return state && !state.isDeleted && state.parent === folder ? [state] : [];
    });
  }

  childCount(folder: number): number {
    return this.plan.childCountOf(folder) + (this.#childShift.get(folder) ?? 0);
  }

  /** Ancestors from the root down to the parent. */
  ancestors(state: ItemState): ItemState[] {
    const parent = state.parent < 0 ? null : this.item(state.parent);
    return parent ? [...this.ancestors(parent), parent] : [];
  }

  /** True unless the item or a folder above it was deleted. */
  isReachable(state: ItemState): boolean {
    if (state.isDeleted) return false;
    if (!this.#hasLostFolders || state.parent < 0) return true;
    const parent = this.item(state.parent);
    return parent !== null && this.isReachable(parent);
  }

  change(number: number, change: Partial<ItemState>): ItemState {
    const before = this.item(number);
    if (!before) throw new RangeError(`item ${number} does not exist`);
    const isQuiet = Object.keys(change).every((name) => name === 'shares');
    // Sharing is no edit: tags and times stay as they were.
    const after = this.book.put(
      number,
      (at) => ({ ...before, ...change, changedAt: isQuiet ? before.changedAt : at }),
      isQuiet,
    );
    if (!before.isDeleted) this.#shift(before.parent, -1);
    if (!after.isDeleted) this.#shift(after.parent, 1);
    return after;
  }

  #shift(folder: number, by: number): void {
    this.#childShift.set(folder, (this.#childShift.get(folder) ?? 0) + by);
  }

  create(parent: number, name: string, isFolder: boolean): ItemState {
    const number = this.#itemCount;
    this.#itemCount += 1;
    this.#shift(parent, 1);
    return this.book.put(number, (changedAt) => ({
      number,
      parent,
      name,
      isFolder,
      isDeleted: false,
      edits: 0,
      purged: 0,
      shares: 0,
      changedAt,
    }));
  }

  /** The bytes of a file that was just created. */
  writeFirst(number: number, bytes: Buffer, times: FileTimes): ItemState {
    const state = this.item(number) as ItemState;
    this.#given.set(`${number} ${this.versionCount(state)}`, bytes);
    this.#times.set(number, times);
    return state;
  }

  /** A new version of a file. */
  write(number: number, bytes: Buffer, times: FileTimes): ItemState {
    const before = this.item(number) as ItemState;
    const state = this.change(number, { edits: before.edits + 1 });
    this.#given.set(`${number} ${this.versionCount(state)}`, bytes);
    const { createdMs } = this.#times.get(number) ?? {};
    this.#times.set(number, { ...(createdMs === undefined ? {} : { createdMs }), ...times });
    return state;
  }

  /** Times beside those that were given before. */
  setTimes(number: number, times: FileTimes): void {
    this.#times.set(number, { ...this.#times.get(number), ...times });
  }

  /**
   * Deletes an item. SharePoint tells of a deleted folder with or without what was in it: folders of even number go
   * with a line for each descendant, the others alone.
   */
  delete(number: number): void {
    const state = this.item(number);
    if (state?.isFolder && number % 2 === 0)
      for (const child of this.children(number)) this.delete(child.number);
    if (state?.isFolder) this.#hasLostFolders = true;
    this.change(number, { isDeleted: true });
  }

  hashOf(number: number): number {
    return mix(this.#seed, 711, number);
  }

  /** Number of the newest version of a file, the present one. Older ones may be gone. */
  versionCount(state: ItemState): number {
    const hash = this.hashOf(state.number);
    const atStart = this.world.isRich && hash % 6 === 0 ? 2 + (hash % 3) : 1;
    return (state.number < this.plan.itemCount ? atStart : 1) + state.edits;
  }

  /** The bytes of version `version` (1 is the oldest); the newest when left out. */
  content(state: ItemState, version = this.versionCount(state)): FileContent {
    const hash = this.hashOf(state.number);
    const format = formatOfName(this.#firstName(state));
    const given = this.#given.get(`${state.number} ${version}`);
    if (given) return { hash, format, document: null, sizeBytes: given.length, version: version - 1, given };
    const document = version === 1 && this.world.isRich && hash % 7 === 3 ? hash % knownDocuments : null;
    const sizeBytes =
      document === null ? this.#sizeOf(state, version) : this.world.documents.describe(document).sizeBytes;
    return { hash, format, document, sizeBytes, version: version - 1 };
  }

  /** The name that decided the bytes; renaming a file leaves them alone. */
  #firstName(state: ItemState): string {
    return state.number < this.plan.itemCount ? this.plan.nameOf(state.number) : state.name;
  }

  #sizeOf(state: ItemState, version: number): number {
    const name = this.#firstName(state);
    if (name === emptyFileName) return 0;
    const { fileSizeBytes } = this.world.options;
    const hash = this.hashOf(state.number);
    const growth = (version - 1) * 517;
    if (fileSizeBytes !== undefined) return fileSizeBytes + growth;
    const median = formatOfName(name).body === 'text' ? 6_000 : 48_000;
    return Math.min(sampleMaximumBytes, 40 + Math.round(logNormal(median, 1.3, new Dice(hash)))) + growth;
  }

  /** Bytes of a file, or of all files below a folder. */
  sizeBytes(state: ItemState): number {
    return state.isFolder ? (this.#folderSizes()[state.number] ?? 0) : this.content(state).sizeBytes;
  }

  #folderSizes(): Float64Array {
    const at = this.book.changeCount;
    if (this.#sizes?.at === at) return this.#sizes.bytes;
    const bytes = new Float64Array(this.#itemCount);
    for (let number = 0; number < this.#itemCount; number += 1) {
      const state = this.item(number);
      if (!state || state.isDeleted || state.isFolder) continue;
      const { sizeBytes } = this.content(state);
      for (
        let up = this.item(state.parent);
        up && !up.isDeleted;
        up = up.parent < 0 ? null : this.item(up.parent)
      )
        bytes[up.number] = (bytes[up.number] ?? 0) + sizeBytes;
    }
    this.#sizes = { at, bytes };
    return bytes;
  }

  createdMs(state: ItemState): number {
    const given = this.#times.get(state.number)?.createdMs;
    if (given !== undefined) return given;
    if (state.number >= this.plan.itemCount) return epochMs + 1_000;
    return epochMs - Math.round(shareOf(this.hashOf(state.number)) * 1_500 * dayMs) - 40 * dayMs;
  }

  modifiedMs(state: ItemState): number {
    const given = this.#times.get(state.number)?.modifiedMs;
    if (given !== undefined) return given;
    if (state.changedAt > 0) return epochMs + state.changedAt * 1_000;
    return this.versionMs(state, this.versionCount(state));
  }

  /** When a version was written: a week after the one before. */
  versionMs(state: ItemState, version: number): number {
    return this.createdMs(state) + (version - 1) * 7 * dayMs + 60_000;
  }

  /** Why the content of a file fails for good, or null. */
  trouble(state: ItemState): FileTrouble | null {
    if (this.content(state).given) return null;
    if (this.plan.isMalware(state.number)) return 'malwareDetected';
    const { unreadableShare } = this.world.options;
    if (shareOf(mix(this.#seed, 712, state.number)) >= unreadableShare) return null;
    return this.hashOf(state.number) % 2 === 0 ? 'itemNotFound' : 'generalException';
  }

  /** The same of a version; earlier ones can have trouble of their own. */
  versionTrouble(state: ItemState, version: number): FileTrouble | null {
    if (version === this.versionCount(state)) return this.trouble(state);
    const hash = mix(this.hashOf(state.number), 714, version);
    const isEmpty = this.content(state, version).sizeBytes === 0;
    if (!isEmpty && shareOf(hash) < this.world.options.unreadableVersionShare)
      return hash % 2 === 0 ? 'itemNotFound' : 'malwareDetected';
    return this.trouble(state);
  }

  isHashMissing(state: ItemState): boolean {
    if (this.content(state).given) return false;
    return shareOf(mix(this.#seed, 713, state.number)) < this.world.options.hashMissingShare;
  }
}
