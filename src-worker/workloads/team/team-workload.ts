/** All of one team, as the backup sees it. The account is the team's group. Files are in the drives of its sites. */
import type { AccountScope, ItemChanges, LookedUpItem, Workload } from '../workload.ts';
import { findChannels, teamCollection } from './channels.ts';
import { currentPost, postChanges } from './post-changes.ts';
import { fetchPost, splitPostKey } from './post.ts';
import { fetchTeamItem, isTeamItem, teamItem, teamItems } from './team-about.ts';

const endLink = 'read';

async function* teamChanges(scope: AccountScope): AsyncIterable<ItemChanges> {
  const changed = [];
  for (const item of teamItems) changed.push(await teamItem(scope, item));
  yield { changed, removed: [], nextLink: undefined, deltaLink: endLink };
}

async function lookUpOne(scope: AccountScope, id: string): Promise<LookedUpItem> {
  try {
    if (isTeamItem(id)) return { id, head: await teamItem(scope, id) };
    const [channel, post] = splitPostKey(id) ?? [];
    if (channel === undefined || post === undefined) return { id };
    return { id, head: await currentPost(scope, channel, post) };
  } catch (error) {
    return { id, error };
  }
}

async function* lookUp(scope: AccountScope, ids: readonly string[]): AsyncIterable<LookedUpItem> {
  for (const id of ids) yield await lookUpOne(scope, id);
}

export const teamWorkload: Workload = {
  name: 'team',
  accountKinds: ['group'],
  isOfTeams: true,
  collections: findChannels,
  changes: (scope, collection, link) =>
    collection === teamCollection ? teamChanges(scope) : postChanges(scope, collection, link),
  lookUp,

  fetch: (scope, id) => {
    const [channel, post] = splitPostKey(id) ?? [];
    return channel === undefined || post === undefined
      ? fetchTeamItem(scope, id)
      : fetchPost(scope, channel, post);
  },
};
