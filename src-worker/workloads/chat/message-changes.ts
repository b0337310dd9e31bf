/**
 * Changes of one chat: from what the run knows of all chats where that reaches back far enough, else from a list of the
 * chat's own. The link is the time of the latest change that is saved.
 */
import { rawItemSchema } from '../item-parts.ts';
import { changedAfter, later, latestOf, messagePageSize, teamsCall } from '../teams-messages.ts';
import type { AccountScope, ItemChanges } from '../workload.ts';
import { chatPath, pageOfMessages } from './chat-message.ts';
import { describeChat, readChat, type GraphChat } from './chat.ts';
import { chatNews } from './chats.ts';

/** Link of a chat in which nothing was written so far. */
const nothingYet = 'empty';

const newestFirst = 'lastModifiedDateTime desc';

/** Pages of changes since `link`, or of all messages. Throws `collection-gone`. */
export async function* chatChanges(
  scope: AccountScope,
  chat: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const news = chatNews(scope);
  const since = link === nothingYet ? undefined : link;
  if (since === undefined || news?.since === undefined || Date.parse(news.since) > Date.parse(since)) {
    yield* listMessages(scope, chat, since);
    return;
  }
  const known = news.chats.get(chat);
  const deltaLink = later(since, news.latest) ?? since;
  const page = pageOfMessages(chat, news.messages.get(chat) ?? []);
  yield { ...page, changed: [...aboutOf(known, scope), ...page.changed], deltaLink };
}

/** What changes while the pages are read is later than the first page, and told of by the next run. */
async function* listMessages(
  scope: AccountScope,
  chat: string,
  since: string | undefined,
): AsyncIterable<ItemChanges> {
  const { graph, signal } = scope;
  const news = chatNews(scope);
  // Graph ignores a filter on a time unless the messages are ordered by it.
  const range = since === undefined ? {} : { $filter: changedAfter(since), $orderby: newestFirst };
  const query = { $top: messagePageSize, ...range };
  const call = { ...teamsCall, schema: rawItemSchema, target: 'collection' as const, signal, query };
  const about = aboutOf(news?.chats.get(chat) ?? (await readChat(scope, chat, 'collection')), scope);
  yield { ...pageOfMessages(chat, []), changed: about };
  let latest: string | undefined;
  for await (const page of graph.pages(`${chatPath(chat)}/messages`, call)) {
    latest ??= latestOf(page);
    // A list of everything need not tell what is not there.
    yield { ...pageOfMessages(chat, page), ...(since === undefined ? { removed: [] } : {}) };
  }
  // The list of chats was read before this one, so its latest message is here as well.
  const reached = later(later(since, latest), news?.latest);
  yield { ...pageOfMessages(chat, []), deltaLink: reached ?? nothingYet };
}

const aboutOf = (chat: GraphChat | undefined, scope: AccountScope) =>
  chat === undefined ? [] : [describeChat(chat, scope)];
