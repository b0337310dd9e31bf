/** Conversations in the mailboxes of Microsoft 365 groups: threads of posts. Security groups have none. */
import { mix } from '../chance.ts';
import { ChangeClock, Conversation, type MessageState } from '../conversations/conversation.ts';
import type { ResolvedOptions } from '../options.ts';
import { pack, unpack } from '../mail/ids.ts';
import type { Group } from './group-store.ts';

const areaSeed = 0x7_4ead;
const sampleThreads = 6;
const threadPrefix = 'AAQkAGZjMDQ3NjU0LWQ3ZjAtNDdkMS05';
const postPrefix = 'AAMkAGZjMDQ3NjU0LWQ3ZjAtNDdkMS05';
const threadMark = 0x7e_ad;
const postMark = 0x90_57;

export class ThreadStore {
  readonly seed: number;
  readonly #clock = new ChangeClock();
  readonly #threads: number;
  readonly #conversations = new Map<number, Conversation>();

  constructor(options: ResolvedOptions) {
    this.seed = mix(options.seed, areaSeed);
    this.#threads = options.groups.threadsPerGroup ?? (options.profile === 'sample' ? sampleThreads : 0);
  }

  /** The threads of a group are the posts of a conversation, and what follows in them the replies. */
  conversation({ number, kind }: Group): Conversation {
    const known = this.#conversations.get(number);
    if (known) return known;
    const plan = {
      seed: mix(this.seed, number),
      posts: kind === 'security' ? 0 : this.#threads,
      hasReplies: true,
    };
    const conversation = new Conversation(plan, this.#clock);
    this.#conversations.set(number, conversation);
    return conversation;
  }

  /** The threads of a group, the latest first. */
  threads(group: Group): MessageState[] {
    return this.conversation(group)
      .posts()
      .filter(({ isDeleted }) => !isDeleted)
      .reverse();
  }

  /** The posts of a thread, the oldest first. */
  posts(group: Group, thread: MessageState): MessageState[] {
    const replies = this.conversation(group).replies(thread.number);
    return [thread, ...replies.filter(({ isDeleted }) => !isDeleted)];
  }

  threadId({ number }: Group, thread: number): string {
    return threadPrefix + pack(this.seed, [number, thread, threadMark]);
  }

  postId({ number }: Group, post: number): string {
    return postPrefix + pack(this.seed, [number, post, postMark]);
  }

  findThread(group: Group, id: string): MessageState | null {
    const number = this.#read(id, { prefix: threadPrefix, mark: threadMark, group });
    return this.threads(group).find((thread) => thread.number === number) ?? null;
  }

  findPost(group: Group, thread: MessageState, id: string): MessageState | null {
    const number = this.#read(id, { prefix: postPrefix, mark: postMark, group });
    return this.posts(group, thread).find((post) => post.number === number) ?? null;
  }

  #read(id: string, { prefix, mark, group }: { prefix: string; mark: number; group: Group }): number {
    const parts = id.startsWith(prefix) ? unpack(this.seed, id.slice(prefix.length)) : null;
    return parts?.[0] === group.number && parts[2] === mark ? parts[1] : -1;
  }
}
