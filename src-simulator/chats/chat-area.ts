/** Chats and their messages: paths, changes, truth. */
import type { Dice } from '../chance.ts';
import {
  messageChanges,
  messageLine,
  type ConversationChange,
} from '../conversations/conversation-changes.ts';
import { exportMessages } from '../conversations/message-operations.ts';
import { messageOperation } from '../conversations/message-routes.ts';
import type { Area } from '../graph/area.ts';
import { refuseMethod, type GraphCall, type Organization, type Route } from '../graph/graph-call.ts';
import { noSuchUser } from '../graph/people-operations.ts';
import type { Answer } from '../http/answer.ts';
import type { TeamsCallKind } from '../limits/teams-limits.ts';
import { canonicalHash } from '../outlook/canonical.ts';
import { chatJson, getChat, listChats, listMembers, memberRows, noSuchChat } from './chat-operations.ts';
import { ChatStore, type Chat } from './chat-store.ts';

interface Found {
  readonly operation: string;
  readonly role: string;
  readonly kind: TeamsCallKind;
  readonly about?: 'item';
  readonly run: () => Answer;
}

type Told = Readonly<Record<string, unknown>>;
type ChatChange = (store: ChatStore, dice: Dice, person: number) => Told | null;

const basicRole = 'Chat.ReadBasic.All';
const messageRole = 'Chat.Read.All';

/** /users/{id}/chats and /users/{id}/chats/getAllMessages. */
function userRoute(store: ChatStore, call: GraphCall): Found | null {
  const { organization } = store;
  const [, id = '', , word] = call.segments;
  const person = organization.directory.find(id);
  const ofPerson = (run: (chats: readonly Chat[]) => Answer) => () =>
    person ? run(store.of(person.number)) : noSuchUser(call, id);
  if (word === undefined)
    return {
      operation: 'users.ListChats',
      role: basicRole,
      kind: 'other',
      run: ofPerson((chats) => listChats(store, call, chats)),
    };
  if (!/^getAllMessages(\(\))?$/.test(word) || call.segments.length > 4) return null;
  const about = { context: 'Collection(chatMessage)', organization };
  return {
    operation: 'users.chats.getAllMessages',
    role: messageRole,
    kind: 'export',
    run: ofPerson((chats) =>
      exportMessages(
        call,
        chats.map((chat) => store.place(chat)),
        about,
      ),
    ),
  };
}

function chatRoute(store: ChatStore, call: GraphCall): Found | null {
  const [, id, word, ...rest] = call.segments;
  if (id === undefined) return null;
  const chat = store.find(id);
  if (!chat) return { operation: 'GetChats', role: basicRole, kind: 'other', run: () => noSuchChat(call) };
  if (word === undefined)
    return { operation: 'GetChats', role: basicRole, kind: 'other', run: () => getChat(store, call, chat) };
  if (word === 'members' && rest.length === 0)
    return {
      operation: 'chats.ListMembers',
      role: basicRole,
      kind: 'list',
      run: () => listMembers(store, call, chat),
    };
  if (word !== 'messages') return null;
  const found = messageOperation(call, store.place(chat), { prefix: 'chats.', rest });
  return found && { ...found, role: messageRole, kind: 'chatMessages' };
}

function route(store: ChatStore, call: GraphCall): Route | null {
  const [first, , third] = call.segments;
  const isOfUser = first === 'users' && third === 'chats';
  if (!isOfUser && first !== 'chats') return null;
  const found = isOfUser ? userRoute(store, call) : chatRoute(store, call);
  if (!found) return null;
  const { kind, run, ...base } = found;
  return {
    ...base,
    person: null,
    isMail: false,
    teams: { kind, place: null },
    run: call.method === 'GET' ? run : () => refuseMethod(call),
  };
}

