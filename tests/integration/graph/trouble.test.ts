import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { AppError } from '../../../src-shared/errors/app-error.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import type { RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import type { GraphClient } from '../../../src-worker/graph/graph-client.ts';
import { graphPath } from '../../../src-worker/graph/paths.ts';
import {
  checkClientManners,
  checkGraphTraffic,
  isGraphContractAvailable,
} from '../../support/graph-contract.ts';
import {
  briskRetries,
  closeAll,
  connectionTo,
  control,
  largestFolder,
  mailboxesOf,
  messagesOf,
  open,
  simulate,
  simulatorStats,
  withIdSchema,
  type Services,
} from './simulated-organization.ts';

afterEach(closeAll);

const patient: Services = {
  network: { timeouts: { idleBodyMs: 400, headersMs: 2_000 } },
  retryLimits: { ...briskRetries, budgetSize: 1_000 },
};

interface Prepared {
  readonly simulator: RunningSimulator;
  readonly graph: GraphClient;
  readonly mailboxes: { readonly mailbox: string; readonly ids: string[] }[];
}

/** Three mailboxes whose message ids are known before trouble begins. */
async function prepare(options: SimulatorOptions = {}, services: Services = patient): Promise<Prepared> {
  const simulator = await simulate(options);
  const graph = open(connectionTo(simulator), services);
  const mailboxes = [];
  for (const mailbox of (await mailboxesOf(graph)).slice(0, 3)) {
    mailboxes.push({ mailbox, ids: await messagesOf(graph, mailbox, 40) });
  }
  await control(simulator, '/control/stats/reset', {});
  return { simulator, graph, mailboxes };
}

const valueOf = (mailbox: string, id: string): string => graphPath`/users/${mailbox}/messages/${id}/$value`;

/** Reads every message at once, as many as the client lets through, and answers the bodies as text. */
async function readAll({ graph, mailboxes }: Prepared): Promise<string[]> {
  const reads = mailboxes.flatMap(({ mailbox, ids }) =>
    ids.map(async (id) => {
      const body = await graph.getBytes(valueOf(mailbox, id), { mailbox, target: 'item', maxBytes: 1e8 });
      return Buffer.from(body).toString('latin1');
    }),
  );
  return Promise.all(reads);
}

describe('limits of a mailbox', () => {
  test('a client that reads as fast as it may is never throttled and never above four at once', async () => {
    const prepared = await prepare({ latencyMs: 5 });
    await readAll(prepared);
    expect(await simulatorStats(prepared.simulator)).toMatchObject({
      throttled: 0,
      earlyCalls: 0,
      maxConcurrencyPerMailbox: 4,
    });
  });

  test('in a storm of 429s everything arrives, and no call comes before Retry-After has ended', async () => {
    const prepared = await prepare();
    const calm = await readAll(prepared);
    await control(prepared.simulator, '/control/faults', { throttle429: 0.25, retryAfterSeconds: 0.25 });
    expect(await readAll(prepared)).toEqual(calm);
    const stats = await simulatorStats(prepared.simulator);
    expect(stats).toMatchObject({ earlyCalls: 0, retryAfters: stats['throttled'] });
    expect(stats['throttled']).toBeGreaterThan(10);
    expect(prepared.graph.stats().throttled).toBe(stats['throttled']);
  });

  test('a mailbox that another application keeps busy is waited for', async () => {
    const prepared = await prepare();
    // Opens the connections: a call that still shakes hands when the first 429 comes is no offence.
    await readAll(prepared);
    await control(prepared.simulator, '/control/limits', {
      concurrentPerMailbox: 1,
      retryAfterSeconds: 0.25,
    });
    expect((await readAll(prepared)).every((body) => body.length > 500)).toBe(true);
    expect(await simulatorStats(prepared.simulator)).toMatchObject({ earlyCalls: 0 });
  });
});

describe('passing trouble', () => {
  test.each([
    ['503 with and without Retry-After', { unavailable503: 0.15, retryAfterSeconds: 0.1 }],
    ['504', { gatewayTimeout504: 0.15 }],
    ['500', { serverError500: 0.15 }],
    ['connections that are reset', { connectionReset: 0.15 }],
    ['bodies that are cut short', { truncatedBody: 0.15 }],
    ['bodies that stop coming', { stalledBody: 0.05, stallMs: 20_000 }],
    ['bodies without a length', { chunkedResponse: 0.5 }],
  ])('%s: every message arrives whole', async (_case, faults) => {
    const prepared = await prepare();
    const calm = await readAll(prepared);
    await control(prepared.simulator, '/control/faults', faults);
    expect(await readAll(prepared)).toEqual(calm);
    const { faultsInjected } = await simulatorStats(prepared.simulator);
    expect(Object.values(faultsInjected as Record<string, number>).some((count) => count > 0)).toBe(true);
  });

  test('broken JSON is asked for again', async () => {
    const { simulator, graph, mailboxes } = await prepare({ messagesPerUser: 100 });
    const { mailbox } = mailboxes[0]!;
    const folder = await largestFolder(graph, mailbox);
    await control(simulator, '/control/faults', { invalidJson: 0.5 });
    const path = graphPath`/users/${mailbox}/mailFolders/${folder.id}/messages/delta`;
    let found = 0;
    for await (const page of graph.deltaPages(path, { schema: withIdSchema, mailbox, pageSize: 5 })) {
      found += page.changed.length;
    }
    expect(found).toBe(folder.count);
    expect(graph.stats().retried).toBeGreaterThan(0);
  });

  test('an outage is not answered with much more load', async () => {
    const retryLimits = { ...briskRetries, firstDelayMs: 1, budgetSize: 10 };
    const prepared = await prepare({}, { retryLimits });
    await control(prepared.simulator, '/control/faults', { serverError500: 1, maxInARow: 3 });
    const { requests } = prepared.graph.stats();
    await readAll(prepared).catch(() => undefined);
    expect(prepared.graph.stats().requests - requests).toBeLessThanOrEqual(120 + 10 + 120 * 0.2 + 1);
  });

  test('a body that never comes whole ends with a retryable error and the number of attempts', async () => {
    const { simulator, graph, mailboxes } = await prepare(
      {},
      { retryLimits: { ...briskRetries, attempts: 2 } },
    );
    const { mailbox, ids } = mailboxes[0]!;
    await control(simulator, '/control/faults', { truncatedBody: 1, maxInARow: 3 });
    const read = graph.getBytes(valueOf(mailbox, ids[0]!), { mailbox, maxBytes: 1e8 });
    await expect(read).rejects.toMatchObject({ retryable: true, details: { attempts: 2 } });
  });
});

