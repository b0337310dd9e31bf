/**
 * How long Microsoft's limits keep a service busy with the calls that are known to be left: what the windows of its lanes
 * still take, how many calls may be under way, and how long one of them is. A forecast, not a plan: it starts nothing,
 * and what nobody has told of is not in it.
 */
import { SlidingWindow } from './sliding-window.ts';
import type { LaneLimits, ThrottleLane } from './throttle-lane.ts';

/** Calls that are left for a service beside those that wait in its lanes. */
export interface WorkAhead {
  /** In requests, or resource units where the service counts those. */
  readonly cost: number;
  /** Accounts that are not done, which matters where each has limits of its own. */
  readonly accounts: number;
  readonly accountsAtOnce: number;
}

/** What is left for one lane. */
export interface LaneWork {
  readonly lane: ThrottleLane;
  readonly cost: number;
}

/** Accounts with limits of their own: what is left for those under way, and for each of those to come. */
interface AccountWork {
  readonly underWay: readonly LaneWork[];
  readonly toCome: number;
  readonly costOfEach: number;
  readonly atOnce: number;
  readonly limits: LaneLimits;
}

/** A service as the governor knows it. */
export interface ServiceWork {
  /** Of the lanes that all accounts share. */
  readonly lanes: readonly LaneWork[];
  readonly accounts: AccountWork | undefined;
  /** All that is left, in calls. */
  readonly calls: number;
  readonly callsAtOnce: number;
  /** How long a call took so far. */
  readonly callMs: number;
}

/** Milliseconds from now until the last call is done; 0 when nothing is left. */
export function forecastMs(work: ServiceWork, nowMs: number): number {
  const { lanes, accounts, calls, callsAtOnce, callMs } = work;
  if (calls === 0) return 0;
  const ofSlots = (calls * callMs) / Math.max(1, callsAtOnce);
  const ofAccounts = accounts === undefined ? 0 : accountsMs(accounts, nowMs);
  return Math.round(Math.max(lanesMs(lanes, nowMs), ofAccounts, ofSlots));
}

function lanesMs(lanes: readonly LaneWork[], nowMs: number): number {
  return Math.max(0, ...lanes.map(({ lane, cost }) => lane.allSpentMs(cost, nowMs) - nowMs));
}

/** Those to come begin with a window of which nothing is used, so many at a time. */
function accountsMs({ underWay, toCome, costOfEach, atOnce, limits }: AccountWork, nowMs: number): number {
  const { window } = limits;
  const ofEach =
    window === undefined ? 0 : new SlidingWindow(window.requests, window.windowMs).allSpentMs(costOfEach, 0);
  return lanesMs(underWay, nowMs) + Math.ceil(toCome / atOnce) * ofEach;
}
