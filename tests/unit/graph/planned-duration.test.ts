import { describe, expect, test } from 'vitest';
import { planDuration, type PlannedRequests } from '../../support/planned-duration.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const options = { latencyMs: 200, accountsAtOnce: 16, requestsPerAccount: 4 };

const outlook = (account: string, count: number): PlannedRequests => ({
  service: 'outlook',
  account,
  cost: 1,
  count,
});

describe('the planned duration', () => {
  test('of one mailbox is that of four requests at a time', async () => {
    const { durationMs, requests, waitedMs } = await planDuration([outlook('a', 100)], options);
    expect({ durationMs, requests, waitedMs }).toEqual({ durationMs: 5_000, requests: 100, waitedMs: 0 });
  });

  test('of a mailbox with more requests than ten minutes allow is longer by what it waits', async () => {
    // 9,600 go at 20 a second in 480 s; the rest waits until the first of them are ten minutes old.
    const { durationMs } = await planDuration([outlook('a', 12_000)], options);
    expect(durationMs).toBeGreaterThan(600_000 + 2_400 * 50);
    expect(durationMs).toBeLessThan(600_000 + 2_400 * 50 + 10_000);
  });

  test('of many mailboxes is bound by how many are read at once', async () => {
    const many = Array.from({ length: 160 }, (_, number) => outlook(`mailbox ${number}`, 40));
    const { durationMs } = await planDuration(many, options);
    expect(durationMs).toBe((160 / 16) * (40 / 4) * 200);
  });

  test('of drives is that of the resource units a minute, which all accounts share', async () => {
    const drives = Array.from({ length: 1_000 }, (_, number): PlannedRequests[] => [
      { service: 'sharepoint', account: `user ${number}`, cost: 2, count: 1 },
      { service: 'sharepoint', account: `user ${number}`, cost: 1, count: 1 },
    ]).flat();
    // 3,000 units at 1,200 a minute: the third thousand and more have to wait until the second minute is over.
    const { durationMs, waitedMs } = await planDuration(drives, options);
    expect(durationMs).toBeGreaterThan(120_000);
    expect(durationMs).toBeLessThan(150_000);
    expect(waitedMs).toBeGreaterThan(0);
  });

  test('says when each service was done', async () => {
    const { endMs } = await planDuration(
      [outlook('a', 4), { service: 'directory', account: 'a', cost: 1, count: 4 }],
      options,
    );
    expect([...endMs]).toEqual([
      ['outlook', 200],
      ['directory', 400],
    ]);
  });
});

describe('simulated time', () => {
  test('wakes sleepers in the order of their times, whatever order they came in', async () => {
    const clock = new SimulatedClock();
    const woken: number[] = [];
    const delays = [50, 10, 40, 10, 30, 20, 60, 5, 45, 15];
    await clock.runUntil(
      Promise.all(delays.map(async (delayMs) => clock.sleep(delayMs).then(() => woken.push(clock.nowMs())))),
    );
    expect(woken).toEqual(delays.toSorted((a, b) => a - b));
  });

  test('refuses to wait for what time does not bring', async () => {
    await expect(new SimulatedClock().runUntil(Promise.withResolvers().promise)).rejects.toThrow(
      'something else than time',
    );
  });
});
