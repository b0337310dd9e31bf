import { describe, expect, test } from 'vitest';
import {
  documentedLimits,
  ThrottleGovernor,
  type Pass,
  type ThrottleLimits,
} from '../../../src-worker/graph/throttle-governor.ts';
import { ManualClock, settle } from './manual-clock.ts';

const limits: ThrottleLimits = {
  ...documentedLimits,
  outlook: { lane: { slots: 4, window: { requests: 100, windowMs: 60_000 } }, maxInFlight: 16 },
  directory: { lane: { slots: 8 }, maxInFlight: 8 },
};

function openGovernor(over: Partial<ThrottleLimits> = {}): {
  governor: ThrottleGovernor;
  clock: ManualClock;
} {
  const clock = new ManualClock();
  return {
    clock,
    governor: new ThrottleGovernor({ clock, random: () => 0, limits: { ...limits, ...over } }),
  };
}

const callTo = (mailbox: string, slots = 1, cost = slots) => ({ mailbox, slots, cost });

/** Enters the mailbox that `name` begins with, and notes when the pass came. */
function enterAs(governor: ThrottleGovernor, order: string[], name: string): Promise<Pass> {
  return Promise.resolve(governor.enter(callTo(name[0]!))).then((pass) => {
    order.push(name);
    return pass;
  });
}

describe('turns of one mailbox', () => {
  test('four calls start at once, the fifth when one of them has ended', async () => {
    const { governor } = openGovernor();
    const passes = [1, 2, 3, 4].map(() => governor.enter(callTo('a')));
    expect(passes.every((pass) => !(pass instanceof Promise))).toBe(true);
    const order: string[] = [];
    void enterAs(governor, order, 'a fifth');
    await settle();
    expect(order).toEqual([]);
    (await passes[0]!).leave(false);
    await settle();
    expect(order).toEqual(['a fifth']);
    expect(governor.stats()).toMatchObject({ inFlight: 4, waiting: 0, waits: 1 });
  });

  test('waiters go in the order in which they came', async () => {
    const { governor } = openGovernor();
    const first = [1, 2, 3, 4].map(() => governor.enter(callTo('a')) as Pass);
    const order: string[] = [];
    for (const name of ['5', '6', '7'])
      void enterAs(governor, order, `a ${name}`).then((pass) => pass.leave(false));
    first[0]!.leave(false);
    await settle();
    await settle();
    expect(order).toEqual(['a 5', 'a 6', 'a 7']);
  });

  test('a batch of four slots waits until the mailbox is free, and is not overtaken', async () => {
    const { governor } = openGovernor();
    const single = governor.enter(callTo('a')) as Pass;
    const order: string[] = [];
    const batch = Promise.resolve(governor.enter(callTo('a', 4, 20))).then((pass) => {
      order.push('batch');
      return pass;
    });
    void enterAs(governor, order, 'a late');
    single.leave(false);
    await settle();
    expect(order).toEqual(['batch']);
    (await batch).leave(false);
    await settle();
    expect(order).toEqual(['batch', 'a late']);
    expect(governor.usedInWindow('a')).toBe(22);
  });

  test('a spent window lets the next call through only when its oldest calls have left it', async () => {
    const { governor, clock } = openGovernor();
    for (let sent = 0; sent < 100; sent++) (await governor.enter(callTo('a'))).leave(false);
    const order: string[] = [];
    void enterAs(governor, order, 'a next');
    await clock.advance(59_999);
    expect(order).toEqual([]);
    await clock.advance(1_001);
    expect(order).toEqual(['a next']);
  });
});

