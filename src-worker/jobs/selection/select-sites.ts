/** Which sites, Outlook groups and teams a run backs up. */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { AccountKind } from '../../../src-shared/model/account-kind.ts';
import type { SiteName, SiteSelection } from '../../../src-shared/model/protected-item.ts';
import { graphPath } from '../../graph/paths.ts';
import { findChannelSites } from './channel-sites.ts';
import {
  findGroups,
  groupRow,
  hasTeam,
  isOutlookGroup,
  type GraphGroup,
  type Groups,
} from './directory-group.ts';
import { readSite, siteFields, siteRow, siteSchema, type GraphSite } from './directory-site.ts';
import {
  normal,
  unknownName,
  type Directory,
  type Gathering,
  type KnownDirectory,
} from './selected-account.ts';

/** The longest page of sites (graph facts, section 4). */
const sitePageSize = 999;
/** Lists and deltas without a token (graph facts, section 2). */
const listCost = 2;

/** Where to ask, and which kinds of accounts the run's services have any use for. */
export interface SiteSearch extends KnownDirectory {
  readonly groups: Groups;
  readonly kinds: ReadonlySet<AccountKind>;
}

/** Adds the sites and groups of a selection to `gathering`. */
export async function selectSites(
  search: SiteSearch,
  selection: SiteSelection,
  gathering: Gathering,
): Promise<void> {
  if (selection.mode !== 'selected') {
    await selectAllBut(search, await excludedBy(search, selection, gathering), gathering);
    return;
  }
  for (const group of await findGroups(search, selection.groups, gathering))
    await addGroup(search, group, gathering);
  for (const name of search.kinds.has('site') ? selection.sites : []) await addNamed(search, name, gathering);
}

async function selectAllBut(search: SiteSearch, except: Excluded, gathering: Gathering): Promise<void> {
  const groups = search.kinds.has('group') ? await search.groups.all() : [];
  for (const group of groups)
    if (isOutlookGroup(group) && !except.groups.has(group.id)) gathering.add(groupRow(group), hasTeam(group));
  if (!search.kinds.has('site')) return;
  for await (const page of listSites(search))
    for (const site of page) if (!except.hasSite(site)) gathering.add(siteRow(site));
}

/** All sites but those that OneDrive is. */
async function* listSites({ graph, signal }: Directory): AsyncIterable<readonly GraphSite[]> {
  const query = { $select: siteFields, $top: sitePageSize };
  const call = { schema: siteSchema, query, service: 'sharepoint' as const, cost: listCost, signal };
  for await (const page of graph.pages('/sites/getAllSites', call))
    yield page.filter(({ isPersonalSite }) => isPersonalSite !== true);
}

interface Excluded {
  readonly groups: ReadonlySet<string>;
  readonly hasSite: (site: GraphSite) => boolean;
}

async function excludedBy(
  search: SiteSearch,
  selection: SiteSelection,
  gathering: Gathering,
): Promise<Excluded> {
  const groups = new Set<string>();
  const sites = new Set<string>();
  const trees: GraphSite[] = [];
  if (selection.mode === 'excluding') {
    for (const group of await findGroups(search, selection.groups, gathering)) {
      groups.add(group.id);
      trees.push(...(await sitesOfGroup(search, group, gathering)));
    }
    for (const { site: name, withSubsites } of search.kinds.has('site') ? selection.sites : []) {
      const site = await gathering.find(name, () => findSite(search, name));
      if (site !== undefined) sites.add(site.id);
      if (site !== undefined && withSubsites) trees.push(site);
    }
  }
  const hasSite = (site: GraphSite) => sites.has(site.id) || trees.some((top) => isWithin(site, top));
  return { groups, hasSite };
}

/** True for a site and for what lies below it in the same site collection, whose id stands second in theirs. */
function isWithin(site: GraphSite, top: GraphSite): boolean {
  if (site.id === top.id) return true;
  const collectionOf = ({ id }: GraphSite) => id.split(',')[1] ?? id;
  const address = ({ webUrl }: GraphSite) => normal(webUrl ?? '').replace(/\/*$/, '/');
  return collectionOf(site) === collectionOf(top) && address(site).startsWith(address(top));
}

async function addGroup(search: SiteSearch, group: GraphGroup, gathering: Gathering): Promise<void> {
  if (!isOutlookGroup(group)) {
    const name = group.displayName ?? group.id;
    gathering.missing.push({ name, error: unknownName('Outlook group or team', name) });
    return;
  }
  if (search.kinds.has('group')) gathering.add(groupRow(group), hasTeam(group));
  for (const site of await sitesOfGroup(search, group, gathering)) gathering.add(siteRow(site));
}

/** Undefined where the group has none yet. */
async function siteOfGroup(directory: Directory, { id }: GraphGroup): Promise<GraphSite | undefined> {
  try {
    return await readSite(directory, graphPath`/groups/${id}/sites/root`);
  } catch (error) {
    if (isAppError(error, 'account-unknown')) return undefined;
    throw error;
  }
}

/** The site of a group, and those of the private and shared channels of its team. */
async function sitesOfGroup(
  search: SiteSearch,
  group: GraphGroup,
  gathering: Gathering,
): Promise<GraphSite[]> {
  if (!search.kinds.has('site')) return [];
  const site = await siteOfGroup(search, group);
  const ofChannels = await findChannelSites(search, group, gathering);
  return site === undefined ? ofChannels : [site, ...ofChannels];
}

async function addNamed(
  search: SiteSearch,
  { site, withSubsites }: SiteName,
  gathering: Gathering,
): Promise<void> {
  const found = await gathering.find(site, () => findSite(search, site));
  if (found === undefined) return;
  gathering.add(siteRow(found));
  if (!withSubsites) return;
  await addBelow(search, found.id, gathering);
}

/** Adds what lies below a site, however deep; each once. */
async function addBelow(directory: Directory, top: string, gathering: Gathering): Promise<void> {
  const seen = new Set([top]);
  const waiting = [top];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const below = (await subsitesOf(directory, id)).filter((site) => !seen.has(site.id));
    for (const site of below) {
      seen.add(site.id);
      waiting.push(site.id);
      gathering.add(siteRow(site));
    }
  }
}

async function subsitesOf({ graph, signal }: Directory, id: string): Promise<GraphSite[]> {
  const query = { $select: siteFields, $top: sitePageSize };
  const call = { schema: siteSchema, query, service: 'sharepoint' as const, cost: listCost, signal };
  const path = graphPath`/sites/${id}/sites`;
  const sites: GraphSite[] = [];
  for await (const page of graph.pages(path, { ...call, target: 'account' })) sites.push(...page);
  return sites;
}

/** A site by its id or address, also the one that it had when it was saved last; throws `account-unknown`. */
async function findSite(search: SiteSearch, name: string): Promise<GraphSite> {
  try {
    return await readSite(search, sitePath(name));
  } catch (error) {
    if (!isAppError(error, 'account-unknown', 'item-gone', 'request-rejected')) throw error;
    const id = search.known.idOf('site', name);
    if (id === undefined) throw unknownName('site', name, error);
    return readSite(search, sitePath(id));
  }
}

/** `/sites/host:/path` for an address, `/sites/id` for an id (graph facts, section 8). */
function sitePath(name: string): string {
  if (!URL.canParse(name)) return graphPath`/sites/${name}`;
  const { host, pathname } = new URL(name);
  const path = pathname.replace(/\/+$/, '');
  return path === '' ? `/sites/${host}` : `/sites/${host}:${path}`;
}
