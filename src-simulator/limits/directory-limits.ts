/**
 * The limits of one application on users, groups and applications, in resource units of ten seconds. Every answer tells
 * what it cost, and from four fifths of the limit on which share of it is used.
 */
import type { GraphCall } from '../graph/graph-call.ts';
import type { DirectoryLimitOptions } from '../options.ts';

const tellFrom = 0.8;
const mostToldShare = 1.8;
const shortPage = 20;

/** What Microsoft names in its table of costs; the rest costs 1. */
function listedCost([first = '', second, third]: readonly string[]): number {
  if (second === undefined) return first === 'users' || first === 'applications' ? 2 : 1;
  if (first !== 'groups') return 1;
  if (third === 'members') return 3;
  return third === 'transitiveMembers' ? 5 : 1;
}

/** Units of a call. */
export function directoryCost({ segments, query }: GraphCall): number {
  const isShort = Number(query.get('top') ?? shortPage) < shortPage;
  const less = Number(query.has('select')) + Number(isShort);
  return Math.max(1, listedCost(segments) - less + Number(query.has('expand')));
}

export class DirectoryLimits {
  options: DirectoryLimitOptions;
  throttled = 0;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(options: DirectoryLimitOptions) {
    this.options = options;
  }

  /** Counts a call. Returns 0 when it may run, else the seconds of Retry-After. */
  enter(cost: number, nowMs: number): number {
    const { windowMs, unitsPerWindow, isEnforced } = this.options;
    if (nowMs - this.#windowStartMs >= windowMs) {
      this.#windowStartMs = nowMs;
      this.#used = 0;
    }
    this.#used += cost;
    if (!isEnforced || this.#used <= unitsPerWindow) return 0;
    this.throttled += 1;
    return Math.max(0.001, Math.ceil(this.#windowStartMs + windowMs - nowMs) / 1_000);
  }

  /** Headers of an answer that cost so much. */
  headers(cost: number): Record<string, string> {
    const share = this.#used / this.options.unitsPerWindow;
    const told = Math.min(mostToldShare, share).toFixed(2);
    return {
      'x-ms-resource-unit': String(cost),
      ...(this.options.isEnforced && share >= tellFrom ? { 'x-ms-throttle-limit-percentage': told } : {}),
    };
  }
}