describe('being told to wait', () => {
  test('no call to the mailbox starts before Retry-After has ended, other mailboxes go on', async () => {
    const { governor, clock } = openGovernor();
    governor.slowDown({ mailbox: 'a' }, 2_128);
    const order: string[] = [];
    void enterAs(governor, order, 'a fenced');
    void enterAs(governor, order, 'b free');
    await clock.advance(2_128);
    expect(order).toEqual(['b free']);
    await clock.advance(50);
    expect(order).toEqual(['b free', 'a fenced']);
  });

  test('of several fences the latest wins, whatever the order in which they come', async () => {
    const { governor, clock } = openGovernor();
    governor.slowDown({ mailbox: 'a' }, 5_000);
    const order: string[] = [];
    void enterAs(governor, order, 'a fenced');
    await settle();
    governor.slowDown({ mailbox: 'a' }, 9_000);
    governor.slowDown({ mailbox: 'a' }, 1_000);
    await clock.advance(9_000);
    expect(order).toEqual([]);
    await clock.advance(100);
    expect(order).toEqual(['a fenced']);
  });

  test('the ceiling of all calls is halved once for a burst of 429s and recovers with good calls', async () => {
    const { governor } = openGovernor();
    governor.slowDown({ mailbox: 'a' }, 1);
    governor.slowDown({ mailbox: 'b' }, 1);
    expect(governor.stats().allowed.outlook).toBe(8);
    for (let call = 0; call < 200; call++) (await governor.enter(callTo(`free-${call}`))).leave(false);
    expect(governor.stats().allowed.outlook).toBe(16);
  });

  test('SharePoint spends resource units and waits for the next minute', async () => {
    const window = { requests: 10, windowMs: 60_000 };
    const { governor, clock } = openGovernor({ sharepoint: { lane: { slots: 8, window }, maxInFlight: 8 } });
    const listing = { mailbox: undefined, service: 'sharepoint' as const, slots: 1, cost: 5 };
    for (let call = 0; call < 2; call++) (await governor.enter(listing)).leave(false);
    const third = governor.enter(listing);
    expect(third).toBeInstanceOf(Promise);
    expect(governor.enter({ mailbox: undefined, slots: 1, cost: 1 })).not.toBeInstanceOf(Promise);
    await clock.advance(61_000);
    (await third).leave(false);
  });

  test('the directory has a fence of its own', async () => {
    const { governor, clock } = openGovernor();
    governor.slowDown({ mailbox: undefined }, 1_000);
    const waiting = governor.enter({ mailbox: undefined, slots: 1, cost: 1 });
    expect(waiting).toBeInstanceOf(Promise);
    expect(governor.enter(callTo('a'))).not.toBeInstanceOf(Promise);
    await clock.advance(1_100);
    (await waiting).leave(false);
  });
});

describe('Planner', () => {
  test('waits as a whole when any of its calls was told to, and nobody else does', async () => {
    const { governor, clock } = openGovernor();
    const planner = { mailbox: undefined, service: 'planner' as const, slots: 1, cost: 1 };
    governor.slowDown(planner, 2_000);
    const pass = Promise.resolve(governor.enter(planner));
    let isStarted = false;
    void pass.then(() => (isStarted = true));
    expect(governor.enter(callTo('a'))).not.toBeInstanceOf(Promise);
    await clock.advance(1_999);
    expect(isStarted).toBe(false);
    await clock.advance(100);
    expect(isStarted).toBe(true);
    (await pass).leave(false);
  });
});

