/** Teams, channels and their messages: paths, changes, truth. */
import type { Dice } from '../chance.ts';
import {
  messageChanges,
  messageLine,
  reply,
  type ConversationChange,
} from '../conversations/conversation-changes.ts';
import { repliesOf } from '../conversations/message-json.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import { canonicalHash } from '../outlook/canonical.ts';
import { channelJson, memberRows, tabRows, teamJson } from './team-operations.ts';
import { teamsRoute } from './team-routes.ts';
import { channelsOf, TeamStore, type Channel, type Team } from './team-store.ts';

type Told = Readonly<Record<string, unknown>>;
type TeamChange = (store: TeamStore, team: Team, dice: Dice) => Told | null;

const inChannel =
  (change: ConversationChange): TeamChange =>
  (store, team, dice) => {
    const channel = dice.pick(channelsOf(team));
    const made = change(dice, store.place(team, channel));
    return made && { container: channel.id, ...made };
  };

const createChannel: TeamChange = (store, team) => {
  const channel = store.createChannel(team, `Neuer Kanal ${team.channels.length}`);
  channel.conversation.create(-1);
  return { container: channel.id };
};

const renameChannel: TeamChange = (store, team, dice) => {
  const channels = channelsOf(team).filter(({ number }) => number > 0);
  if (channels.length === 0) return null;
  const channel = dice.pick(channels);
  const displayName = `${channel.displayName.slice(0, 40)} (${dice.below(1_000)})`;
  store.changeChannel(team, channel, { displayName });
  channel.conversation.create(-1, { kind: 'renamed', name: displayName });
  return { container: channel.id };
};

const deleteChannel: TeamChange = (store, team, dice) => {
  const channels = channelsOf(team).filter(({ number }) => number > 0);
  if (channels.length === 0) return null;
  const channel = dice.pick(channels);
  store.changeChannel(team, channel, { isDeleted: true });
  return { container: channel.id };
};

/** Somebody looks at the files of a channel for the first time. */
const openFolder: TeamChange = (store, team, dice) => {
  const channels = channelsOf(team).filter(({ isFolderOpened }) => !isFolderOpened);
  if (channels.length === 0) return null;
  const channel = dice.pick(channels);
  store.changeChannel(team, channel, { isFolderOpened: true });
  return { container: channel.id };
};

const changes: Readonly<Record<string, TeamChange>> = {
  created: inChannel(messageChanges.created),
  replied: inChannel(reply),
  edited: inChannel(messageChanges.edited),
  deleted: inChannel(messageChanges.deleted),
  reacted: inChannel(messageChanges.reacted),
  containersCreated: createChannel,
  containersRenamed: renameChannel,
  containersDeleted: deleteChannel,
  foldersOpened: openFolder,
};

/** The site that holds the files of a channel; null where there is none. */
function siteIdOf({ organization: { sites } }: TeamStore, team: Team, channel: Channel): string | null {
  const site = sites.ofChannel(team.group.number, channel);
  return site && sites.idOf(site);
}

/**
 * A line about the team (`sha256` of the team, `membersSha256` of the list of its members), one about each channel and
 * one about each post. A post's `sha256` is that of what GET gives with $expand=replies, without the count of them;
 * `pictures` are those of the post and then of its replies.
 */
function* truthOf(store: TeamStore, team: Team): Generator<object> {
  const { id, displayName } = team.group;
  const membersSha256 = canonicalHash(memberRows(store, team, null));
  yield { kind: 'team', id, displayName, sha256: canonicalHash(teamJson(store, team)), membersSha256 };
  for (const channel of channelsOf(team)) {
    const json = channelJson(store, team, { channel, call: null });
    const tabs = tabRows(team, channel).length;
    yield {
      kind: 'channel',
      id: channel.id,
      displayName: channel.displayName,
      membershipType: channel.membershipType,
      siteId: siteIdOf(store, team, channel),
      isFolderOpened: channel.isFolderOpened,
      sha256: canonicalHash(json),
      membersSha256: canonicalHash(memberRows(store, team, channel)),
      tabs,
    };
    const place = store.place(team, channel);
    for (const state of channel.conversation.posts()) {
      const view = { place, state };
      yield messageLine(view, { kind: 'post', containerId: channel.id, replies: repliesOf(view) });
    }
  }
}

/**
 * The team's settings and its members; its messages once more, because delta tells neither of replies nor of posts that
 * are older than eight months; of each channel the tabs, and the members where they are not those of the team.
 */
function withoutDelta(team: Team): number {
  const channels = channelsOf(team);
  const closed = channels.filter(({ membershipType }) => membershipType !== 'standard');
  return 3 + channels.length + closed.length;
}

/** The area `team`. `user` of changes and truth is the id of the team's group; members change in the area `group`. */
export function createTeamArea(organization: Organization): Area {
  const store = new TeamStore(organization);
  const pickTeam = (dice: Dice, account: string | undefined): Team | null => {
    if (account !== undefined) return store.find(account);
    const { groups } = organization;
    return groups.teamCount === 0 ? null : store.team(groups.group(dice.below(groups.teamCount)));
  };
  const applied = Object.entries(changes).map(([kind, change]) => [
    kind,
    (dice: Dice, account: string | undefined) => {
      const team = pickTeam(dice, account);
      const made = team && change(store, team, dice);
      return made && { team: team.group.id, ...made };
    },
  ]);
  return {
    name: 'team',
    route: (call) => teamsRoute(store, call),
    changes: Object.fromEntries(applied) as Area['changes'],
    *truth(account) {
      const team = store.find(account);
      if (team) yield* truthOf(store, team);
    },
    // The list of channels, and one query in each.
    minimum: (account) => {
      const team = store.find(account);
      return team ? 1 + channelsOf(team).length : 0;
    },
    withoutDelta: (account) => {
      const team = store.find(account);
      return team ? withoutDelta(team) : 0;
    },
    expireDelta: (account) => store.expireDelta(account),
  };
}
