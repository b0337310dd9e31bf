/**
 * One mailbox: the plan it starts with and, over it, what changed since. Unchanged messages and folders are computed
 * from their numbers when asked for; only changes take memory. Every change gets the next number of the mailbox's
 * change log, and the delta of a folder is what the log tells about it.
 */
import { mix } from '../chance.ts';
import { deletionsFolder, planFolders, wellKnownFolders, type PlannedFolder } from './folder-plan.ts';
import {
  describeMessage,
  epochMs,
  unreadableCause,
  type MailWorld,
  type MessageFacts,
  type UnreadableCause,
} from './message-facts.ts';
import { renderMessage, renderWritten } from './mime.ts';
import { WrittenMail } from './written-mail.ts';

export interface MessageState {
  number: number;
  folder: number;
  isDeleted: boolean;
  isRead: boolean;
  /** Grows with edits of the content. */
  version: number;
  /** Moves so far. */
  moves: number;
  /** Number of the last change in the mailbox's log; 0 for none. */
  changedAt: number;
}

export interface FolderState {
  number: number;
  parent: number;
  name: string;
  isHidden: boolean;
  isDeleted: boolean;
  changedAt: number;
}

/** A line of a folder's change log. */
interface LogEntry {
  at: number;
  message: number;
  /** Moves of the message while it was in this folder; part of its mutable id there. */
  moves: number;
}

/** What a folder's delta has to tell about one message. */
export interface FolderChange {
  at: number;
  movesHere: number;
  /** The message as it is now, wherever it is now. */
  state: MessageState;
}

const rootFolder = 0;
/** Unread mail are the newest of a folder: one in `unreadOneIn`. */
const unreadOneIn = 9;

export class Mailbox {
  readonly world: MailWorld;
  readonly number: number;
  readonly plan: readonly PlannedFolder[];
  readonly plannedCount: number;
  /** What clients wrote. */
  readonly written = new WrittenMail();
  /** Number of the last change. */
  changeCount = 0;
  /** Delta tokens of an earlier age are expired. */
  tokenAge = 0;
  #messageCount: number;
  readonly #messages = new Map<number, MessageState>();
  readonly #folders = new Map<number, FolderState>();
  readonly #folderLog: { at: number; folder: number }[] = [];
  readonly #logs = new Map<number, LogEntry[]>();
  /** Log lines held back by the fault moveShowsOnlyRemoval. */
  readonly #hidden = new Map<number, LogEntry[]>();
  /** Messages that are in a folder but not in its planned range, by folder. */
  readonly #guests = new Map<number, Set<number>>();
  /** Messages that left their planned folder, by folder. */
  readonly #gone = new Map<number, number>();

  constructor(world: MailWorld, number: number, messageCount: number) {
    this.world = world;
    this.number = number;
    const { language } = world.directory.person(number);
    this.plan = planFolders(mix(world.seed, 900, number), {
      language,
      isRich: world.profile === 'sample',
      messageCount,
    });
    this.plannedCount = messageCount;
    this.#messageCount = messageCount;
  }

  get isChanged(): boolean {
    return this.changeCount > 0 || this.tokenAge > 0;
  }

  /** Message numbers given out so far, deleted ones included. */
  get messageCount(): number {
    return this.#messageCount;
  }

  get folderCount(): number {
    return this.plan.length + [...this.#folders.keys()].filter((number) => number >= this.plan.length).length;
  }

  /** A message that exists or existed; null for a number never given out. */
  message(number: number): MessageState | null {
    const changed = this.#messages.get(number);
    if (changed) return changed;
    return number < this.plannedCount ? this.#planned(number) : null;
  }

  #planned(number: number): MessageState {
    const folder = this.#plannedFolderOf(number);
    const unreadFrom = folder.end - Math.floor((folder.end - folder.first) / unreadOneIn);
    return {
      number,
      folder: folder.number,
      isDeleted: false,
      isRead: number < unreadFrom,
      version: 0,
      moves: 0,
      changedAt: 0,
    };
  }

