/**
 * What a backup without changes costs: the requests of a second run, by service, against the fewest that the simulator
 * computes, and how long they would take under Microsoft's limits.
 */
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServiceName } from '../../src-shared/model/service-name.ts';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import { planDuration, type PlannedDuration, type PlannedRequests } from './planned-duration.ts';
import { costOf } from '../../src-worker/graph/exchange.ts';
import { teamsRate } from '../../src-worker/graph/call-rates.ts';
import { BackupScene } from './backup-scene.ts';
import { rateFreeLimits } from './rate-free-limits.ts';
import { minimum, order, statistics } from './simulator-control.ts';

/** All but those that save a mailbox, or the old part of it, a second time. */
const idleServices: readonly ServiceName[] = [
  ...(['directory', 'mail', 'calendar', 'contacts', 'tasks', 'settings'] as const),
  ...(['drive', 'chat', 'site', 'team', 'conversation', 'planner'] as const),
];

/** A row of the proof. `needed` are by the count of containers, `withoutDelta` what must be read besides. */
export interface ServiceCost {
  readonly service: string;
  readonly sent: number;
  readonly needed: number;
  readonly withoutDelta: number;
}

export interface IdleCost {
  readonly services: readonly ServiceCost[];
  readonly all: ServiceCost;
  /** How many accounts of each kind were backed up. */
  readonly accounts: ReadonlyMap<string, number>;
  readonly outcome: string;
  readonly planned: PlannedDuration;
  /** Resource units as the plan counts them and as SharePoint did. */
  readonly units: { readonly planned: number; readonly counted: number };
}

/** An answer of Exchange Online or SharePoint that holds no more than a delta link, as their own sites see it. */
const latencyMs = 200;
const requestsPerAccount = 4;
const accountsAtOnce = 16;

/** Real limits are what is planned with; the run itself need not wait for them. */
const impatient = { isEnforced: false };
const fullControl = 'Sites.FullControl.All';
/** Of 1,000 accounts, 850 people, 100 sites and 50 teams; every team has one of the sites. */
const shares = { users: 0.85, sites: 0.1, teams: 0.05 };
/** A site collection of the simulator has 1.33 sites below it on average. */
const sitesPerCollection = 7 / 3;
const teamsPerOtherGroup = 5;

/** A few small items of everything for each account. */
export function mixedOrganization(accounts: number): SimulatorOptions {
  const users = Math.round(shares.users * accounts);
  const teams = Math.round(shares.teams * accounts);
  const sites = Math.round(shares.sites * accounts);
  return {
    profile: 'uniform',
    users,
    messagesPerUser: 12,
    messageSizeBytes: 1_000,
    calendar: { itemsPerUser: 3 },
    contacts: { itemsPerUser: 3, photoShare: 0 },
    tasks: { itemsPerUser: 3 },
    settings: { rulesPerUser: 1 },
    drives: { filesPerDrive: 2, fileSizeBytes: 500 },
    chats: { count: users, messagesPerChat: 2 },
    groups: { count: Math.ceil(teams / teamsPerOtherGroup), threadsPerGroup: 3 },
    teams: { count: teams, postsPerChannel: 3 },
    planner: { plansPerGroup: 1, tasksPerPlan: 3 },
    sites: {
      count: Math.ceil((sites - teams) / sitesPerCollection),
      groupCount: teams,
      listItemsPerList: 3,
    },
    teamsLimits: impatient,
    unitLimits: impatient,
  };
}

/** Backs `options` up twice and counts what the second run sent. */
export async function idleCost(options: SimulatorOptions): Promise<IdleCost> {
  const scene = await BackupScene.open(options);
  const trafficFile = options.trafficFile ?? join(scene.folderPath, 'unused');
  try {
    const { roles } = (await order(scene.simulator, 'roles')) as { roles: string[] };
    await order(scene.simulator, 'roles', { roles: [...roles, fullControl] });
    const machine = await scene.machine('one', { graph: { throttleLimits: rateFreeLimits } });
    const item = { ...scene.item, services: [...idleServices], sites: { mode: 'all' as const } };
    await machine.backUp({ item });
    const from = statSync(trafficFile).size;
    await order(scene.simulator, 'stats/reset');
    const { outcome, counts } = await machine.backUp({ item });
    if (counts.saved + counts.removed > 0)
      throw new Error(`saved ${counts.saved} items although none changed`);
    const { requests, withoutDelta } = await minimum(scene.simulator);
    const { resourceUnits: counted } = await statistics(scene.simulator);
    const kinds = (await machine.client.snapshot.accounts({ vault: machine.vault, protectedItemId: item.id }))
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'organization');
    await scene.simulator.close();
    const sent = await requestsOf(trafficFile, from);
    const services = Object.entries(requests)
      .map(([service, needed]) => ({
        service,
        sent: sent.filter((request) => request.area === service).length,
        needed,
        withoutDelta: withoutDelta[service] ?? 0,
      }))
      .filter((row) => row.sent + row.needed + row.withoutDelta > 0);
    return {
      services,
      all: sumOf(services),
      accounts: new Map([...Map.groupBy(kinds, (kind) => kind)].map(([kind, { length }]) => [kind, length])),
      outcome,
      planned: await planDuration(inGroups(sent), { latencyMs, requestsPerAccount, accountsAtOnce }),
      units: { planned: unitsOf(sent), counted },
    };
  } finally {
    await scene.close();
  }
}

