/**
 * One lane of the throttle governor: the calls to one mailbox or team (or to the directory), their fence, their budget
 * and their pace.
 * A lane only answers whether a call fits and keeps its queue; it starts no timer and knows no other lane.
 */
import { SlidingWindow } from './sliding-window.ts';

/** What Microsoft allows for the calls of one lane. */
export interface LaneLimits {
  /** Calls under way at the same time. */
  readonly slots: number;
  /** Calls in a sliding window; without it, the number is not limited. */
  readonly window?: WindowLimits;
}

/** So many requests, or resource units where a service counts those, in any `windowMs`. */
export interface WindowLimits {
  readonly requests: number;
  readonly windowMs: number;
  /** Set where the number depends on the organization: what it may turn out to be. */
  readonly learned?: { readonly least: number; readonly most: number };
}

/** `kind` names a limit over all lanes of a service, `team` a lane of its own. */
export interface CallRate {
  readonly kind?: string | undefined;
  readonly team?: string | undefined;
}

/** What one call takes: a batch takes as many slots as it runs inner calls at once, and costs all of them. */
export interface CallSize {
  readonly slots: number;
  readonly cost: number;
  readonly kind?: string | undefined;
}

/** How full a window is, in requests or resource units. */
export interface LaneBudget {
  readonly allowed: number;
  readonly used: number;
  readonly windowMs: number;
}

/** A call that waits for its turn. `start` is called once, or `refuse` is. */
export interface Waiter extends CallSize {
  readonly sinceMs: number;
  readonly start: () => void;
  readonly refuse: (reason: Error) => void;
}

/** As much of a limit is used: clocks differ, and calls under way may be counted late. */
const keptShare = 0.96;

/** The state of one lane. Waiters leave it in the order in which they came. */
export class ThrottleLane {
  readonly waiters: Waiter[] = [];
  isQueued = false;
  isAsleep = false;
  /** Cost of all calls so far. */
  spent = 0;
  #inFlight = 0;
  #fenceUntilMs = 0;
  /** While a service says that little is left: calls start so far apart that it lasts until the window ends. */
  #pace: { readonly untilMs: number; readonly msPerUnit: number } | undefined;
  #nextStartMs = 0;
  readonly #slots: number;
  readonly #window: SlidingWindow | undefined;
  readonly #allowed: WindowLimits | undefined;
  #isTold = false;

  constructor(limits: LaneLimits) {
    this.#slots = limits.slots;
    this.#allowed = limits.window;
    this.#window = limits.window && new SlidingWindow(limits.window.requests, limits.window.windowMs);
  }

  /** Calls under way, in slots. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Calls of the current window. */
  used(nowMs: number): number {
    return this.#window?.used(nowMs) ?? 0;
  }

  /** What the window allows and what of it is used; undefined where the number of calls is not limited. */
  budget(nowMs: number): LaneBudget | undefined {
    if (this.#allowed === undefined || this.#window === undefined) return undefined;
    return { allowed: this.#window.limit, windowMs: this.#allowed.windowMs, used: this.used(nowMs) };
  }

  /** Takes the limit that the service itself tells of the window that ends in `resetMs`. One that cannot be is left. */
  heed(limit: number, resetMs: number): void {
    const { learned, windowMs = 0 } = this.#allowed ?? {};
    const kept = Math.floor(limit * keptShare);
    if (learned === undefined || this.#window === undefined || resetMs > windowMs) return;
    if (kept < learned.least || kept > learned.most) return;
    this.#window.limit = kept;
    this.#isTold = true;
  }

  /** Takes a limit that is likely, until the service itself tells one. */
  assume(limit: number): void {
    const { learned } = this.#allowed ?? {};
    if (learned === undefined || this.#window === undefined || this.#isTold) return;
    this.#window.limit = Math.min(learned.most, Math.max(learned.least, Math.floor(limit * keptShare)));
  }

  /** The end of the fence or of a spent window, or `nowMs` when time does not stand in the way. */
  blockedUntilMs(size: CallSize, nowMs: number): number {
    if (this.#fenceUntilMs > nowMs) return this.#fenceUntilMs;
    if (this.#pace !== undefined && this.#pace.untilMs > nowMs && this.#nextStartMs > nowMs)
      return Math.min(this.#nextStartMs, this.#pace.untilMs);
    if (this.#window === undefined || this.#window.hasRoom(size.cost, nowMs)) return nowMs;
    return this.#window.nextRoomMs(nowMs);
  }

  /** When calls of this cost could all have started, if they come as soon as they may. */
  allSpentMs(cost: number, nowMs: number): number {
    const fromMs = Math.max(nowMs, this.#fenceUntilMs);
    if (cost === 0) return nowMs;
    const byWindowMs = this.#window?.allSpentMs(cost, nowMs) ?? nowMs;
    if (this.#pace === undefined || this.#pace.untilMs <= nowMs) return Math.max(fromMs, byWindowMs);
    const byPaceMs = Math.max(nowMs, this.#nextStartMs) + cost * this.#pace.msPerUnit;
    return Math.max(fromMs, byWindowMs, Math.min(byPaceMs, this.#pace.untilMs));
  }

  /** True when enough calls have ended. A call larger than the lane fits when it is alone. */
  hasSlots(size: CallSize): boolean {
    return this.#inFlight + size.slots <= this.#slots || this.#inFlight === 0;
  }

  /** Takes the slots and the budget of a call that fits. */
  start(size: CallSize, nowMs: number): void {
    this.#inFlight += size.slots;
    this.spent += size.cost;
    this.#window?.spend(size.cost, nowMs);
    if (this.#pace === undefined) return;
    if (this.#pace.untilMs <= nowMs) this.#pace = undefined;
    else this.#nextStartMs = Math.max(nowMs, this.#nextStartMs) + size.cost * this.#pace.msPerUnit;
  }

  /** Gives back the slots of a call; its budget stays spent until the window has moved on. */
  end(size: CallSize): void {
    this.#inFlight -= size.slots;
  }

  /**
   * Spreads what is left over the time until the window ends; nothing starts before then when nothing is. Calls under way
   * may not be counted yet, so they are taken off.
   */
  spread(remaining: number, resetMs: number, nowMs: number): void {
    const left = remaining - this.#inFlight;
    if (left <= 0) {
      this.fence(nowMs + resetMs);
      return;
    }
    const msPerUnit = resetMs / left;
    this.#pace = { untilMs: nowMs + resetMs, msPerUnit };
    this.#nextStartMs = Math.max(this.#nextStartMs, nowMs + msPerUnit);
  }

  /** Lets no call start before `untilMs`. Of several fences the latest wins. */
  fence(untilMs: number): void {
    this.#fenceUntilMs = Math.max(this.#fenceUntilMs, untilMs);
  }

  /** True when forgetting this lane would change nothing. */
  isForgettable(nowMs: number): boolean {
    const isIdle = this.#inFlight === 0 && this.waiters.length === 0 && !this.isAsleep;
    return isIdle && this.#fenceUntilMs <= nowMs && this.used(nowMs) === 0;
  }
}
