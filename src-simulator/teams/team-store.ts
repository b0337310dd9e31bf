/** Teams and their channels: planned from the seed, made when asked for. Who is in a team is the group's own matter. */
import { mix } from '../chance.ts';
import { ChangeClock, Conversation } from '../conversations/conversation.ts';
import type { ConversationPlace } from '../conversations/message-json.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { Group, Membership } from '../groups/group-store.ts';

type MembershipType = 'standard' | 'private' | 'shared';

export interface Channel {
  readonly number: number;
  readonly id: string;
  readonly displayName: string;
  readonly membershipType: MembershipType;
  readonly createdMs: number;
  readonly isDeleted: boolean;
  readonly conversation: Conversation;
}

export interface Team {
  readonly group: Group;
  /** Deleted channels stay, so that numbers stay. */
  readonly channels: Channel[];
}

const areaSeed = 0x7e_a3;
const names = ['General', 'Angebote & Preise', 'Messe 2026', 'Leitung', 'Partner: Müller/Söhne'];
const types: readonly MembershipType[] = ['standard', 'standard', 'standard', 'private', 'shared'];
const fewestChannels = 2;

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
    const count = fewestChannels + ((group.number + 1) % 4);
    const channels = Array.from({ length: count }, (_, number) =>
      this.#channel(group, number, {
        displayName: names[number] ?? '',
        membershipType: types[number] ?? 'standard',
        posts: this.organization.options.teams.postsPerChannel,
      }),
    );
    const team = { group, channels };
    this.#teams.set(group.number, team);
    return team;
  }

  createChannel(team: Team, displayName: string): Channel {
    this.clock.tick();
    const number = team.channels.length;
    const channel = this.#channel(team.group, number, { displayName, membershipType: 'standard', posts: 0 });
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

  #channel(
    group: Group,
    number: number,
    plan: Pick<Channel, 'displayName' | 'membershipType'> & { posts: number },
  ): Channel {
    const seed = mix(this.#seed, group.number, number);
    const words = [1, 2, 3, 4].map((n) => mix(seed, n).toString(16).padStart(8, '0'));
    return {
      number,
      id: `19:${words.join('')}@thread.tacv2`,
      displayName: plan.displayName,
      membershipType: plan.membershipType,
      createdMs: group.createdMs + number * 86_400_000,
      isDeleted: false,
      conversation: new Conversation({ seed, posts: plan.posts, hasReplies: true }, this.clock),
    };
  }
}

function peopleIn({ people, owners }: Membership, { membershipType }: Channel): readonly number[] {
  if (membershipType === 'standard') return people;
  return people.filter((one) => owners.includes(one) || one % 2 === 0);
}

/** Channels that are there, in their order. */
export const channelsOf = ({ channels }: Team): Channel[] => channels.filter(({ isDeleted }) => !isDeleted);
