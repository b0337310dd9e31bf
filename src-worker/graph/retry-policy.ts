/**
 * Decides whether a failed call is sent again and after how long. Exponential back-off with full jitter, a cap on the
 * attempts of one call, and a budget for all of them together, so that an outage is not answered with more load.
 * It neither sleeps nor sends.
 */
import type { Random } from '../../src-shared/model/clock.ts';
import type { Verdict } from './error-map.ts';

/** The numbers of the policy. */
export interface RetryLimits {
  /** How often one call is sent at most when it fails. */
  readonly attempts: number;
  /** The same for calls that are throttled: being told to wait is not a failure, so this is larger. */
  readonly throttledAttempts: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Retries that are allowed for each call that was made: 0.2 means a fifth more load at worst. */
  readonly budgetRatio: number;
  /** Retries that can be saved up; a session starts with this many. */
  readonly budgetSize: number;
}

export const defaultRetryLimits: RetryLimits = {
  attempts: 7,
  throttledAttempts: 25,
  firstDelayMs: 1_000,
  longestDelayMs: 60_000,
  budgetRatio: 0.2,
  budgetSize: 200,
};

/** `delayMs` undefined: give up. */
export interface RetryDecision {
  readonly delayMs: number | undefined;
  /** True when the whole lane should wait and not only this call, because the service asked for it. */
  readonly isThrottle: boolean;
}

/** What is known about a call that failed. `attempt` is 1 for the first time it was sent. */
export interface FailedAttempt {
  readonly verdict: Verdict;
  readonly attempt: number;
  readonly retryAfterMs: number | undefined;
  /** It does harm to do it twice, so only a refusal for its rate is followed by another attempt. */
  readonly isOnce?: boolean;
}

const giveUp: RetryDecision = { delayMs: undefined, isThrottle: false };

/** The retry policy of one connection; its budget is shared by all calls. */
export class RetryPolicy {
  readonly #limits: RetryLimits;
  readonly #random: Random;
  #budget: number;

  constructor(random: Random, limits: RetryLimits = defaultRetryLimits) {
    this.#limits = limits;
    this.#random = random;
    this.#budget = limits.budgetSize;
  }

  /** Every call earns a part of a retry. */
  callStarted(): void {
    this.#budget = Math.min(this.#limits.budgetSize, this.#budget + this.#limits.budgetRatio);
  }

  /** A 401 is not decided here: the caller renews its token once and then gives up. */
  decide(failed: FailedAttempt): RetryDecision {
    if (failed.isOnce === true && failed.verdict.code !== 'throttled') return giveUp;
    switch (failed.verdict.retry) {
      case 'never':
      case 'token':
        return giveUp;
      case 'once':
        return this.#spend(failed, 2);
      case 'backoff':
        return this.#spend(failed, this.#limits.attempts);
      case 'wait':
        return this.#wait(failed);
    }
  }

  /** The service said when to come back, or at least that it is too much: that costs no budget but is not endless. */
  #wait(failed: FailedAttempt): RetryDecision {
    const isThrottle = failed.verdict.code === 'throttled' || failed.retryAfterMs !== undefined;
    if (!isThrottle) return this.#spend(failed, this.#limits.attempts);
    if (failed.attempt >= this.#limits.throttledAttempts) return { delayMs: undefined, isThrottle };
    return { delayMs: failed.retryAfterMs ?? this.#backOffMs(failed.attempt), isThrottle };
  }

  #spend(failed: FailedAttempt, attempts: number): RetryDecision {
    if (failed.attempt >= attempts || this.#budget < 1) return giveUp;
    this.#budget -= 1;
    return { delayMs: this.#backOffMs(failed.attempt), isThrottle: false };
  }

  #backOffMs(attempt: number): number {
    const ceilingMs = Math.min(this.#limits.longestDelayMs, this.#limits.firstDelayMs * 2 ** (attempt - 1));
    return this.#random() * ceilingMs;
  }
}
