/**
 * Groups of the directory and who is in them. Group n is a pure function of the seed and n; only changed memberships
 * are kept. The first groups are those of the teams; those after them are Microsoft 365 groups without a team and
 * security groups, some of which hold others, two deep and once in a circle.
 */
import { ChangeBook } from '../change-book.ts';
import { mix } from '../chance.ts';
import { numberOfObjectId, objectIdOf } from '../directory/object-id.ts';
import type { Directory } from '../directory/people.ts';
import { epochMs } from '../mail/message-facts.ts';
import type { ResolvedOptions } from '../options.ts';
import { teamNames } from '../teams/channel-plan.ts';

type GroupKind = 'team' | 'unified' | 'security';

export interface Group {
  readonly number: number;
  readonly id: string;
  readonly kind: GroupKind;
  readonly displayName: string;
  readonly mailNickname: string;
  readonly createdMs: number;
}

/** Numbers of the people and groups that are in a group, and of the people who own it. */
export interface Membership {
  readonly people: readonly number[];
  readonly groups: readonly number[];
  readonly owners: readonly number[];
}

/** Kind of the object ids of groups. */
const groupKind = 2;
const areaSeed = 0x67_0b;
const dayMs = 86_400_000;
const patternLength = 5;

/** One pattern of groups without a team; `holds` are places in the same pattern. */
const pattern: readonly { name: string; kind: GroupKind; holds: readonly number[] }[] = [
  { name: 'Betriebsrat', kind: 'unified', holds: [] },
  { name: 'Alle Mitarbeiter', kind: 'security', holds: [2] },
  { name: 'Abteilungen', kind: 'security', holds: [0, 3] },
  { name: 'Projektleiter', kind: 'security', holds: [1] },
  { name: 'Rédaction', kind: 'unified', holds: [] },
];

export class GroupStore {
  readonly teamCount: number;
  /** Groups that there were at the start, and those made since; also deleted ones. */
  size: number;
  readonly #seed: number;
  readonly #directory: Directory;
  readonly #changed = new Map<number, Membership>();
  readonly #renamed = new Map<number, string>();
  readonly #deleted = new Set<number>();
  /** Which groups changed in any way: what their delta tells. */
  readonly book = new ChangeBook<true>();

  constructor(options: ResolvedOptions, directory: Directory) {
    const isSample = options.profile === 'sample';
    this.#seed = options.seed;
    this.#directory = directory;
    this.teamCount = options.teams.count ?? (isSample ? teamNames.length : 0);
    this.size = this.teamCount + (options.groups.count ?? (isSample ? patternLength : 0));
  }

  /** The groups that are there. */
  all(): Group[] {
    return Array.from({ length: this.size }, (_, number) => this.group(number)).filter(
      ({ number }) => !this.#deleted.has(number),
    );
  }

  /** Makes a group without members, of the next place in the pattern and with the name of the first one there. */
  create(): Group {
    this.size += 1;
    const place = (this.size - 1 - this.teamCount) % patternLength;
    this.#renamed.set(this.size - 1, pattern[place]?.name ?? '');
    const group = this.group(this.size - 1);
    this.change(group.number, { people: [], groups: [], owners: [] });
    return group;
  }

  delete(number: number): void {
    this.#tellHolders(({ groups }) => groups.includes(number));
    this.#deleted.add(number);
    this.book.put(number, () => true);
  }

  /** To be called before somebody is deleted: their groups lose a member, and the delta of groups tells that. */
  lose(person: number): void {
    this.#tellHolders(({ people }) => people.includes(person));
  }

  #tellHolders(isHolder: (membership: Membership) => boolean): void {
    for (const { number } of this.all())
      if (isHolder(this.membership(number))) this.book.put(number, () => true);
  }

  isDeleted(number: number): boolean {
    return this.#deleted.has(number);
  }

  rename(number: number, displayName: string): void {
    this.#renamed.set(number, displayName);
    this.book.put(number, () => true);
  }

  /** Group `number`, 0 <= number < size. */
  group(number: number): Group {
    const place = number - this.teamCount;
    const [names, index] =
      place < 0 ? [teamNames, number] : [pattern.map(({ name }) => name), place % patternLength];
    const round = place < 0 ? Math.floor(number / teamNames.length) : Math.floor(place / patternLength);
    const name = names[index % names.length] ?? '';
    return {
      number,
      id: objectIdOf(this.#seed, groupKind, number),
      kind: place < 0 ? 'team' : (pattern[index]?.kind ?? 'unified'),
      displayName: this.#renamed.get(number) ?? (round === 0 ? name : `${name} ${round + 1}`),
      mailNickname: place < 0 ? `team-${number + 1}` : `group-${place + 1}`,
      createdMs: epochMs - (420 + (mix(this.#seed, areaSeed, number) % 900)) * dayMs,
    };
  }

  find(id: string): Group | null {
    const number = numberOfObjectId(this.#seed, groupKind, id);
    return number < 0 || number >= this.size || this.#deleted.has(number) ? null : this.group(number);
  }

  membership(number: number): Membership {
    const { people, groups, owners } = this.#changed.get(number) ?? this.planned(number);
    const isHere = (person: number) => !this.#directory.isDeleted(person);
    return {
      people: people.filter(isHere),
      groups: groups.filter((group) => !this.#deleted.has(group)),
      owners: owners.filter(isHere),
    };
  }

  change(number: number, change: Partial<Membership>): void {
    this.#changed.set(number, { ...this.membership(number), ...change });
    this.book.put(number, () => true);
  }

  /** Everybody and every group below a group; each once, whatever circles there are. */
  transitive(number: number): { people: Set<number>; groups: Set<number> } {
    const people = new Set<number>();
    const groups = new Set<number>();
    const visit = (one: number) => {
      const inside = this.membership(one);
      for (const person of inside.people) people.add(person);
      for (const group of inside.groups.filter((inner) => !groups.has(inner))) {
        groups.add(group);
        visit(group);
      }
    };
    visit(number);
    return { people, groups };
  }

  /** Who was in a group at the start. */
  planned(number: number): Membership {
    const { size } = this.#directory;
    const hash = mix(mix(this.#seed, areaSeed), number, 1);
    const chosen = new Set([number % size]);
    for (let i = 0; i < 3 + (hash % 10); i += 1) chosen.add(mix(hash, i) % size);
    const people = [...chosen].filter((one) => this.#directory.person(one).purpose === 'user');
    const place = number - this.teamCount;
    const first = number - (place % patternLength);
    const holds = place < 0 ? [] : (pattern[place % patternLength]?.holds ?? []);
    const groups = holds.map((one) => first + one).filter((one) => one < this.size);
    return { people, groups, owners: people.slice(0, 1 + (hash % 2)) };
  }
}
