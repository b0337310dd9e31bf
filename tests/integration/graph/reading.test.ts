import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { GraphClient } from '../../../src-worker/graph/graph-client.ts';
import type { DeltaPage } from '../../../src-worker/graph/pagers.ts';
import { graphPath } from '../../../src-worker/graph/paths.ts';
import {
  closeAll,
  connectionTo,
  control,
  largestFolder,
  mailboxesOf,
  messagesOf,
  open,
  simulate,
  withIdSchema,
} from './simulated-organization.ts';

afterEach(closeAll);

/** A mailbox with a folder, ready to be read. */
async function aFolder(options: Parameters<typeof simulate>[0] = {}) {
  const simulator = await simulate(options);
  const graph = open(connectionTo(simulator));
  const [mailbox = ''] = await mailboxesOf(graph);
  const folder = await largestFolder(graph, mailbox);
  return { simulator, graph, mailbox, folder, path: deltaPath(mailbox, folder.id) };
}

const deltaPath = (mailbox: string, folder: string): string =>
  graphPath`/users/${mailbox}/mailFolders/${folder}/messages/delta`;

interface Enumeration {
  readonly present: Set<string>;
  readonly removed: Set<string>;
  readonly deltaLink: string;
  readonly pages: DeltaPage<{ id: string }>[];
}

/** Reads to the end; the last state of an id wins. */
async function enumerate(graph: GraphClient, mailbox: string, start: string): Promise<Enumeration> {
  const present = new Set<string>();
  const removed = new Set<string>();
  const pages: DeltaPage<{ id: string }>[] = [];
  for await (const page of graph.deltaPages(start, { schema: withIdSchema, mailbox, pageSize: 10 })) {
    pages.push(page);
    for (const { id } of page.changed) present.add(id);
    for (const { id } of page.removed) removed.add(id);
  }
  return { present, removed, deltaLink: pages.at(-1)?.deltaLink ?? '', pages };
}

describe('delta', () => {
  test('an enumeration finds every message of the folder and ends with a link', async () => {
    const { graph, mailbox, folder, path } = await aFolder({ messagesPerUser: 100 });
    const found = await enumerate(graph, mailbox, path);
    expect(found.present.size).toBe(folder.count);
    expect(found.pages.length).toBeGreaterThan(2);
    expect(found.deltaLink).toMatch(/^https:/);
  });

  test('from the link of the last time only what changed since is told', async () => {
    const { simulator, graph, mailbox, path } = await aFolder({ messagesPerUser: 100 });
    const first = await enumerate(graph, mailbox, path);
    await control(simulator, '/control/changes', { user: mailbox, deleted: 10, read: 10, seed: 1 });
    const second = await enumerate(graph, mailbox, first.deltaLink);
    expect(second.present.size + second.removed.size).toBeGreaterThan(0);
    expect(second.present.size + second.removed.size).toBeLessThanOrEqual(20);
    const third = await enumerate(graph, mailbox, second.deltaLink);
    expect([third.present.size, third.removed.size]).toEqual([0, 0]);
  });

  test('duplicates, replays and empty pages change nothing in the result', async () => {
    const { simulator, graph, mailbox, folder, path } = await aFolder({ messagesPerUser: 100 });
    await control(simulator, '/control/faults', { deltaDuplicates: 0.5, deltaReplays: 0.5, emptyPages: 0.5 });
    const found = await enumerate(graph, mailbox, path);
    expect(found.present.size).toBe(folder.count);
    expect(found.pages.some((page) => page.changed.length === 0)).toBe(true);
  });

  test('each way of telling that the position is forgotten is the same error', async () => {
    const { simulator, graph, mailbox, path } = await aFolder();
    const { deltaLink } = await enumerate(graph, mailbox, path);
    await control(simulator, '/control/faults', { deltaExpired: 1, maxInARow: 3 });
    for (let variant = 0; variant < 3; variant++) {
      await expect(enumerate(graph, mailbox, deltaLink)).rejects.toMatchObject({ code: 'delta-expired' });
    }
  });

  test('a position that was given up by the service is expired, and a new enumeration works', async () => {
    const { simulator, graph, mailbox, folder, path } = await aFolder();
    const { deltaLink } = await enumerate(graph, mailbox, path);
    await control(simulator, '/control/expire-delta', { user: mailbox });
    await expect(enumerate(graph, mailbox, deltaLink)).rejects.toMatchObject({ code: 'delta-expired' });
    expect((await enumerate(graph, mailbox, path)).present.size).toBe(folder.count);
  });

  test('a folder that is gone is a collection that is gone, however it is told', async () => {
    const { simulator, graph, mailbox, path } = await aFolder();
    await control(simulator, '/control/faults', { folderGone: 1, maxInARow: 2 });
    for (let variant = 0; variant < 2; variant++) {
      await expect(enumerate(graph, mailbox, path)).rejects.toMatchObject({ code: 'collection-gone' });
    }
  });
});

