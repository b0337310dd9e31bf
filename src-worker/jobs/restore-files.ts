/**
 * Restores items and folders of a snapshot to a folder of this PC: messages as .eml files with the bytes that Microsoft
 * 365 gave, files as they were, everything else as the JSON that it gave, with its attachments beside it. Writes below
 * the target only, never over a file that is there, and goes on past an item that is damaged.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import type { JobProgress, RestoreReport } from '../../src-shared/model/job.ts';
import type { ContentRef } from '../../src-shared/model/rows.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { Catalog, CatalogItem, SnapshotScope } from '../catalog/catalog.ts';
import { safeFileName, UniqueNames } from '../formats/file-name.ts';
import { ObjectReader } from '../vault/objects/object-reader.ts';
import type { Vault } from '../vault/vault.ts';
import { collectionPaths, type CollectionPath } from './snapshot-scope.ts';

const maxProblems = 1000;
const progressIntervalMs = 100;

/** What is restored: one item, or a folder with all below it; neither means the whole account. */
export interface RestoreSelection {
  readonly scope: SnapshotScope;
  readonly accountName: string;
  readonly itemId?: string | undefined;
  readonly collectionId?: string | undefined;
}

export interface RestoreServices {
  readonly vault: Vault;
  readonly catalog: Catalog;
  readonly clock: Clock;
}

export interface RestoreRun {
  readonly selections: readonly RestoreSelection[];
  readonly targetPath: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Restores and reports; throws for what concerns the whole restore (target full, read-only, cancelled). */
export async function restoreFiles(services: RestoreServices, run: RestoreRun): Promise<RestoreReport> {
  const restore = new FileRestore(services, run);
  for (const selection of run.selections) await restore.restore(selection);
  return restore.report();
}

class FileRestore {
  readonly #services: RestoreServices;
  readonly #run: RestoreRun;
  readonly #reader: ObjectReader;
  readonly #startedMs: number;
  /** Names taken in each folder that was written to, files of before included. */
  readonly #names = new Map<string, UniqueNames>();
  /** Folders of accounts and of their services. */
  readonly #paths = new Map<string, string>();
  readonly #problems: RestoreReport['problems'] = [];
  #restored = 0;
  #failed = 0;
  #bytes = 0;
  #expected = 0;
  #lastToldMs = 0;

  constructor(services: RestoreServices, run: RestoreRun) {
    this.#services = services;
    this.#run = run;
    this.#reader = new ObjectReader(services.vault, services.catalog);
    this.#startedMs = services.clock.nowMs();
  }

  report(): RestoreReport {
    return {
      restored: this.#restored,
      skipped: 0,
      failed: this.#failed,
      bytes: this.#bytes,
      problems: this.#problems,
      targetPath: this.#run.targetPath,
      durationMs: this.#services.clock.nowMs() - this.#startedMs,
    };
  }

  async restore(selection: RestoreSelection): Promise<void> {
    if (selection.itemId !== undefined) {
      await this.#restoreItem(this.#itemOf(selection, selection.itemId), this.#run.targetPath);
      return;
    }
    const paths = this.#chosenPaths(selection);
    if (paths.length === 0) return;
    const totals = this.#services.catalog.collectionTotals(selection.scope);
    for (const { collection } of paths) this.#expected += totals.get(collection.id)?.items ?? 0;
    const folderPaths = await this.#makeFolders(selection, paths);
    for (const { collection } of paths) {
      const collectionPath = folderPaths.get(collection.id) ?? this.#run.targetPath;
      for (const item of this.#services.catalog.items(selection.scope, collection.id)) {
        const folderPath = await this.#folderOf(item, { scope: selection.scope, collectionPath });
        await this.#restoreItem(this.#namedAsNow(item, selection.scope), folderPath);
      }
    }
  }

