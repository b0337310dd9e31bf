/**
 * Calendar files as programs of others read them: Debian's python3-icalendar and python3-recurring-ical-events must find
 * the same occurrences in them as the simulated organization, and as a plain look at every day.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { afterEach, expect, test } from 'vitest';
import { graphPath } from '../../../src-worker/graph/paths.ts';
import { writeICalendar } from '../../../src-worker/formats/icalendar/write-icalendar.ts';
import { calendarWorkload } from '../../../src-worker/workloads/calendar/calendar-workload.ts';
import { hasPython, pythonPath } from '../../support/other-programs.ts';
import { randomSeries, seededBelow, type Happening } from '../../support/random-series.ts';
import { closeAll } from '../graph/simulated-organization.ts';
import { jsonOf } from '../workloads/copy.ts';
import { prepareCopy, type Prepared } from '../workloads/prepared-copy.ts';

afterEach(closeAll);

/** Reading is skipped without. */
const readTest = test.skipIf(!hasPython('icalendar', 'recurring_ical_events'));
const script = join(import.meta.dirname, '../../support/expand-calendars.py');
const [from, until] = ['2026-01-01', '2028-01-01'];
/** Wider than the window: what lies on its edges is in or out by the zone of who looks. */
const asked = { from: '2025-12-01', until: '2028-02-01' };

/** What Python finds in each file from `from` until `until`. */
function expand(calendars: readonly string[]): Happening[][] {
  const output = execFileSync(pythonPath, [script], {
    input: JSON.stringify({ ...asked, calendars }),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const found = JSON.parse(output) as Happening[][];
  return found.map((one) => one.filter(([start]) => start >= from && start < until));
}

/**
 * The same file with zone names that nobody knows. Python has tables of its own for the names of Windows and IANA, and
 * only for others it reads the VTIMEZONE.
 */
function withStrangeZones(text: string, number: number): string {
  return text.replace(/TZID([=:]"?)([^":\r]+)/g, (all) =>
    all.replaceAll('/', ' ').replace(/([=:]"?)/, `$1Strange ${number} `),
  );
}

/**
 * Python's tables are those of Debian 12, of 2025. Since then Morocco has given up its summer time, which Node's tables
 * know: to Python the name means other times, and only the VTIMEZONE says what is meant.
 */
const isKnownAlike = (file: string) => !file.includes('Morocco Standard Time');

/** Says that Python finds in each file what is expected, by its own tables of zones and by those in the file. */
function expectSame(files: readonly string[], expected: readonly Happening[][]): void {
  const strange = files.map(withStrangeZones);
  const found = expand([...files, ...strange]);
  for (const [i, file] of files.entries()) {
    expect(found[files.length + i], strange[i]).toEqual(expected[i]);
    if (isKnownAlike(file)) expect(found[i], file).toEqual(expected[i]);
  }
  expect(files.filter(isKnownAlike).length).toBeGreaterThan(files.length / 2);
}

const instantSchema = z.looseObject({
  id: z.string(),
  seriesMasterId: z.string().nullable(),
  subject: z.string(),
  isAllDay: z.boolean(),
  start: z.object({ dateTime: z.string() }),
  end: z.object({ dateTime: z.string() }),
});
type Instant = z.infer<typeof instantSchema>;

function happeningOf({ isAllDay, start, end, subject }: Instant): Happening {
  const told = ({ dateTime }: { dateTime: string }) =>
    isAllDay ? dateTime.slice(0, 10) : `${dateTime.slice(0, 19)}Z`;
  return [told(start), told(end), subject];
}

/** What Microsoft 365 says, by the event or the series. */
async function toldBy({ scope, copy }: Prepared): Promise<Map<string, Happening[]>> {
  const query = { startDateTime: `${from}T00:00:00Z`, endDateTime: `${until}T00:00:00Z`, $top: 500 };
  const all: Instant[] = [];
  for (const calendar of copy.collections.keys()) {
    const path = graphPath`/users/${scope.accountId}/calendars/${calendar}/calendarView`;
    const call = { schema: instantSchema, query, mailbox: scope.accountId };
    for await (const page of scope.graph.pages(path, call)) all.push(...page);
  }
  const byEvent = Map.groupBy(all, ({ id, seriesMasterId }) => seriesMasterId ?? id);
  const told = [...byEvent].map(([id, instants]) => {
    const happenings = instants.map(happeningOf).filter(([start]) => start >= from);
    return [id, happenings.toSorted()] as const;
  });
  return new Map(told);
}

readTest('a whole mailbox happens in another program as it does in Microsoft 365', async () => {
  const files: string[] = [];
  const expected: Happening[][] = [];
  const prepared = await prepareCopy(calendarWorkload, {
    seed: 2,
    calendar: { itemsPerUser: 150, unreadableShare: 0 },
  });
  await prepared.change({ exceptionsAdded: 20, occurrencesCancelled: 20 });
  await prepared.copy.run();
  const told = await toldBy(prepared);
  for (const [id, item] of prepared.copy.items) {
    files.push(writeICalendar(jsonOf(item), item.parts.slice(1)));
    expected.push(told.get(id) ?? []);
  }
  expectSame(files, expected);
  const all = expected.flat();
  expect(all.filter(([, , subject]) => subject.endsWith(' *')).length).toBeGreaterThan(10);
  expect(all.length).toBeGreaterThan(800);
});

readTest(
  'series of every pattern in zones of every kind happen on the days that a look at each day finds',
  () => {
    const below = seededBelow(20_261_122);
    const window = [Date.parse(from) / 86_400_000, Date.parse(until) / 86_400_000] as const;
    const series = Array.from({ length: 120 }, (_, i) => randomSeries(below, `series ${i}`, window));
    const files = series.map(({ event }) => writeICalendar(event, []));
    expectSame(
      files,
      series.map(({ happenings }) => [...happenings]),
    );
  },
);
