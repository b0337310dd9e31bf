/** The channels that a team starts with, by the number of its group. Deleted channels leave their numbers free. */

type MembershipType = 'standard' | 'private' | 'shared';

/** A channel before it has anything in it. */
export interface PlannedChannel {
  readonly number: number;
  readonly displayName: string;
  readonly membershipType: MembershipType;
}

/** Names of the teams of the sample, in their order; more teams than these bear them again. */
export const teamNames = [
  'Vertrieb',
  'Konstruktion',
  'Équipe Lyon',
  '品質管理',
  'Project Atlas',
  'Einkauf & Lager',
];

const names = ['General', 'Angebote & Preise', 'Messe 2026', 'Leitung', 'Partner: Müller/Söhne'];
const types: readonly MembershipType[] = ['standard', 'standard', 'standard', 'private', 'shared'];
const fewestChannels = 2;

export const plannedChannels = (group: number): PlannedChannel[] =>
  Array.from({ length: fewestChannels + ((group + 1) % 4) }, (_, number) => ({
    number,
    displayName: names[number] ?? '',
    membershipType: types[number] ?? 'standard',
  }));
