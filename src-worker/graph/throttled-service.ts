/**
 * One service of the throttle governor over all its lanes: its ceiling of calls at once, the limits by kind of call, and
 * what its calls have cost so far. It starts nothing; the governor does.
 */
import { forecastMs, type LaneWork, type WorkAhead } from './forecast.ts';
import {
  ThrottleLane,
  type CallRate,
  type CallSize,
  type LaneLimits,
  type WindowLimits,
} from './throttle-lane.ts';

/** One 429 is often followed by those of the calls beside it; together they count as one reason to slow down. */
const cutIntervalMs = 1_000;
const smallestCeiling = 4;

/** Limits of one service: per lane, and `maxInFlight` calls over all lanes. */
export interface ServiceLimits {
  readonly lane: LaneLimits;
  /** Of the lane of all calls that have none of their own; as the others unless given. */
  readonly shared?: LaneLimits;
  /** Over all lanes, by kind of call; a kind that is not named here is not limited. */
  readonly kinds?: Readonly<Record<string, WindowLimits>>;
  readonly maxInFlight: number;
}

/** The lanes of a service: those of mailboxes or teams, and that of all other calls. */
interface ServiceLanes {
  readonly own: readonly ThrottleLane[];
  readonly shared: ThrottleLane;
}

/** The calls of one service over all its lanes. `ring` holds lanes whose first waiter may be able to start. */
export class ServiceState {
  readonly ring: ThrottleLane[] = [];
  readonly limits: ServiceLimits;
  /** Limits over all lanes. Their slots are without number; only their budgets and fences hold calls back. */
  readonly kinds: ReadonlyMap<string, ThrottleLane>;
  inFlight = 0;
  allowed: number;
  lastCutMs = Number.NEGATIVE_INFINITY;
  throttledMs = 0;
  /** Calls so far, what they cost, and how long those took that have ended. */
  readonly past = { calls: 0, cost: 0, ended: 0, lastedMs: 0 };
  readonly #hasOwnLanes: boolean;
  #fencedUntilMs = Number.NEGATIVE_INFINITY;

  /** `hasMailboxes`: every call has a lane of its mailbox. */
  constructor(limits: ServiceLimits, hasMailboxes: boolean) {
    this.limits = limits;
    this.#hasOwnLanes = hasMailboxes || limits.shared !== undefined;
    this.allowed = limits.maxInFlight;
    this.kinds = new Map(
      Object.entries(limits.kinds ?? {}).map(([kind, window]) => [
        kind,
        new ThrottleLane({ slots: Number.POSITIVE_INFINITY, window }),
      ]),
    );
  }

  kindOf({ kind }: CallRate): ThrottleLane | undefined {
    return kind === undefined ? undefined : this.kinds.get(kind);
  }

  /** The time before which a call may not start, or `nowMs`. */
  blockedUntilMs(lane: ThrottleLane, size: CallSize, nowMs: number): number {
    const ofKind = this.kindOf(size)?.blockedUntilMs(size, nowMs) ?? nowMs;
    return Math.max(ofKind, lane.blockedUntilMs(size, nowMs));
  }

  /** Counts the time until `untilMs` as throttled, unless it is counted already. */
  countFence(nowMs: number, untilMs: number): void {
    this.throttledMs += Math.max(0, untilMs - Math.max(nowMs, this.#fencedUntilMs));
    this.#fencedUntilMs = Math.max(this.#fencedUntilMs, untilMs);
  }

  /** Fewer at once from now on; a burst of reasons counts as one. */
  cut(nowMs: number): void {
    if (nowMs - this.lastCutMs < cutIntervalMs) return;
    this.lastCutMs = nowMs;
    this.allowed = Math.max(Math.min(smallestCeiling, this.limits.maxInFlight), this.allowed / 2);
  }

  /** One more call at once for every round of calls that went well. */
  recover(): void {
    this.allowed = Math.min(this.limits.maxInFlight, this.allowed + 1 / this.allowed);
  }

  begin({ cost }: CallSize): void {
    this.inFlight += 1;
    this.past.calls += 1;
    this.past.cost += cost;
  }

  end(size: CallSize, lastedMs: number): void {
    this.kindOf(size)?.end(size);
    this.inFlight -= 1;
    this.past.ended += 1;
    this.past.lastedMs += lastedMs;
  }

  /** In how long what waits in its lanes and what is to come will be done. */
  forecastMs(lanes: ServiceLanes, ahead: WorkAhead, nowMs: number): number {
    const { calls, cost, ended, lastedMs } = this.past;
    const waiters = [...lanes.own, lanes.shared].flatMap((lane) => lane.waiters);
    const accounts = this.#hasOwnLanes ? this.#accountsOf(lanes, ahead) : undefined;
    const { slots } = this.limits.lane;
    const slotsOfAccounts = slots * Math.max(1, Math.min(ahead.accounts, ahead.accountsAtOnce));
    const work = {
      lanes: this.#sharedWork(lanes.shared, waiters, ahead.cost),
      accounts,
      calls: waiters.length + ahead.cost * (cost === 0 ? 1 : calls / cost),
      callsAtOnce: Math.min(Math.floor(this.allowed), accounts === undefined ? Infinity : slotsOfAccounts),
      callMs: ended === 0 ? 0 : lastedMs / ended,
    };
    return forecastMs(work, nowMs);
  }

  /** What is to come is of the same kinds as what came so far, and goes to the lane of all unless accounts have theirs. */
  #sharedWork(shared: ThrottleLane, waiters: readonly CallSize[], aheadCost: number): LaneWork[] {
    const kinds = [...this.kinds].map(([kind, lane]) => {
      const share = this.past.cost === 0 ? 0 : lane.spent / this.past.cost;
      return { lane, cost: share * aheadCost + costOfAll(waiters.filter((one) => one.kind === kind)) };
    });
    const ofAll = costOfAll(shared.waiters) + (this.#hasOwnLanes ? 0 : aheadCost);
    return [{ lane: shared, cost: ofAll }, ...kinds];
  }

  #accountsOf({ own }: ServiceLanes, { cost, accounts, accountsAtOnce }: WorkAhead) {
    const costOfEach = accounts === 0 ? 0 : cost / accounts;
    const isUnderWay = ({ inFlight, waiters }: ThrottleLane) => inFlight > 0 || waiters.length > 0;
    const underWay = own
      .filter(isUnderWay)
      .map((lane) => ({ lane, cost: costOfEach + costOfAll(lane.waiters) }));
    return {
      underWay,
      toCome: Math.max(0, accounts - underWay.length),
      costOfEach,
      atOnce: accountsAtOnce,
      limits: this.limits.lane,
    };
  }
}

function costOfAll(calls: readonly CallSize[]): number {
  return calls.reduce((sum, { cost }) => sum + cost, 0);
}
