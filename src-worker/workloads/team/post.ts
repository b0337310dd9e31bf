/**
 * A post with its replies: one item, because a reply means little without what it answers. Graph finds a post only below
 * its channel, so its id in a backup carries both.
 */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import {
  describeMessage,
  fetchPictures,
  hasPictures,
  readAllMessages,
  readMessage,
  teamsCall,
  versionOf,
} from '../teams-messages.ts';
import type { AccountScope, FetchedContent, ItemHead } from '../workload.ts';

/** Ids of channels hold no spaces. */
const separator = ' ';

/** A post as Graph gave it and its replies, the oldest first. */
export interface Post {
  readonly channel: string;
  readonly post: RawItem;
  readonly replies: readonly RawItem[];
}

const expandedSchema = z.object({ replies: z.array(rawItemSchema) });

export const postKey = (channel: string, post: string): string => channel + separator + post;

/** Channel and post that a key names; null for a key of something else. */
export function splitPostKey(key: string): readonly [channel: string, post: string] | null {
  const at = key.indexOf(separator);
  return at < 0 ? null : [key.slice(0, at), key.slice(at + 1)];
}

export const channelPath = (team: string, channel: string): string =>
  graphPath`/teams/${team}/channels/${channel}`;

const postPath = (team: string, channel: string, post: string) =>
  `${channelPath(team, channel)}${graphPath`/messages/${post}`}`;

/** A post and all of its replies, asked for by themselves. */
export async function readPost(scope: AccountScope, channel: string, id: string): Promise<Post> {
  const { graph, accountId, signal } = scope;
  const path = postPath(accountId, channel, id);
  const call = { ...teamsCall, schema: rawItemSchema, target: 'item' as const, signal };
  const post = await graph.getJson(path, call);
  return { channel, post, replies: await readReplies(scope, path) };
}

/** A post that came with its replies, or with the first of them. */
export async function expandedPost(scope: AccountScope, channel: string, raw: RawItem): Promise<Post> {
  const expanded = expandedSchema.safeParse(raw);
  const isWhole = expanded.success && raw['replies@odata.nextLink'] === undefined;
  const replies = isWhole
    ? inOrder(expanded.data.replies)
    : await readReplies(scope, postPath(scope.accountId, channel, raw.id));
  return { channel, post: raw, replies };
}

async function readReplies(scope: AccountScope, path: string): Promise<RawItem[]> {
  return inOrder(await readAllMessages(scope, `${path}/replies`, { target: 'item' }));
}

function inOrder(replies: readonly RawItem[]): RawItem[] {
  const timeOf = (raw: RawItem) => Date.parse(readMessage(raw).createdDateTime ?? '') || 0;
  return replies.toSorted((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1));
}

/** The row of a post, with its content where no picture is left to fetch. */
export function describePost(post: Post): ItemHead {
  const { title, info } = describeMessage(post.post);
  const all = [post.post, ...post.replies];
  return {
    id: postKey(post.channel, post.post.id),
    collection: post.channel,
    version: versionOf(all),
    title,
    info: post.replies.length === 0 ? info : { ...info, replies: post.replies.length },
    content: all.some(hasPictures) ? undefined : contentOf(post, []),
  };
}

/** All of a post: its JSON with the replies inside, then the pictures of the post and of each reply in turn. */
export async function fetchPost(scope: AccountScope, channel: string, id: string): Promise<FetchedContent> {
  const post = await readPost(scope, channel, id);
  const path = postPath(scope.accountId, channel, id);
  const pictures = hasPictures(post.post) ? await fetchPictures(scope, path) : [];
  for (const reply of post.replies.filter(hasPictures))
    pictures.push(...(await fetchPictures(scope, path + graphPath`/replies/${reply.id}`)));
  return contentOf(post, pictures);
}

function contentOf({ post, replies }: Post, pictures: Awaited<ReturnType<typeof fetchPictures>>) {
  const parts = [jsonPart('post.json', { ...post, replies }), ...pictures];
  return { kind: 'parts' as const, parts };
}