describe('stopping', () => {
  test('an aborted call ends at once as cancelled, also while it waits for its turn', async () => {
    const { simulator, graph, mailboxes } = await prepare();
    const { mailbox, ids } = mailboxes[0]!;
    await control(simulator, '/control/faults', { slowResponse: 1, slowMs: 5_000 });
    const abort = new AbortController();
    const options = { mailbox, maxBytes: 1e8, signal: abort.signal };
    const reads = ids.slice(0, 8).map((id) => graph.getBytes(valueOf(mailbox, id), options));
    setTimeout(() => abort.abort(), 100);
    const startMs = performance.now();
    const outcomes = await Promise.allSettled(reads);
    expect(performance.now() - startMs).toBeLessThan(2_000);
    const codes = outcomes.map((one) => (one.status === 'rejected' ? (one.reason as AppError).code : 'none'));
    expect(new Set(codes)).toEqual(new Set(['cancelled']));
    expect(graph.stats().inFlight).toBe(0);
  });

  test('closing ends calls that wait for their next try', async () => {
    const { simulator, graph, mailboxes } = await prepare(
      {},
      {
        retryLimits: { ...briskRetries, firstDelayMs: 60_000, longestDelayMs: 60_000 },
        random: () => 0.99,
      },
    );
    const { mailbox, ids } = mailboxes[0]!;
    await control(simulator, '/control/faults', { serverError500: 1 });
    const read = graph.getBytes(valueOf(mailbox, ids[0]!), { mailbox, maxBytes: 1e8 });
    setTimeout(() => void graph.close(), 100);
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('a closed client refuses calls', async () => {
    const { graph, mailboxes } = await prepare();
    const { mailbox, ids } = mailboxes[0]!;
    await graph.close();
    const read = graph.getBytes(valueOf(mailbox, ids[0]!), { mailbox, maxBytes: 1e8 });
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('large bodies', () => {
  test('messages of several megabytes come whole, two at a time', async () => {
    const simulator = await simulate({ users: 5, messagesPerUser: 4, messageSizeBytes: 3_900_000 });
    const graph = open(connectionTo(simulator));
    const [mailbox = ''] = await mailboxesOf(graph);
    const ids = await messagesOf(graph, mailbox, 4);
    const options = { mailbox, target: 'item', maxBytes: 5e7 } as const;
    const together = await Promise.all(ids.map((id) => graph.getBytes(valueOf(mailbox, id), options)));
    for (const [index, id] of ids.entries()) {
      expect(Buffer.from(await graph.getBytes(valueOf(mailbox, id), options)).equals(together[index]!)).toBe(
        true,
      );
    }
    expect(together.every((body) => body.byteLength > 3_000_000)).toBe(true);
  });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graph-traffic-'));
    try {
      const trafficFile = join(folder, 'traffic.ndjson');
      const prepared = await prepare({ trafficFile });
      const { graph, mailboxes } = prepared;
      await control(prepared.simulator, '/control/faults', { throttle429: 0.05, retryAfterSeconds: 0.25 });
      await readAll(prepared);
      const { mailbox, ids } = mailboxes[0]!;
      await graph.batch(
        ids.slice(0, 20).map((id) => ({ path: valueOf(mailbox, id) })),
        { mailbox },
      );
      const { id } = await largestFolder(graph, mailbox);
      const path = graphPath`/users/${mailbox}/mailFolders/${id}/messages/delta`;
      const query = { $select: 'id,changeKey,receivedDateTime' };
      for await (const page of graph.deltaPages(path, {
        schema: withIdSchema,
        mailbox,
        pageSize: 7,
        query,
      })) {
        expect(page.changed.length).toBeLessThanOrEqual(7);
      }
      await graph.close();
      await prepared.simulator.close();
      expect(checkGraphTraffic(trafficFile)).toMatchObject({ errors: 0 });
      const manners = checkClientManners(trafficFile);
      expect(manners).toMatchObject({ earlyCalls: [] });
      expect(manners.maxConcurrent).toBeLessThanOrEqual(4);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
