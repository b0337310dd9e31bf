/**
 * Teams' limits of one application: so many requests of a kind in a second over the whole organization, and so many to
 * one team. Fixed windows; throttled requests count too.
 */
import type { TeamsLimitOptions } from '../options.ts';

export type TeamsCallKind = 'other' | 'list' | 'channelMessages' | 'chatMessages' | 'export';

const optionOf = {
  other: 'otherPerWindow',
  list: 'listsPerWindow',
  channelMessages: 'channelMessagesPerWindow',
  chatMessages: 'chatMessagesPerWindow',
  export: 'exportsPerWindow',
} as const satisfies Record<TeamsCallKind, keyof TeamsLimitOptions>;

export class TeamsLimits {
  options: TeamsLimitOptions;
  throttled = 0;
  #windowStartMs = 0;
  readonly #counts = new Map<string, number>();

  constructor(options: TeamsLimitOptions) {
    this.options = options;
  }

  /** Counts a request. Returns 0 when it may run, else the seconds of Retry-After. */
  enter({ kind, place }: { kind: TeamsCallKind; place: string | null }, nowMs: number): number {
    const { windowMs, perTeamPerWindow, isEnforced } = this.options;
    if (nowMs - this.#windowStartMs >= windowMs) {
      this.#windowStartMs = nowMs;
      this.#counts.clear();
    }
    const ofKind = this.#count(kind);
    const ofPlace = place === null ? 0 : this.#count(`place ${place}`);
    const isOver = ofKind > this.options[optionOf[kind]] || ofPlace > perTeamPerWindow;
    if (!isEnforced || !isOver) return 0;
    this.throttled += 1;
    return Math.max(0.001, Math.ceil(this.#windowStartMs + windowMs - nowMs) / 1_000);
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}
