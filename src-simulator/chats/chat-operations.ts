/** Operations on chats, beside their messages. */
import { memberJson } from '../conversations/member-json.ts';
import { messageJson } from '../conversations/message-json.ts';
import { entityAnswer, pageAnswer } from '../conversations/page-answer.ts';
import { badRequest, graphError, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { badSelect, selectFrom, type Json } from '../outlook/answers.ts';
import type { Chat, ChatStore } from './chat-store.ts';

const chatPages = { fallback: 20, maximum: 50 };
const memberPages = { fallback: 100, maximum: 999 };
const iso = (ms: number) => new Date(ms).toISOString();
const expansions = ['members', 'lastMessagePreview'];

export const noSuchChat = (call: GraphCall): Answer =>
  graphError(call, 404, { code: 'NotFound', message: 'No chat found with the given id.' });

export function chatJson({ organization }: ChatStore, chat: Chat): Json {
  const { tenantId } = organization.applications;
  return {
    id: chat.id,
    topic: chat.topic,
    createdDateTime: iso(chat.createdMs),
    lastUpdatedDateTime: iso(chat.updatedMs),
    chatType: chat.type,
    webUrl: `https://teams.microsoft.com/l/chat/${encodeURIComponent(chat.id)}/0?tenantId=${tenantId}`,
    tenantId,
    onlineMeetingInfo: null,
    viewpoint: null,
    isHiddenForAllMembers: false,
  };
}

export const memberRows = ({ organization }: ChatStore, chat: Chat): Json[] =>
  chat.people.map((person) =>
    memberJson(organization, chat.id, {
      person,
      isOwner: chat.type !== 'meeting' || person === chat.people[0],
    }),
  );

function previewOf(store: ChatStore, chat: Chat, call: GraphCall): Json | null {
  const state = chat.conversation.posts().at(-1);
  if (!state) return null;
  const json = messageJson({ place: store.place(chat), state }, call);
  const { id, createdDateTime, body, from, messageType, eventDetail } = json;
  return { id, createdDateTime, isDeleted: state.isDeleted, messageType, body, from, eventDetail };
}

function expandedJson(store: ChatStore, chat: Chat, call: GraphCall): Json {
  const wanted = (call.query.get('expand') ?? '').split(',');
  return {
    ...selectFrom(chatJson(store, chat), selectedNames(call)),
    ...(wanted.includes('members') ? { members: memberRows(store, chat) } : {}),
    ...(wanted.includes('lastMessagePreview') ? { lastMessagePreview: previewOf(store, chat, call) } : {}),
  };
}

function refuse(store: ChatStore, call: GraphCall, options: readonly string[]): Answer | null {
  const names = (call.query.get('expand') ?? '').split(',').filter((name) => name !== '');
  const [any] = store.chats;
  const known = any ? chatJson(store, any) : {};
  if (names.some((name) => !expansions.includes(name)))
    return badRequest(call, 'Only members and lastMessagePreview can be expanded.');
  return (
    refuseOptions(call, ['select', 'expand', ...options]) ??
    badSelect(call, (name) => !any || Object.hasOwn(known, name), 'chat')
  );
}

/** Chats of a person. */
export function listChats(store: ChatStore, call: GraphCall, chats: readonly Chat[]): Answer {
  const refusal = refuse(store, call, ['top', 'skiptoken']);
  if (refusal) return refusal;
  return pageAnswer(store.organization, call, {
    context: 'chats',
    rows: chats,
    sizes: chatPages,
    toJson: (chat) => expandedJson(store, chat, call),
  });
}

export function getChat(store: ChatStore, call: GraphCall, chat: Chat): Answer {
  const refusal = refuse(store, call, []);
  if (refusal) return refusal;
  return entityAnswer(store.organization, 'chats/$entity', expandedJson(store, chat, call));
}

export function listMembers(store: ChatStore, call: GraphCall, chat: Chat): Answer {
  const refusal = refuseOptions(call, ['top', 'skiptoken', 'select']);
  if (refusal) return refusal;
  return pageAnswer(store.organization, call, {
    context: `chats('${encodeURIComponent(chat.id)}')/members`,
    rows: memberRows(store, chat),
    sizes: memberPages,
    toJson: (member) => selectFrom(member, selectedNames(call)),
  });
}
