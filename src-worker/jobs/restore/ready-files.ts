/** The files of one item: all of them are whole before the first gets its name, so that an item is there or is not. */
import { basename, dirname } from 'node:path';
import type { RestoreTarget } from './target/restore-target.ts';
import type { Pieces, StagedFile } from './target/staged-file.ts';

interface ReadyFile {
  readonly staged: StagedFile;
  readonly path: string;
}

export class ReadyFiles {
  readonly #target: RestoreTarget;
  readonly #time: Date | undefined;
  readonly #files: ReadyFile[] = [];

  constructor(target: RestoreTarget, time: Date | undefined) {
    this.#target = target;
    this.#time = time;
  }

  /** Writes what will be at `path`. It lies in `stagePath` until then, because its own folder may not be there yet. */
  async add(content: Pieces, { path, stagePath }: { path: string; stagePath: string }): Promise<void> {
    const staged = await this.#target.stage(stagePath);
    this.#files.push({ staged, path });
    await staged.writeAll(content);
    await staged.close(this.#time);
  }

  /** Gives all of them their names. Answers the bytes of what was written; undefined where all was there already. */
  async put(): Promise<number | undefined> {
    let bytes: number | undefined;
    for (const { staged, path } of this.#files) {
      const folderPath = dirname(path) === '.' ? '' : dirname(path);
      await this.#target.makeFolder(folderPath);
      const wasThere = (await this.#target.namesIn(folderPath)).wasThere(basename(path));
      const outcome = await this.#target.put(staged, { path, wasThere, time: this.#time });
      if (outcome === 'written') bytes = (bytes ?? 0) + staged.sizeBytes;
    }
    return bytes;
  }

  /** Leaves nothing of those that have no name yet. */
  async discard(): Promise<void> {
    for (const { staged } of this.#files) await staged.discard();
  }
}