describe('being told how much is left', () => {
  const drives = { mailbox: undefined, service: 'sharepoint' as const };
  const call = { ...drives, slots: 1, cost: 1 };

  /** Starts `count` calls as soon as they may, each over at once, and notes when each did. */
  function startAll(governor: ThrottleGovernor, clock: ManualClock, count: number): number[] {
    const startedMs: number[] = [];
    const beginMs = clock.nowMs();
    for (let one = 0; one < count; one++)
      void Promise.resolve(governor.enter(call)).then((pass) => {
        startedMs.push(clock.nowMs() - beginMs);
        pass.leave(false);
      });
    return startedMs;
  }

  test('what is left is spread over the time until the window ends', async () => {
    const { governor, clock } = openGovernor();
    governor.hear(drives, { kind: 'units', remaining: 10, resetMs: 20_000 });
    const startedMs = startAll(governor, clock, 10);
    await clock.advance(21_000);
    expect(startedMs).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20].map((seconds) => seconds * 1_000));
  });

  test('calls go on as before when the window has ended', async () => {
    const { governor, clock } = openGovernor();
    governor.hear(drives, { kind: 'units', remaining: 2, resetMs: 20_000 });
    const startedMs = startAll(governor, clock, 30);
    await clock.advance(20_000);
    expect(startedMs).toHaveLength(30);
    expect(startedMs.slice(1).every((atMs) => atMs === 20_000)).toBe(true);
  });

  test('nothing starts before the window ends when nothing is left, or no more than is under way', async () => {
    const { governor, clock } = openGovernor();
    const underWay = [1, 2, 3].map(() => governor.enter(call) as Pass);
    governor.hear(drives, { kind: 'units', remaining: 3, resetMs: 5_000 });
    const startedMs = startAll(governor, clock, 1);
    for (const pass of underWay) pass.leave(false);
    await clock.advance(4_999);
    expect(startedMs).toEqual([]);
    await clock.advance(1);
    expect(startedMs).toEqual([5_000]);
  });

  test('the directory gets fewer calls at once from four fifths of its limit on, and none of it counts as throttled', () => {
    const { governor } = openGovernor();
    governor.hear({ mailbox: undefined }, { kind: 'share', share: 0.79 });
    expect(governor.stats().allowed.directory).toBe(8);
    governor.hear({ mailbox: undefined }, { kind: 'share', share: 0.8 });
    expect(governor.stats()).toMatchObject({ allowed: { directory: 4, outlook: 16 }, throttled: 0 });
  });
});

describe('Teams', () => {
  const message = (team: string) => ({
    mailbox: undefined,
    service: 'teams' as const,
    team,
    kind: 'channelMessages',
    slots: 1,
    cost: 1,
  });

  test('a team gets four calls a second, and another one its own', async () => {
    const { governor, clock } = openGovernor();
    for (let call = 0; call < 4; call++) (await governor.enter(message('a'))).leave(false);
    const fifth = governor.enter(message('a'));
    expect(fifth).toBeInstanceOf(Promise);
    expect(governor.enter(message('b'))).not.toBeInstanceOf(Promise);
    await clock.advance(1_250);
    (await fifth).leave(false);
  });

  test('messages of all channels together get twenty calls a second, other kinds theirs', async () => {
    const { governor, clock } = openGovernor();
    for (let team = 0; team < 20; team++) (await governor.enter(message(`team ${team}`))).leave(false);
    const next = governor.enter(message('one more'));
    expect(next).toBeInstanceOf(Promise);
    expect(governor.enter({ ...message('another'), kind: 'list' })).not.toBeInstanceOf(Promise);
    await clock.advance(1_250);
    (await next).leave(false);
  });

  test('a 429 stops the team and the kind of call, because nobody tells which was too much', () => {
    const { governor } = openGovernor();
    governor.slowDown(message('a'), 5_000);
    expect(governor.enter({ ...message('a'), kind: 'list' })).toBeInstanceOf(Promise);
    expect(governor.enter(message('b'))).toBeInstanceOf(Promise);
    expect(governor.enter({ ...message('c'), kind: 'list' })).not.toBeInstanceOf(Promise);
  });
});

describe('many mailboxes', () => {
  test('mailboxes take turns when the service is full', async () => {
    const { governor } = openGovernor({ outlook: { ...limits.outlook, maxInFlight: 1 } });
    const busy = governor.enter(callTo('x')) as Pass;
    const order: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) {
      void enterAs(governor, order, name).then((pass) => pass.leave(false));
    }
    busy.leave(false);
    for (let turn = 0; turn < 8; turn++) await settle();
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  });

  test('mailboxes that are done are forgotten, those with a spent window are not', async () => {
    const { governor, clock } = openGovernor();
    for (let one = 0; one < 1_024; one++) (await governor.enter(callTo(`old-${one}`))).leave(false);
    await clock.advance(120_000);
    (await governor.enter(callTo('recent'))).leave(false);
    (await governor.enter(callTo('newest'))).leave(false);
    expect(governor.usedInWindow('recent')).toBe(1);
    expect(governor.usedInWindow('old-1')).toBe(0);
  });
});

