/** A message of a chat, and the chat itself, as items. Both are found below their chat, so ids carry it. */
import { graphPath } from '../../graph/paths.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import {
  describeMessage,
  fetchPictures,
  hasPictures,
  isTakenBack,
  readMessage,
  teamsCall,
} from '../teams-messages.ts';
import type { AccountScope, FetchedContent, FetchedPart, ItemChanges, ItemHead } from '../workload.ts';

/** Ids of chats hold no spaces. */
const separator = ' ';

const messageKey = (chat: string, message: string): string => chat + separator + message;

/** Chat and message that a key names; without a message, the chat itself. */
export function splitMessageKey(key: string): readonly [chat: string, message: string | undefined] {
  const at = key.indexOf(separator);
  return at < 0 ? [key, undefined] : [key.slice(0, at), key.slice(at + 1)];
}

export const chatPath = (chat: string): string => graphPath`/chats/${chat}`;
const messagePath = (chat: string, message: string) => chatPath(chat) + graphPath`/messages/${message}`;

/** The row of a message, with its content where no picture is left to fetch. */
export function describeChatMessage(chat: string, raw: RawItem): ItemHead {
  const { etag, lastModifiedDateTime } = readMessage(raw);
  return {
    id: messageKey(chat, raw.id),
    collection: chat,
    version: etag ?? lastModifiedDateTime ?? '',
    ...describeMessage(raw),
    content: hasPictures(raw) ? undefined : contentOf(raw, []),
  };
}

/** Messages as a page of changes; those that were taken back are removed. There is no link to go on from. */
export function pageOfMessages(chat: string, messages: readonly RawItem[]): ItemChanges {
  const changed: ItemHead[] = [];
  const removed: string[] = [];
  for (const raw of messages)
    if (isTakenBack(raw)) removed.push(messageKey(chat, raw.id));
    else changed.push(describeChatMessage(chat, raw));
  return { changed, removed, nextLink: undefined, deltaLink: undefined };
}

export function readChatMessage(
  { graph, signal }: AccountScope,
  chat: string,
  message: string,
): Promise<RawItem> {
  const call = { ...teamsCall, schema: rawItemSchema, target: 'item' as const, signal };
  return graph.getJson(messagePath(chat, message), call);
}

/** All of a message: its JSON and its pictures. */
export async function fetchChatMessage(
  scope: AccountScope,
  chat: string,
  message: string,
): Promise<FetchedContent> {
  const raw = await readChatMessage(scope, chat, message);
  return contentOf(raw, hasPictures(raw) ? await fetchPictures(scope, messagePath(chat, message)) : []);
}

function contentOf(raw: RawItem, pictures: readonly FetchedPart[]): FetchedContent {
  return { kind: 'parts', parts: [jsonPart('message.json', raw), ...pictures] };
}
