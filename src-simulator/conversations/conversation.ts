/**
 * The messages of one channel or chat. Message n is a pure function of the seed and n; only changes are kept. The id
 * of a message is the millisecond it was sent at, as in Teams, so planned messages are found without a table: posts
 * are evenly spread over the history, their replies follow within hours.
 */
import { mix, shareOf } from '../chance.ts';
import { epochMs } from '../mail/message-facts.ts';

/** What a system message tells of, as it was at that time. */
export type SystemEvent =
  | { readonly kind: 'membersAdded'; readonly person: number }
  | { readonly kind: 'renamed'; readonly name: string };

export interface MessageState {
  readonly number: number;
  /** Number of the post that is replied to; -1 for a post. */
  readonly parent: number;
  readonly version: number;
  /** Reactions beside those it began with. */
  readonly reactions: number;
  readonly isDeleted: boolean;
  /** Number of the change that made it; 0 for a planned message. */
  readonly createdAt: number;
  /** Number of its last change; 0 when it is as planned. */
  readonly changedAt: number;
  readonly event: SystemEvent | null;
}

/** Changes of an area get one number after the other; each is a second after the one before. */
export class ChangeClock {
  now = 0;

  tick(): number {
    this.now += 1;
    return this.now;
  }
}

export interface ConversationPlan {
  /** Seed of ids and content, another for every conversation. */
  readonly seed: number;
  readonly posts: number;
  readonly hasReplies: boolean;
}

const historyMs = 400 * 86_400_000;
/** Numbers that a post and its planned replies take. */
const block = 8;
const longestReplyGapMs = 2 * 3_600_000;
const deletedShare = 0.02;
const repliedShare = 0.5;

export const changeMs = (change: number): number => epochMs + change * 1_000;

export class Conversation {
  readonly plan: ConversationPlan;
  readonly #clock: ChangeClock;
  readonly #spacingMs: number;
  readonly #changed = new Map<number, MessageState>();
  /** Replies that were made later, by post. */
  readonly #newReplies = new Map<number, number[]>();
  readonly #newPosts: number[] = [];
  /** Numbers of later messages by the change that made them. */
  readonly #byCreation = new Map<number, number>();

  constructor(plan: ConversationPlan, clock: ChangeClock) {
    this.plan = plan;
    this.#clock = clock;
    this.#spacingMs = Math.floor(historyMs / Math.max(1, plan.posts));
  }

  /** Posts, the oldest first; deleted ones are among them. */
  posts(): MessageState[] {
    const planned = Array.from({ length: this.plan.posts }, (_, i) => i * block);
    return this.#statesOf([...planned, ...this.#newPosts]);
  }

  /** Replies to a post, the oldest first. */
  replies(post: number): MessageState[] {
    const planned = Array.from({ length: this.#plannedReplies(post) }, (_, i) => post + 1 + i);
    return this.#statesOf([...planned, ...(this.#newReplies.get(post) ?? [])]);
  }

  /** Posts and replies in no particular order. */
  all(): MessageState[] {
    return this.posts().flatMap((post) => [post, ...this.replies(post.number)]);
  }

  message(number: number): MessageState | null {
    const changed = this.#changed.get(number);
    if (changed) return changed;
    if (number < 0 || number >= this.plan.posts * block) return null;
    const parent = number % block === 0 ? -1 : number - (number % block);
    if (parent >= 0 && number - parent > this.#plannedReplies(parent)) return null;
    const isDeleted = shareOf(mix(this.plan.seed, 31, number)) < deletedShare;
    return {
      number,
      parent,
      version: 0,
      reactions: 0,
      isDeleted,
      createdAt: 0,
      changedAt: 0,
      event: null,
    };
  }

  /** The message of an id, or null. */
  find(id: string): MessageState | null {
    const ms = /^\d{12,14}$/.test(id) ? Number(id) : -1;
    if (ms >= epochMs) {
      const number = this.#byCreation.get((ms - epochMs) / 1_000);
      return number === undefined ? null : this.message(number);
    }
    const post = Math.floor((ms - epochMs + historyMs) / this.#spacingMs) * block;
    const reply = Math.round((ms - this.#postMs(post)) / this.#replyGapMs);
    const state = this.message(post + reply);
    return state && this.createdMs(state) === ms ? state : null;
  }

  createdMs({ number, createdAt, parent }: MessageState): number {
    if (createdAt > 0) return changeMs(createdAt);
    return parent < 0 ? this.#postMs(number) : this.#postMs(parent) + (number - parent) * this.#replyGapMs;
  }

  idOf(state: MessageState): string {
    return String(this.createdMs(state));
  }

  create(parent: number, event: SystemEvent | null = null): MessageState {
    const number = this.plan.posts * block + this.#byCreation.size;
    const at = this.#clock.tick();
    const state: MessageState = {
      number,
      parent,
      version: 0,
      reactions: 0,
      isDeleted: false,
      createdAt: at,
      changedAt: at,
      event,
    };
    this.#changed.set(number, state);
    this.#byCreation.set(at, number);
    if (parent < 0) this.#newPosts.push(number);
    else this.#newReplies.set(parent, [...(this.#newReplies.get(parent) ?? []), number]);
    return state;
  }

  change(number: number, change: Partial<Pick<MessageState, 'version' | 'reactions' | 'isDeleted'>>): void {
    const state = this.message(number);
    if (state) this.#changed.set(number, { ...state, ...change, changedAt: this.#clock.tick() });
  }

  /** Messages that changed after a change, in the order of their last changes. */
  changesSince(change: number): MessageState[] {
    const changed = [...this.#changed.values()].filter(({ changedAt }) => changedAt > change);
    return changed.sort((a, b) => a.changedAt - b.changedAt);
  }

  #plannedReplies(post: number): number {
    if (!this.plan.hasReplies || post >= this.plan.posts * block) return 0;
    const hash = mix(this.plan.seed, 32, post);
    return shareOf(hash) < repliedShare ? 1 + (hash % (block - 1)) : 0;
  }

  get #replyGapMs(): number {
    return Math.min(longestReplyGapMs, Math.floor(this.#spacingMs / (2 * block)));
  }

  #postMs(post: number): number {
    const jitter = mix(this.plan.seed, 33, post) % Math.max(1, Math.floor(this.#spacingMs / 2));
    return epochMs - historyMs + (post / block) * this.#spacingMs + jitter;
  }

  #statesOf(numbers: readonly number[]): MessageState[] {
    return numbers.flatMap((number) => this.message(number) ?? []);
  }
}
