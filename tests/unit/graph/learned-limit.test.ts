/** How many units SharePoint allows depends on the organization: told by headers, or likely by its licences. */
import { describe, expect, test } from 'vitest';
import { ThrottleGovernor } from '../../../src-worker/graph/throttle-governor.ts';
import { ManualClock } from './manual-clock.ts';

const sites = { mailbox: undefined, service: 'sharepoint' as const };

function openGovernor() {
  const clock = new ManualClock();
  const governor = new ThrottleGovernor({ clock, random: () => 0 });
  const allowed = () => governor.budgets().find(({ service }) => service === 'sharepoint')?.allowed;
  /** An answer of the service, with plenty left so that nothing is held back for that. */
  const tell = (limit: number, resetMs = 30_000) =>
    governor.hear(sites, { kind: 'units', remaining: 100_000, resetMs, limit });
  return { clock, governor, allowed, tell };
}

/** Calls of one unit that may start now. */
function startsNow(governor: ThrottleGovernor): number {
  for (let count = 0; ; count += 1) {
    const pass = governor.enter({ ...sites, slots: 1, cost: 1 });
    if (pass instanceof Promise) {
      pass.catch(() => undefined);
      return count;
    }
    pass.leave(false);
  }
}

describe('what SharePoint tells of its limit', () => {
  test.each([
    ['the largest organizations', 6_250, 6_000],
    ['a middle one', 2_500, 2_400],
    ['one that is allowed less', 600, 576],
  ])('is kept to a little below: %s', async (_name, limit, kept) => {
    const { clock, governor, allowed, tell } = openGovernor();
    tell(limit);
    expect(allowed()).toBe(kept);
    // Until then, what the service says is left is spread over the time.
    await clock.advance(30_001);
    expect(startsNow(governor)).toBe(kept);
  });

  test.each([
    ['none', 0, 30_000],
    ['next to none', 99, 30_000],
    ['more than Microsoft gives anybody', 6_500, 30_000],
    ['that of a day', 1_250, 3_600_000],
  ])('is not believed where it cannot be that of a minute: %s', (_name, limit, resetMs) => {
    const { allowed, tell } = openGovernor();
    tell(limit, resetMs);
    expect(allowed()).toBe(1_200);
  });

  test('counts what was spent before it', async () => {
    const { clock, governor, tell } = openGovernor();
    for (let count = 0; count < 900; count += 1)
      (await governor.enter({ ...sites, slots: 1, cost: 1 })).leave(false);
    tell(1_000, 20_000);
    await clock.advance(20_001);
    expect(startsNow(governor)).toBe(60);
  });

  test('says nothing of services whose limits are the same for everybody', () => {
    const { governor } = openGovernor();
    const before = governor.budgets().find(({ service }) => service === 'directory');
    governor.hear({ mailbox: undefined }, { kind: 'units', remaining: 9_000, resetMs: 1_000, limit: 900 });
    expect(governor.budgets().find(({ service }) => service === 'directory')).toEqual(before);
  });
});

describe('the licences of an organization', () => {
  test.each([
    [0, 1_200],
    [1_000, 1_200],
    [1_001, 2_400],
    [5_001, 3_600],
    [15_001, 4_800],
    [50_001, 6_000],
  ])('%i of them allow %i units a minute', (licences, units) => {
    const { governor, allowed } = openGovernor();
    governor.noteLicences(licences);
    expect(allowed()).toBe(units);
  });

  test('say no more once the service itself has', () => {
    const { governor, allowed, tell } = openGovernor();
    governor.noteLicences(20_000);
    tell(1_250);
    governor.noteLicences(20_000);
    expect(allowed()).toBe(1_200);
  });
});
