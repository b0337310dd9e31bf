/**
 * Restores items and folders of a snapshot to this PC, in folders as they were in Microsoft 365. Never writes over a file
 * that is there unless that was asked for, and goes on past an item that is damaged.
 */
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { JobProgress, RestoreReport } from '../../../src-shared/model/job.ts';
import type { CollectionRow } from '../../../src-shared/model/rows.ts';
import type { Clock } from '../../../src-shared/model/clock.ts';
import type { Catalog, CatalogItem, SnapshotScope } from '../../catalog/catalog.ts';
import { safeFileName } from '../../formats/file-name.ts';
import { isDamage, ObjectReader } from '../../vault/objects/object-reader.ts';
import type { Vault } from '../../vault/vault.ts';
import { LocalProgress } from '../local-progress.ts';
import { collectionPaths, pathsBelow, type CollectionPath } from '../snapshot-scope.ts';
import { MboxGathering } from './gathering/mbox-gathering.ts';
import { openGathering } from './gathering/open-gathering.ts';
import type { GatheringPlace } from './gathering/table-gathering.ts';
import { folderOfService, nameOf, titleOf } from './item-names.ts';
import { ItemWriter, type ItemPlace } from './item-writer.ts';
import type { RestoreOptions } from './restore-options.ts';
import { FolderTarget } from './target/folder-target.ts';
import type { RestoreTarget } from './target/restore-target.ts';
import { ZipTarget } from './target/zip-target.ts';

const maxProblems = 1000;

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
  /** A folder, or the .zip file to make. */
  readonly targetPath: string;
  readonly container: 'folder' | 'zip';
  readonly options: RestoreOptions;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Restores and reports; throws for what concerns the whole restore (target full, read-only, cancelled). */
export async function restoreFiles(services: RestoreServices, run: RestoreRun): Promise<RestoreReport> {
  const counts: Counts = { restored: 0, skipped: 0, failed: 0, damaged: 0, bytes: 0 };
  const target = await openTarget(run, counts);
  try {
    const restore = new FileRestore(services, run, { target, counts });
    for (const selection of run.selections) await restore.restore(selection);
    await target.end();
    return restore.report();
  } catch (error) {
    await target.discard();
    throw error;
  }
}

type Counts = Pick<RestoreReport, 'restored' | 'skipped' | 'failed' | 'damaged' | 'bytes'>;

async function openTarget(
  { targetPath, container, options: { existing } }: RestoreRun,
  counts: Counts,
): Promise<RestoreTarget> {
  if (container === 'zip') return ZipTarget.open(targetPath, existing);
  return new FolderTarget(targetPath, { existing, restoredItems: () => counts.restored });
}

class FileRestore {
  readonly #services: RestoreServices;
  readonly #run: RestoreRun;
  readonly #progress: LocalProgress;
  readonly #target: RestoreTarget;
  readonly #reader: ObjectReader;
  readonly #writer: ItemWriter;
  readonly #problems: RestoreReport['problems'] = [];
  readonly #counts: Counts;
  #expected = 0;

  constructor(
    services: RestoreServices,
    run: RestoreRun,
    { target, counts }: { target: RestoreTarget; counts: Counts },
  ) {
    this.#services = services;
    this.#run = run;
    const { clock } = services;
    this.#progress = new LocalProgress('restoring', { clock, onProgress: run.onProgress });
    this.#target = target;
    this.#counts = counts;
    this.#reader = new ObjectReader(services.vault, services.catalog);
    this.#writer = new ItemWriter(this.#reader, target, run.options);
  }

  report(): RestoreReport {
    return {
      ...this.#counts,
      problems: this.#problems,
      targetPath: this.#target.shownPath,
      durationMs: this.#progress.elapsedMs,
    };
  }

  async restore(selection: RestoreSelection): Promise<void> {
    const { scope } = selection;
    if (selection.itemId !== undefined) {
      const item = this.#itemOf(selection, selection.itemId);
      await this.#restoreOne(item, scope);
      return;
    }
    const paths = pathsBelow(collectionPaths(this.#services.catalog, scope), selection.collectionId);
    if (paths.length === 0) return;
    const totals = this.#services.catalog.collectionTotals(scope);
    for (const { collection } of paths) this.#expected += totals.get(collection.id)?.items ?? 0;
    const folderPaths = await this.#makeFolders(selection, paths);
    for (const { collection } of paths)
      await this.#restoreCollection(
        { scope, collectionPath: folderPaths.get(collection.id) ?? '' },
        collection,
      );
  }

  async #restoreOne(item: CatalogItem, scope: SnapshotScope): Promise<void> {
    const mbox = await this.#mboxOf(scope, { folderPath: '', name: nameOf(item) });
    try {
      await this.#restoreItem(item, { workload: scope.workload, folderPath: '', mbox });
      await mbox?.end();
    } catch (error) {
      await mbox?.discard();
      throw error;
    }
  }