const inChat =
  (change: ConversationChange): ChatChange =>
  (store, dice, person) => {
    const chats = store.of(person);
    if (chats.length === 0) return null;
    const chat = dice.pick(chats);
    const made = change(dice, store.place(chat));
    return made && { container: chat.id, ...made };
  };

function pickGroupChat(store: ChatStore, dice: Dice, person: number): Chat | null {
  const chats = store.of(person).filter(({ type }) => type !== 'oneOnOne');
  return chats.length === 0 ? null : dice.pick(chats);
}

const createChat: ChatChange = (store, dice, person) => {
  const { directory } = store.organization;
  const people = [...new Set([person, dice.below(directory.size), dice.below(directory.size)])];
  const chat = store.create(people, `Neuer Chat ${store.chats.length}`);
  chat.conversation.create(-1);
  return { container: chat.id };
};

const renameChat: ChatChange = (store, dice, person) => {
  const chat = pickGroupChat(store, dice, person);
  if (!chat) return null;
  const topic = `${(chat.topic ?? 'Chat').slice(0, 40)} (${dice.below(1_000)})`;
  store.change(chat, { topic });
  chat.conversation.create(-1, { kind: 'renamed', name: topic });
  return { container: chat.id };
};

const addMember: ChatChange = (store, dice, person) => {
  const chat = pickGroupChat(store, dice, person);
  const added = dice.below(store.organization.directory.size);
  if (!chat || chat.people.includes(added)) return null;
  store.change(chat, { people: [...chat.people, added] });
  chat.conversation.create(-1, { kind: 'membersAdded', person: added });
  return { container: chat.id, user: store.organization.directory.person(added).id };
};

/** Somebody else leaves; nobody is told in the chat. */
const removeMember: ChatChange = (store, dice, person) => {
  const chat = pickGroupChat(store, dice, person);
  const others = chat?.people.filter((one) => one !== person) ?? [];
  if (!chat || others.length < 2) return null;
  const removed = dice.pick(others);
  store.change(chat, { people: chat.people.filter((one) => one !== removed) });
  return { container: chat.id, user: store.organization.directory.person(removed).id };
};

const changes: Readonly<Record<string, ChatChange>> = {
  created: inChat(messageChanges.created),
  edited: inChat(messageChanges.edited),
  deleted: inChat(messageChanges.deleted),
  reacted: inChat(messageChanges.reacted),
  containersCreated: createChat,
  containersRenamed: renameChat,
  membersAdded: addMember,
  membersRemoved: removeMember,
};

/** A line about each chat of a person and one about each message in it. */
function* truthOf(store: ChatStore, person: number): Generator<object> {
  for (const chat of store.of(person)) {
    yield {
      kind: 'chat',
      id: chat.id,
      displayName: chat.topic,
      chatType: chat.type,
      sha256: canonicalHash(chatJson(store, chat)),
      membersSha256: canonicalHash(memberRows(store, chat)),
    };
    const place = store.place(chat);
    for (const state of chat.conversation.posts())
      yield messageLine({ place, state }, { kind: 'chatMessage', containerId: chat.id, replies: null });
  }
}

/** The area `chat`. `user` of changes and truth is a person. Chats have no delta. */
export function createChatArea(organization: Organization): Area {
  const store = new ChatStore(organization);
  const { directory } = organization;
  const applied = Object.entries(changes).map(([kind, change]) => [
    kind,
    (dice: Dice, account: string | undefined) => {
      const person =
        account === undefined ? directory.person(dice.below(directory.size)) : directory.find(account);
      const made = person && change(store, dice, person.number);
      return made && { person: person.id, ...made };
    },
  ]);
  return {
    name: 'chat',
    route: (call) => route(store, call),
    changes: Object.fromEntries(applied) as Area['changes'],
    *truth(account) {
      const person = directory.find(account);
      if (person) yield* truthOf(store, person.number);
    },
    // One question about the messages of all chats.
    minimum: (account) => (directory.find(account) ? 1 : 0),
    expireDelta: () => undefined,
  };
}
