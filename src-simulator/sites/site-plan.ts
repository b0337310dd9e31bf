/**
 * The sites of the organization, a pure function of its seed: site collections with subsites, and a personal site for
 * everybody with a OneDrive. Says which lists and libraries a site starts with, not what is in them.
 */
import { mix } from '../chance.ts';
import { numberOfObjectId, objectIdOf } from '../directory/object-id.ts';
import type { Directory, Person } from '../directory/people.ts';
import type { ResolvedOptions } from '../options.ts';
import { plannedChannels, teamNames, type PlannedChannel } from '../teams/channel-plan.ts';

/** A site at its start. */
export interface PlannedSite {
  number: number;
  /** Number of the site above; -1 for the top of a collection. */
  parent: number;
  /** Number of the top of the collection. */
  collection: number;
  title: string;
  /** Server-relative, without a slash at the end. */
  path: string;
  /** Owner of a personal site. */
  person: Person | null;
  /** Number of the group (and of its team) the site belongs to; null for a site of its own. */
  group: number | null;
  /** The private or shared channel whose site this is, by the number of its team's group and its own. */
  channel: { group: number; number: number } | null;
  /** Everything but the site itself answers 423. */
  isLocked: boolean;
}

/** Kind of the object ids of groups. */
const groupKind = 2;
const collectionKind = 40;
const webKind = 41;
/** Numbers of personal sites follow this one. */
const firstPersonal = 1 << 19;
const topics = [
  ['Intranet', 'intranet'],
  ['Vertrieb', 'vertrieb'],
  ['Qualität & Prüfung', 'qualitaet'],
  ['Projets Lyon', 'projets-lyon'],
  ['Engineering', 'engineering'],
  ['品質管理', 'hinshitsu'],
  ['Human Resources', 'hr'],
] as const;
const subTopics = [
  ['Archiv', 'archiv'],
  ['Équipe', 'equipe'],
  ['Project #7', 'project7'],
] as const;

/** Numbers of the lists a site starts with. */
export const plannedLists = {
  documents: 0,
  records: 1,
  pages: 2,
  inventory: 3,
  tasks: 4,
  partners: 5,
  users: 6,
  masterPages: 7,
  firstCreated: 8,
} as const;

/** Finds sites by number, id, path, person and group. */
export class SitePlan {
  /** Sites other than personal ones; parents before children. */
  readonly sites: readonly PlannedSite[];
  readonly directory: Directory;
  readonly seed: number;
  readonly #hasDrives: boolean;
  readonly #numbersByPath: ReadonlyMap<string, number>;

  constructor(options: ResolvedOptions, directory: Directory) {
    this.seed = options.seed;
    this.directory = directory;
    const isSample = options.profile === 'sample';
    this.#hasDrives = isSample || options.drives.filesPerDrive !== undefined;
    const count = options.sites.count ?? (isSample ? 5 : 0);
    const sites = planSites(this.seed, count, isSample);
    const groupCount = options.sites.groupCount ?? (isSample ? 3 : 0);
    for (let group = 0; group < groupCount; group += 1) sites.push(groupSite(sites.length, group));
    if (options.sites.hasChannelSites ?? isSample) sites.push(...channelSites(sites, options));
    this.sites = sites;
    this.#numbersByPath = new Map(this.sites.map((site) => [site.path, site.number]));
  }

  hasPersonalSite(person: Person): boolean {
    return this.#hasDrives && person.purpose === 'user' && person.mailbox !== 'none';
  }

  site(number: number): PlannedSite | null {
    if (number < firstPersonal) return this.sites[number] ?? null;
    const place = number - firstPersonal;
    return place < this.directory.count ? this.ofPerson(this.directory.person(place)) : null;
  }

  ofPerson(person: Person): PlannedSite | null {
    if (!this.hasPersonalSite(person)) return null;
    const number = firstPersonal + person.number;
    return {
      number,
      parent: -1,
      collection: number,
      title: person.displayName,
      path: `/personal/${person.userPrincipalName.replace(/[@.]/g, '_')}`,
      person,
      group: null,
      channel: null,
      isLocked: !person.isEnabled,
    };
  }

  /** Every site from position `cursor` on, personal ones last. */
  *all(cursor = 0): Generator<PlannedSite> {
    for (let at = cursor; at < this.sites.length; at += 1) yield this.sites[at] as PlannedSite;
    for (let at = Math.max(0, cursor - this.sites.length); at < this.directory.count; at += 1) {
      const site = this.directory.isDeleted(at) ? null : this.ofPerson(this.directory.person(at));
      if (site) yield site;
    }
  }

  /** Position of a site for the cursor of `all`. */
  positionOf(site: PlannedSite): number {
    return site.person ? this.sites.length + site.person.number : site.number;
  }

  /** Directory id of a group with a site. */
  groupIdOf = (group: number): string => objectIdOf(this.seed, groupKind, group);

  /** The site of a group's id; null when there is no such group. */
  ofGroup(id: string): PlannedSite | null {
    const group = numberOfObjectId(this.seed, groupKind, id);
    return group < 0 ? null : (this.sites.find((site) => site.group === group) ?? null);
  }

