/** Makes something through calls that may be cut off before or after their work: looks before it tries again. */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { Clock } from '../../../src-shared/model/clock.ts';
import type { RetryLimits } from '../../graph/retry-policy.ts';

/** How something is made, and how it is found if it was made. Both reject with `AppError`. */
export interface OnceMade<T> {
  readonly make: () => Promise<T>;
  readonly find: () => Promise<T | undefined>;
  /** Set where an earlier attempt may have made it. */
  readonly isAgain: boolean;
}

export interface Patience {
  readonly clock: Clock;
  readonly limits: Pick<RetryLimits, 'attempts' | 'firstDelayMs' | 'longestDelayMs'>;
  readonly signal: AbortSignal;
}

/** Rejects with the error of the last attempt. */
export async function makeOnce<T>(
  { make, find, isAgain }: OnceMade<T>,
  { clock, limits, signal }: Patience,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const found = isAgain || attempt > 1 ? await find() : undefined;
    if (found !== undefined) return found;
    try {
      return await make();
    } catch (error) {
      if (!isAppError(error) || !error.retryable || attempt === limits.attempts) throw error;
    }
    const pauseMs = Math.min(limits.longestDelayMs, limits.firstDelayMs * 2 ** (attempt - 1));
    await clock.sleep(pauseMs, signal);
  }
}
