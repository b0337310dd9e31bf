/**
 * The chats of a person. The first run lists them, and so does every run where messages may not be exported; the others
 * ask once for what was written since the latest change known, so that somebody who says nothing costs one request. What
 * came is kept for the run that asked, which is as long as its scope lives. A chat that somebody has left stays as it was.
 */
import { graphPath } from '../../graph/paths.ts';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { RawItem } from '../item-parts.ts';
import {
  changedAfter,
  ifAllowed,
  later,
  latestOf,
  messagePageSize,
  readAllMessages,
  readMessage,
  teamsCall,
} from '../teams-messages.ts';
import type { AccountScope, CollectionChanges } from '../workload.ts';
import { chatSchema, readChat, rowOfChat, type GraphChat } from './chat.ts';

/** Link of a person who has said and heard nothing so far. */
const nothingYet = 'empty';

/** What a run knows of all chats. */
interface ChatNews {
  /** Messages are complete after this time; undefined when none were asked for. */
  readonly since: string | undefined;
  readonly latest: string | undefined;
  readonly messages: ReadonlyMap<string, readonly RawItem[]>;
  readonly chats: ReadonlyMap<string, GraphChat>;
}

const newsOfRuns = new WeakMap<AccountScope, ChatNews>();

/** What the collections of this run brought; undefined before them. */
export const chatNews = (scope: AccountScope): ChatNews | undefined => newsOfRuns.get(scope);

export async function findChats(scope: AccountScope, link: string | undefined): Promise<CollectionChanges> {
  const isFirst = link === undefined || link === nothingYet;
  const news = isFirst
    ? await beyond(scope, await listChats(scope))
    : ((await ifAllowed(askForNews(scope, link))) ?? (await listChats(scope)));
  newsOfRuns.set(scope, news);
  return {
    found: [...news.chats.values()].map((chat) => rowOfChat(chat, scope)),
    removed: [],
    isComplete: false,
    link: news.latest ?? nothingYet,
  };
}

async function listChats({ graph, accountId, signal }: AccountScope): Promise<ChatNews> {
  const chats = new Map<string, GraphChat>();
  let latest: string | undefined;
  const query = { $expand: 'members,lastMessagePreview', $top: messagePageSize };
  const call = { ...teamsCall, schema: chatSchema, target: 'account' as const, signal, query };
  for await (const page of graph.pages(graphPath`/users/${accountId}/chats`, call))
    for (const chat of page) {
      chats.set(chat.id, chat);
      latest = later(latest, chat.lastMessagePreview?.createdDateTime);
    }
  return { since: undefined, latest, messages: new Map(), chats };
}

/**
 * The list tells when the latest message of a chat was written, not when one was changed last. What was changed after
 * all of them is asked for once, so that the next run need not hear of it again: whoever lists a chat after this has it.
 */
async function beyond(scope: AccountScope, listed: ChatNews): Promise<ChatNews> {
  if (listed.latest === undefined) return listed;
  const news = await ifAllowed(askForNews(scope, listed.latest, listed.chats));
  return news === null ? listed : { ...listed, latest: news.latest, chats: news.chats };
}

async function askForNews(
  scope: AccountScope,
  since: string,
  listed: ReadonlyMap<string, GraphChat> = new Map(),
): Promise<ChatNews> {
  const path = graphPath`/users/${scope.accountId}/chats/getAllMessages`;
  const all = await readAllMessages(scope, path, { filter: changedAfter(since), target: 'account' });
  const messages = new Map<string, RawItem[]>();
  for (const raw of all) {
    const { chatId } = readMessage(raw);
    if (typeof chatId !== 'string') continue;
    const known = messages.get(chatId);
    if (known === undefined) messages.set(chatId, [raw]);
    else known.push(raw);
  }
  const chats = new Map(listed);
  for (const id of messages.keys()) {
    if (chats.has(id)) continue;
    const chat = await readChatIfThere(scope, id);
    if (chat !== undefined) chats.set(id, chat);
  }
  return { since, latest: latestOf(all, since), messages, chats };
}

async function readChatIfThere(scope: AccountScope, id: string): Promise<GraphChat | undefined> {
  return readChat(scope, id, 'item').catch((error: unknown) => {
    if (isAppError(error, 'item-gone')) return undefined;
    throw error;
  });
}