  #itemOf(selection: RestoreSelection, itemId: string): CatalogItem {
    const item = this.#services.catalog.item(selection.scope, itemId);
    if (item !== undefined) {
      this.#expected += 1;
      return this.#namedAsNow(item, selection.scope);
    }
    throw new AppError(
      'item-gone',
      'There is no such item in this snapshot. List what there is with "holdfast ls".',
    );
  }

  /** The chosen folder and those below it, or all. */
  #chosenPaths({ scope, collectionId }: RestoreSelection): CollectionPath[] {
    const all = collectionPaths(this.#services.catalog, scope);
    if (collectionId === undefined) return all;
    const parents = new Map(all.map(({ collection }) => [collection.id, collection.parent]));
    const isBelow = (id: string): boolean => {
      let at: string | null | undefined = id;
      for (let depth = 0; at !== null && at !== undefined && depth <= all.length; depth += 1) {
        if (at === collectionId) return true;
        at = parents.get(at);
      }
      return false;
    };
    return all.filter(({ collection }) => isBelow(collection.id));
  }

  /** Makes the folder of each collection; two collections of one name get two folders. */
  async #makeFolders(
    selection: RestoreSelection,
    paths: readonly CollectionPath[],
  ): Promise<Map<string, string>> {
    const made = new Map<string, string>();
    const rootPath = await this.#rootPathOf(selection);
    const byParentFirst = [...paths].sort((a, b) => a.names.length - b.names.length);
    for (const { collection } of byParentFirst) {
      const parentPath = made.get(collection.parent ?? '') ?? rootPath;
      const name = (await this.#namesIn(parentPath)).take(safeFileName(collection.name, 'folder'));
      made.set(collection.id, join(parentPath, name));
    }
    for (const path of [rootPath, ...made.values()]) await this.#makeFolder(path);
    return made;
  }

  /** Where an item goes: into the folder of its collection, or of the item in which it lies. */
  async #folderOf({ info, id }: CatalogItem, place: ItemPlace, depth = 0): Promise<string> {
    const { parent, versionOf } = info;
    if (typeof versionOf === 'string' && depth === 0) {
      const file = this.#services.catalog.item(place.scope, versionOf);
      // Of a file that itself could not be saved, nobody knows where it lay.
      const of = file ?? { id: versionOf, info };
      return this.#versionsPath(
        of,
        file === undefined ? place.collectionPath : await this.#folderOf(file, place),
      );
    }
    if (typeof parent !== 'string' || parent === id || depth > deepestFolder) return place.collectionPath;
    const known = this.#paths.get(`item ${parent}`);
    if (known !== undefined) return known;
    const holder = this.#services.catalog.item(place.scope, parent);
    if (holder === undefined) return place.collectionPath;
    return this.#holderPath(holder, await this.#folderOf(holder, place, depth + 1));
  }

  #holderPath(holder: CatalogItem, folderPath: string): Promise<string> {
    return this.#pathOnce(`item ${holder.id}`, { folderPath, name: safeFileName(titleOf(holder), 'folder') });
  }

  /** Mail folders lie in the account's folder itself, what else there is in a folder a service. */
  async #rootPathOf({ scope, accountName }: RestoreSelection): Promise<string> {
    const accountPath = await this.#pathOnce(`account ${scope.account}`, {
      folderPath: this.#run.targetPath,
      name: safeFileName(accountName, 'account'),
    });
    const serviceName = folderOfService[scope.workload];
    if (serviceName === undefined) return accountPath;
    return this.#pathOnce(`${scope.workload} ${scope.account}`, {
      folderPath: accountPath,
      name: serviceName,
    });
  }

  /** A path of its own for `key`, the same whenever it is asked for. */
  async #pathOnce(key: string, { folderPath, name }: { folderPath: string; name: string }): Promise<string> {
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const path = join(folderPath, (await this.#namesIn(folderPath)).take(name));
    this.#paths.set(key, path);
    return path;
  }

  async #makeFolder(path: string): Promise<void> {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw this.#targetError(error);
    }
  }

  async #namesIn(folderPath: string): Promise<UniqueNames> {
    let names = this.#names.get(folderPath);
    if (names === undefined) {
      names = new UniqueNames();
      for (const existing of await readdir(folderPath).catch(() => [])) names.take(existing);
      this.#names.set(folderPath, names);
    }
    return names;
  }

  /** An earlier version bears the name that its file has in this snapshot. */
  #namedAsNow(item: CatalogItem, scope: SnapshotScope): CatalogItem {
    const { versionOf } = item.info;
    const file = typeof versionOf === 'string' ? this.#services.catalog.item(scope, versionOf) : undefined;
    return file === undefined ? item : { ...item, info: { ...item.info, name: titleOf(file) } };
  }

  /** Earlier versions of a file lie in a folder of their own beside it, so that none of them is taken for the file. */
  #versionsPath(file: Pick<CatalogItem, 'id' | 'info'>, folderPath: string): Promise<string> {
    const name = `${safeFileName(titleOf(file), 'file')} versions`;
    return this.#pathOnce(`versions ${file.id}`, { folderPath, name });
  }

  async #restoreItem(item: CatalogItem, folderPath: string): Promise<void> {
    this.#run.signal.throwIfAborted();
    try {
      if (item.info['folder'] === true) {
        await this.#makeFolder(await this.#holderPath(item, folderPath));
      } else {
        await this.#makeFolder(folderPath);
        this.#bytes += await this.#writeItem(item, folderPath);
      }
      this.#restored += 1;
    } catch (error) {
      if (!isAppError(error, 'pack-damaged', 'pack-missing', 'chunk-missing')) throw error;
      this.#failed += 1;
      if (this.#problems.length < maxProblems) {
        this.#problems.push({ item: titleOf(item), code: error.code, message: error.message });
      }
    }
    this.#tell();
  }

  /** An item of one part is a file, one of several a folder with a file a part. */
  async #writeItem(item: CatalogItem, folderPath: string): Promise<number> {
    const parts = await this.#reader.readParts(item.content);
    const names = await this.#namesIn(folderPath);
    const time = timeOf(item);
    if (parts === undefined) {
      const take = (): string => takeFileName(names, item, time);
      return this.#writeFile(item.content, { folderPath, take, time });
    }
    const [main, ...others] = parts;
    if (main === undefined) return 0;
    if (others.length === 0) {
      const take = (): string => names.take(nameOf(item, time), safeExtension(extname(main.name)));
      return this.#writeFile(main.content, { folderPath, take, time });
    }
    const partsPath = join(folderPath, names.take(nameOf(item, time)));
    await this.#makeFolder(partsPath);
    const partNames = await this.#namesIn(partsPath);
    let sizeBytes = 0;
    for (const { name, content } of parts) {
      const extension = extname(name);
      const base = safeFileName(basename(name, extension), 'attachment');
      const take = (): string => partNames.take(base, safeExtension(extension));
      sizeBytes += await this.#writeFile(content, { folderPath: partsPath, take, time });
    }
    return sizeBytes;
  }

  /** Writes beside the final name first, so that a torn restore leaves no file that looks whole. */
  async #writeFile(content: ContentRef, { folderPath, take, time }: FilePlace): Promise<number> {
    const temporaryPath = join(folderPath, `.holdfast-${randomBytes(6).toString('hex')}.part`);
    let sizeBytes = 0;
    let file: FileHandle | undefined;
    try {
      file = await open(temporaryPath, 'wx');
      for await (const piece of this.#reader.readContent(content)) {
        await file.write(piece);
        sizeBytes += piece.length;
      }
      await file.close();
      file = undefined;
      if (time !== undefined) await utimes(temporaryPath, time, time);
      await link(temporaryPath, join(folderPath, take()));
      return sizeBytes;
    } catch (error) {
      throw isAppError(error) ? error : this.#targetError(error);
    } finally {
      await file?.close();
      await unlink(temporaryPath).catch(() => undefined);
    }
  }

  #targetError(cause: unknown): AppError {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const details = { errno, targetPath: this.#run.targetPath };
    if (errno === 'ENOSPC' || errno === 'EDQUOT') {
      return new AppError(
        'target-full',
        `There is no space left at ${this.#run.targetPath}. ${this.#restored} items are restored and whole; free some space and restore the rest.`,
        { cause, details },
      );
    }
    return new AppError(
      'target-unwritable',
      `Holdfast cannot write to ${this.#run.targetPath} (${errno}). ${this.#restored} items are restored and whole; choose another folder for the rest.`,
      { cause, details },
    );
  }

  #tell(): void {
    const nowMs = this.#services.clock.nowMs();
    if (nowMs - this.#lastToldMs < progressIntervalMs) return;
    this.#lastToldMs = nowMs;
    const done = this.#restored + this.#failed;
    const elapsedMs = nowMs - this.#startedMs;
    this.#run.onProgress({
      phase: 'restoring',
      accountsDone: 0,
      accountsTotal: null,
      itemsDone: done,
      itemsTotal: this.#expected,
      bytes: this.#bytes,
      requests: 0,
      throttled: 0,
      isPaused: false,
      budget: [],
      elapsedMs,
      remainingMs: done === 0 ? null : Math.round((elapsedMs * (this.#expected - done)) / done),
    });
  }
}

