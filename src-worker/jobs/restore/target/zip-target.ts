/**
 * One .zip file (ZIP64 where sizes ask for it, names in UTF-8) with the tree that a folder would get. It is written beside
 * its place, and gets its name when it is whole. Each file is whole on the disk before it goes in, so that an item that
 * turns out to be damaged leaves nothing behind.
 */
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, sep } from 'node:path';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { ExistingMode } from '../../../../src-shared/contract/restore-contract.ts';
import { AppError, isAppError } from '../../../../src-shared/errors/app-error.ts';
import { UniqueNames, type EntryKind } from '../../../formats/file-name.ts';
import { longPath } from './long-path.ts';
import { RestoreTarget, targetError, type FilePlace, type PutOutcome } from './restore-target.ts';
import { settleNew, settleOver } from './settle.ts';
import { StagedFile } from './staged-file.ts';

/** Readable by all, written by their owner: what an unpacked file may be. */
const fileMode = 0o100644;
/** Yazl's own mark of a file that is in, all of it. */
const doneState = 3;

export class ZipTarget extends RestoreTarget {
  #shownPath: string;
  readonly #isReplacing: boolean;
  readonly #folderPath: string;
  readonly #zip = new ZipFile();
  /** What yazl holds of files that are in: kept from it, because for each file it would look through all before it. */
  readonly #doneEntries: unknown[] = [];
  readonly #made = new Set<string>();
  readonly #whole: StagedFile;
  readonly #written: Promise<void>;
  /** What goes in just now: where the .zip file cannot be written, nobody would read it to its end. */
  #reading: ReadStream | undefined;
  #failure: Error | undefined;

  private constructor(path: string, whole: StagedFile, isReplacing: boolean) {
    super();
    this.#shownPath = path;
    this.#folderPath = dirname(path);
    this.#isReplacing = isReplacing;
    this.#whole = whole;
    const failed = once(this.#zip, 'error').then(([error]: unknown[]) => {
      throw error;
    });
    const written = pipeline(this.#zip.outputStream, createWriteStream(whole.path, { flags: 'r+' }));
    this.#written = Promise.race([written, failed]);
    this.#written.catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#reading?.destroy(this.#failure);
    });
  }

  /** Throws `target-exists` for a file that is there and is to stay, and what the disk refuses. */
  static async open(path: string, existing: ExistingMode): Promise<ZipTarget> {
    const folderPath = longPath(dirname(path));
    const toldError = (cause: unknown) => zipError(cause, path);
    try {
      await mkdir(folderPath, { recursive: true });
      const names = new Set(await readdir(folderPath));
      const name = basename(path);
      const isThere = names.has(name);
      if (isThere && existing === 'skip')
        throw new AppError(
          'target-exists',
          `${path} exists and was left as it is. Nothing was restored; name another file.`,
        );
      const finalName = existing === 'rename' ? freeName(name, names) : name;
      const whole = await StagedFile.create(folderPath, toldError);
      return new ZipTarget(join(dirname(path), finalName), whole, isThere && existing !== 'rename');
    } catch (error) {
      throw isAppError(error) ? error : toldError(error);
    }
  }

  get shownPath(): string {
    return this.#shownPath;
  }

  protected get isReused(): boolean {
    return false;
  }

  async makeFolder(path: string): Promise<void> {
    if (path === '' || this.#made.has(path)) return;
    this.#made.add(path);
    const parentPath = dirname(path);
    if (parentPath !== '.') await this.makeFolder(parentPath);
    this.#zip.addEmptyDirectory(zipPath(path));
    this.#putAside();
  }

  stage(): Promise<StagedFile> {
    return StagedFile.create(longPath(this.#folderPath), (cause) => this.#errorOf(cause));
  }

  async put(staged: StagedFile, { path, time }: FilePlace): Promise<PutOutcome> {
    await staged.close();
    const { sizeBytes: size } = staged;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      this.#reading = createReadStream(staged.path);
      const options = { size, mode: fileMode, ...(time === undefined ? {} : { mtime: time }) };
      this.#zip.addReadStream(this.#reading, zipPath(path), options);
      await once(this.#reading, 'close');
    } catch (error) {
      throw this.#errorOf(error);
    }
    this.#putAside();
    await staged.discard();
    return 'written';
  }

  async end(): Promise<void> {
    try {
      const inside = this.#zip as unknown as { entries: unknown[] };
      inside.entries = [...this.#doneEntries, ...inside.entries];
      this.#zip.end();
      await this.#written;
      await this.#whole.close();
      const path = longPath(this.#shownPath);
      await (this.#isReplacing ? settleOver : settleNew)(this.#whole.path, path);
    } catch (error) {
      throw isAppError(error) ? error : this.#errorOf(error);
    }
  }

  async discard(): Promise<void> {
    await this.#whole.discard();
  }

  protected entriesOf(): Promise<ReadonlyMap<string, EntryKind>> {
    return Promise.resolve(new Map());
  }

  /** Readers that unpack have limits of their own on paths. */
  protected absolutePath(path: string): string {
    return path;
  }

  #putAside(): void {
    const { entries } = this.#zip as unknown as { entries: { state: number }[] };
    while (entries[0] !== undefined && entries[0].state >= doneState) this.#doneEntries.push(entries.shift());
  }

  #errorOf(cause: unknown): AppError {
    return zipError(cause, this.#shownPath);
  }
}

function zipError(cause: unknown, path: string): AppError {
  return targetError(cause, { path, isDone: 'No .zip file was left, because it would not have been whole' });
}

const zipPath = (path: string): string => path.replaceAll(sep, '/');

function freeName(name: string, taken: ReadonlySet<string>): string {
  const names = new UniqueNames(new Map([...taken].map((one) => [one, 'file'])));
  const extension = extname(name);
  return names.take(basename(name, extension), extension);
}
