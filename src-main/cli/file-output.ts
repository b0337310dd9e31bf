/** Files that a command writes beside the vault. None is ever written over another. */
import { AppError } from '../../src-shared/errors/app-error.ts';

/** The error for a file that could not be created. */
export function unwritableFile(path: string, cause: unknown): AppError {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return errno === 'EEXIST'
    ? new AppError(
        'target-exists',
        `${path} is there already. Nothing was written; choose another name, or remove it first.`,
        { cause, details: { path } },
      )
    : new AppError(
        'target-unwritable',
        `${path} cannot be written (${errno}). Nothing was written; check the folder and its permissions.`,
        { cause, details: { path, errno } },
      );
}
