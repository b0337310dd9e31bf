import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../src-worker/graph/error-map.ts';
import { RetryPolicy, defaultRetryLimits } from '../../../src-worker/graph/retry-policy.ts';

const backoff: Verdict = { code: 'service-unavailable', retry: 'backoff' };
const wait: Verdict = { code: 'throttled', retry: 'wait' };
const failedOnce = { attempt: 1, retryAfterMs: undefined };

describe('how long a failed call waits', () => {
  test('the delay is drawn from a range that doubles and is capped', () => {
    const longest = new RetryPolicy(() => 0.999_999);
    const delays = [1, 2, 3, 4, 5, 6].map(
      (attempt) => longest.decide({ verdict: backoff, attempt, retryAfterMs: undefined }).delayMs,
    );
    expect(delays.map((delay) => Math.round((delay ?? 0) / 1_000))).toEqual([1, 2, 4, 8, 16, 32]);
    const shortest = new RetryPolicy(() => 0);
    expect(shortest.decide({ verdict: backoff, attempt: 6, retryAfterMs: undefined }).delayMs).toBe(0);
    const capped = new RetryPolicy(() => 0.5, { ...defaultRetryLimits, attempts: 50 });
    expect(capped.decide({ verdict: backoff, attempt: 40, retryAfterMs: undefined }).delayMs).toBe(30_000);
  });

  test('a throttled call waits as long as the service said, and the whole lane with it', () => {
    const policy = new RetryPolicy(() => 0.5);
    const decision = policy.decide({ verdict: wait, attempt: 3, retryAfterMs: 2_128 });
    expect(decision).toEqual({ delayMs: 2_128, isThrottle: true });
  });

  test('a 429 without Retry-After backs off', () => {
    expect(new RetryPolicy(() => 0.5).decide({ verdict: wait, ...failedOnce })).toEqual({
      delayMs: 500,
      isThrottle: true,
    });
  });

  test('a 503 without Retry-After is an ordinary failure', () => {
    const verdict: Verdict = { code: 'service-unavailable', retry: 'wait' };
    expect(new RetryPolicy(() => 0.5).decide({ verdict, ...failedOnce }).isThrottle).toBe(false);
  });
});

describe('when a call is given up', () => {
  test('an ordinary failure is tried seven times', () => {
    const policy = new RetryPolicy(() => 0.5);
    expect(policy.decide({ verdict: backoff, attempt: 6, retryAfterMs: undefined }).delayMs).toBeDefined();
    expect(policy.decide({ verdict: backoff, attempt: 7, retryAfterMs: undefined }).delayMs).toBeUndefined();
  });

  test('being throttled is more patient, but not endless', () => {
    const policy = new RetryPolicy(() => 0.5);
    expect(policy.decide({ verdict: wait, attempt: 24, retryAfterMs: 1 }).delayMs).toBe(1);
    expect(policy.decide({ verdict: wait, attempt: 25, retryAfterMs: 1 }).delayMs).toBeUndefined();
  });

  test('a damaged item is asked for once more and not again', () => {
    const verdict: Verdict = { code: 'item-corrupt', retry: 'once' };
    const policy = new RetryPolicy(() => 0.5);
    expect(policy.decide({ verdict, ...failedOnce }).delayMs).toBeDefined();
    expect(policy.decide({ verdict, attempt: 2, retryAfterMs: undefined }).delayMs).toBeUndefined();
  });

  test('a refusal is final', () => {
    const policy = new RetryPolicy(() => 0.5);
    expect(policy.decide({ verdict: { code: 'access-denied', retry: 'never' }, ...failedOnce }).delayMs).toBe(
      undefined,
    );
  });
});

describe('the budget of a session', () => {
  test('an outage adds a fifth of the calls as retries, and no more', () => {
    const policy = new RetryPolicy(() => 0.5, { ...defaultRetryLimits, budgetSize: 10 });
    let retries = 0;
    for (let call = 0; call < 1_000; call++) {
      policy.callStarted();
      for (let attempt = 1; attempt < 7; attempt++) {
        if (policy.decide({ verdict: backoff, attempt, retryAfterMs: undefined }).delayMs === undefined)
          break;
        retries += 1;
      }
    }
    expect(retries).toBeGreaterThan(195);
    expect(retries).toBeLessThanOrEqual(210);
  });

  test('waiting for a throttle costs nothing of it', () => {
    const policy = new RetryPolicy(() => 0.5, { ...defaultRetryLimits, budgetSize: 1 });
    for (let call = 0; call < 10; call++) policy.decide({ verdict: wait, attempt: 1, retryAfterMs: 5 });
    expect(policy.decide({ verdict: backoff, ...failedOnce }).delayMs).toBeDefined();
    expect(policy.decide({ verdict: backoff, ...failedOnce }).delayMs).toBeUndefined();
  });
});