  async #restoreCollection(place: CollectionPlace, collection: CollectionRow): Promise<void> {
    const { scope, collectionPath } = place;
    const { catalog } = this.#services;
    const services = { catalog, reader: this.#reader, target: this.#target };
    const gathering = await openGathering(services, { scope, collection, folderPath: collectionPath });
    const name = safeFileName(collection.name, 'folder');
    const mbox = await this.#mboxOf(scope, { folderPath: collectionPath, name });
    try {
      for (const item of catalog.items(scope, collection.id)) {
        const folderPath = await this.#folderOf(item, place);
        const itemPlace = { workload: scope.workload, folderPath, gathering, mbox };
        await this.#restoreItem(this.#namedAsNow(item, scope), itemPlace);
      }
      this.#counts.bytes += (await gathering?.end()) ?? 0;
      await mbox?.end();
    } catch (error) {
      await gathering?.discard();
      await mbox?.discard();
      throw error;
    }
  }

  /** Undefined where messages become files of their own. */
  async #mboxOf({ workload }: SnapshotScope, place: GatheringPlace): Promise<MboxGathering | undefined> {
    const { mail, existing } = this.#run.options;
    if (workload !== 'mail' || mail !== 'mbox') return undefined;
    return MboxGathering.open(this.#target, place, { isSkipping: existing === 'skip' });
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
      const name = safeFileName(collection.name, 'folder');
      made.set(collection.id, await this.#target.takeFolder({ folderPath: parentPath, name }));
    }
    for (const path of [rootPath, ...made.values()]) await this.#target.makeFolder(path);
    return made;
  }

  /** Where an item goes: into the folder of its collection, or of the item in which it lies. */
  async #folderOf({ info, id }: CatalogItem, place: CollectionPlace, depth = 0): Promise<string> {
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
    const known = this.#target.knownPath(`item ${parent}`);
    if (known !== undefined) return known;
    const holder = this.#services.catalog.item(place.scope, parent);
    if (holder === undefined) return place.collectionPath;
    return this.#holderPath(holder, await this.#folderOf(holder, place, depth + 1));
  }

  #holderPath(holder: CatalogItem, folderPath: string): Promise<string> {
    return this.#target.pathOnce(`item ${holder.id}`, {
      folderPath,
      name: safeFileName(titleOf(holder), 'folder'),
    });
  }

  /** Mail folders lie in the account's folder itself, what else there is in a folder a service. */
  async #rootPathOf({ scope, accountName }: RestoreSelection): Promise<string> {
    const accountPath = await this.#target.pathOnce(`account ${scope.account}`, {
      folderPath: '',
      name: safeFileName(accountName, 'account'),
    });
    const serviceName = folderOfService[scope.workload];
    if (serviceName === undefined) return accountPath;
    return this.#target.pathOnce(`${scope.workload} ${scope.account}`, {
      folderPath: accountPath,
      name: serviceName,
    });
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
    return this.#target.pathOnce(`versions ${file.id}`, { folderPath, name });
  }

  async #restoreItem(item: CatalogItem, place: ItemPlace): Promise<void> {
    this.#run.signal.throwIfAborted();
    try {
      if (item.info['folder'] === true) {
        await this.#target.makeFolder(await this.#holderPath(item, place.folderPath));
        this.#counts.restored += 1;
      } else {
        await this.#target.makeFolder(place.folderPath);
        this.#count('restored', await this.#writer.write(item, place));
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      await this.#restoreDamaged(item, place, error);
    }
    this.#tell();
  }

  /** A damaged item fails, unless what can be read of it was asked for. */
  async #restoreDamaged(item: CatalogItem, place: ItemPlace, { code, message }: AppError): Promise<void> {
    const isWritten = this.#run.options.damaged && (await this.#writeRemains(item, place));
    if (!isWritten) this.#counts.failed += 1;
    if (this.#problems.length >= maxProblems) return;
    const told = isWritten
      ? `Only a part of it can be read, and was written as "(damaged)". ${message}`
      : message;
    this.#problems.push({ item: titleOf(item), code, message: told });
  }

  async #writeRemains(item: CatalogItem, place: ItemPlace): Promise<boolean> {
    try {
      this.#count('damaged', await this.#writer.writeRemains(item, place));
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  #count(outcome: 'restored' | 'damaged', bytes: number | undefined): void {
    this.#counts[bytes === undefined ? 'skipped' : outcome] += 1;
    this.#counts.bytes += bytes ?? 0;
  }

  #tell(): void {
    const { restored, skipped, failed, damaged, bytes } = this.#counts;
    this.#progress.tell({ done: restored + skipped + failed + damaged, total: this.#expected, bytes });
  }
}

/** SharePoint's longest path has 400 letters. */
const deepestFolder = 400;

/** A collection of a snapshot and where it is restored to. */
interface CollectionPlace {
  readonly scope: SnapshotScope;
  readonly collectionPath: string;
}
