import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlidingWindow } from '../../src-worker/graph/sliding-window.ts';
import { documentedLimits, ThrottleGovernor } from '../../src-worker/graph/throttle-governor.ts';
import { ManualClock } from '../unit/graph/manual-clock.ts';

const slots = 4;
const window = { requests: 40, windowMs: 12_000 };
const limits = {
  ...documentedLimits,
  outlook: { lane: { slots, window }, maxInFlight: 10 },
  directory: { lane: { slots: 8 }, maxInFlight: 8 },
};

/** One thing that happens to the governor: a call that takes a while, perhaps answered with a Retry-After. */
const event = fc.record({
  mailbox: fc.constantFrom('a' as const, 'b' as const, 'c' as const),
  size: fc.constantFrom(1, 1, 1, 2, 4),
  pauseMs: fc.integer({ min: 0, max: 400 }),
  lastsMs: fc.integer({ min: 0, max: 900 }),
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { freq: 6 }),
});

/** What really happened to one mailbox. */
interface Lane {
  inFlight: number;
  fenceUntilMs: number;
  readonly starts: { atMs: number; cost: number }[];
}

test('no schedule brings five calls to a mailbox, one before its Retry-After, or more than its window', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 80 }), async (events) => {
      const clock = new ManualClock();
      const governor = new ThrottleGovernor({ clock, random: () => 0, limits });
      const [a, b, c] = [1, 2, 3].map((): Lane => ({ inFlight: 0, fenceUntilMs: 0, starts: [] }));
      const lanes = { a: a!, b: b!, c: c! };
      const calls = [];
      for (const { mailbox, size, pauseMs, lastsMs, retryAfterMs } of events) {
        await clock.advance(pauseMs);
        const lane = lanes[mailbox];
        const run = async (): Promise<void> => {
          const pass = await governor.enter({ mailbox, slots: size, cost: size });
          lane.inFlight += size;
          expect(lane.inFlight).toBeLessThanOrEqual(slots);
          expect(clock.nowMs()).toBeGreaterThanOrEqual(lane.fenceUntilMs);
          lane.starts.push({ atMs: clock.nowMs(), cost: size });
          expect(spentIn(lane, clock.nowMs())).toBeLessThanOrEqual(window.requests);
          await clock.sleep(lastsMs);
          if (retryAfterMs !== null) {
            governor.slowDown({ mailbox }, retryAfterMs);
            lane.fenceUntilMs = Math.max(lane.fenceUntilMs, clock.nowMs() + retryAfterMs);
          }
          lane.inFlight -= size;
          pass.leave(retryAfterMs !== null);
        };
        calls.push(run());
      }
      await clock.advance(3_600_000);
      await Promise.all(calls);
      expect(governor.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
    }),
    { numRuns: 150 },
  );
});

test('no schedule brings more calls to a team, or of a kind, than its window has', async () => {
  const team = { requests: 4, windowMs: 1_200 };
  const kinds = { list: { requests: 9, windowMs: 1_200 }, other: { requests: 5, windowMs: 1_200 } };
  const teams = { lane: { slots: 4, window: team }, shared: { slots: 6 }, kinds, maxInFlight: 8 };
  const call = fc.record({
    team: fc.constantFrom('a', 'b', 'c', undefined),
    kind: fc.constantFrom('list' as const, 'other' as const),
    pauseMs: fc.integer({ min: 0, max: 200 }),
    lastsMs: fc.integer({ min: 0, max: 500 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 80 }), async (calls) => {
      const clock = new ManualClock();
      const governor = new ThrottleGovernor({ clock, random: () => 0, limits: { ...limits, teams } });
      const starts = new Map<string, number[]>();
      const note = (key: string, allowed: { requests: number; windowMs: number }): void => {
        const list = starts.get(key) ?? [];
        starts.set(key, list);
        list.push(clock.nowMs());
        const recent = list.filter((atMs) => atMs > clock.nowMs() - allowed.windowMs);
        expect(recent.length).toBeLessThanOrEqual(allowed.requests);
      };
      const running = calls.map(async ({ team: name, kind, lastsMs }, index) => {
        await clock.sleep(calls.slice(0, index).reduce((sum, { pauseMs }) => sum + pauseMs, 0));
        const place = { mailbox: undefined, service: 'teams' as const, team: name, kind };
        const pass = await governor.enter({ ...place, slots: 1, cost: 1 });
        if (name !== undefined) note(`team ${name}`, team);
        note(kind, kinds[kind]);
        await clock.sleep(lastsMs);
        pass.leave(false);
      });
      await clock.advance(3_600_000);
      await Promise.all(running);
      expect(governor.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
    }),
    { numRuns: 100 },
  );
});

test('a sliding window never counts less than was spent in it', () => {
  const step = fc.record({
    pauseMs: fc.integer({ min: 0, max: 9_000 }),
    cost: fc.integer({ min: 1, max: 7 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sliding = new SlidingWindow(window.requests, window.windowMs);
      const lane: Lane = { inFlight: 0, fenceUntilMs: 0, starts: [] };
      let nowMs = 5_000;
      for (const { pauseMs, cost } of steps) {
        nowMs += pauseMs;
        sliding.spend(cost, nowMs);
        lane.starts.push({ atMs: nowMs, cost });
        expect(sliding.used(nowMs)).toBeGreaterThanOrEqual(spentIn(lane, nowMs));
      }
      expect(sliding.used(nowMs + window.windowMs * 1.02)).toBe(0);
    }),
  );
});

function spentIn(lane: Lane, nowMs: number): number {
  return lane.starts
    .filter(({ atMs }) => atMs > nowMs - window.windowMs)
    .reduce((sum, { cost }) => sum + cost, 0);
}
