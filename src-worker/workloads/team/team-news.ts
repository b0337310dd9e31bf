/**
 * What was written or changed anywhere in a team since a time: delta tells neither of replies nor of old posts. One
 * query answers for all channels, so it is kept for the run that asked, which is as long as its scope lives.
 */
import { graphPath } from '../../graph/paths.ts';
import type { RawItem } from '../item-parts.ts';
import { changedAfter, ifAllowed, latestOf, readAllMessages, readMessage } from '../teams-messages.ts';
import type { AccountScope } from '../workload.ts';

/** Posts that were changed or replied to after `since`, and the time of the latest change of all. */
export interface TeamNews {
  readonly since: string;
  readonly latest: string;
  readonly posts: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Question {
  readonly since: string;
  readonly answer: Promise<TeamNews | null>;
}

const questions = new WeakMap<AccountScope, Question>();

/** The news since a time at the latest; null where the organization may not export messages. */
export async function teamNews(scope: AccountScope, since: string): Promise<TeamNews | null> {
  const known = questions.get(scope);
  if (known !== undefined && Date.parse(known.since) <= Date.parse(since)) return known.answer;
  // What is refused is refused for any time.
  if (known !== undefined && (await known.answer.catch(() => undefined)) === null) return null;
  const answer = ifAllowed(readNews(scope, since));
  questions.set(scope, { since, answer });
  try {
    return await answer;
  } catch (error) {
    questions.delete(scope);
    throw error;
  }
}

async function readNews(scope: AccountScope, since: string): Promise<TeamNews> {
  const path = graphPath`/teams/${scope.accountId}/channels/getAllMessages`;
  const messages = await readAllMessages(scope, path, { filter: changedAfter(since), target: 'account' });
  const posts = new Map<string, Set<string>>();
  for (const message of messages) remember(posts, message);
  return { since, latest: latestOf(messages, since) ?? since, posts };
}

function remember(posts: Map<string, Set<string>>, raw: RawItem): void {
  const { id, replyToId, channelIdentity } = readMessage(raw);
  const channel = channelIdentity?.channelId;
  if (typeof channel !== 'string') return;
  posts.set(channel, (posts.get(channel) ?? new Set()).add(replyToId ?? id));
}
