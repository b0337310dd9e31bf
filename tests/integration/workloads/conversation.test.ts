import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { conversationWorkload } from '../../../src-worker/workloads/conversation/conversation-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control, simulatorStats } from '../graph/simulated-organization.ts';
import { canonicalHash } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { jsonOf, type Copy } from './copy.ts';
import { expectContract, prepareCopy } from './prepared-copy.ts';

afterEach(closeAll);

const some: SimulatorOptions = {
  users: 8,
  teams: { count: 1, postsPerChannel: 0 },
  groups: { count: 0, threadsPerGroup: 130 },
};
const prepare = (options: SimulatorOptions = {}) =>
  prepareCopy(conversationWorkload, { ...some, ...options });
const every = { created: 5, replied: 15, deleted: 4 };

/** Says that the copy holds every thread and every post of it as it is, in order, and nothing else. */
function expectSame(copy: Copy, lines: readonly AreaLine[]): void {
  const posts = (thread: string) =>
    lines.filter(({ kind, containerId }) => kind === 'post' && containerId === thread);
  const wanted = lines
    .filter(({ kind }) => kind === 'thread')
    .map(({ id, sha256 }) => [id, sha256, posts(id).map((post) => post.sha256)] as const);
  const held = [...copy.items].map(([id, item]) => {
    const { posts: stored, ...thread } = jsonOf(item) as { posts: object[] };
    return [id, canonicalHash(thread), stored.map(canonicalHash)] as const;
  });
  const byId = (one: readonly [string, ...unknown[]], other: readonly [string, ...unknown[]]) =>
    one[0] < other[0] ? -1 : 1;
  expect(held.sort(byId)).toEqual(wanted.sort(byId));
}

test('a first run holds every thread with all of its posts', async () => {
  const { copy, truth } = await prepare();
  await copy.run();
  expect(copy.items.size).toBeGreaterThan(100);
  expectSame(copy, await truth());
});

test('later runs follow new threads, answers and removals, and read no other thread again', async () => {
  const { simulator, copy, truth, change } = await prepare();
  await copy.run();
  await change(every);
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  expectSame(copy, await truth());
  expect(copy.fetchedCount).toBeGreaterThan(5);
  expect(copy.fetchedCount).toBeLessThanOrEqual(20);
  const { requests } = (await simulatorStats(simulator)) as { requests: Record<string, number> };
  expect(requests['groups.ListThreads']).toBe(2);
});

test('passing trouble does not change what is held', async () => {
  const { simulator, copy, truth, change } = await prepare();
  await control(simulator, '/control/faults', {
    throttle429: 0.05,
    serverError500: 0.05,
    truncatedBody: 0.03,
    connectionReset: 0.03,
    retryAfterSeconds: 0.05,
  });
  await copy.run();
  await change(every);
  await copy.run();
  expectSame(copy, await truth());
});

test('a thread with attachments says that those are not saved, because no application may read them', async () => {
  const { copy } = await prepare();
  await copy.run();
  for (const item of copy.items.values()) {
    const { hasAttachments } = jsonOf(item);
    expect(item.head.info['attachments']).toBe(hasAttachments === true ? 'not-saved' : undefined);
  }
  const marked = [...copy.items.values()].filter(({ head }) => head.info['attachments'] !== undefined);
  expect(marked.length).toBeGreaterThan(0);
});

test('a thread and a group that are gone are told by their codes', async () => {
  const { scope, copy, change } = await prepare();
  await copy.run();
  const ids = [...copy.items.keys()];
  await change({ deleted: 40 });
  const found: string[] = [];
  for await (const { id, head, error } of conversationWorkload.lookUp(scope, ids)) {
    expect(error).toBeUndefined();
    if (head === undefined) found.push(id);
  }
  expect(found).toHaveLength(40);
  await expect(conversationWorkload.fetch(scope, found[0]!)).rejects.toMatchObject({ code: 'item-gone' });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(conversationWorkload, { options: some, changes: every }),
);
