/**
 * A file in the making: it lies in the target under a name that nobody takes for a whole one, and gets its own name when
 * it is whole. What the disk refuses is told as the target tells it.
 */
import { randomBytes } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppError } from '../../../../src-shared/errors/app-error.ts';
import { longPath } from './long-path.ts';

export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Small pieces are held until so much of them is together. */
const heldBytesMost = 256 * 1024;

export class StagedFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #errorOf: (cause: unknown) => AppError;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #writtenBytes = 0;
  #isOpen = true;

  private constructor(path: string, file: FileHandle, errorOf: (cause: unknown) => AppError) {
    this.path = path;
    this.#file = file;
    this.#errorOf = errorOf;
  }

  /** `errorOf` makes a failure of the disk one of the target. */
  static async create(folderPath: string, errorOf: (cause: unknown) => AppError): Promise<StagedFile> {
    const path = longPath(join(folderPath, `.holdfast-${randomBytes(6).toString('hex')}.part`));
    const file = await open(path, 'wx+').catch((error: unknown) => {
      throw errorOf(error);
    });
    return new StagedFile(path, file, errorOf);
  }

  get sizeBytes(): number {
    return this.#writtenBytes + this.#heldBytes;
  }

  /** Keeps `piece` until it is written: whoever gives it must not change it. */
  async write(piece: Uint8Array): Promise<void> {
    if (piece.length === 0) return;
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes >= heldBytesMost) await this.#flush();
  }

  /** Throws what reading `content` throws, and what the disk refuses. */
  async writeAll(content: Pieces): Promise<void> {
    for await (const piece of content) await this.write(piece);
  }

  /** Takes back what was written behind the first `sizeBytes`. */
  async cutTo(sizeBytes: number): Promise<void> {
    await this.#flush();
    await this.#told(() => this.#file.truncate(sizeBytes));
    this.#writtenBytes = sizeBytes;
  }

  /** A piece of what was written. */
  async read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array> {
    await this.#flush();
    const bytes = Buffer.alloc(lengthBytes);
    const { bytesRead } = await this.#told(() => this.#file.read(bytes, 0, lengthBytes, offsetBytes));
    return bytes.subarray(0, bytesRead);
  }

  /** Ends the writing. */
  async close(time?: Date): Promise<void> {
    if (!this.#isOpen) return;
    await this.#flush();
    await this.#told(async () => {
      if (time !== undefined) await this.#file.utimes(time, time);
      this.#isOpen = false;
      await this.#file.close();
    });
  }

  /** Leaves nothing. Never throws: it is what is done after a failure. */
  async discard(): Promise<void> {
    if (this.#isOpen) await this.#file.close().catch(() => undefined);
    this.#isOpen = false;
    await unlink(this.path).catch(() => undefined);
  }

  /** A disk that is nearly full takes less than it is given, without a word. */
  async #flush(): Promise<void> {
    if (this.#heldBytes === 0) return;
    const [only] = this.#held;
    const all = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    await this.#told(async () => {
      for (let at = 0; at < all.length;) {
        const { bytesWritten } = await this.#file.write(all, at, all.length - at, this.#writtenBytes);
        at += bytesWritten;
        this.#writtenBytes += bytesWritten;
      }
    });
  }

  async #told<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.#errorOf(error);
    }
  }
}
