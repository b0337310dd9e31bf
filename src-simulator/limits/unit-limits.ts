/**
 * SharePoint's limits of one application: so many resource units in a minute and in a day, whoever is asked for. Tells
 * how much is left once most of a minute's units are used, and watches whether clients keep away as long as
 * Retry-After told them to.
 */
import type { UnitLimitOptions } from '../options.ts';
import { noManners, QuietTime, type Arrival, type RetryAfter } from './quiet-time.ts';

interface Window {
  startMs: number;
  used: number;
}

/** Headers appear from this share of the minute's units on. */
const tellFrom = 0.8;
const rememberedAgents = 20;

/** Windows begin with a call, whenever this process began. */
const notBegun: Window = { startMs: -Infinity, used: 0 };

/** Counts the resource units of the one application. */
export class UnitLimits {
  options: UnitLimitOptions;
  readonly manners = noManners();
  /** Units counted since the last reset. */
  total = 0;
  /** How often each User-Agent was seen; the first few only. */
  readonly agents = new Map<string, number>();
  #minute = notBegun;
  #day = notBegun;
  readonly #quiet = new QuietTime(this.manners);

  constructor(options: UnitLimitOptions) {
    this.options = options;
  }

  /** A call came, whatever will become of it. True when a Retry-After should have kept it away. */
  noteCall(arrival: Arrival): boolean {
    return this.#quiet.noteCall(arrival);
  }

  /** Counts a call. Returns 0 when it may run, else the seconds of Retry-After. Throttled calls count too. */
  enter(cost: number, nowMs: number, agent: string | undefined): number {
    const { minuteMs, dayMs, unitsPerMinute, unitsPerDay, isEnforced } = this.options;
    this.#count(agent ?? '');
    this.#minute = current(this.#minute, nowMs, minuteMs);
    this.#day = current(this.#day, nowMs, dayMs);
    this.#minute.used += cost;
    this.#day.used += cost;
    this.total += cost;
    if (!isEnforced) return 0;
    if (this.#day.used > unitsPerDay) return secondsLeft(this.#day, nowMs, dayMs);
    return this.#minute.used > unitsPerMinute ? secondsLeft(this.#minute, nowMs, minuteMs) : 0;
  }

  #count(agent: string): void {
    if (this.agents.size < rememberedAgents || this.agents.has(agent))
      this.agents.set(agent, (this.agents.get(agent) ?? 0) + 1);
  }

  /** The RateLimit headers to send now; none while plenty is left. */
  headers(nowMs: number): Record<string, string> {
    const { unitsPerMinute, minuteMs, isEnforced } = this.options;
    const { used } = this.#minute;
    if (!isEnforced || used < unitsPerMinute * tellFrom) return {};
    return {
      'RateLimit-Limit': String(unitsPerMinute),
      'RateLimit-Remaining': String(Math.max(0, Math.floor(unitsPerMinute - used))),
      'RateLimit-Reset': String(Math.ceil(secondsLeft(this.#minute, nowMs, minuteMs))),
    };
  }

  /** A call was answered with a Retry-After for the application. */
  sentRetryAfter(nowMs: number, retryAfter: RetryAfter): void {
    this.#quiet.begin(nowMs, retryAfter);
  }

  reset(): void {
    Object.assign(this.manners, noManners());
    this.total = 0;
    this.agents.clear();
  }
}

const current = (window: Window, nowMs: number, lengthMs: number): Window =>
  nowMs - window.startMs >= lengthMs ? { startMs: nowMs, used: 0 } : window;

const secondsLeft = (window: Window, nowMs: number, lengthMs: number): number =>
  Math.max(0.001, Math.ceil(window.startMs + lengthMs - nowMs) / 1_000);
