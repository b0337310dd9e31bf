/** From a path below /teams to an operation, its permission and the limit that counts it. */
import { exportMessages } from '../conversations/message-operations.ts';
import { messageOperation } from '../conversations/message-routes.ts';
import { graphError, refuseMethod, type GraphCall, type Route } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import type { TeamsCallKind } from '../limits/teams-limits.ts';
import {
  getChannel,
  getFilesFolder,
  getTeam,
  listChannels,
  listMembers,
  listTabs,
  listTeams,
  notFound,
} from './team-operations.ts';
import { channelsOf, type Channel, type Team, type TeamStore } from './team-store.ts';

interface Found {
  readonly operation: string;
  readonly role: string;
  readonly kind: TeamsCallKind;
  readonly about?: 'item';
  readonly run: () => Answer;
}

interface TeamCall {
  readonly store: TeamStore;
  readonly call: GraphCall;
  readonly team: Team;
}

const basicRole = 'Channel.ReadBasic.All';
const messageRole = 'ChannelMessage.Read.All';

const isClosedChannel = ({ organization }: TeamStore, { membershipType }: Channel): boolean =>
  organization.options.teams.closedTypes.includes(membershipType);

const forbidden = (call: GraphCall): Answer =>
  graphError(call, 403, { code: 'Forbidden', message: 'Access to the messages of this channel is denied.' });

function channelRoute(at: TeamCall, channel: Channel, rest: readonly string[]): Found | null {
  const { store, call, team } = at;
  const [word, ...more] = rest;
  const inside = { team, channel };
  if (word === undefined)
    return {
      operation: 'teams.GetChannels',
      role: basicRole,
      kind: 'other',
      run: () => getChannel(store, call, inside),
    };
  if (word === 'messages') {
    const found = messageOperation(call, store.place(team, channel), {
      prefix: 'teams.channels.',
      rest: more,
    });
    const isClosed = isClosedChannel(store, channel);
    return (
      found && {
        ...found,
        role: messageRole,
        kind: 'channelMessages',
        run: isClosed ? () => forbidden(call) : found.run,
      }
    );
  }
  if (more.length > 0) return null;
  if (word === 'members')
    return {
      operation: 'teams.channels.ListMembers',
      role: 'ChannelMember.Read.All',
      kind: 'list',
      run: () => listMembers(store, call, inside),
    };
  if (word === 'filesFolder')
    return {
      operation: 'teams.channels.GetFilesFolder',
      role: 'Files.Read.All',
      kind: 'other',
      run: () => getFilesFolder(store, call, inside),
    };
  return word === 'tabs'
    ? {
        operation: 'teams.channels.ListTabs',
        role: 'TeamsTab.Read.All',
        kind: 'other',
        run: () => listTabs(store, call, inside),
      }
    : null;
}

function channelsRoute(at: TeamCall, rest: readonly string[]): Found | null {
  const { store, call, team } = at;
  const [id, ...more] = rest;
  if (id === undefined)
    return {
      operation: 'teams.ListChannels',
      role: basicRole,
      kind: 'list',
      run: () => listChannels(store, call, team),
    };
  if (/^getAllMessages(\(\))?$/.test(id) && more.length === 0) {
    const open = channelsOf(team).filter((channel) => !isClosedChannel(store, channel));
    const places = open.map((channel) => store.place(team, channel));
    const about = { context: 'Collection(chatMessage)', organization: store.organization };
    return {
      operation: 'teams.channels.getAllMessages',
      role: messageRole,
      kind: 'export',
      run: () => exportMessages(call, places, about),
    };
  }
  const channel = channelsOf(team).find((one) => one.id === id);
  if (channel) return channelRoute(at, channel, more);
  const isMessages = more[0] === 'messages';
  return {
    operation: isMessages ? 'teams.channels.ListMessages' : 'teams.GetChannels',
    role: isMessages ? messageRole : basicRole,
    kind: 'other',
    run: () => notFound(call, 'No channel found with the given id.'),
  };
}

function teamRoute(at: TeamCall, rest: readonly string[]): Found | null {
  const { store, call, team } = at;
  const [word, ...more] = rest;
  if (word === undefined)
    return {
      operation: 'GetTeams',
      role: 'Team.ReadBasic.All',
      kind: 'other',
      run: () => getTeam(store, call, team),
    };
  if (word === 'channels') return channelsRoute(at, more);
  return word === 'members' && more.length === 0
    ? {
        operation: 'teams.ListMembers',
        role: 'TeamMember.Read.All',
        kind: 'list',
        run: () => listMembers(store, call, { team, channel: null }),
      }
    : null;
}

const missingTeam = (call: GraphCall): Found => ({
  operation: 'GetTeams',
  role: 'Team.ReadBasic.All',
  kind: 'other',
  run: () => notFound(call, 'No team found with the given group id.'),
});

function foundBelow(store: TeamStore, call: GraphCall, team: Team | null): Found | null {
  if (team) return teamRoute({ store, call, team }, call.segments.slice(2));
  if (call.segments.length > 1) return missingTeam(call);
  return {
    operation: 'ListTeams',
    role: 'Team.ReadBasic.All',
    kind: 'other',
    run: () => listTeams(store, call),
  };
}

/** The route of a call; null when the path is none of this area's. */
export function teamsRoute(store: TeamStore, call: GraphCall): Route | null {
  const [first, id] = call.segments;
  if (first !== 'teams') return null;
  const team = id === undefined ? null : store.find(id);
  const found = foundBelow(store, call, team);
  if (!found) return null;
  const { kind, run, ...route } = found;
  return {
    ...route,
    person: null,
    isMail: false,
    teams: { kind, place: team ? team.group.id : null },
    run: call.method === 'GET' ? run : () => refuseMethod(call),
  };
}