  #plannedFolderOf(number: number): PlannedFolder {
    let low = 0;
    let high = this.plan.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.plan[middle]?.end ?? 0) > number) high = middle;
      else low = middle + 1;
    }
    return this.plan[low] as PlannedFolder;
  }

  folder(number: number): FolderState | null {
    const changed = this.#folders.get(number);
    if (changed) return changed.isDeleted ? null : changed;
    const planned = this.plan[number];
    return planned ? { ...planned, isDeleted: false, changedAt: 0 } : null;
  }

  /** The folders of Recoverable Items, by number: outside of the visible tree, and never in the way of its lists. */
  get recoverable(): { root: number; deletions: number; versions: number; purges: number } {
    const root = this.plan.length - 3;
    return { root, deletions: deletionsFolder, versions: root + 1, purges: root + 2 };
  }

  isRecoverable(folder: number): boolean {
    return Object.values(this.recoverable).includes(folder);
  }

  /** Folder number of a well-known name, or -1. */
  wellKnown(name: string): number {
    return wellKnownFolders.get(name.toLowerCase()) ?? -1;
  }

  /** Every folder that exists except the root, parents before children. */
  folders(): FolderState[] {
    const numbers = [...this.plan.keys(), ...[...this.#folders.keys()].filter((n) => n >= this.plan.length)];
    return numbers.flatMap((number) => (number === rootFolder ? [] : (this.folder(number) ?? [])));
  }

  children(parent: number): FolderState[] {
    return this.folders().filter((folder) => folder.parent === parent);
  }

  itemCount(folder: number): number {
    const planned = this.plan[folder];
    const start = planned ? planned.end - planned.first : 0;
    return start - (this.#gone.get(folder) ?? 0) + (this.#guests.get(folder)?.size ?? 0);
  }

  unreadCount(folder: number): number {
    const planned = this.plan[folder];
    let count = planned ? Math.floor((planned.end - planned.first) / unreadOneIn) : 0;
    for (const state of this.#messages.values()) {
      if (this.#isPlannedIn(state.number, folder) && !this.#planned(state.number).isRead) count -= 1;
      if (state.folder === folder && !state.isDeleted && !state.isRead) count += 1;
    }
    return count;
  }

  #isPlannedIn(number: number, folder: number): boolean {
    const planned = this.plan[folder];
    return planned !== undefined && number >= planned.first && number < planned.end;
  }

  /**
   * Messages of a folder in a fixed order from a cursor on (0 starts), at most `limit`. The cursor counts message
   * numbers: the planned range first, then guests in order of their number. `next` is null at the end.
   */
  page(folder: number, cursor: number, limit: number): { messages: MessageState[]; next: number | null } {
    const planned = this.plan[folder] ?? { first: 0, end: 0 };
    const length = planned.end - planned.first;
    const messages: MessageState[] = [];
    let at = cursor;
    for (; at < length && messages.length < limit; at += 1) {
      const state = this.message(planned.first + at);
      if (state?.folder === folder && !state.isDeleted) messages.push(state);
    }
    if (at < length) return { messages, next: at };
    const firstGuest = at - length;
    const guests = [...(this.#guests.get(folder) ?? [])].filter((n) => n >= firstGuest).sort((a, b) => a - b);
    const taken = guests.slice(0, limit - messages.length);
    messages.push(...taken.flatMap((number) => this.message(number) ?? []));
    const following = guests[taken.length];
    return { messages, next: following === undefined ? null : length + following };
  }

  /** Changed messages of a folder after change `since`, each once, in order of their last change. */
  changesSince(folder: number, since: number): FolderChange[] {
    const log = this.#logs.get(folder) ?? [];
    const seen = new Map<number, FolderChange>();
    for (let i = log.length - 1; i >= 0; i -= 1) {
      const entry = log[i] as LogEntry;
      if (entry.at <= since) break;
      const state = this.message(entry.message);
      if (state && !seen.has(entry.message))
        seen.set(entry.message, { at: entry.at, movesHere: entry.moves, state });
    }
    return [...seen.values()].reverse();
  }

  /** Numbers of folders changed after `since`, each once. */
  folderChangesSince(since: number): number[] {
    return [...new Set(this.#folderLog.filter((entry) => entry.at > since).map((entry) => entry.folder))];
  }

  /** Applies a change to a message and writes it to the logs of the folders concerned. */
  changeMessage(
    number: number,
    change: Partial<Pick<MessageState, 'folder' | 'isDeleted' | 'isRead' | 'version'>>,
  ): MessageState {
    const before = this.message(number);
    if (!before) throw new RangeError(`message ${number} does not exist`);
    this.changeCount += 1;
    const isMoved = change.folder !== undefined && change.folder !== before.folder;
    const after = {
      ...before,
      ...change,
      moves: before.moves + (isMoved ? 1 : 0),
      changedAt: this.changeCount,
    };
    this.#messages.set(number, after);
    this.#leave(before);
    this.#enter(after);
    this.#log(before.folder, before);
    if (isMoved) this.#log(after.folder, after);
    return after;
  }

  /** A new message in a folder. */
  createMessage(folder: number, isRead = false): MessageState {
    const number = this.#messageCount;
    this.#messageCount += 1;
    this.changeCount += 1;
    const state = {
      number,
      folder,
      isDeleted: false,
      isRead,
      version: 0,
      moves: 0,
      changedAt: this.changeCount,
    };
    this.#messages.set(number, state);
    this.#enter(state);
    this.#log(folder, state);
    return state;
  }

  /**
   * Takes the last line about a message out of a folder's log until the folder's next round is over: the delta tells
   * of the arrival one round late.
   */
  hideArrival(folder: number, message: number): void {
    const log = this.#logs.get(folder) ?? [];
    const [entry] = log.splice(
      log.findLastIndex((candidate) => candidate.message === message),
      1,
    );
    const hidden = this.#hidden.get(folder) ?? [];
    if (entry) this.#hidden.set(folder, [...hidden, entry]);
  }

  /** Writes the hidden arrivals of a folder to its log as changes of now. */
  revealArrivals(folder: number): void {
    const hidden = this.#hidden.get(folder);
    if (!hidden) return;
    this.#hidden.delete(folder);
    for (const entry of hidden) {
      this.changeCount += 1;
      this.#logs.get(folder)?.push({ ...entry, at: this.changeCount });
    }
  }

  createFolder(parent: number, name: string, isHidden = false): FolderState {
    const number = this.folderCount;
    this.changeCount += 1;
    const state = { number, parent, name, isHidden, isDeleted: false, changedAt: this.changeCount };
    this.#folders.set(number, state);
    this.#folderLog.push({ at: this.changeCount, folder: number });
    return state;
  }

  renameFolder(number: number, name: string): void {
    this.#changeFolder(number, { name });
  }

  /** Deletes a folder with everything in it. */
  deleteFolder(number: number): void {
    for (const child of this.children(number)) this.deleteFolder(child.number);
    for (let cursor: number | null = 0; cursor !== null;) {
      const page = this.page(number, cursor, 1_000);
      const doomed = page.messages.map((state) => state.number);
      cursor = page.next;
      for (const message of doomed) this.changeMessage(message, { isDeleted: true });
    }
    this.#changeFolder(number, { isDeleted: true });
  }

  #changeFolder(number: number, change: Partial<FolderState>): void {
    const before = this.folder(number);
    if (!before) throw new RangeError(`folder ${number} does not exist`);
    this.changeCount += 1;
    this.#folders.set(number, { ...before, ...change, changedAt: this.changeCount });
    this.#folderLog.push({ at: this.changeCount, folder: number });
  }

  #leave(state: MessageState): void {
    if (state.isDeleted) return;
    if (this.#isPlannedIn(state.number, state.folder))
      this.#gone.set(state.folder, (this.#gone.get(state.folder) ?? 0) + 1);
    else this.#guests.get(state.folder)?.delete(state.number);
  }

  #enter(state: MessageState): void {
    if (state.isDeleted) return;
    if (this.#isPlannedIn(state.number, state.folder)) {
      this.#gone.set(state.folder, (this.#gone.get(state.folder) ?? 0) - 1);
      return;
    }
    const guests = this.#guests.get(state.folder) ?? new Set();
    this.#guests.set(state.folder, guests.add(state.number));
  }

  #log(folder: number, state: MessageState): void {
    const log = this.#logs.get(folder) ?? [];
    this.#logs.set(folder, log);
    log.push({ at: this.changeCount, message: state.number, moves: state.moves });
  }

  /** What a message is, in its present version. Of a written one only what lists and renderings need. */
  describe(state: MessageState): MessageFacts {
    const { number, version } = this.written.origin(state.number) ?? state;
    const facts = describeMessage(this.world, { mailbox: this.number, number, version });
    const written = this.written.content(state.number);
    if (!written) return facts;
    const { subject, to, receivedMs, internetMessageId } = written;
    const from = written.from ?? facts.from;
    const none = { attachments: [], inlinePictures: [], kind: 'text' as const };
    return Object.assign(facts, { subject, from, to, receivedMs, internetMessageId, ...none });
  }

  /** Why the content of a message can never be read, or null. What clients wrote can be read. */
  unreadableCause(number: number): UnreadableCause | null {
    if (this.written.content(number) || this.written.origin(number)) return null;
    return unreadableCause(this.world, this.number, number);
  }

  /** The MIME bytes of a message in its present version. */
  render(state: MessageState): Buffer[] {
    const written = this.written.content(state.number);
    return written ? renderWritten(written) : renderMessage(this.world, this.describe(state));
  }

  /** Messages that clients wrote as drafts and that lie in a folder a person sees. */
  writtenDrafts(): number {
    return [...this.written.numbers()].filter((number) => {
      const state = this.message(number);
      const isSeen = state && !state.isDeleted && !this.isRecoverable(state.folder);
      return isSeen && this.folder(state.folder) !== null && this.written.content(number)?.isDraft === true;
    }).length;
  }

  /** When a message or folder last changed, in milliseconds since 1970. */
  modifiedMs(changedAt: number, receivedMs: number): number {
    return changedAt === 0 ? receivedMs + 1_000 : epochMs + changedAt * 1_000;
  }
}
