/**
 * What a backup without changes costs: the requests of a second run, by service, against the fewest that the simulator
 * computes, and how long they would take under Microsoft's limits.
 */
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServiceName } from '../../src-shared/model/service-name.ts';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import {
  planDuration,
  type PlannedDuration,
  type PlannedRequests,
} from '../../src-worker/graph/planned-duration.ts';
import { teamsRate } from '../../src-worker/graph/call-rates.ts';
import { documentedLimits } from '../../src-worker/graph/throttle-governor.ts';
import { BackupScene } from './backup-scene.ts';
import { minimum, order } from './simulator-control.ts';

/** Those of which the simulator computes the fewest requests: of people. Groups and sites are not among them yet. */
export const servicesOfPeople: readonly ServiceName[] = [
  'mail',
  'calendar',
  'contacts',
  'tasks',
  'settings',
  'drive',
  'chat',
];

/** A row of the proof. */
interface ServiceCost {
  readonly service: string;
  readonly sent: number;
  readonly needed: number;
}

export interface IdleCost {
  readonly services: readonly ServiceCost[];
  readonly sent: number;
  readonly needed: number;
  readonly outcome: string;
  readonly planned: PlannedDuration;
}

/** An answer of Exchange Online or SharePoint that holds no more than a delta link, as their own sites see it. */
const latencyMs = 200;
const requestsPerAccount = 4;
const accountsAtOnce = 16;

/** Real limits are what is planned with; the run itself need not wait for them. */
const impatient = { isEnforced: false };
const free = { lane: { slots: 64 }, maxInFlight: 64 };
const freeLimits = { ...documentedLimits, sharepoint: free, teams: free };

/** A few small items of everything for each user. */
export function smallOrganization(users: number): SimulatorOptions {
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
    teamsLimits: impatient,
    unitLimits: impatient,
  };
}

/** Backs `options` up twice and counts what the second run sent. */
export async function idleCost(options: SimulatorOptions): Promise<IdleCost> {
  const scene = await BackupScene.open(options);
  const trafficFile = options.trafficFile ?? join(scene.folderPath, 'unused');
  try {
    const machine = await scene.machine('one', { graph: { throttleLimits: freeLimits } });
    const item = { ...scene.item, services: [...servicesOfPeople] };
    await machine.backUp({ item });
    const from = statSync(trafficFile).size;
    await order(scene.simulator, 'stats/reset');
    const { outcome, counts } = await machine.backUp({ item });
    if (counts.saved + counts.removed > 0)
      throw new Error(`saved ${counts.saved} items although none changed`);
    const needed = await minimum(scene.simulator);
    await scene.simulator.close();
    const requests = await requestsOf(trafficFile, from);
    const services = Object.entries(needed.requests).map(([service, count]) => ({
      service,
      sent: requests.filter((request) => request.area === service).length,
      needed: count,
    }));
    const planned = await planDuration(inGroups(requests), { latencyMs, requestsPerAccount, accountsAtOnce });
    return { services, sent: requests.length, needed: needed.total, outcome, planned };
  } finally {
    await scene.close();
  }
}

interface Request extends Omit<PlannedRequests, 'count'> {
  /** The simulator's name of what it is about. */
  readonly area: string;
}

/** What a recording holds behind its first `from` bytes. */
async function requestsOf(trafficFile: string, from: number): Promise<Request[]> {
  const requests: Request[] = [];
  const lines = createInterface({ input: createReadStream(trafficFile, { start: from }) });
  for await (const line of lines) {
    if (line === '') continue;
    const { url, mailbox } = JSON.parse(line) as { url: string; mailbox: string | null };
    requests.push(...requestsIn(new URL(url), mailbox));
  }
  return requests;
}

const areas: readonly (readonly [part: RegExp, area: string])[] = [
  [/^\/v1\.0\/users$/, 'directory'],
  [/\/drives/, 'drive'],
  [/\/chats/, 'chat'],
  [/\/calendars/, 'calendar'],
  [/\/contactFolders/, 'contacts'],
  [/\/todo\//, 'tasks'],
  [/\/(mailboxSettings|messageRules|masterCategories)$/, 'settings'],
  [/\/mailFolders/, 'mail'],
];

const serviceOf: Readonly<Record<string, PlannedRequests['service']>> = {
  directory: 'directory',
  drive: 'sharepoint',
  chat: 'teams',
};

function requestsIn({ pathname, searchParams }: URL, mailbox: string | null): Request[] {
  const area = areas.find(([part]) => part.test(pathname))?.[1];
  // A batch would hide what it costs: it counts as its parts, and an idle run has nothing to put into one.
  if (area === undefined) throw new Error(`an idle run asked for ${pathname}`);
  const service = serviceOf[area] ?? 'outlook';
  const owner = /\/(?:users|drives)\/([^/]+)/.exec(pathname)?.[1] ?? '';
  const cost = area === 'drive' && !searchParams.has('token') && !/delta\(/.test(pathname) ? 2 : 1;
  const rate = service === 'teams' ? teamsRate(pathname) : {};
  return [{ area, service, account: mailbox ?? owner, cost, ...rate }];
}

function inGroups(requests: readonly Request[]): PlannedRequests[] {
  const groups = Map.groupBy(requests, ({ service, account, cost }) => `${service} ${account} ${cost}`);
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((one) => ({ ...one, count: group.length })),
  );
}
