/**
 * Changes of one channel. Delta brings the posts of the last eight months; replies and older posts come from the news of
 * the whole team. The first time, and where a team gives no news, all posts are listed. News are asked for then, too: so
 * all channels go on from the same time, and one question is enough for all of them at the next run.
 */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { rawItemSchema, type RawItem } from '../item-parts.ts';
import { changedAfter, isTakenBack, latestOf, later, messagePageSize, teamsCall } from '../teams-messages.ts';
import type { AccountScope, ItemChanges, ItemHead } from '../workload.ts';
import { channelPath, describePost, expandedPost, postKey, readPost, type Post } from './post.ts';
import { teamNews, type TeamNews } from './team-news.ts';

/** Where a channel goes on: a time for the news of its team, and the link of its delta. */
interface Position {
  readonly since: string;
  readonly deltaLink: string;
}

/** Link of a channel in which nothing was written so far. */
const nothingYet = 'empty';
const separator = ' ';

function readPosition(link: string | undefined): Position | null {
  const at = link?.indexOf(separator) ?? -1;
  return link === undefined || at < 0 ? null : { since: link.slice(0, at), deltaLink: link.slice(at + 1) };
}

const writePosition = ({ since, deltaLink }: Position) => since + separator + deltaLink;

/** Pages of changes since `link`, or of all posts. Throws `delta-expired` and `collection-gone`. */
export async function* postChanges(
  scope: AccountScope,
  channel: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const position = readPosition(link);
  const news = position && (await teamNews(scope, position.since));
  if (position === null || news === null) {
    yield* listPosts(scope, channel, link === undefined);
    return;
  }
  const told = new Set<string>();
  let { deltaLink } = position;
  for await (const page of deltaPages(scope, channel, { link: deltaLink })) {
    for (const { id } of page.changed) told.add(id);
    deltaLink = page.deltaLink ?? deltaLink;
    yield pageOf(await expandAll(scope, channel, page.changed));
  }
  yield* followNews(scope, channel, { position: { ...position, deltaLink }, news, told });
}

/** Posts that the news name and nothing else has told, and the position behind them. */
async function* followNews(
  scope: AccountScope,
  channel: string,
  { position, news, told }: { position: Position; news: TeamNews; told: ReadonlySet<string> },
): AsyncIterable<ItemChanges> {
  for (const id of news.posts.get(channel) ?? [])
    if (!told.has(id)) yield await readAgain(scope, channel, id);
  const since = later(position.since, news.latest) ?? position.since;
  const deltaLink = writePosition({ ...position, since });
  yield { changed: [], removed: [], nextLink: undefined, deltaLink };
}

function deltaPages(
  { graph, accountId, signal }: AccountScope,
  channel: string,
  start: { readonly link: string } | { readonly since: string },
) {
  const path = 'link' in start ? start.link : `${channelPath(accountId, channel)}/messages/delta`;
  const query =
    'link' in start
      ? undefined
      : { $expand: 'replies', $top: messagePageSize, $filter: changedAfter(start.since) };
  return graph.deltaPages(path, { ...teamsCall, schema: rawItemSchema, signal, query });
}

/**
 * All posts. The delta of the next run begins with the latest change of the first page: what changes from then on while
 * the other pages are read is told by that delta, at once for what it has already and at the next run for the rest.
 */
async function* listPosts(
  scope: AccountScope,
  channel: string,
  isFirst: boolean,
): AsyncIterable<ItemChanges> {
  const { graph, accountId, signal } = scope;
  const path = `${channelPath(accountId, channel)}/messages`;
  const call = { ...teamsCall, schema: rawItemSchema, target: 'collection' as const, signal };
  const query = { $top: messagePageSize, $expand: 'replies' };
  let started: { readonly position: Position; readonly changed: readonly RawItem[] } | undefined;
  for await (const page of graph.pages(path, { ...call, query })) {
    const posts = await expandAll(scope, channel, page);
    const since = latestOf(posts.flatMap(({ post, replies }) => [post, ...replies]));
    if (since !== undefined) started ??= await startDelta(scope, channel, since);
    // A list of everything need not tell what is not there.
    yield { ...pageOf(posts), ...(isFirst ? { removed: [] } : {}) };
  }
  if (started === undefined) {
    yield { ...pageOf([]), deltaLink: nothingYet };
    return;
  }
  const { position, changed } = started;
  const late = pageOf(await expandAll(scope, channel, changed));
  const news = await teamNews(scope, position.since);
  if (news === null) {
    yield { ...late, deltaLink: writePosition(position) };
    return;
  }
  yield late;
  yield* followNews(scope, channel, { position, news, told: new Set(changed.map(({ id }) => id)) });
}

async function startDelta(scope: AccountScope, channel: string, since: string) {
  const changed: RawItem[] = [];
  let deltaLink = '';
  for await (const page of deltaPages(scope, channel, { since })) {
    changed.push(...page.changed);
    deltaLink = page.deltaLink ?? deltaLink;
  }
  return { position: { since, deltaLink }, changed };
}

async function expandAll(scope: AccountScope, channel: string, posts: readonly RawItem[]): Promise<Post[]> {
  const all: Post[] = [];
  for (const post of posts) all.push(await expandedPost(scope, channel, post));
  return all;
}

/** A page in the middle: there is no link to go on from. */
function pageOf(posts: readonly Post[]): ItemChanges {
  const [kept, gone] = [posts.filter(isKept), posts.filter((post) => !isKept(post))];
  return {
    changed: kept.map(describePost),
    removed: gone.map(({ channel, post }) => postKey(channel, post.id)),
    nextLink: undefined,
    deltaLink: undefined,
  };
}

/** A post that was taken back still holds together the replies to it. */
function isKept({ post, replies }: Post): boolean {
  return !isTakenBack(post) || replies.some((reply) => !isTakenBack(reply));
}

/** A post as it is now; undefined when it is gone. */
export async function currentPost(
  scope: AccountScope,
  channel: string,
  id: string,
): Promise<ItemHead | undefined> {
  try {
    const post = await readPost(scope, channel, id);
    return isKept(post) ? describePost(post) : undefined;
  } catch (error) {
    if (isAppError(error, 'item-gone')) return undefined;
    throw error;
  }
}

/**
 * A post that the news name. They tell of what was taken back as of anything else, so a post that is not found then is a
 * hiccup of Teams or a race, and no removal: it goes on the list of what failed.
 */
async function readAgain(scope: AccountScope, channel: string, id: string): Promise<ItemChanges> {
  const post = await readPost(scope, channel, id).catch((error: unknown) => {
    if (isAppError(error, 'item-gone')) return error;
    throw error;
  });
  if ('post' in post) return pageOf([post]);
  const head = { id: postKey(channel, id), collection: channel, version: '', title: '', info: {} };
  const changed = [{ ...head, fetch: () => Promise.reject(post) }];
  return { changed, removed: [], nextLink: undefined, deltaLink: undefined };
}
