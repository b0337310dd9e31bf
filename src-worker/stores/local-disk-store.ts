/**
 * A vault in a folder: local disks, and NFS or SMB mounts. An object is written to a temporary file, synced, linked
 * to its final name (which fails if the name is taken) and the folder is synced, so a crash leaves either the whole
 * object or a temporary file that the next opening removes. Knows nothing of what the bytes mean.
 */
import { randomBytes } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { link, mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { isProcessAlive } from './process-lock.ts';
import { storeError } from './store-error.ts';
import type { ByteRange, ObjectInfo, ObjectStore } from './store.ts';

const namePattern = /^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/;
const temporaryFolder = '.tmp';

/** Options of {@link openLocalDiskStore}. */
export interface LocalDiskStoreOptions {
  /** False skips fsync; only for tests that measure something else. */
  readonly isDurable?: boolean;
  /** Names this machine in temporary files, so that its next opening removes what a crash of its own left behind. */
  readonly agentName?: string;
}

/** Opens a folder as a store. Creates nothing: the first object that is written makes the folder where it is missing. */
export async function openLocalDiskStore(
  rootPath: string,
  options: LocalDiskStoreOptions = {},
): Promise<ObjectStore> {
  const agentName = options.agentName ?? 'agent';
  await removeDeadTemporaries(join(rootPath, temporaryFolder), agentName);
  return new LocalDiskStore(rootPath, options.isDurable ?? true, agentName);
}

/** Removes temporary files of this machine whose process is gone; those of other machines are theirs to remove. */
async function removeDeadTemporaries(folderPath: string, agentName: string): Promise<void> {
  const names = await readdir(folderPath).catch(() => []);
  for (const name of names) {
    const [owner, pid] = name.split('_');
    if (owner !== agentName || isProcessAlive(Number(pid))) continue;
    await unlink(join(folderPath, name)).catch(() => undefined);
  }
}

class LocalDiskStore implements ObjectStore {
  readonly location: string;
  readonly #isDurable: boolean;
  readonly #temporaryPrefix: string;
  readonly #knownFolders = new Set<string>();

  constructor(rootPath: string, isDurable: boolean, agentName: string) {
    this.location = rootPath;
    this.#isDurable = isDurable;
    this.#temporaryPrefix = join(rootPath, temporaryFolder, `${agentName}_${process.pid}_`);
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    yield* this.#listFolder(prefix.replace(/\/$/, ''));
  }

  async *#listFolder(folderName: string): AsyncIterable<ObjectInfo> {
    for (const entry of await this.#entries(folderName)) {
      const name = folderName === '' ? entry.name : `${folderName}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) yield* this.#listFolder(name);
      else if (entry.isFile()) yield* this.#info(name);
    }
  }

  async *#info(name: string): AsyncIterable<ObjectInfo> {
    try {
      yield { name, sizeBytes: (await stat(join(this.location, name))).size };
    } catch (error) {
      if (!isMissing(error)) throw storeError(error, this.location);
    }
  }

  async #entries(folderName: string): Promise<Dirent[]> {
    try {
      return await readdir(join(this.location, folderName), { withFileTypes: true });
    } catch (error) {
      if (isMissing(error)) return [];
      throw storeError(error, this.location);
    }
  }

  async read(name: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#path(name), constants.O_RDONLY);
      const length = range?.lengthBytes ?? (await file.stat()).size;
      return await readExactly(file, { offsetBytes: range?.offsetBytes ?? 0, lengthBytes: length });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storeError(error, this.location);
    } finally {
      await file?.close();
    }
  }

  async createIfAbsent(name: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const path = this.#path(name);
    const temporaryPath = this.#temporaryPrefix + randomBytes(12).toString('hex');
    try {
      await this.#ensureFolder(dirname(temporaryPath));
      await this.#ensureFolder(dirname(path));
      await this.#writeTemporary(temporaryPath, bytes);
      await link(temporaryPath, path);
      await this.#syncFolder(dirname(path));
      return 'created';
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return 'exists';
      throw storeError(error, this.location);
    } finally {
      await unlink(temporaryPath).catch(ignoreMissing);
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await unlink(this.#path(name));
    } catch (error) {
      if (!isMissing(error)) throw storeError(error, this.location);
    }
  }

  #path(name: string): string {
    if (!namePattern.test(name) || name.length > 200) {
      throw new AppError('internal', `"${name}" is not a name that a vault may use.`);
    }
    return join(this.location, name);
  }

  async #ensureFolder(folderPath: string): Promise<void> {
    if (this.#knownFolders.has(folderPath)) return;
    const made = await mkdir(folderPath, { recursive: true, mode: 0o700 });
    if (made !== undefined) await this.#syncFolder(dirname(made));
    this.#knownFolders.add(folderPath);
  }

  async #writeTemporary(path: string, bytes: Uint8Array): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      if (this.#isDurable) await file.sync();
    } finally {
      await file.close();
    }
  }

  async #syncFolder(folderPath: string): Promise<void> {
    if (!this.#isDurable || process.platform === 'win32') return;
    const folder = await open(folderPath, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

async function readExactly(file: FileHandle, range: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.lengthBytes);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, range.offsetBytes + filled);
    if (bytesRead === 0) {
      throw new AppError('pack-damaged', 'A file of the vault is shorter than its index says.', {
        details: { missingBytes: bytes.length - filled },
      });
    }
    filled += bytesRead;
  }
  return bytes;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error) && !hasCode(error, 'EROFS')) throw error;
}
