/** Changes to the messages of a channel or a chat, and what truth tells of one. */
import type { Dice } from '../chance.ts';
import { canonicalHash, sha256Of } from '../outlook/canonical.ts';
import type { Conversation, MessageState } from './conversation.ts';
import {
  isSystem,
  messageJson,
  picturesOf,
  type ConversationPlace,
  type MessageView,
} from './message-json.ts';

type Told = Readonly<Record<string, unknown>>;
/** A change of one conversation; null when it has nothing suitable. */
export type ConversationChange = (dice: Dice, place: ConversationPlace) => Told | null;

const told = (conversation: Conversation, state: MessageState): Told => {
  const parent = state.parent < 0 ? state : conversation.message(state.parent);
  return { item: conversation.idOf(state), post: parent ? conversation.idOf(parent) : null };
};

const pick = (dice: Dice, states: readonly MessageState[]) =>
  states.length === 0 ? null : dice.pick(states);

const living = (place: ConversationPlace) =>
  place.conversation.all().filter((state) => !state.isDeleted && !isSystem({ place, state }));

const alter =
  (change: (state: MessageState) => Parameters<Conversation['change']>[1]): ConversationChange =>
  (dice, place) => {
    const state = pick(dice, living(place));
    if (!state) return null;
    place.conversation.change(state.number, change(state));
    return told(place.conversation, state);
  };

/** created, edited, deleted, reacted. */
export const messageChanges = {
  created: (_dice, { conversation }) => told(conversation, conversation.create(-1)),
  edited: alter(({ version }) => ({ version: version + 1 })),
  deleted: alter(() => ({ isDeleted: true })),
  reacted: alter(({ reactions }) => ({ reactions: reactions + 1 })),
} as const satisfies Record<string, ConversationChange>;

/** A reply to some post. */
export const reply: ConversationChange = (dice, { conversation }) => {
  const post = pick(dice, conversation.posts());
  return post && told(conversation, conversation.create(post.number));
};

/** Hashes of the pictures of messages, in their order. */
function pictureHashes(views: readonly MessageView[]): string[] {
  return views.flatMap((view) => {
    const { documents } = view.place.organization.mail.world;
    return picturesOf(view).map((picture) => sha256Of(documents.bytes(picture)));
  });
}

/** A line about a message; `more` is what else its JSON holds. */
export function messageLine(
  view: MessageView,
  {
    kind,
    containerId,
    replies,
  }: { kind: string; containerId: string; replies: readonly MessageView[] | null },
): object {
  const inside = replies ? { replies: replies.map((one) => messageJson(one, null)) } : {};
  return {
    kind,
    id: view.place.conversation.idOf(view.state),
    containerId,
    isDeleted: view.state.isDeleted,
    sha256: canonicalHash({ ...messageJson(view, null), ...inside }),
    pictures: pictureHashes([view, ...(replies ?? [])]),
  };
}
