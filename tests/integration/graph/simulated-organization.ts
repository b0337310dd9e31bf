/**
 * A simulated organization and a Graph client that is connected to it, for the tests of this folder. Everything that a
 * test opens here is closed by `closeAll`.
 */
import { z } from 'zod';
import type { Credential, GraphConnection } from '../../../src-shared/model/connection.ts';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { openGraph, type GraphClient, type GraphServices } from '../../../src-worker/graph/graph-client.ts';
import { HttpNetwork, type HttpRequest } from '../../../src-worker/graph/http.ts';
import { graphPath } from '../../../src-worker/graph/paths.ts';
import { defaultRetryLimits } from '../../../src-worker/graph/retry-policy.ts';
import { systemClock } from './system-clock.ts';

export type Services = Partial<GraphServices>;

const closers: (() => Promise<unknown>)[] = [];

/** For `afterEach`: clients first, then their servers. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

/** Retries quickly: the simulator needs no time to recover. */
export const briskRetries = { ...defaultRetryLimits, firstDelayMs: 20, longestDelayMs: 100 };

/** Starts an organization. Small messages unless the options say otherwise. */
export async function simulate(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const simulator = await startSimulator({ profile: 'uniform', users: 12, messagesPerUser: 40, ...options });
  closers.push(() => simulator.close());
  return simulator;
}

/** The connection to it; `change` replaces parts. */
export function connectionTo(
  simulator: RunningSimulator,
  change: Partial<GraphConnection> = {},
): GraphConnection {
  const { graphRoot, loginAuthority, caPem, tenantId, clientId, clientSecret } = simulator;
  const credential: Credential = { kind: 'secret', secret: clientSecret };
  return {
    region: { kind: 'Custom', graphRoot, loginAuthority, caPem },
    tenantId,
    clientId,
    credential,
    ...change,
  };
}

/** What a client is given in these tests. */
export const testServices: GraphServices = {
  clock: systemClock,
  random: Math.random,
  productVersion: '0.0.0-test',
  retryLimits: briskRetries,
};

/** Opens a client on a connection. */
export function open(connection: GraphConnection, services: Services = {}): GraphClient {
  const graph = openGraph(connection, { ...testServices, ...services });
  closers.push(() => graph.close());
  return graph;
}

/** Posts to the control side of the simulator and answers its JSON. */
export async function control(simulator: RunningSimulator, path: string, body: object): Promise<unknown> {
  return ask(simulator, path, { method: 'POST', body: JSON.stringify(body) });
}

/** What the simulator counted. */
export async function simulatorStats(simulator: RunningSimulator): Promise<Record<string, unknown>> {
  return (await ask(simulator, '/control/stats', { method: 'GET' })) as Record<string, unknown>;
}

/** What the simulator holds of an account in an area beside mail, a line an item. */
export async function areaTruth<T>(simulator: RunningSimulator, area: string, account: string): Promise<T[]> {
  const text = await askText(simulator, `/control/truth?area=${area}&user=${account}`, { method: 'GET' });
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as T);
}

async function ask(
  simulator: RunningSimulator,
  path: string,
  what: Pick<HttpRequest, 'method' | 'body'>,
): Promise<unknown> {
  const text = await askText(simulator, path, what);
  return text === '' ? undefined : JSON.parse(text);
}

async function askText(
  simulator: RunningSimulator,
  path: string,
  what: Pick<HttpRequest, 'method' | 'body'>,
): Promise<string> {
  const network = new HttpNetwork({ caPem: simulator.caPem });
  try {
    const headers = { 'x-control-token': simulator.controlToken, 'content-type': 'application/json' };
    const outcome = await network.send({ origin: simulator.origin, path, headers, maxBytes: 1e8, ...what });
    if (outcome.kind !== 'complete') throw new Error(`control ${path}: ${outcome.kind}`);
    const text = new TextDecoder().decode(outcome.body);
    if (outcome.status > 299) throw new Error(`control ${path}: ${outcome.status} ${text}`);
    return text;
  } finally {
    await network.close();
  }
}

/** Enough of an item for most tests. */
export const withIdSchema = z.object({ id: z.string() });

/** The ids of the accounts that have a mailbox. */
export async function mailboxesOf(graph: GraphClient): Promise<string[]> {
  const found: string[] = [];
  const query = { $select: 'id' };
  for await (const page of graph.pages('/users', { schema: withIdSchema, query })) {
    for (const { id } of page) if (await hasMailbox(graph, id)) found.push(id);
  }
  return found;
}

/** The ids of the groups that have a team. */
export async function teamsOf(graph: GraphClient): Promise<string[]> {
  const found: string[] = [];
  const query = { $select: 'id', $filter: "resourceProvisioningOptions/Any(x:x eq 'Team')" };
  for await (const page of graph.pages('/groups', { schema: withIdSchema, query }))
    found.push(...page.map(({ id }) => id));
  return found;
}

/** The ids of sites that are nobody's own, in the order of their making. */
export async function sitesOf(graph: GraphClient): Promise<string[]> {
  const schema = z.object({ id: z.string(), isPersonalSite: z.boolean() });
  const found: string[] = [];
  for await (const page of graph.pages('/sites/getAllSites', { schema, service: 'sharepoint' }))
    found.push(...page.filter(({ isPersonalSite }) => !isPersonalSite).map(({ id }) => id));
  return found;
}

async function hasMailbox(graph: GraphClient, id: string): Promise<boolean> {
  const options = { schema: z.unknown(), mailbox: id, query: { $top: 1 } };
  return graph.getJson(graphPath`/users/${id}/mailFolders`, options).then(
    () => true,
    () => false,
  );
}

/** The ids of messages of a mailbox, up to `count`. */
export async function messagesOf(graph: GraphClient, mailbox: string, count: number): Promise<string[]> {
  const found: string[] = [];
  const options = { schema: withIdSchema, mailbox, query: { $select: 'id', $top: 100 } };
  for await (const page of graph.pages(graphPath`/users/${mailbox}/messages`, options)) {
    found.push(...page.map(({ id }) => id));
    if (found.length >= count) break;
  }
  return found.slice(0, count);
}

/** The folder of a mailbox that holds most. */
export async function largestFolder(
  graph: GraphClient,
  mailbox: string,
): Promise<{ id: string; count: number }> {
  const schema = z.object({ id: z.string(), totalItemCount: z.number() });
  let largest = { id: '', count: -1 };
  const options = { schema, mailbox, query: { $top: 100 } };
  for await (const page of graph.pages(graphPath`/users/${mailbox}/mailFolders`, options)) {
    for (const { id, totalItemCount } of page) {
      if (totalItemCount > largest.count) largest = { id, count: totalItemCount };
    }
  }
  return largest;
}