  /** Where the files of a channel are: in a site of its own, or in that of its team. */
  ofChannel(group: number, { number, membershipType }: PlannedChannel): PlannedSite | null {
    const isOwn = membershipType !== 'standard';
    const isThat = ({ channel }: PlannedSite) => channel?.group === group && channel.number === number;
    return this.sites.find((site) => (isOwn ? isThat(site) : site.group === group)) ?? null;
  }

  children(number: number): PlannedSite[] {
    return this.sites.filter((site) => site.parent === number);
  }

  byPath(path: string): PlannedSite | null {
    const number = this.#numbersByPath.get(path);
    if (number !== undefined) return this.site(number);
    if (!path.startsWith('/personal/')) return null;
    return [...this.all(this.sites.length)].find((site) => site.path === path) ?? null;
  }

  hostOf(site: PlannedSite): string {
    return site.person ? 'nordlicht-my.sharepoint.com' : 'nordlicht.sharepoint.com';
  }

  collectionGuid = (site: PlannedSite): string => objectIdOf(this.seed, collectionKind, site.collection);

  webGuid = (site: PlannedSite): string => objectIdOf(this.seed, webKind, site.number);

  idOf(site: PlannedSite): string {
    return `${this.hostOf(site)},${this.collectionGuid(site)},${this.webGuid(site)}`;
  }

  /** A site by its whole id, or by `root`; null when there is none. */
  find(id: string): PlannedSite | null {
    if (id === 'root') return this.sites[0] ?? null;
    const site = this.site(numberOfObjectId(this.seed, webKind, id.split(',')[2] ?? ''));
    return site && this.idOf(site).toLowerCase() === id.toLowerCase() ? site : null;
  }

  /** Numbers of the lists a site starts with. */
  lists(number: number): number[] {
    const site = this.site(number);
    if (!site) return [];
    const { documents, records, pages, inventory, tasks, partners, users, masterPages } = plannedLists;
    if (site.person) return [documents];
    return [
      documents,
      ...(number % 2 === 0 ? [records] : []),
      pages,
      inventory,
      tasks,
      ...(number % 3 === 0 ? [] : [partners]),
      users,
      masterPages,
    ];
  }

  /** Numbers of the lists that are drives. */
  libraries(number: number): number[] {
    return this.lists(number).filter(
      (list) => list === plannedLists.documents || list === plannedLists.records,
    );
  }
}

function planSites(seed: number, count: number, isSample: boolean): PlannedSite[] {
  const sites: PlannedSite[] = [];
  const add = (parent: PlannedSite | null, title: string, path: string): PlannedSite => {
    const number = sites.length;
    const site: PlannedSite = {
      number,
      parent: parent?.number ?? -1,
      collection: parent?.collection ?? number,
      title,
      path,
      person: null,
      group: null,
      channel: null,
      isLocked: parent?.isLocked ?? false,
    };
    sites.push(site);
    return site;
  };
  for (let top = 0; top < count; top += 1) {
    const [title, slug] = topics[top % topics.length] as (typeof topics)[number];
    const isPlain = top < topics.length;
    const site = add(null, isPlain ? title : `${title} ${top}`, topPath(top, slug));
    // A site nobody may touch for now belongs to every organization of some size.
    site.isLocked = isSample && count > 3 && top === count - 1;
    const below = mix(seed, 730, top) % 3;
    for (let i = 0; i < below; i += 1) {
      const [subTitle, subSlug] = subTopics[i] as (typeof subTopics)[number];
      const sub = add(site, subTitle, `${site.path}/${subSlug}`);
      if (i === 0 && top % 2 === 0) add(sub, 'Tiefer', `${sub.path}/tiefer`);
    }
  }
  return sites;
}

const siteNames = ['Team Vertrieb', 'Équipe Projet', 'チーム品質'] as const;

const groupSite = (number: number, group: number): PlannedSite => ({
  number,
  parent: -1,
  collection: number,
  title: `${siteNames[group % siteNames.length] ?? ''}${group < siteNames.length ? '' : ` ${group}`}`,
  path: `/sites/team-${group + 1}`,
  person: null,
  group,
  channel: null,
  isLocked: false,
});

/** Sites of the private and shared channels of teams that have a site themselves. */
function channelSites(sites: readonly PlannedSite[], { teams, profile }: ResolvedOptions): PlannedSite[] {
  const teamCount = teams.count ?? (profile === 'sample' ? teamNames.length : 0);
  return sites
    .filter(({ group }) => group !== null && group < teamCount)
    .flatMap((team) => plannedChannels(team.group ?? 0).map((channel) => ({ team, channel })))
    .filter(({ channel }) => channel.membershipType !== 'standard')
    .map(({ team, channel }, index) => channelSite(team, sites.length + index, channel));
}

/** A site collection of its own, named after team and channel. */
const channelSite = (team: PlannedSite, number: number, channel: PlannedChannel): PlannedSite => ({
  ...team,
  number,
  collection: number,
  title: `${team.title}-${channel.displayName}`,
  path: `${team.path}-${channel.membershipType}-${channel.number}`,
  group: null,
  channel: { group: team.group ?? -1, number: channel.number },
});

function topPath(top: number, slug: string): string {
  if (top === 0) return '';
  return top < topics.length ? `/sites/${slug}` : `/sites/${slug}-${top}`;
}