describe('the budget', () => {
  test('of Outlook is that of the fullest mailbox, of the others that of all calls', async () => {
    const { governor, clock } = openGovernor();
    for (let call = 0; call < 3; call++) (await governor.enter(callTo('a'))).leave(false);
    for (let call = 0; call < 7; call++) (await governor.enter(callTo('b'))).leave(false);
    const listing = { mailbox: undefined, service: 'sharepoint' as const, slots: 1, cost: 2 };
    for (let call = 0; call < 5; call++) (await governor.enter(listing)).leave(false);
    const budgets = new Map(governor.budgets().map(({ service, ...budget }) => [service, budget]));
    expect(budgets.get('outlook')).toEqual({ allowed: 100, used: 7, windowMs: 60_000, throttledMs: 0 });
    expect(budgets.get('sharepoint')).toMatchObject({ allowed: 1_200, used: 10, windowMs: 60_000 });
    expect(budgets.get('teams')).toMatchObject({ used: 0 });
    expect(budgets.has('directory')).toBe(false);
    await clock.advance(61_000);
    expect(governor.budgets().every(({ used }) => used === 0)).toBe(true);
  });

  test('counts time in which a service asked to keep away, and what overlaps once', async () => {
    const { governor, clock } = openGovernor();
    const throttledMs = () => governor.budgets().find(({ service }) => service === 'outlook')?.throttledMs;
    governor.slowDown({ mailbox: 'a' }, 5_000);
    governor.slowDown({ mailbox: 'b' }, 5_000);
    expect(throttledMs()).toBe(5_015);
    await clock.advance(60_000);
    governor.slowDown({ mailbox: 'a' }, 1_000);
    expect(throttledMs()).toBe(5_015 + 1_015);
  });
});

describe('a pause', () => {
  test('lets calls under way end, holds the others for as long as it takes, and then lets them go in their order', async () => {
    const { governor, clock } = openGovernor();
    const underWay = governor.enter(callTo('a')) as Pass;
    governor.pause();
    const order: string[] = [];
    for (const name of ['a1', 'a2', 'b1']) void enterAs(governor, order, name);
    underWay.leave(false);
    await clock.advance(3_600_000);
    expect(order).toEqual([]);
    expect(governor.stats()).toMatchObject({ inFlight: 0, waiting: 3, isPaused: true, pausedMs: 3_600_000 });
    governor.resume();
    await clock.advance(1_000);
    expect(order).toEqual(['a1', 'b1', 'a2']);
    expect(governor.stats()).toMatchObject({ inFlight: 3, isPaused: false, pausedMs: 3_600_000 });
  });

  test('outlasts the end of a Retry-After', async () => {
    const { governor, clock } = openGovernor();
    governor.slowDown({ mailbox: 'a' }, 1_000);
    const order: string[] = [];
    void enterAs(governor, order, 'a');
    governor.pause();
    await clock.advance(5_000);
    expect(order).toEqual([]);
    governor.resume();
    await settle();
    expect(order).toEqual(['a']);
  });
});

describe('giving up', () => {
  test('an aborted waiter leaves the line without taking a turn', async () => {
    const { governor } = openGovernor();
    const first = [1, 2, 3, 4].map(() => governor.enter(callTo('a')) as Pass);
    const abort = new AbortController();
    const aborted = Promise.resolve(governor.enter(callTo('a'), abort.signal));
    const order: string[] = [];
    void enterAs(governor, order, 'a behind');
    abort.abort(new Error('stopped by the user'));
    await expect(aborted).rejects.toThrow('stopped by the user');
    first[0]!.leave(false);
    await settle();
    expect(order).toEqual(['a behind']);
    expect(governor.stats()).toMatchObject({ inFlight: 4, waiting: 0 });
  });

  test('a closed governor refuses those who wait and those who come', async () => {
    const { governor } = openGovernor();
    governor.slowDown({ mailbox: 'a' }, 60_000);
    const waiting = governor.enter(callTo('a'));
    governor.close();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(() => governor.enter(callTo('b'))).toThrow('closed');
  });
});
