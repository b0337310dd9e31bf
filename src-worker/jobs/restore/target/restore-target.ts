/**
 * Where a restore writes: a folder of this PC, or one .zip file. Paths are below the target, with '' for the target
 * itself, and made of safe names only, so nothing is ever written outside.
 */
import { join } from 'node:path';
import { AppError } from '../../../../src-shared/errors/app-error.ts';
import { UniqueNames, type EntryKind } from '../../../formats/file-name.ts';
import { isShortEnough } from './long-path.ts';
import type { StagedFile } from './staged-file.ts';

/** Where a whole file goes: its path, and whether what bears that name was there before the restore. */
export interface FilePlace {
  readonly path: string;
  readonly wasThere: boolean;
  readonly time: Date | undefined;
}

/** What became of a file: written, or left because what is there is to stay, or is the same. */
export type PutOutcome = 'written' | 'kept';

export abstract class RestoreTarget {
  /** As people know it; of a .zip file once it is whole, its path. */
  abstract readonly shownPath: string;
  /** Names taken in each folder that was written to. */
  readonly #names = new Map<string, UniqueNames>();
  readonly #paths = new Map<string, string>();

  abstract makeFolder(path: string): Promise<void>;
  /** A file in the making that can be put into the folder `path`. */
  abstract stage(path: string): Promise<StagedFile>;
  /** Gives a whole file its place. Whoever staged it discards it where this throws. */
  abstract put(staged: StagedFile, place: FilePlace): Promise<PutOutcome>;
  /** Nothing follows. */
  abstract end(): Promise<void>;
  /** After a failure: leaves nothing that is not whole. */
  abstract discard(): Promise<void>;

  /** What a folder had before the restore, and whether its names may be used again. */
  protected abstract entriesOf(path: string): Promise<ReadonlyMap<string, EntryKind>>;
  protected abstract readonly isReused: boolean;
  protected abstract absolutePath(path: string): string;

  async namesIn(folderPath: string): Promise<UniqueNames> {
    let names = this.#names.get(folderPath);
    if (names === undefined) {
      names = new UniqueNames(await this.entriesOf(folderPath), this.isReused);
      this.#names.set(folderPath, names);
    }
    return names;
  }

  /** The path that `key` was given before. */
  knownPath(key: string): string | undefined {
    return this.#paths.get(key);
  }

  /** The path of a folder of its own for `key`, the same whenever it is asked for. */
  async pathOnce(key: string, place: { folderPath: string; name: string }): Promise<string> {
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const path = await this.takeFolder(place);
    this.#paths.set(key, path);
    return path;
  }

  /** A folder that lies too deep for the system gets its place at the top. */
  async takeFolder({ folderPath, name }: { folderPath: string; name: string }): Promise<string> {
    const isDeep = !isShortEnough(this.absolutePath(join(folderPath, name)));
    const parentPath = isDeep ? '' : folderPath;
    return join(parentPath, (await this.namesIn(parentPath)).takeFolder(name));
  }
}

/** What a disk refused, as a failure of the target; `isDone` says what is whole. */
export function targetError(cause: unknown, { path, isDone }: { path: string; isDone: string }): AppError {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const options = { cause, details: { errno, targetPath: path } };
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new AppError(
      'target-full',
      `There is no space left at ${path}. ${isDone}; free some space and restore the rest.`,
      options,
    );
  }
  if (errno === 'EFBIG') {
    return new AppError(
      'target-full',
      `A file is larger than ${path} takes. ${isDone}; restore the rest to a disk that takes large files.`,
      options,
    );
  }
  if (errno === 'ENOENT') {
    return new AppError(
      'target-unwritable',
      `${path} is not there any more, or a folder in it. ${isDone} as far as they are still there; restore the rest to another folder.`,
      options,
    );
  }
  return new AppError(
    'target-unwritable',
    `Holdfast cannot write to ${path} (${errno}). ${isDone}; choose another folder for the rest.`,
    options,
  );
}