describe('items', () => {
  test('ids survive a move because they are asked for as immutable', async () => {
    const { simulator, graph, mailbox } = await aFolder();
    const before = new Set(await messagesOf(graph, mailbox, 1_000));
    await control(simulator, '/control/changes', { user: mailbox, moved: 10, seed: 3 });
    expect(new Set(await messagesOf(graph, mailbox, 1_000))).toEqual(before);
  });

  test('an account without a mailbox is told apart from one that does not exist', async () => {
    const simulator = await simulate({ profile: 'sample', users: 36 });
    const graph = open(connectionTo(simulator));
    const codes = new Set<string>();
    for await (const users of graph.pages('/users', { schema: withIdSchema, query: { $top: 100 } })) {
      for (const { id } of users) codes.add(await folderProblem(graph, id));
    }
    expect([...codes].toSorted()).toEqual(['account-without-mailbox', 'none']);
    expect(await folderProblem(graph, '11111111-2222-4333-8444-555555555555')).toBe('account-unknown');
  });

  test('a message that is gone, one above the limit and one that is damaged for good each have their cause', async () => {
    const { simulator, graph, mailbox } = await aFolder({ unreadableShare: 0.2 });
    const ids = await messagesOf(graph, mailbox, 40);
    const path = (id: string): string => graphPath`/users/${mailbox}/messages/${id}/$value`;
    const options = { mailbox, target: 'item', maxBytes: 1_000_000 } as const;
    await expect(graph.getBytes(path(ids[0]!), { ...options, maxBytes: 100 })).rejects.toMatchObject({
      code: expect.stringMatching(/item-too-large|item-corrupt/) as string,
    });
    const requestsBefore = graph.stats().requests;
    const causes = new Map<string, number>();
    for (const id of ids) {
      const cause = await graph.getBytes(path(id), options).then(
        () => 'none',
        (error: unknown) => (error as { code: string }).code,
      );
      causes.set(cause, (causes.get(cause) ?? 0) + 1);
    }
    expect([...causes.keys()].toSorted()).toContain('item-corrupt');
    expect(graph.stats().requests - requestsBefore).toBeLessThanOrEqual(
      40 + (causes.get('item-corrupt') ?? 0),
    );
    await control(simulator, '/control/faults', { itemGone: 1 });
    await expect(graph.getBytes(path(ids[0]!), options)).rejects.toMatchObject({ code: 'item-gone' });
  });
});

async function folderProblem(graph: GraphClient, user: string): Promise<string> {
  const options = { schema: z.unknown(), mailbox: user };
  return graph.getJson(graphPath`/users/${user}/mailFolders`, options).then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  );
}

describe('batch', () => {
  test('twenty messages come in one request, in their order, never more than four at once', async () => {
    const { graph, mailbox } = await aFolder();
    const ids = await messagesOf(graph, mailbox, 20);
    const { requests } = graph.stats();
    const batch = ids.map((id) => ({ path: graphPath`/users/${mailbox}/messages/${id}/$value` }));
    const answers = await graph.batch(batch, { mailbox, target: 'item' });
    expect(graph.stats()).toMatchObject({ requests: requests + 1, throttled: 0 });
    const single = await graph.getBytes(batch[7]!.path, { mailbox, maxBytes: 1e7 });
    const seventh = answers[7]!;
    expect(seventh.isOk && Buffer.from(String(seventh.body), 'base64url').equals(single)).toBe(true);
    expect(answers.every((answer) => answer.isOk)).toBe(true);
  });

  test('what was throttled or broke off inside is sent again, and a bad id fails alone', async () => {
    const { simulator, graph, mailbox } = await aFolder();
    const ids = await messagesOf(graph, mailbox, 19);
    await control(simulator, '/control/faults', {
      throttle429: 0.2,
      serverError500: 0.2,
      retryAfterSeconds: 0.25,
      maxInARow: 2,
    });
    const batch = [...ids, 'AAMkNoSuchMessage='].map((id) => ({
      path: graphPath`/users/${mailbox}/messages/${id}?$select=id`,
    }));
    const answers = await graph.batch(batch, { mailbox, target: 'item' });
    expect(answers.slice(0, 19).map((answer) => answer.isOk && (answer.body as { id: string }).id)).toEqual(
      ids,
    );
    expect(answers[19]).toMatchObject({ isOk: false });
    expect(graph.stats().throttled).toBeGreaterThan(0);
  });
});
