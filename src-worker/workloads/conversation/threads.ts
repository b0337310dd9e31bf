/**
 * Threads of an Outlook group: one item each with all of its posts, because a post means little without what it answers.
 * Graph has no delta for them, so all threads are listed at every run and those that look otherwise are read again.
 */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { listed, shorten } from '../item-info.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import { lookUpInBatches } from '../look-up.ts';
import { hashOf } from '../teams-messages.ts';
import type { AccountScope, FetchedContent, ItemChanges, ItemHead, LookedUpItem } from '../workload.ts';

/** The only collection of a group's mailbox: its Inbox is all that Graph gives of it (graph facts, section 5). */
export const threadCollection = 'threads';
/** Where a list of everything ends: there is nothing to go on from. */
const listLink = 'listed';
const pageSize = 100;

const text = z.string().nullish().catch(undefined);

const threadSchema = z.object({
  topic: text,
  lastDeliveredDateTime: text,
  hasAttachments: z.boolean().nullish().catch(undefined),
  uniqueSenders: z.array(z.string()).nullish().catch(undefined),
});

const threadPath = (group: string, thread: string) => graphPath`/groups/${group}/threads/${thread}`;

export async function* listThreads({ graph, accountId, signal }: AccountScope): AsyncIterable<ItemChanges> {
  const path = graphPath`/groups/${accountId}/threads`;
  const query = { $top: pageSize };
  const call = { schema: rawItemSchema, mailbox: accountId, target: 'account' as const, signal };
  for await (const page of graph.pages(path, { ...call, query }))
    yield { changed: page.map(describeThread), removed: [], nextLink: undefined, deltaLink: undefined };
  yield { changed: [], removed: [], nextLink: undefined, deltaLink: listLink };
}

/** The row of a thread. A new post changes when something was last delivered, and so the version. */
function describeThread(raw: RawItem): ItemHead {
  const { topic, lastDeliveredDateTime, hasAttachments, uniqueSenders } = requireShape(threadSchema, raw);
  const title = shorten(topic) ?? '';
  const info = listed({
    title,
    from: shorten(uniqueSenders?.join(', ')) || undefined,
    received: lastDeliveredDateTime,
    // An application may not read them (operations.md), so whoever restores has to know that there were some.
    attachments: hasAttachments === true ? 'not-saved' : undefined,
  });
  const version = hashOf(jsonPart('', raw).bytes);
  return { id: raw.id, collection: threadCollection, version, title, info };
}

/** All of a thread: its JSON with the posts inside, the oldest first. Throws `item-gone`. */
export async function fetchThread(scope: AccountScope, id: string): Promise<FetchedContent> {
  const { graph, accountId, signal } = scope;
  const path = threadPath(accountId, id);
  const call = { schema: rawItemSchema, mailbox: accountId, target: 'item' as const, signal };
  const thread = await graph.getJson(path, call);
  const posts: RawItem[] = [];
  for await (const page of graph.pages(`${path}/posts`, { ...call, query: { $top: pageSize } }))
    posts.push(...page);
  return { kind: 'parts', parts: [jsonPart('conversation.json', { ...thread, posts: inOrder(posts) })] };
}

function inOrder(posts: readonly RawItem[]): RawItem[] {
  const timeOf = ({ receivedDateTime }: RawItem) => Date.parse(String(receivedDateTime)) || 0;
  return posts.toSorted((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1));
}

export function lookUpThreads(scope: AccountScope, ids: readonly string[]): AsyncIterable<LookedUpItem> {
  return lookUpInBatches(scope, ids, {
    pathOf: (id) => threadPath(scope.accountId, id),
    describe: describeThread,
  });
}
