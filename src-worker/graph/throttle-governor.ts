/**
 * Decides when a call to Microsoft 365 may start, for everything in the process: at most four at once and 9,600 in ten
 * minutes per mailbox, so many resource units a minute in SharePoint and in ten seconds of the directory, four calls a
 * second to a team, none before a Retry-After has ended, further apart where a service says that little is left, and
 * fewer at once over all while it complains. Waiters of a mailbox go in order, mailboxes take turns. It sends nothing and
 * never looks into an answer.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Clock, Random } from '../../src-shared/model/clock.ts';
import type { WorkAhead } from './forecast.ts';
import { onAbort } from './on-abort.ts';
import type { LoadNews } from './load-news.ts';
import { ServiceState, type ServiceLimits } from './throttled-service.ts';
import {
  ThrottleLane,
  type CallRate,
  type CallSize,
  type LaneBudget,
  type WindowLimits,
} from './throttle-lane.ts';

/**
 * The parts of Graph whose limits differ. All calls of a service share a lane, but for Outlook's, one a mailbox, and
 * those of Teams that go to a team, one a team.
 */
const graphServices = ['outlook', 'directory', 'sharepoint', 'teams', 'planner'] as const;
export type GraphService = (typeof graphServices)[number];

export type ThrottleLimits = Readonly<Record<GraphService, ServiceLimits>>;

/** What Teams allows in a second; a fifth of it more, because calls that start a second apart may arrive closer. */
const teamsSecond = (requests: number): WindowLimits => ({ requests, windowMs: 1_200 });

/**
 * A little below what Microsoft documents: per mailbox 10,000 in 10 minutes and 4 at once; of the directory 3,500 resource
 * units in 10 seconds and of SharePoint 1,250 a minute in the smallest organizations, 6,250 in the largest; in Teams so many
 * calls of a kind a second, and 4 to one team (graph facts, section 2).
 */
export const documentedLimits: ThrottleLimits = {
  outlook: { lane: { slots: 4, window: { requests: 9_600, windowMs: 600_000 } }, maxInFlight: 64 },
  directory: { lane: { slots: 8, window: { requests: 3_300, windowMs: 10_000 } }, maxInFlight: 8 },
  sharepoint: {
    lane: { slots: 32, window: { requests: 1_200, windowMs: 60_000, learned: { least: 96, most: 6_000 } } },
    maxInFlight: 32,
  },
  teams: {
    lane: { slots: 4, window: teamsSecond(4) },
    shared: { slots: 16 },
    kinds: {
      other: teamsSecond(30),
      list: teamsSecond(60),
      channelMessages: teamsSecond(20),
      chatMessages: teamsSecond(20),
      export: teamsSecond(200),
    },
    maxInFlight: 32,
  },
  // Microsoft documents no limit of Planner and not of whom it is, so a Retry-After holds for all calls.
  planner: { lane: { slots: 8 }, maxInFlight: 8 },
};

/** Resource units a minute by the number of licences, the last without an end (graph facts, section 2). */
const unitTiers = [
  { licences: 1_000, units: 1_250 },
  { licences: 5_000, units: 2_500 },
  { licences: 15_000, units: 3_750 },
  { licences: 50_000, units: 5_000 },
  { licences: Number.POSITIVE_INFINITY, units: 6_250 },
] as const;

function unitsPerMinute(licences: number): number {
  const [{ units: fewest }] = unitTiers;
  return unitTiers.find((tier) => licences <= tier.licences)?.units ?? fewest;
}

/** Whom a call goes to. With `mailbox`, Outlook; always name one by the same id: two spellings would be two mailboxes. */
export interface CallPlace extends CallRate {
  readonly mailbox: string | undefined;
  /** Without a mailbox; the directory unless given. */
  readonly service?: GraphService | undefined;
}

/** Who calls, and how much: in resource units where the service counts those. */
export interface CallScope extends CallPlace, CallSize {}

/** The right to have one call under way. {@link leave} must be called exactly once. */
export interface Pass {
  /** `wasThrottled`: the call was answered with a request to slow down, so it does not count as a good one. */
  leave(wasThrottled: boolean): void;
}

/**
 * How much of a service's limit is used: of its fullest window, be that of a mailbox, a team, a kind of call or all of
 * it. `throttledMs` is how long the service asked somebody to keep away, times that overlap counted once.
 */
