/**
 * How long requests take under Microsoft's limits: the real governor, in simulated time. It plans what it is given and
 * knows neither workloads nor what comes of an answer.
 */
import type { CallRate } from '../../src-worker/graph/throttle-lane.ts';
import {
  documentedLimits,
  ThrottleGovernor,
  type GraphService,
  type ThrottleLimits,
} from '../../src-worker/graph/throttle-governor.ts';
import { forEachConcurrent } from '../../src-worker/jobs/concurrency.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** Requests of one kind. `cost` is that of each, in resource units where the service counts those. */
export interface PlannedRequests extends CallRate {
  readonly service: GraphService;
  /** Whom they are about: a mailbox's limits are its own, and a run works on so many accounts at a time. */
  readonly account: string;
  readonly cost: number;
  readonly count: number;
}

interface PlanOptions {
  /** How long an answer takes. */
  readonly latencyMs: number;
  readonly accountsAtOnce: number;
  /** Requests about one account that a run has under way at the same time. */
  readonly requestsPerAccount: number;
  readonly limits?: ThrottleLimits;
}

/** `endMs` of a service is when its last answer came, counted from the start of the run. */
export interface PlannedDuration {
  readonly durationMs: number;
  readonly requests: number;
  /** Time that requests waited for their turn, all together. */
  readonly waitedMs: number;
  readonly endMs: ReadonlyMap<GraphService, number>;
}

/** Accounts are taken in the order in which `planned` names them first, the kinds of one in their order. */
export async function planDuration(
  planned: readonly PlannedRequests[],
  options: PlanOptions,
): Promise<PlannedDuration> {
  const clock = new SimulatedClock();
  const { limits = documentedLimits } = options;
  // Half of the spread of real chance, so that two plans of the same requests agree.
  const governor = new ThrottleGovernor({ clock, random: () => 0.5, limits });
  const endMs = new Map<GraphService, number>();
  const accounts = [...Map.groupBy(planned, ({ account }) => account).values()];
  const send = async ({ service, account, cost, kind, team }: PlannedRequests): Promise<void> => {
    const mailbox = service === 'outlook' ? account : undefined;
    const pass = await governor.enter({ mailbox, service, slots: 1, cost, kind, team });
    await clock.sleep(options.latencyMs);
    pass.leave(false);
    endMs.set(service, clock.nowMs());
  };
  const run = forEachConcurrent(accounts, options.accountsAtOnce, (kinds) =>
    forEachConcurrent(eachOf(kinds), options.requestsPerAccount, send),
  );
  await clock.runUntil(run);
  const requests = planned.reduce((sum, { count }) => sum + count, 0);
  return { durationMs: clock.nowMs(), requests, waitedMs: governor.stats().waitedMs, endMs };
}

function* eachOf(kinds: readonly PlannedRequests[]): Generator<PlannedRequests> {
  for (const kind of kinds) for (let sent = 0; sent < kind.count; sent += 1) yield kind;
}
