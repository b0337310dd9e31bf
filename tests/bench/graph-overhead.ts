/**
 * What our Graph client costs above a bare undici client: CPU microseconds of this process for each `$value`, both
 * measured in turns in one run against the same server in another process.
 * Run: `npx node tests/bench/graph-overhead.ts [messages a round] [rounds]`
 */
import { fork } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { openGraph, type GraphClient } from '../../src-worker/graph/graph-client.ts';
import { graphPath } from '../../src-worker/graph/paths.ts';
import { documentedLimits } from '../../src-worker/graph/throttle-governor.ts';
import { systemClock } from '../integration/graph/system-clock.ts';

interface Message {
  readonly userId: string;
  readonly id: string;
}

/** Reads one message by either client and answers its size. */
type Fetcher = (message: Message) => Promise<number>;

const users = 8;
const inFlightPerMailbox = 4;
const idPage = z.object({ id: z.string() });

const [messagesPerRound = 8_000, rounds = 5] = process.argv.slice(2).map(Number);

/** A simulator in a process of its own, so that its work is not counted as ours. */
async function forkSimulator(options: SimulatorOptions): Promise<{ info: SimulatorInfo; stop: () => void }> {
  const optionsPath = join(await mkdtemp(join(tmpdir(), 'graph-overhead-')), 'options.json');
  await writeFile(optionsPath, JSON.stringify(options));
  const child = fork('src-simulator/entry.ts', ['--options', optionsPath], { silent: true });
  const info = await new Promise<SimulatorInfo>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { info: SimulatorInfo }).info));
    child.once('exit', (code) => reject(new Error(`the simulator ended with ${code ?? 'a signal'}`)));
  });
  return { info, stop: () => child.disconnect() };
}

async function listMessages(graph: GraphClient, count: number): Promise<Message[][]> {
  const mailboxes: Message[][] = [];
  const query = { $select: 'id', $top: 999 };
  for await (const page of graph.pages('/users', { schema: idPage, query })) {
    for (const user of page) mailboxes.push(await listMailbox(graph, user.id, count));
  }
  return mailboxes.filter((messages) => messages.length > 0).slice(0, users);
}

async function listMailbox(graph: GraphClient, userId: string, count: number): Promise<Message[]> {
  const found: Message[] = [];
  const options = { schema: idPage, mailbox: userId, query: { $select: 'id', $top: 999 } };
  try {
    for await (const page of graph.pages(graphPath`/users/${userId}/messages`, options)) {
      found.push(...page.map(({ id }) => ({ userId, id })));
      if (found.length >= count) break;
    }
  } catch {
    return [];
  }
  return found.slice(0, count);
}

/** CPU microseconds and wall time for each message, at four calls a mailbox. */
async function measure(mailboxes: readonly (readonly Message[])[], fetchOne: Fetcher) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let sizeBytes = 0;
  let count = 0;
  const walk = async (queue: Iterator<Message>): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const bodyBytes = await fetchOne(next.value);
      sizeBytes += bodyBytes;
      count += 1;
    }
  };
  const lanes = mailboxes.flatMap((messages) => {
    const queue = messages.values();
    return Array.from({ length: inFlightPerMailbox }, () => walk(queue));
  });
  await Promise.all(lanes);
  const used = process.cpuUsage(cpu);
  return {
    cpuMicros: (used.user + used.system) / count,
    perSecond: count / ((performance.now() - start) / 1_000),
    meanBytes: sizeBytes / count,
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function main(): Promise<void> {
  const simulator = await forkSimulator({
    profile: 'uniform',
    users: users + 4,
    messagesPerUser: Math.ceil(messagesPerRound / users),
    limits: { isEnforced: false },
  });
  const { graphRoot, loginAuthority, caPem, tenantId, clientId, clientSecret } = simulator.info;
  const connection: GraphConnection = {
    region: { kind: 'Custom', graphRoot, loginAuthority, caPem },
    tenantId,
    clientId,
    credential: { kind: 'secret', secret: clientSecret },
  };
  const outlook = {
    ...documentedLimits.outlook,
    lane: { slots: 4, window: { requests: 1e9, windowMs: 600_000 } },
  };
  const graph = openGraph(connection, {
    clock: systemClock,
    random: Math.random,
    productVersion: '0.0.0',
    throttleLimits: { ...documentedLimits, outlook },
  });
  const agent = new Agent({
    connect: { ca: caPem },
    connections: users * inFlightPerMailbox,
    allowH2: false,
  });
  const authorization = await graph.authorization();
  const bare: Fetcher = async ({ userId, id }) => {
    const url = `${graphRoot}/v1.0/users/${userId}/messages/${encodeURIComponent(id)}/$value`;
    const headers = { authorization, prefer: 'IdType="ImmutableId"' };
    const { body } = await request(url, { dispatcher: agent, headers });
    return (await body.bytes()).byteLength;
  };
  const ours: Fetcher = async ({ userId, id }) => {
    const options = { mailbox: userId, target: 'item', maxBytes: 50_000_000 } as const;
    return (await graph.getBytes(graphPath`/users/${userId}/messages/${id}/$value`, options)).byteLength;
  };
  try {
    await compare(await listMessages(graph, Math.ceil(messagesPerRound / users)), { bare, ours });
  } finally {
    await graph.close();
    await agent.close();
    simulator.stop();
  }
}

async function compare(mailboxes: Message[][], fetchers: { bare: Fetcher; ours: Fetcher }): Promise<void> {
  const results = { bare: [] as number[], ours: [] as number[] };
  const speeds = { bare: [] as number[], ours: [] as number[] };
  let meanBytes = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const name of ['bare', 'ours'] as const) {
      const figures = await measure(mailboxes, fetchers[name]);
      meanBytes = figures.meanBytes;
      if (round === 0) continue;
      results[name].push(figures.cpuMicros);
      speeds[name].push(figures.perSecond);
    }
  }
  const [bareMicros, oursMicros] = [median(results.bare), median(results.ours)];
  console.log(
    `message size          ${Math.round(meanBytes)} bytes, ${mailboxes.length} mailboxes, ${rounds} rounds`,
  );
  console.log(
    `bare undici           ${bareMicros.toFixed(1)} us CPU, ${Math.round(median(speeds.bare))} messages/s`,
  );
  console.log(
    `Graph client          ${oursMicros.toFixed(1)} us CPU, ${Math.round(median(speeds.ours))} messages/s`,
  );
  console.log(`overhead              ${(oursMicros - bareMicros).toFixed(1)} us (budget 60)`);
}

await main();