/** SharePoint's longest path has 400 letters. */
const deepestFolder = 400;

/** A collection of a snapshot and where it is restored to. */
interface ItemPlace {
  readonly scope: SnapshotScope;
  readonly collectionPath: string;
}

/** Where a file goes; `take` gives its name once it is whole. */
interface FilePlace {
  readonly folderPath: string;
  readonly take: () => string;
  readonly time: Date | undefined;
}

/** Folders of services other than mail. */
const folderOfService: Readonly<Record<string, string>> = {
  calendar: 'Calendars',
  contacts: 'Contacts',
  tasks: 'Tasks',
  settings: 'Settings',
  drive: 'Files',
  site: 'Lists and pages',
  chat: 'Chats',
  team: 'Channels',
  conversation: 'Group conversations',
  planner: 'Plans',
  directory: 'Directory',
  archive: 'In-place archive',
  'mailbox-export': 'Mailbox export',
};

function titleOf({ info }: Pick<CatalogItem, 'info'>): string {
  const title = [info['subject'], info['name'], info['title']].find(
    (each) => typeof each === 'string' && each !== '',
  );
  return typeof title === 'string' ? title : 'no subject';
}

/** A message gets its time and subject, a file the name it had. */
function takeFileName(names: UniqueNames, item: CatalogItem, time: Date | undefined): string {
  const { name } = item.info;
  if (typeof name !== 'string') return names.take(nameOf(item, time), '.eml');
  const extension = extname(name);
  const isUsual = safeExtension(extension) !== '';
  const mark = versionMark(item);
  return isUsual
    ? names.take(safeFileName(basename(name, extension), 'file') + mark, extension)
    : names.take(safeFileName(name, 'file') + mark);
}

/** Behind the name of an earlier version of a file. */
function versionMark({ info }: CatalogItem): string {
  const { versionId } = info;
  return typeof versionId === 'string' ? ` (version ${safeFileName(versionId, 'unknown')})` : '';
}

function nameOf(item: CatalogItem, time: Date | undefined): string {
  const stamp =
    time === undefined ? '' : `${time.toISOString().slice(0, 16).replace('T', ' ').replace(':', '')} `;
  return safeFileName(`${stamp}${titleOf(item)}`, 'message');
}

/** An extension that senders chose. */
function safeExtension(extension: string): string {
  return /^\.[a-z0-9]{1,16}$/i.test(extension) ? extension : '';
}

/** When a message came or went, an event begins, a file was changed. */
function timeOf({ info }: CatalogItem): Date | undefined {
  const time = info['received'] ?? info['sent'] ?? info['start'] ?? info['modified'];
  const timeMs = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs);
}
