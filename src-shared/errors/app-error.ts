import type { ErrorCode } from './error-code.ts';

/** Facts about a failure that are safe to log and to show: no secret, no token, no message content. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** What {@link AppError} is made of. `retryable` means the same call may succeed later without anybody acting. */
export interface AppErrorOptions {
  readonly retryable?: boolean;
  readonly cause?: unknown;
  readonly details?: ErrorDetails;
}

/**
 * An operational failure with a closed cause. Thrown at the lowest layer that understands it and not wrapped again.
 * `message` is English for people: what happened, what it means for the data, what to do.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** True when `error` is an {@link AppError}, optionally with one of `codes`. */
export function isAppError(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}
