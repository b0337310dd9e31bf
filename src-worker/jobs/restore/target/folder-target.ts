/** A folder of this PC. Never leaves a torn file under its name. */
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExistingMode } from '../../../../src-shared/contract/restore-contract.ts';
import type { AppError } from '../../../../src-shared/errors/app-error.ts';
import type { EntryKind } from '../../../formats/file-name.ts';
import { longPath } from './long-path.ts';
import { RestoreTarget, targetError, type FilePlace, type PutOutcome } from './restore-target.ts';
import { haveSameBytes, settleNew, settleOver } from './settle.ts';
import { StagedFile } from './staged-file.ts';

export interface FolderTargetOptions {
  readonly existing: ExistingMode;
  /** Tells errors how much is done. */
  readonly restoredItems: () => number;
}

export class FolderTarget extends RestoreTarget {
  readonly shownPath: string;
  readonly #options: FolderTargetOptions;
  /** They are made once: a target that goes in the middle, as a pulled disk does, is not made anew in another place. */
  readonly #made = new Set<string>();

  constructor(path: string, options: FolderTargetOptions) {
    super();
    this.shownPath = path;
    this.#options = options;
  }

  protected get isReused(): boolean {
    return this.#options.existing !== 'rename';
  }

  async makeFolder(path: string): Promise<void> {
    if (this.#made.has(path)) return;
    if (path !== '') await this.makeFolder(dirname(path) === '.' ? '' : dirname(path));
    try {
      await mkdir(this.absolutePath(path), { recursive: path === '' });
    } catch (error) {
      const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isThere || path === '') throw this.#errorOf(error);
    }
    this.#made.add(path);
  }

  stage(path: string): Promise<StagedFile> {
    return StagedFile.create(this.absolutePath(path), (cause) => this.#errorOf(cause));
  }

  async put(staged: StagedFile, { path, wasThere, time }: FilePlace): Promise<PutOutcome> {
    const { existing } = this.#options;
    await staged.close(time);
    const finalPath = this.absolutePath(path);
    try {
      const stays =
        wasThere &&
        (existing === 'skip' ||
          (existing === 'replace-if-different' && (await haveSameBytes(staged.path, finalPath))));
      if (stays) await staged.discard();
      else await (wasThere ? settleOver : settleNew)(staged.path, finalPath);
      return stays ? 'kept' : 'written';
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }

  protected async entriesOf(path: string): Promise<ReadonlyMap<string, EntryKind>> {
    const entries = await readdir(this.absolutePath(path), { withFileTypes: true }).catch(
      (error: unknown) => {
        // What is not there yet has nothing in it; of what cannot be listed nobody knows what would be written over.
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw this.#errorOf(error);
      },
    );
    return new Map(
      entries.map((entry) => [
        entry.name,
        entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other',
      ]),
    );
  }

  protected absolutePath(path: string): string {
    return longPath(join(this.shownPath, path));
  }

  #errorOf(cause: unknown): AppError {
    const isDone = `${this.#options.restoredItems()} items are restored and whole`;
    return targetError(cause, { path: this.shownPath, isDone });
  }
}
