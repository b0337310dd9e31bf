/** A chat itself: its topic, its kind and who is in it. */
import { z } from 'zod';
import { jsonPart } from '../item-parts.ts';
import { hashOf, teamsCall } from '../teams-messages.ts';
import type { AccountScope, CollectionFound, ItemHead } from '../workload.ts';
import { chatPath } from './chat-message.ts';

const text = z.string().nullish().catch(undefined);
const memberSchema = z.looseObject({ displayName: text, userId: text });

/** Only the id must be there. */
export const chatSchema = z.looseObject({
  id: z.string().min(1).max(1024),
  topic: text,
  members: z.array(memberSchema).nullish().catch(undefined),
  lastMessagePreview: z.object({ createdDateTime: text }).nullish().catch(undefined),
});
export type GraphChat = z.infer<typeof chatSchema>;

const longestName = 1_024;

/** Throws `item-gone` or `collection-gone` where there is no such chat, as the caller sees it. */
export function readChat(
  { graph, signal }: AccountScope,
  chat: string,
  target: 'item' | 'collection',
): Promise<GraphChat> {
  const call = { ...teamsCall, schema: chatSchema, target, signal };
  return graph.getJson(chatPath(chat), { ...call, query: { $expand: 'members' } });
}

/** A chat without a topic is called after the others who are in it. */
function nameOf({ topic, members }: GraphChat, reader: string): string {
  if (topic !== undefined && topic !== null && topic !== '') return topic;
  const others = (members ?? []).filter(({ userId }) => userId !== reader);
  return others.flatMap(({ displayName }) => displayName ?? []).join(', ');
}

export const rowOfChat = (chat: GraphChat, { accountId }: AccountScope): CollectionFound => ({
  id: chat.id,
  parent: null,
  name: nameOf(chat, accountId).slice(0, longestName),
  isHidden: false,
  itemCount: null,
});

/** The chat as an item of itself. The preview of its latest message would be another one at every run. */
export function describeChat(chat: GraphChat, scope: AccountScope): ItemHead {
  const kept = Object.fromEntries(Object.entries(chat).filter(([name]) => name !== 'lastMessagePreview'));
  const part = jsonPart('chat.json', kept);
  const { name: title } = rowOfChat(chat, scope);
  return {
    id: chat.id,
    collection: chat.id,
    version: hashOf(part.bytes),
    title,
    info: { title },
    content: { kind: 'parts', parts: [part] },
  };
}