function sumOf(services: readonly ServiceCost[]): ServiceCost {
  const sum = (of: (row: ServiceCost) => number) => services.reduce((total, row) => total + of(row), 0);
  return {
    service: 'all',
    sent: sum(({ sent }) => sent),
    needed: sum(({ needed }) => needed),
    withoutDelta: sum(({ withoutDelta }) => withoutDelta),
  };
}

interface Request extends Omit<PlannedRequests, 'count'> {
  /** The simulator's name of what it is about. */
  readonly area: string;
}

const unitsOf = (requests: readonly Request[]): number =>
  requests.reduce((sum, { service, cost }) => sum + (service === 'sharepoint' ? cost : 0), 0);

/** What a recording holds behind its first `from` bytes. */
async function requestsOf(trafficFile: string, from: number): Promise<Request[]> {
  const requests: Request[] = [];
  const lines = createInterface({ input: createReadStream(trafficFile, { start: from }) });
  for await (const line of lines) {
    if (line === '') continue;
    const { url, mailbox } = JSON.parse(line) as { url: string; mailbox: string | null };
    requests.push(requestIn(new URL(url), mailbox));
  }
  return requests;
}

type Place = readonly [path: RegExp, area: string, service: PlannedRequests['service']];

const places: readonly Place[] = [
  [/^\/v1\.0\/(users|groups)(\/delta(\(\))?)?$/, 'directory', 'directory'],
  [/^\/v1\.0\/sites\/(oneDrive\.)?getAllSites$/, 'directory', 'sharepoint'],
  [/\/drives/, 'drive', 'sharepoint'],
  [/\/sites\//, 'site', 'sharepoint'],
  [/\/teams\//, 'team', 'teams'],
  [/\/chats/, 'chat', 'teams'],
  [/\/planner\//, 'planner', 'planner'],
  [/\/threads$/, 'thread', 'outlook'],
  [/\/calendars/, 'calendar', 'outlook'],
  [/\/contactFolders/, 'contacts', 'outlook'],
  [/\/todo\//, 'tasks', 'outlook'],
  [/\/(mailboxSettings|messageRules|masterCategories)$/, 'settings', 'outlook'],
  [/\/mailFolders/, 'mail', 'outlook'],
];

function requestIn({ href, pathname, searchParams }: URL, mailbox: string | null): Request {
  const place = places.find(([path]) => path.test(pathname));
  // A batch would hide what it costs: it counts as its parts, and an idle run has nothing to put into one.
  if (place === undefined) throw new Error(`an idle run asked for ${pathname}`);
  const [, area, service] = place;
  const account = mailbox ?? /\/(?:users|drives|sites|groups|teams)\/([^/]+)/.exec(pathname)?.[1] ?? '';
  if (service === 'teams') return { area, service, account, cost: 1, ...teamsRate(pathname) };
  if (service !== 'sharepoint')
    return { area, service, account, cost: costOf(href, { service, mailbox: undefined }) };
  return { area, service, account, cost: unitsFor(pathname, searchParams.has('token')) };
}

/** Resource units of a call to SharePoint (graph facts, section 2). */
function unitsFor(path: string, hasToken: boolean): number {
  if (/\/permissions$/.test(path)) return 5;
  if (hasToken || /delta\(/.test(path) || /\/sites\/[^/]+$/.test(path.replace(/getAllSites$/, ''))) return 1;
  return 2;
}

function inGroups(requests: readonly Request[]): PlannedRequests[] {
  const keyOf = ({ service, account, cost, kind }: Request) => `${service} ${account} ${cost} ${kind}`;
  return [...Map.groupBy(requests, keyOf).values()].flatMap((group) =>
    group.slice(0, 1).map((one) => ({ ...one, count: group.length })),
  );
}
