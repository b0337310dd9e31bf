/** Chats of two people, of several, and of meetings: planned from the seed and listed when first asked for. */
import { mix } from '../chance.ts';
import { changeMs, ChangeClock, Conversation } from '../conversations/conversation.ts';
import type { ConversationPlace } from '../conversations/message-json.ts';
import type { Organization } from '../graph/graph-call.ts';
import { epochMs } from '../mail/message-facts.ts';

type ChatType = 'oneOnOne' | 'group' | 'meeting';

export interface Chat {
  readonly number: number;
  readonly id: string;
  readonly type: ChatType;
  readonly topic: string | null;
  /** Who is in it now, and who was at the start. */
  readonly people: readonly number[];
  readonly founders: readonly number[];
  readonly createdMs: number;
  /** When its topic or its people changed. */
  readonly updatedMs: number;
  readonly conversation: Conversation;
}

const areaSeed = 0xc_4a7;
const sampleCount = 40;
const dayMs = 86_400_000;
const topics = ['Schichtplan KW 44', 'Déjeuner', 'Messe 2026', '品質会議', null];

export class ChatStore {
  readonly organization: Organization;
  readonly clock = new ChangeClock();
  readonly #seed: number;
  #chats: Chat[] | null = null;

  constructor(organization: Organization) {
    this.organization = organization;
    this.#seed = mix(organization.options.seed, areaSeed);
  }

  get chats(): readonly Chat[] {
    return this.#all();
  }

  find(id: string): Chat | null {
    return this.#all().find((chat) => chat.id === id) ?? null;
  }

  /** Chats of a person, those with the latest news first. */
  of(person: number): Chat[] {
    return this.#all()
      .filter(({ people }) => people.includes(person))
      .sort((a, b) => latestMs(b) - latestMs(a));
  }

  create(people: readonly number[], topic: string): Chat {
    this.clock.tick();
    const chats = this.#all();
    const made = { ...this.#make(chats.length, { type: 'group', people, posts: 0 }), topic };
    const chat = { ...made, createdMs: changeMs(this.clock.now), updatedMs: changeMs(this.clock.now) };
    chats.push(chat);
    return chat;
  }

  change({ number }: Chat, change: Partial<Pick<Chat, 'topic' | 'people'>>): void {
    const chats = this.#all();
    const chat = chats[number];
    if (chat) chats[number] = { ...chat, ...change, updatedMs: changeMs(this.clock.tick()) };
  }

  place(chat: Chat): ConversationPlace {
    return {
      organization: this.organization,
      conversation: chat.conversation,
      path: `chats/${encodeURIComponent(chat.id)}`,
      channel: null,
      chatId: chat.id,
      people: chat.founders,
      filesUrl: 'https://nordlicht-my.sharepoint.example/personal/Documents/Microsoft%20Teams%20Chat%20Files',
      delta: null,
    };
  }

  #all(): Chat[] {
    if (this.#chats) return this.#chats;
    const { options } = this.organization;
    const count = options.chats.count ?? (options.profile === 'sample' ? sampleCount : 0);
    this.#chats = Array.from({ length: count }, (_, number) => this.#plan(number));
    return this.#chats;
  }

  #plan(number: number): Chat {
    const { directory, options } = this.organization;
    const hash = mix(this.#seed, number);
    const type = hash % 5 < 3 ? 'oneOnOne' : hash % 5 === 3 ? 'group' : 'meeting';
    const wanted = type === 'oneOnOne' ? 2 : 3 + (hash % 6);
    const chosen = new Set([number % directory.size]);
    for (let i = 0; chosen.size < Math.min(wanted, directory.size); i += 1)
      chosen.add(mix(hash, i) % directory.size);
    return this.#make(number, { type, people: [...chosen], posts: options.chats.messagesPerChat });
  }

  #make(number: number, plan: { type: ChatType; people: readonly number[]; posts: number }): Chat {
    const { type, people, posts } = plan;
    const seed = mix(this.#seed, number, 1);
    const createdMs = epochMs - 420 * dayMs - (seed % 1_000) * 60_000;
    return {
      number,
      id: this.#idOf(seed, type, people),
      type,
      topic: type === 'oneOnOne' ? null : (topics[number % topics.length] ?? null),
      people,
      founders: people,
      createdMs,
      updatedMs: createdMs,
      conversation: new Conversation({ seed, posts, hasReplies: false }, this.clock),
    };
  }

  #idOf(seed: number, type: ChatType, people: readonly number[]): string {
    const words = [1, 2, 3, 4].map((n) => mix(seed, n).toString(16).padStart(8, '0')).join('');
    if (type === 'meeting') return `19:meeting_${Buffer.from(words).toString('base64url')}@thread.v2`;
    if (type === 'group') return `19:${words}@thread.v2`;
    const [one, other] = people.map((person) => this.organization.directory.person(person).id);
    return `19:${one ?? ''}_${other ?? one ?? ''}@unq.gbl.spaces`;
  }
}

/** When the latest message of a chat was sent, or when the chat began. */
function latestMs({ conversation, createdMs }: Chat): number {
  const last = conversation.posts().at(-1);
  return last ? conversation.createdMs(last) : createdMs;
}
