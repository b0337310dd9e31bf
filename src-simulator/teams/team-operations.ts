/** Operations on teams and channels, beside their messages. */
import { objectIdOf } from '../directory/object-id.ts';
import { graphError, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import { unknownProperty } from '../graph/sharepoint-problems.ts';
import { idOfDrive, itemJson, unknownItemName } from '../files/item-json.ts';
import type { Answer } from '../http/answer.ts';
import { memberJson } from '../conversations/member-json.ts';
import { evolvable } from '../conversations/message-json.ts';
import { entityAnswer, pageAnswer } from '../conversations/page-answer.ts';
import { badSelect, selectFrom, type Json } from '../outlook/answers.ts';
import { channelsOf, type Channel, type Team, type TeamStore } from './team-store.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const tabKind = 72;
const memberPages = { fallback: 100, maximum: 999 };
const listPages = { fallback: 100, maximum: 999 };

export const notFound = (call: GraphCall, message: string): Answer =>
  graphError(call, 404, { code: 'NotFound', message });

export function teamJson({ organization }: TeamStore, { group }: Team): Json {
  const { id, displayName, createdMs } = group;
  return {
    id,
    createdDateTime: iso(createdMs),
    displayName,
    description: displayName,
    internalId: `19:${id.replaceAll('-', '')}@thread.tacv2`,
    classification: null,
    specialization: 'none',
    visibility: 'private',
    webUrl: `https://teams.microsoft.com/l/team/${id}/conversations?groupId=${id}`,
    isArchived: false,
    tenantId: organization.applications.tenantId,
    memberSettings: {
      allowCreateUpdateChannels: true,
      allowCreatePrivateChannels: group.number % 2 === 0,
      allowDeleteChannels: true,
      allowAddRemoveApps: true,
      allowCreateUpdateRemoveTabs: true,
      allowCreateUpdateRemoveConnectors: false,
    },
    guestSettings: { allowCreateUpdateChannels: false, allowDeleteChannels: false },
    messagingSettings: {
      allowUserEditMessages: true,
      allowUserDeleteMessages: true,
      allowOwnerDeleteMessages: false,
      allowTeamMentions: true,
      allowChannelMentions: true,
    },
    funSettings: {
      allowGiphy: true,
      giphyContentRating: 'moderate',
      allowStickersAndMemes: true,
      allowCustomMemes: false,
    },
  };
}

export function getTeam(store: TeamStore, call: GraphCall, team: Team): Answer {
  const json = teamJson(store, team);
  const refusal =
    refuseOptions(call, ['select']) ?? badSelect(call, (name) => Object.hasOwn(json, name), 'team');
  return refusal ?? entityAnswer(store.organization, 'teams/$entity', selectFrom(json, selectedNames(call)));
}

/** All teams. A list tells no more of each than this. */
export function listTeams({ organization }: TeamStore, call: GraphCall): Answer {
  const { groups } = organization;
  const names = ['id', 'displayName', 'description', 'visibility'];
  const refusal =
    refuseOptions(call, ['select', 'top', 'skiptoken', 'count']) ??
    badSelect(call, (name) => names.includes(name), 'team');
  if (refusal) return refusal;
  return pageAnswer(organization, call, {
    context: 'teams',
    rows: groups.all().filter(({ kind }) => kind === 'team'),
    sizes: listPages,
    toJson: ({ id, displayName }) =>
      selectFrom({ id, displayName, description: displayName, visibility: null }, selectedNames(call)),
  });
}

export function channelJson(
  { organization }: TeamStore,
  team: Team,
  { channel, call }: { channel: Channel; call: GraphCall | null },
): Json {
  const { membershipType: type } = channel;
  return {
    id: channel.id,
    createdDateTime: iso(channel.createdMs),
    displayName: channel.displayName,
    description: channel.number === 0 ? team.group.displayName : null,
    isFavoriteByDefault: null,
    email: '',
    tenantId: organization.applications.tenantId,
    webUrl: `https://teams.microsoft.com/l/channel/${encodeURIComponent(channel.id)}`,
    membershipType: type === 'shared' ? evolvable(call, type) : type,
    isArchived: false,
  };
}

const channelNames = new Set([
  'createdDateTime',
  'displayName',
  'description',
  'isFavoriteByDefault',
  'email',
  'tenantId',
  'webUrl',
  'membershipType',
  'isArchived',
]);
const badChannelSelect = (call: GraphCall) => badSelect(call, (name) => channelNames.has(name), 'channel');

/** All channels in one page: a team has at most some hundreds. */
export function listChannels(store: TeamStore, call: GraphCall, team: Team): Answer {
  const refusal = refuseOptions(call, ['select']) ?? badChannelSelect(call);
  if (refusal) return refusal;
  return pageAnswer(store.organization, call, {
    context: `teams('${team.group.id}')/channels`,
    rows: channelsOf(team),
    sizes: { fallback: 999_999, maximum: 999_999 },
    toJson: (channel) => selectFrom(channelJson(store, team, { channel, call }), selectedNames(call)),
  });
}

export function getChannel(
  store: TeamStore,
  call: GraphCall,
  { team, channel }: { team: Team; channel: Channel },
): Answer {
  const refusal = refuseOptions(call, ['select']) ?? badChannelSelect(call);
  if (refusal) return refusal;
  const json = selectFrom(channelJson(store, team, { channel, call }), selectedNames(call));
  return entityAnswer(store.organization, `teams('${team.group.id}')/channels/$entity`, json);
}

/** Members of a team, or of one of its channels. */
export function memberRows(store: TeamStore, team: Team, channel: Channel | null): Json[] {
  const { organization } = store;
  const { people, owners } = organization.groups.membership(team.group.number);
  const shown = channel ? store.people(team, channel) : people;
  const place = channel?.id ?? team.group.id;
  return shown.map((person) => memberJson(organization, place, { person, isOwner: owners.includes(person) }));
}

export function listMembers(
  store: TeamStore,
  call: GraphCall,
  { team, channel }: { team: Team; channel: Channel | null },
): Answer {
  const refusal = refuseOptions(call, ['top', 'skiptoken', 'select', 'count']);
  if (refusal) return refusal;
  const context = `teams('${team.group.id}')${channel ? '/channels' : ''}/members`;
  return pageAnswer(store.organization, call, {
    context,
    rows: memberRows(store, team, channel),
    sizes: memberPages,
    toJson: (member) => selectFrom(member, selectedNames(call)),
  });
}

/**
 * The folder of a channel's files: in the site of the team, or of a private or shared channel in the library of its own
 * site. Teams does not say which site that is, and tells nothing of a folder that nobody has opened.
 */
export function getFilesFolder(
  { organization }: TeamStore,
  call: GraphCall,
  { team, channel }: { team: Team; channel: Channel },
): Answer {
  const { sites, drives } = organization;
  const site = sites.ofChannel(team.group.number, channel);
  const [drive] = site ? drives.ofSite(site.number) : [];
  const state = drive?.item(drive.plan.folderCount > 1 ? 1 : 0);
  if (!channel.isFolderOpened || !drive || !state)
    return notFound(call, 'The folder of this channel has not been provisioned yet.');
  const names = selectedNames(call);
  const wrong = unknownItemName(names);
  if (wrong !== undefined) return unknownProperty(call, wrong, 'driveItem');
  const refusal = refuseOptions(call, ['select']);
  if (refusal) return refusal;
  const json = itemJson({ organization, drive, state, isDelta: false }, names);
  const place = { parentReference: { driveId: idOfDrive(drive), driveType: 'documentLibrary' } };
  return entityAnswer(
    organization,
    'driveItem',
    Object.hasOwn(json, 'parentReference') ? { ...json, ...place } : json,
  );
}

/** The tabs of a channel; the first channel of a team has a website, every other one a file. */
export function tabRows({ group }: Team, channel: Channel): Json[] {
  if (channel.number > 2) return [];
  const id = objectIdOf(group.number, tabKind, channel.number);
  const address =
    channel.number === 0
      ? 'https://intranet.nordlicht-maschinenbau.example/start'
      : `https://nordlicht.sharepoint.example/sites/${group.mailNickname}/Plan%20${channel.number}.xlsx`;
  return [
    {
      id,
      displayName: channel.number === 0 ? 'Intranet' : 'Plan',
      webUrl: `https://teams.microsoft.com/l/channel/${encodeURIComponent(channel.id)}/tab%3a%3a${id}`,
      configuration: { entityId: null, contentUrl: address, removeUrl: null, websiteUrl: address },
    },
  ];
}

export function listTabs(
  { organization }: TeamStore,
  call: GraphCall,
  { team, channel }: { team: Team; channel: Channel },
): Answer {
  const refusal = refuseOptions(call, ['top', 'skiptoken', 'select']);
  if (refusal) return refusal;
  return pageAnswer(organization, call, {
    context: `teams('${team.group.id}')/channels('${encodeURIComponent(channel.id)}')/tabs`,
    rows: tabRows(team, channel),
    sizes: listPages,
    toJson: (tab) => selectFrom(tab, selectedNames(call)),
  });
}
