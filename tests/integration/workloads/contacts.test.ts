import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import type { GraphClient } from '../../../src-worker/graph/graph-client.ts';
import { contactsWorkload } from '../../../src-worker/workloads/contacts/contacts-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control, simulatorStats } from '../graph/simulated-organization.ts';
import { sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { type Copy, readToEnd } from './copy.ts';
import { withMethods } from './meddling.ts';
import { expectContract, prepareCopy } from './prepared-copy.ts';

afterEach(closeAll);

const some: SimulatorOptions = { contacts: { itemsPerUser: 110, unreadableShare: 0 } };
const prepare = (options: SimulatorOptions = {}) => prepareCopy(contactsWorkload, { ...some, ...options });

const every = {
  created: 6,
  edited: 6,
  moved: 8,
  deleted: 6,
  photosChanged: 4,
  containersCreated: 1,
  containersRenamed: 1,
};

/** Says that the copy holds what the truth says and nothing else. The first part is the truth's canonical form. */
function expectSame(copy: Copy, lines: readonly AreaLine[]): void {
  const readable = lines.filter(({ kind, unreadable }) => kind === 'contact' && unreadable === null);
  const held = [...copy.items].map(([id, { head, parts }]) => {
    const [json, photo] = parts.map(({ bytes }) => sha256(bytes));
    return [id, head.collection, json, photo ?? null];
  });
  const wanted = readable.map((line) => [line.id, line.containerId, line.sha256, line.photoSha256]);
  expect(held.sort()).toEqual(wanted.sort());
  const folders = lines.filter(({ kind }) => kind === 'contactFolder');
  expect(new Map([...copy.collections].sort())).toEqual(
    new Map(folders.map((line) => [line.id, line.displayName] as const).sort()),
  );
}

test('a first run holds every contact of every folder with its photo, and fetches none by itself', async () => {
  const { copy, truth } = await prepare();
  await copy.run();
  expectSame(copy, await truth());
  expect(copy.fetchedCount).toBe(0);
  const names = new Set([...copy.items.values()].flatMap(({ parts }) => parts.map(({ name }) => name)));
  expect([...names].sort()).toEqual(['contact.json', 'photo.png']);
  const infos = [...copy.items.values()].map(({ head }) => head.info);
  expect(
    infos.every(({ name, company, emails }) => name !== '' && company !== '' && Array.isArray(emails)),
  ).toBe(true);
});

test('what is fetched by itself has the same bytes as what an enumeration brings', async () => {
  const { scope, copy } = await prepare();
  await copy.run();
  for (const [id, { parts }] of [...copy.items].slice(0, 25)) {
    const content = await contactsWorkload.fetch(scope, id);
    const hashes = content.kind === 'parts' ? content.parts.map(({ bytes }) => sha256(bytes)) : [];
    expect(hashes).toEqual(parts.map(({ bytes }) => sha256(bytes)));
  }
});

test('later runs follow every kind of change, and nothing where nothing changed', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  await copy.run();
  expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
  await change(every);
  await copy.run();
  expectSame(copy, await truth());
  await change({ ...every, containersDeleted: 1 }, 2);
  await copy.run();
  expectSame(copy, await truth());
});

test('a run in which nothing changed asks once for the tree and once for each folder', async () => {
  const { simulator, copy, truth } = await prepare();
  await copy.run();
  await control(simulator, '/control/stats/reset', {});
  await copy.run();
  const { requests } = await simulatorStats(simulator);
  const folders = (await truth()).filter(({ kind }) => kind === 'contactFolder').length;
  expect(folders).toBeGreaterThan(5);
  expect(requests).toEqual({
    'users.contactFolders.delta': 1,
    'users.contactFolders.contacts.delta': folders,
  });
});

test('folders that come, go and are renamed one after the other are followed', async () => {
  const { copy, truth, change } = await prepare();
  await copy.run();
  for (const [index, kind] of ['Created', 'Renamed', 'Deleted', 'Created', 'Deleted'].entries()) {
    await change({ [`containers${kind}`]: 1, created: 2 }, index + 1);
    await copy.run();
    expectSame(copy, await truth());
  }
});

test('a folder delta that leaves out what lists show is not followed', async () => {
  const { scope, copy, truth, change } = await prepare();
  const silent = withMethods(scope.graph, { deltaPages: tellsTwoFolders(scope.graph) });
  copy.connect({ ...scope, graph: silent });
  await copy.run();
  await change({ containersCreated: 2, created: 3 });
  await copy.run();
  expectSame(copy, await truth());
});

function tellsTwoFolders(graph: GraphClient): GraphClient['deltaPages'] {
  return async function* (path, options) {
    for await (const page of graph.deltaPages(path, options))
      yield path.includes('contactFolders/delta') ? { ...page, changed: page.changed.slice(0, 2) } : page;
  };
}

test('expired links, echoes, empty pages and passing trouble do not change what is held', async () => {
  const { simulator, scope, copy, truth, change } = await prepare();
  await control(simulator, '/control/faults', {
    deltaDuplicates: 0.3,
    deltaReplays: 0.3,
    emptyPages: 0.3,
    deltaExpired: 0.2,
    throttle429: 0.05,
    serverError500: 0.05,
    truncatedBody: 0.03,
    retryAfterSeconds: 0.05,
  });
  await copy.run();
  expectSame(copy, await truth());
  await change(every);
  await control(simulator, '/control/expire-delta', { user: scope.accountId });
  await copy.run();
  await change(every, 3);
  await copy.run();
  expectSame(copy, await truth());
});

test('contacts that can never be read are the only ones that fail', async () => {
  const { copy, truth } = await prepare({ contacts: { itemsPerUser: 110, unreadableShare: 0.05 } });
  await copy.run();
  const lines = await truth();
  expectSame(copy, lines);
  const unreadable = lines.filter((line) => line.kind === 'contact' && line.unreadable !== null);
  expect([...copy.failed].sort()).toEqual(unreadable.map(({ id }) => [id, 'item-corrupt']).sort());
  expect(unreadable.length).toBeGreaterThan(0);
});

test('a folder that seems gone is told by its code', async () => {
  const { simulator, scope, truth } = await prepare();
  const [line] = await truth();
  await control(simulator, '/control/faults', { folderGone: 1 });
  await expect(readToEnd(contactsWorkload.changes(scope, line?.id ?? '', undefined))).rejects.toMatchObject({
    code: 'collection-gone',
  });
});

test('a cloud without delta is followed through every kind of change, and only what changed is fetched', async () => {
  const { copy, truth, change } = await prepare({ cloud: 'china' });
  await copy.run();
  expectSame(copy, await truth());
  await copy.run();
  expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
  await change({ ...every, containersDeleted: 1 });
  await copy.run();
  expectSame(copy, await truth());
  expect(copy.fetchedCount).toBeGreaterThan(0);
  expect(copy.fetchedCount).toBeLessThan(60);
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => expectContract(contactsWorkload, { options: some, changes: every }),
);
