/** Maps failures of the file system to the closed set of causes, in one place for all file-like stores. */
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';

/** The `AppError` for a failure of Node's fs at `location`; an `AppError` passes through unchanged. */
export function storeError(error: unknown, location: string): AppError {
  if (isAppError(error)) return error;
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const details = { errno, location };
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new AppError(
        'store-full',
        `There is no space left at ${location}. What was committed before is safe; free some space and run again.`,
        { cause: error, details, retryable: true },
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'store-read-only',
        `Holdfast may not write to ${location}. Nothing was changed; grant write access or choose another folder.`,
        { cause: error, details },
      );
    default:
      return new AppError(
        'store-unavailable',
        `The vault at ${location} cannot be reached (${errno}). Nothing was lost; check the disk or the mount.`,
        { cause: error, details, retryable: true },
      );
  }
}
