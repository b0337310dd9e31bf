/** Where this machine keeps what belongs to it and not to a vault: records, sealed secrets, catalogs, journals. */
import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors/app-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The files and folders in the data folder. */
export interface DataFolder {
  readonly path: string;
  readonly recordsPath: string;
  readonly secretsPath: string;
  readonly catalogsPath: string;
  readonly journalsPath: string;
}

/** The data folder: HOLDFAST_HOME, or the place that the platform has for such things. Creates nothing. */
export function locateDataFolder(env: Environment, platform: NodeJS.Platform): DataFolder {
  const path = resolve(env['HOLDFAST_HOME'] ?? platformFolder(env, platform));
  return {
    path,
    recordsPath: join(path, 'state.db'),
    secretsPath: join(path, 'secrets.sealed'),
    catalogsPath: join(path, 'catalogs'),
    journalsPath: join(path, 'journals'),
  };
}

/** Makes the data folder, for its owner only. Throws `store-read-only` where that is not possible. */
export function makeDataFolder(folder: DataFolder): void {
  try {
    mkdirSync(folder.path, { recursive: true, mode: 0o700 });
    chmodSync(folder.path, 0o700);
  } catch (error) {
    throw unusableDataFolder(folder, error);
  }
}

/** The error for a data folder that cannot be used. */
export function unusableDataFolder(folder: DataFolder, cause: unknown): AppError {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return new AppError(
    'store-read-only',
    `Holdfast cannot keep its records in ${folder.path} (${errno}). Nothing was changed; make that folder writable, or name another one in HOLDFAST_HOME.`,
    { cause, details: { errno, path: folder.path } },
  );
}

function platformFolder(env: Environment, platform: NodeJS.Platform): string {
  const home = homedir();
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Holdfast');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Holdfast');
  return join(env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'holdfast');
}
