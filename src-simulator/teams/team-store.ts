/** Teams and their channels: planned from the seed, made when asked for. Who is in a team is the group's own matter. */
import { mix, shareOf } from '../chance.ts';
import { ChangeClock, Conversation } from '../conversations/conversation.ts';
import type { ConversationPlace } from '../conversations/message-json.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { Group, Membership } from '../groups/group-store.ts';
import { plannedChannels, type PlannedChannel } from './channel-plan.ts';

export interface Channel extends PlannedChannel {
  readonly id: string;
  readonly createdMs: number;
  readonly isDeleted: boolean;
  /** False until somebody looks at the files of the channel for the first time. */
  readonly isFolderOpened: boolean;
  readonly conversation: Conversation;
}

export interface Team {
  readonly group: Group;
  /** Deleted channels stay, so that numbers stay. */
  readonly channels: Channel[];
}

const areaSeed = 0x7e_a3;
/** Of the hash of a channel, what says whether its folder was opened. */
const openedKind = 5;

export class TeamStore {
  readonly organization: Organization;
  readonly clock = new ChangeClock();
  readonly #seed: number;
  readonly #teams = new Map<number, Team>();
  readonly #ages = new Map<number, number>();
  #ageOfAll = 0;

  constructor(organization: Organization) {
    this.organization = organization;
    this.#seed = mix(organization.options.seed, areaSeed);
  }

  find(id: string): Team | null {
    const group = this.organization.groups.find(id);
    return group?.kind === 'team' ? this.team(group) : null;
  }

  team(group: Group): Team {
    const known = this.#teams.get(group.number);
    if (known) return known;
    const posts = this.organization.options.teams.postsPerChannel;
    const channels = plannedChannels(group.number).map((plan) => this.#channel(group, { ...plan, posts }));
    const team = { group, channels };
    this.#teams.set(group.number, team);
    return team;
  }

  createChannel(team: Team, displayName: string): Channel {
    this.clock.tick();
    const number = team.channels.length;
    const plan = { number, displayName, membershipType: 'standard', posts: 0 } as const;
    const channel = this.#channel(team.group, plan);
    team.channels.push(channel);
    return channel;
  }

  changeChannel(team: Team, { number }: Channel, change: Partial<Channel>): void {
    const channel = team.channels[number];
    if (channel) team.channels[number] = { ...channel, ...change };
    this.clock.tick();
  }

  /** Everybody in the team; in private and shared channels the owners and every second of the others. */
  people({ group }: Team, channel: Channel): readonly number[] {
    return peopleIn(this.organization.groups.membership(group.number), channel);
  }

  place(team: Team, channel: Channel): ConversationPlace {
    const { group } = team;
    return {
      organization: this.organization,
      conversation: channel.conversation,
      path: `teams/${group.id}/channels/${encodeURIComponent(channel.id)}`,
      channel: { teamId: group.id, channelId: channel.id },
      chatId: null,
      people: peopleIn(this.organization.groups.planned(group.number), channel),
      filesUrl: `https://nordlicht.sharepoint.example/sites/${group.mailNickname}/Shared%20Documents/channel-${channel.number}`,
      delta: {
        age: this.#ageOfAll + (this.#ages.get(group.number) ?? 0),
        now: this.clock.now,
        channel: channel.number,
      },
    };
  }

  expireDelta(account: string | undefined): void {
    const group = account === undefined ? null : this.organization.groups.find(account);
    if (account === undefined) this.#ageOfAll += 1;
    else if (group) this.#ages.set(group.number, (this.#ages.get(group.number) ?? 0) + 1);
  }

  #channel(group: Group, { posts, ...plan }: PlannedChannel & { posts: number }): Channel {
    const { number } = plan;
    const { unopenedFolderShare } = this.organization.options.teams;
    const seed = mix(this.#seed, group.number, number);
    const words = [1, 2, 3, 4].map((n) => mix(seed, n).toString(16).padStart(8, '0'));
    return {
      ...plan,
      id: `19:${words.join('')}@thread.tacv2`,
      createdMs: group.createdMs + number * 86_400_000,
      isDeleted: false,
      isFolderOpened: shareOf(mix(seed, openedKind)) >= unopenedFolderShare,
      conversation: new Conversation({ seed, posts, hasReplies: true }, this.clock),
    };
  }
}

function peopleIn({ people, owners }: Membership, { membershipType }: Channel): readonly number[] {
  if (membershipType === 'standard') return people;
  return people.filter((one) => owners.includes(one) || one % 2 === 0);
}

/** Channels that are there, in their order. */
export const channelsOf = ({ channels }: Team): Channel[] => channels.filter(({ isDeleted }) => !isDeleted);
