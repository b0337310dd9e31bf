import { afterEach, describe, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { calendarWorkload } from '../../../src-worker/workloads/calendar/calendar-workload.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { closeAll, control, simulatorStats } from '../graph/simulated-organization.ts';
import { canonicalHash, sha256 } from '../simulator/canonical.ts';
import type { AreaLine } from '../simulator/session.ts';
import { type Copy, jsonOf, readToEnd, type CopiedItem } from './copy.ts';
import { expectContract, prepareCopy } from './prepared-copy.ts';

afterEach(closeAll);

const some: SimulatorOptions = { calendar: { itemsPerUser: 120, unreadableShare: 0 } };
const prepare = (options: SimulatorOptions = {}) => prepareCopy(calendarWorkload, { ...some, ...options });

/** The hash of an event without the lists of its attachments, which truth tells by themselves. */
function hashOf(item: CopiedItem): string {
  const event = jsonOf(item);
  delete event['attachments'];
  const exceptions = event['exceptionOccurrences'] as Record<string, unknown>[] | undefined;
  for (const exception of exceptions ?? []) delete exception['attachments'];
  return canonicalHash(event);
}

const attachedTo = (line: AreaLine) => line.attachments.flatMap((one) => one.sha256 ?? []);

/** Says that the copy holds what the truth says and nothing else. */
function expectSame(copy: Copy, lines: readonly AreaLine[]): void {
  const events = lines.filter(({ kind }) => kind === 'event');
  const readable = events.filter(({ unreadable }) => unreadable === null);
  const summary = [...copy.items].map(([id, item]) => [id, item.head.collection, hashOf(item)]);
  expect(summary.sort()).toEqual(readable.map((line) => [line.id, line.containerId, line.sha256]).sort());
  for (const line of readable) {
    const item = copy.items.get(line.id);
    const hashes = item?.parts.slice(1, 1 + attachedTo(line).length).map(({ bytes }) => sha256(bytes));
    expect(hashes).toEqual(attachedTo(line));
  }
  const calendars = lines.filter(({ kind }) => kind === 'calendar');
  expect(new Map(copy.collections)).toEqual(new Map(calendars.map((line) => [line.id, line.displayName])));
}

describe('a first run', () => {
  test('holds every event of every calendar with its attachments; what a list shows whole is not asked for again', async () => {
    const { copy, truth } = await prepare();
    await copy.run();
    expectSame(copy, await truth());
    expect(copy.broughtCount).toBeGreaterThan(2 * copy.fetchedCount);
    expect(copy.failed.size).toBe(0);
  });

  test('keeps the exceptions of a series with their attachments', async () => {
    const { copy, truth } = await prepare({ calendar: { itemsPerUser: 300, unreadableShare: 0 } });
    await copy.run();
    const attached = new Map((await truth()).map((line) => [line.id, line]));
    const series = [...copy.items.values()].filter((item) => 'exceptionOccurrences' in jsonOf(item));
    let found = 0;
    for (const item of series) {
      const line = attached.get(item.head.id);
      const exceptions = jsonOf(item)['exceptionOccurrences'] as unknown[];
      const each = line === undefined ? [] : attachedTo(line);
      expect(item.parts.slice(1).map(({ bytes }) => sha256(bytes))).toEqual(
        [undefined, ...exceptions].flatMap(() => each),
      );
      found += exceptions.length * each.length;
    }
    expect(found).toBeGreaterThan(0);
  });

  test('shows when, where and whose an event is', async () => {
    const { copy } = await prepare();
    await copy.run();
    const infos = [...copy.items.values()].map(({ head }) => head.info);
    expect(infos.every(({ start, end }) => typeof start === 'string' && String(end) > start)).toBe(true);
    expect(infos.filter(({ recurring }) => recurring === true).length).toBeGreaterThan(5);
    expect(infos.filter(({ isAllDay }) => isAllDay === true).length).toBeGreaterThan(5);
    expect(infos.some(({ location }) => location !== undefined)).toBe(true);
    expect(infos.every(({ organizer }) => /<.+@.+>/.test(String(organizer)))).toBe(true);
  });
});

describe('a later run', () => {
  test('without changes fetches nothing, and lists a calendar of some hundred events at once', async () => {
    const { simulator, copy, truth } = await prepare({ calendar: { itemsPerUser: 600, unreadableShare: 0 } });
    await copy.run();
    const calendars = (await truth()).filter(({ kind }) => kind === 'calendar').length;
    await control(simulator, '/control/stats/reset', {});
    await copy.run();
    expect((await simulatorStats(simulator)).requests).toEqual({
      'users.ListCalendars': 1,
      'users.calendars.ListEvents': calendars,
    });
    expect([copy.broughtCount, copy.fetchedCount]).toEqual([0, 0]);
    expectSame(copy, await truth());
  });

  test('follows every kind of change and fetches what changed', async () => {
    const { copy, truth, change } = await prepare();
    await copy.run();
    await change({
      created: 5,
      edited: 5,
      moved: 5,
      deleted: 5,
      exceptionsAdded: 3,
      occurrencesCancelled: 3,
      containersCreated: 1,
      containersRenamed: 1,
    });
    await copy.run();
    expectSame(copy, await truth());
    expect(copy.fetchedCount).toBeLessThanOrEqual(21);
    await change({ containersDeleted: 1, moved: 10, deleted: 10 }, 2);
    await copy.run();
    expectSame(copy, await truth());
  });
});

test('events that can never be read are the only ones that fail, and say so', async () => {
  const { copy, truth } = await prepare({ calendar: { itemsPerUser: 120, unreadableShare: 0.05 } });
  await copy.run();
  const lines = await truth();
  expectSame(copy, lines);
  const unreadable = lines.filter((line) => line.kind === 'event' && line.unreadable !== null);
  expect(unreadable.length).toBeGreaterThan(0);
  expect(new Map([...copy.failed].sort())).toEqual(
    new Map(unreadable.map(({ id }) => [id, 'item-corrupt'] as const).sort()),
  );
});

test('passing trouble does not change what is held', async () => {
  const { simulator, copy, truth, change } = await prepare();
  await control(simulator, '/control/faults', {
    throttle429: 0.05,
    unavailable503: 0.05,
    serverError500: 0.05,
    truncatedBody: 0.03,
    invalidJson: 0.03,
    connectionReset: 0.03,
    retryAfterSeconds: 0.05,
  });
  await copy.run();
  await change({ created: 5, edited: 5, moved: 5, deleted: 5 });
  await copy.run();
  expectSame(copy, await truth());
});

test('a calendar that seems gone, and events that seem gone, are told by their codes', async () => {
  const { simulator, scope, copy, truth } = await prepare();
  await copy.run();
  const [event] = (await truth()).filter(({ kind }) => kind === 'event');
  await control(simulator, '/control/faults', { folderGone: 1, itemGone: 1 });
  const changes = calendarWorkload.changes(scope, event?.containerId ?? '', undefined);
  await expect(readToEnd(changes)).rejects.toMatchObject({ code: 'collection-gone' });
  await expect(calendarWorkload.fetch(scope, event?.id ?? '')).rejects.toMatchObject({ code: 'item-gone' });
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () =>
    expectContract(calendarWorkload, {
      options: some,
      changes: {
        created: 3,
        edited: 3,
        moved: 3,
        deleted: 3,
      },
    }),
);