export interface ServiceBudget extends LaneBudget {
  readonly service: GraphService;
  readonly throttledMs: number;
}

/** What the governor did so far. `allowed` is the current ceiling of calls at once, per service. */
export interface ThrottleStats {
  readonly inFlight: number;
  readonly waiting: number;
  readonly waits: number;
  readonly waitedMs: number;
  readonly throttled: number;
  /** True while nothing may start because somebody asked for a pause. */
  readonly isPaused: boolean;
  /** Time in which that was so. */
  readonly pausedMs: number;
  readonly allowed: Readonly<Record<GraphService, number>>;
}

export interface GovernorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: ThrottleLimits;
}

/** From this share of its limit on, the directory tells how much is used; it refuses calls soon after all of it is. */
const strainedShare = 0.8;
/** Keeps us late rather than early when the clocks of two machines disagree in the last digit. */
const fenceMarginMs = 15;
const fenceSpreadMs = 25;
const lanesBeforeSweep = 1_024;

/** Where a call belongs. */
interface Place {
  readonly service: ServiceState;
  readonly lane: ThrottleLane;
}

/** The governor of one connection; share it between everything that calls with the same application. */
export class ThrottleGovernor {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #services: Readonly<Record<GraphService, ServiceState>>;
  readonly #lanes = new Map<string, ThrottleLane>();
  readonly #sharedLanes: Readonly<Record<GraphService, ThrottleLane>>;
  readonly #closing = new AbortController();
  #lanesAtSweep = lanesBeforeSweep;
  #waiting = 0;
  #waits = 0;
  #waitedMs = 0;
  #throttled = 0;
  #pausedSinceMs: number | undefined;
  #pausedMs = 0;

  constructor(options: GovernorOptions) {
    const limits = options.limits ?? documentedLimits;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#services = forEachService((name) => new ServiceState(limits[name], name === 'outlook'));
    this.#sharedLanes = forEachService((name) => new ThrottleLane(limits[name].shared ?? limits[name].lane));
  }

  /** Returns the pass at once when nothing stands in the way, and a promise of it otherwise. Rejects on abort. */
  enter(scope: CallScope, signal?: AbortSignal): Pass | Promise<Pass> {
    if (this.#closing.signal.aborted) throw closedError();
    signal?.throwIfAborted();
    const { service, lane } = this.#placeOf(scope);
    const nowMs = this.#clock.nowMs();
    const isFirst = !this.isPaused && lane.waiters.length === 0 && service.ring.length === 0;
    if (isFirst && this.#fits(service, lane, scope) && service.blockedUntilMs(lane, scope, nowMs) <= nowMs) {
      return this.#start(service, lane, scope);
    }
    return this.#wait({ service, lane }, scope, signal);
  }

  /** Takes in a 429, or a 503 with Retry-After: that place waits so long, and the service gets fewer calls at once. */
  slowDown(place: CallPlace, retryAfterMs: number): void {
    const { service, lane } = this.#placeOf(place);
    const nowMs = this.#clock.nowMs();
    this.#throttled += 1;
    const untilMs = nowMs + retryAfterMs + fenceMarginMs + this.#random() * fenceSpreadMs;
    lane.fence(untilMs);
    // Teams does not tell which of its limits was passed, that of the team or that of the kind.
    service.kindOf(place)?.fence(untilMs);
    service.countFence(nowMs, untilMs);
    service.cut(nowMs);
  }

  /** Takes in what an answer said of how much the service still takes, so that it need not come to a 429. */
  hear(place: CallPlace, news: LoadNews): void {
    const { service, lane } = this.#placeOf(place);
    const nowMs = this.#clock.nowMs();
    if (news.kind === 'units') {
      if (news.limit !== undefined) lane.heed(news.limit, news.resetMs);
      lane.spread(news.remaining, news.resetMs, nowMs);
    } else if (news.share >= strainedShare) service.cut(nowMs);
  }

  /** Takes in how many licences the organization has at the least: SharePoint allows more to larger ones. */
  noteLicences(licences: number): void {
    this.#sharedLanes.sharepoint.assume(unitsPerMinute(licences));
  }

  /** Lets nothing start until {@link resume}. Calls under way end; waiters keep their places. */
  pause(): void {
    this.#pausedSinceMs ??= this.#clock.nowMs();
  }

  resume(): void {
    this.#pausedMs = this.#pausedTimeMs();
    this.#pausedSinceMs = undefined;
    for (const name of graphServices) this.#pump(this.#services[name]);
  }

  get isPaused(): boolean {
    return this.#pausedSinceMs !== undefined;
  }

  #pausedTimeMs(): number {
    const sinceMs = this.#pausedSinceMs;
    return this.#pausedMs + (sinceMs === undefined ? 0 : this.#clock.nowMs() - sinceMs);
  }

