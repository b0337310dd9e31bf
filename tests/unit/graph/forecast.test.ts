/** What the governor foresees is what comes, in simulated time. */
import { expect, test } from 'vitest';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import {
  ThrottleGovernor,
  type CallPlace,
  type GraphService,
} from '../../../src-worker/graph/throttle-governor.ts';

const latencyMs = 200;

interface Work {
  readonly service: GraphService;
  /** Whom its calls go to, each the same number of times. */
  readonly places: readonly CallPlace[];
  readonly callsOfEach: number;
  readonly cost: number;
  readonly lanesOfEach: number;
  readonly accountsAtOnce: number;
}

const nothing = { cost: 0, accounts: 0, accountsAtOnce: 1 };
const none = { outlook: nothing, directory: nothing, sharepoint: nothing, teams: nothing, planner: nothing };

/** Does the work and answers what was foreseen on the way, at some shares of it, beside what was true then. */
async function foreseen(work: Work, prepare?: (governor: ThrottleGovernor) => void) {
  const clock = new SimulatedClock();
  const governor = new ThrottleGovernor({ clock, random: () => 0.5 });
  prepare?.(governor);
  const total = work.places.length * work.callsOfEach;
  const told: { atMs: number; forecastMs: number }[] = [];
  const marks = [0.02, 0.25, 0.5, 0.75, 0.95].map((share) => Math.round(share * total));
  let [started, finished] = [0, 0];
  const forecast = () => {
    const isLeft = { ...nothing, cost: (total - started) * work.cost };
    const accounts = Math.ceil((total - finished) / work.callsOfEach);
    const ahead = { ...isLeft, accounts, accountsAtOnce: work.accountsAtOnce };
    return governor.forecastsMs({ ...none, [work.service]: ahead })[work.service];
  };
  const call = async (place: CallPlace) => {
    started += 1;
    const pass = await governor.enter({ ...place, slots: 1, cost: work.cost });
    await clock.sleep(latencyMs);
    pass.leave(false);
    finished += 1;
    if (marks.includes(finished)) told.push({ atMs: clock.nowMs(), forecastMs: forecast() });
  };
  const account = (place: CallPlace) => {
    const calls = Array<CallPlace>(work.callsOfEach).fill(place).values();
    return inLanes(calls, work.lanesOfEach, call);
  };
  await clock.runUntil(inLanes(work.places.values(), work.accountsAtOnce, account));
  expect(forecast()).toBe(0);
  const endMs = clock.nowMs();
  return told.map(({ atMs, forecastMs }) => ({ forecastMs, trueMs: endMs - atMs }));
}

async function inLanes<T>(all: Iterator<T>, lanes: number, action: (one: T) => Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let next = all.next(); next.done !== true; next = all.next()) await action(next.value);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Within a tenth, or some seconds where little is left. */
function expectNear(told: Awaited<ReturnType<typeof foreseen>>): void {
  expect(told).toHaveLength(5);
  for (const { forecastMs, trueMs } of told)
    expect(Math.abs(forecastMs - trueMs), `${forecastMs} for ${trueMs}`).toBeLessThan(4_000 + 0.1 * trueMs);
}

const site = { mailbox: undefined, service: 'sharepoint' as const };
const mailboxes = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ mailbox: `mailbox ${number}` }));
const team = { mailbox: undefined, service: 'teams' as const, kind: 'channelMessages', team: 'one' };
const alone = { lanesOfEach: 32, accountsAtOnce: 1 };

test('of SharePoint, by its resource units a minute', async () => {
  const told = await foreseen({
    ...alone,
    service: 'sharepoint',
    places: [site],
    callsOfEach: 3_000,
    cost: 2,
  });
  // 6,000 units, 1,200 of which go at once and as many every minute.
  expect(told[0]?.trueMs).toBeGreaterThan(4 * 60_000);
  expectNear(told);
});

test('of one large mailbox, by its four calls at once and its ten minutes', async () => {
  expectNear(
    await foreseen({ ...alone, service: 'outlook', places: mailboxes(1), callsOfEach: 20_000, cost: 1 }),
  );
});

test('of many small mailboxes, by how many calls may be under way', async () => {
  const work = { service: 'outlook' as const, places: mailboxes(320), callsOfEach: 50, cost: 1 };
  expectNear(await foreseen({ ...work, lanesOfEach: 4, accountsAtOnce: 16 }));
});

test('of a team, by its four calls a second', async () => {
  expectNear(await foreseen({ ...alone, service: 'teams', places: [team], callsOfEach: 600, cost: 1 }));
});

test('is not before a Retry-After has ended', async () => {
  const work = { ...alone, service: 'sharepoint' as const, places: [site], callsOfEach: 100, cost: 1 };
  const told = await foreseen(work, (governor) => governor.slowDown(site, 90_000));
  expect(told[0]?.trueMs).toBeLessThan(5_000);
  const governor = new ThrottleGovernor({ clock: new SimulatedClock(), random: () => 0.5 });
  governor.slowDown(site, 90_000);
  const ahead = { ...none, sharepoint: { ...nothing, cost: 1 } };
  expect(governor.forecastsMs(ahead).sharepoint).toBeGreaterThanOrEqual(90_000);
});

test('is longer where a service says that little is left of its window', () => {
  const governor = new ThrottleGovernor({ clock: new SimulatedClock(), random: () => 0.5 });
  const ahead = { ...none, sharepoint: { ...nothing, cost: 50 } };
  expect(governor.forecastsMs(ahead).sharepoint).toBe(0);
  governor.hear(site, { kind: 'units', remaining: 100, resetMs: 40_000 });
  expect(governor.forecastsMs(ahead).sharepoint).toBeGreaterThanOrEqual(20_000);
  expect(governor.forecastsMs(ahead).sharepoint).toBeLessThan(21_000);
});
