/**
 * The folder of this PC that a restore writes to. Writes below it only, never over a file that is there, and leaves no
 * torn file under its name. What the disk refuses becomes `target-full` or `target-unwritable`.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { UniqueNames } from '../../formats/file-name.ts';

/** Where a file goes; `take` gives its name once it is whole. */
export interface FilePlace {
  readonly folderPath: string;
  readonly take: () => string;
  readonly time: Date | undefined;
}

export class TargetFolder {
  readonly path: string;
  /** Names taken in each folder that was written to, files of before included. */
  readonly #names = new Map<string, UniqueNames>();
  readonly #paths = new Map<string, string>();
  readonly #restoredItems: () => number;

  /** `restoredItems` tells errors how much is done. */
  constructor(path: string, restoredItems: () => number) {
    this.path = path;
    this.#restoredItems = restoredItems;
  }

  async makeFolder(path: string): Promise<void> {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  async namesIn(folderPath: string): Promise<UniqueNames> {
    let names = this.#names.get(folderPath);
    if (names === undefined) {
      names = new UniqueNames();
      for (const existing of await readdir(folderPath).catch(() => [])) names.take(existing);
      this.#names.set(folderPath, names);
    }
    return names;
  }

  /** The path that `key` was given before. */
  knownPath(key: string): string | undefined {
    return this.#paths.get(key);
  }

  /** A path of its own for `key`, the same whenever it is asked for. */
  async pathOnce(key: string, { folderPath, name }: { folderPath: string; name: string }): Promise<string> {
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const path = join(folderPath, (await this.namesIn(folderPath)).take(name));
    this.#paths.set(key, path);
    return path;
  }

  /** Writes beside the final name first, so that a torn restore leaves no file that looks whole. Returns its bytes. */
  async writeFile(
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { folderPath, take, time }: FilePlace,
  ): Promise<number> {
    const temporaryPath = join(folderPath, `.holdfast-${randomBytes(6).toString('hex')}.part`);
    let sizeBytes = 0;
    let file: FileHandle | undefined;
    try {
      file = await open(temporaryPath, 'wx');
      for await (const piece of content) {
        await file.write(piece);
        sizeBytes += piece.length;
      }
      await file.close();
      file = undefined;
      if (time !== undefined) await utimes(temporaryPath, time, time);
      await link(temporaryPath, join(folderPath, take()));
      return sizeBytes;
    } catch (error) {
      throw isAppError(error) ? error : this.#errorOf(error);
    } finally {
      await file?.close();
      await unlink(temporaryPath).catch(() => undefined);
    }
  }

  #errorOf(cause: unknown): AppError {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const details = { errno, targetPath: this.path };
    const isDone = `${this.#restoredItems()} items are restored and whole`;
    if (errno === 'ENOSPC' || errno === 'EDQUOT') {
      return new AppError(
        'target-full',
        `There is no space left at ${this.path}. ${isDone}; free some space and restore the rest.`,
        { cause, details },
      );
    }
    return new AppError(
      'target-unwritable',
      `Holdfast cannot write to ${this.path} (${errno}). ${isDone}; choose another folder for the rest.`,
      { cause, details },
    );
  }
}