  stats(): ThrottleStats {
    return {
      inFlight: graphServices.reduce((sum, name) => sum + this.#services[name].inFlight, 0),
      waiting: this.#waiting,
      waits: this.#waits,
      waitedMs: Math.round(this.#waitedMs),
      throttled: this.#throttled,
      isPaused: this.isPaused,
      pausedMs: this.#pausedTimeMs(),
      allowed: forEachService((name) => Math.floor(this.#services[name].allowed)),
    };
  }

  /** A budget for each service whose calls are limited in number. */
  budgets(): ServiceBudget[] {
    const nowMs = this.#clock.nowMs();
    const fullest = new Map<GraphService, LaneBudget>();
    const consider = (name: GraphService, budget: LaneBudget | undefined): void => {
      const known = fullest.get(name);
      if (budget !== undefined && (known === undefined || shareOf(budget) > shareOf(known)))
        fullest.set(name, budget);
    };
    for (const name of graphServices) {
      const { limits, kinds } = this.#services[name];
      consider(name, this.#sharedLanes[name].budget(nowMs));
      // A mailbox that nobody has asked for yet has all of its window.
      consider(name, limits.lane.window && budgetOf(limits.lane.window));
      for (const kind of kinds.values()) consider(name, kind.budget(nowMs));
    }
    for (const [key, lane] of this.#lanes) consider(serviceOfKey(key), lane.budget(nowMs));
    return [...fullest].map(([service, budget]) => {
      const throttledMs = Math.round(this.#services[service].throttledMs);
      return { service, ...budget, throttledMs };
    });
  }

  /** What all calls of each service have cost so far. */
  spent(): Readonly<Record<GraphService, number>> {
    return forEachService((name) => this.#services[name].past.cost);
  }

  /** How long its limits keep each service busy with the calls that wait and those that are known to come, from now. */
  forecastsMs(ahead: Readonly<Record<GraphService, WorkAhead>>): Readonly<Record<GraphService, number>> {
    const nowMs = this.#clock.nowMs();
    return forEachService((name) => {
      const own = [...this.#lanes].filter(([key]) => serviceOfKey(key) === name).map(([, lane]) => lane);
      return this.#services[name].forecastMs({ own, shared: this.#sharedLanes[name] }, ahead[name], nowMs);
    });
  }

  /** Calls to one mailbox in its current window. */
  usedInWindow(mailbox: string): number {
    return this.#lanes.get(laneKey('outlook', mailbox))?.used(this.#clock.nowMs()) ?? 0;
  }

  /** Refuses everybody who waits and everybody who comes. Calls under way may end. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closedError());
    for (const lane of [...Object.values(this.#sharedLanes), ...this.#lanes.values()]) {
      for (const waiter of lane.waiters.splice(0)) waiter.refuse(closedError());
    }
  }

  #placeOf({ mailbox, service = 'directory', team }: CallPlace): Place {
    if (mailbox !== undefined) return this.#ownLane('outlook', mailbox);
    if (team !== undefined) return this.#ownLane(service, team);
    return { service: this.#services[service], lane: this.#sharedLanes[service] };
  }

  #ownLane(name: GraphService, owner: string): Place {
    const service = this.#services[name];
    const key = laneKey(name, owner);
    const known = this.#lanes.get(key);
    if (known !== undefined) return { service, lane: known };
    if (this.#lanes.size >= this.#lanesAtSweep) this.#sweep();
    const lane = new ThrottleLane(service.limits.lane);
    this.#lanes.set(key, lane);
    return { service, lane };
  }

  /** Forgets idle mailboxes and teams, so that an organization of many thousands does not stay in memory. */
  #sweep(): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, lane] of this.#lanes) {
      if (lane.isForgettable(nowMs)) this.#lanes.delete(key);
    }
    this.#lanesAtSweep = this.#lanes.size + lanesBeforeSweep;
  }

  #fits(service: ServiceState, lane: ThrottleLane, size: CallSize): boolean {
    return service.inFlight < Math.floor(service.allowed) && lane.hasSlots(size);
  }

  #start(service: ServiceState, lane: ThrottleLane, size: CallSize): Pass {
    const nowMs = this.#clock.nowMs();
    lane.start(size, nowMs);
    service.kindOf(size)?.start(size, nowMs);
    service.begin(size);
    return {
      leave: (wasThrottled) => {
        lane.end(size);
        service.end(size, this.#clock.nowMs() - nowMs);
        if (!wasThrottled) service.recover();
        this.#enqueue(service, lane);
        this.#pump(service);
      },
    };
  }

  #wait({ service, lane }: Place, size: CallSize, signal?: AbortSignal): Promise<Pass> {
    this.#waiting += 1;
    this.#waits += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Pass>();
    const sinceMs = this.#clock.nowMs();
    const settle = (): void => {
      this.#waiting -= 1;
      this.#waitedMs += this.#clock.nowMs() - sinceMs;
      unwatch?.();
    };
    const waiter = {
      slots: size.slots,
      cost: size.cost,
      kind: size.kind,
      sinceMs,
      start: () => {
        settle();
        resolve(this.#start(service, lane, size));
      },
      refuse: (reason: Error) => {
        settle();
        reject(reason);
      },
    };
    const unwatch =
      signal &&
      onAbort(signal, () => {
        lane.waiters.splice(lane.waiters.indexOf(waiter), 1);
        waiter.refuse(signal.reason as Error);
        this.#enqueue(service, lane);
        this.#pump(service);
      });
    lane.waiters.push(waiter);
    this.#enqueue(service, lane);
    this.#pump(service);
    return promise;
  }

  #enqueue(service: ServiceState, lane: ThrottleLane): void {
    if (lane.isQueued || lane.isAsleep || lane.waiters.length === 0) return;
    lane.isQueued = true;
    service.ring.push(lane);
  }

  /** Starts what may start, one call a lane and turn. A lane that cannot go leaves the ring until something changes. */
  #pump(service: ServiceState): void {
    while (!this.isPaused && service.inFlight < Math.floor(service.allowed)) {
      const lane = service.ring.shift();
      if (lane === undefined) return;
      lane.isQueued = false;
      const first = lane.waiters[0];
      if (first === undefined || !lane.hasSlots(first)) continue;
      const nowMs = this.#clock.nowMs();
      const blockedUntilMs = service.blockedUntilMs(lane, first, nowMs);
      if (blockedUntilMs > nowMs) {
        this.#sleep({ service, lane }, blockedUntilMs - nowMs);
        continue;
      }
      lane.waiters.shift();
      first.start();
      this.#enqueue(service, lane);
    }
  }

  #sleep({ service, lane }: Place, delayMs: number): void {
    lane.isAsleep = true;
    const wake = (): void => {
      lane.isAsleep = false;
      this.#enqueue(service, lane);
      this.#pump(service);
    };
    this.#clock.sleep(delayMs, this.#closing.signal).then(wake, () => {
      lane.isAsleep = false;
    });
  }
}

function laneKey(service: GraphService, owner: string): string {
  return `${service} ${owner}`;
}

function serviceOfKey(key: string): GraphService {
  return graphServices.find((name) => key.startsWith(`${name} `)) ?? 'directory';
}

function shareOf({ used, allowed }: LaneBudget): number {
  return used / allowed;
}

function budgetOf({ requests: allowed, windowMs }: WindowLimits): LaneBudget {
  return { allowed, windowMs, used: 0 };
}

function closedError(): AppError {
  return new AppError(
    'cancelled',
    'The connection to Microsoft 365 was closed. What was saved so far stays saved.',
  );
}

function forEachService<T>(make: (name: GraphService) => T): Readonly<Record<GraphService, T>> {
  return Object.fromEntries(graphServices.map((name) => [name, make(name)])) as Record<GraphService, T>;
}
