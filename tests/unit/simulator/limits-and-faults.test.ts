import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FaultPlan } from '../../../src-simulator/faults/fault-plan.ts';
import { MailboxLimits } from '../../../src-simulator/limits/mailbox-limits.ts';
import { faultSchema, limitSchema } from '../../../src-simulator/options.ts';

const limits = (options: object) => new MailboxLimits(limitSchema.parse(options));

test('the fifth request in flight is refused and a finished one makes room', () => {
  const guard = limits({ retryAfterSeconds: 2 });
  expect([1, 2, 3, 4, 5].map(() => guard.enter(1, 0))).toEqual([0, 0, 0, 0, 2]);
  guard.leave(1);
  guard.leave(1);
  expect(guard.enter(1, 1)).toBe(0);
});

test('a full window tells how long it lasts', () => {
  const guard = limits({ requestsPerWindow: 2, windowMs: 10_000 });
  const waits = [0, 1_000, 4_000].map((nowMs) => {
    const wait = guard.enter(1, nowMs);
    guard.leave(1);
    return wait;
  });
  expect(waits).toEqual([0, 0, 6]);
  expect(guard.enter(1, 10_000)).toBe(0);
});

test.each([
  ['on the way when the 429 was sent', { waitMs: 0, afterMs: 1 }, false],
  ['in the quiet time', { waitMs: 150, afterMs: 500 }, true],
  ['in it, but the first of a connection', { waitMs: 150, afterMs: 500, isFirstOfConnection: true }, false],
  ['that was refused and came again at once', { waitMs: 20, afterMs: 30, key: 'GET /refused' }, true],
  ['for what was refused, on the way before that', { waitMs: 0, afterMs: 1, key: 'GET /refused' }, false],
  ['just before its end, within rounding', { waitMs: 150, afterMs: 996 }, false],
  ['after it', { waitMs: 150, afterMs: 1_001 }, false],
])('a call %s is judged rightly', async (_name, { waitMs, afterMs, ...other }, isEarly) => {
  const guard = limits({});
  const sentMs = performance.now();
  guard.sentRetryAfter(1, sentMs, { seconds: 1, key: 'GET /refused' });
  if (waitMs > 0) await sleep(waitMs);
  const arrival = { key: 'GET /other', isFirstOfConnection: false, ...other, atMs: sentMs + afterMs };
  expect(guard.noteCall(1, arrival)).toBe(isEarly);
  expect(guard.manners).toEqual({ retryAfters: 1, earlyCalls: Number(isEarly) });
});

test('a fault strikes at about its rate and never too often in a row', () => {
  const plan = new FaultPlan(faultSchema.parse({ serverError500: 0.3, maxInARow: 3 }));
  let struck = 0;
  let row = 0;
  for (let i = 0; i < 4_000; i += 1) {
    const isHit = plan.strikes('serverError500', 'one url');
    row = isHit ? row + 1 : 0;
    struck += isHit ? 1 : 0;
    expect(row).toBeLessThanOrEqual(3);
    if (!isHit) plan.spare('one url');
  }
  expect(struck / 4_000).toBeGreaterThan(0.25);
  expect(struck / 4_000).toBeLessThan(0.35);
  expect(plan.countOf('serverError500')).toBe(struck);
});

test('another seed decides the same wherever it is set', () => {
  const options = faultSchema.parse({ seed: 7, serverError500: 0.3, maxInARow: 3 });
  const decisions = (plan: FaultPlan) =>
    Array.from({ length: 100 }, (_, i) => plan.strikes('serverError500', `url ${i}`));
  const early = new FaultPlan(options);
  const late = new FaultPlan({ ...options, seed: 8 });
  const others = decisions(late);
  late.options = options;
  const same = decisions(late);
  expect(same).toEqual(decisions(early));
  expect(same).not.toEqual(others);
});

test('options are refused when they are out of range', () => {
  expect(faultSchema.safeParse({ throttle429: 1.5 }).success).toBe(false);
  expect(faultSchema.safeParse({ maxInARow: 9 }).success).toBe(false);
  expect(limitSchema.safeParse({ concurrentPerMailbox: 0 }).success).toBe(false);
});
