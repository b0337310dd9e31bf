/** Finds a snapshot and what lies in it by the words a person uses: a number or "latest", an address, a folder path. */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { AccountRow, CollectionRow } from '../../src-shared/model/rows.ts';
import type { Catalog, CatalogItem, CatalogSnapshot, SnapshotScope } from '../catalog/catalog.ts';

/** The snapshot `number` of a chain, or its newest for undefined; throws `snapshot-unknown`. */
export function findSnapshot(catalog: Catalog, chainId: string, number: number | undefined): CatalogSnapshot {
  const snapshots = catalog.snapshots(chainId);
  const found = number === undefined ? snapshots.at(-1) : snapshots.find((each) => each.number === number);
  if (found !== undefined) return found;
  throw new AppError(
    'snapshot-unknown',
    number === undefined
      ? 'This protected item has no snapshot yet. Run a backup first.'
      : `This protected item has no snapshot ${number}. List them with "holdfast snapshots".`,
    { details: { snapshots: snapshots.length } },
  );
}

/** An account of a snapshot, by id, address or name; throws `account-unknown`. */
export function findAccount(
  catalog: Catalog,
  { chainId, number }: Pick<SnapshotScope, 'chainId' | 'number'>,
  wanted: string,
): AccountRow {
  const key = wanted.trim().toLowerCase();
  const found = catalog
    .accounts(chainId, number)
    .find(({ id, address, name }) => [id, address, name].some((each) => each.toLowerCase() === key));
  if (found !== undefined) return found;
  throw new AppError(
    'account-unknown',
    `No snapshot of this protected item holds an account "${wanted}". List the accounts with "holdfast ls".`,
  );
}

/** A folder of a snapshot with the names that lead to it. */
export interface CollectionPath {
  readonly collection: CollectionRow;
  readonly names: readonly string[];
}

/** All collections with their paths; a parent that is not in the snapshot counts as the top. */
export function collectionPaths(catalog: Catalog, scope: SnapshotScope): CollectionPath[] {
  const rows = new Map(catalog.collections(scope).map((row) => [row.id, row]));
  const namesOf = (row: CollectionRow, depth: number): string[] => {
    const parent = row.parent === null || depth > rows.size ? undefined : rows.get(row.parent);
    return parent === undefined ? [row.name] : [...namesOf(parent, depth + 1), row.name];
  };
  return [...rows.values()]
    .map((collection) => ({ collection, names: namesOf(collection, 0) }))
    .sort((a, b) => a.names.join('/').localeCompare(b.names.join('/')));
}

/** The collection `chosen` and those below it, or all. */
export function pathsBelow(paths: readonly CollectionPath[], chosen: string | undefined): CollectionPath[] {
  if (chosen === undefined) return [...paths];
  const parents = new Map(paths.map(({ collection }) => [collection.id, collection.parent]));
  const isBelow = (id: string): boolean => {
    let at: string | null | undefined = id;
    for (let depth = 0; at !== null && at !== undefined && depth <= paths.length; depth += 1) {
      if (at === chosen) return true;
      at = parents.get(at);
    }
    return false;
  };
  return paths.filter(({ collection }) => isBelow(collection.id));
}

/** A path as people write it: names joined with `/`, a `/` inside a name as `\\/`. */
export function pathText({ names }: CollectionPath): string {
  return names.map((name) => name.replaceAll('/', '\\/')).join('/');
}

/** A folder by its path or id; throws `collection-gone` for none, and for a path that two folders share. */
export function findFolder(catalog: Catalog, scope: SnapshotScope, wanted: string): CollectionPath {
  const paths = collectionPaths(catalog, scope);
  const byId = paths.find(({ collection }) => collection.id === wanted);
  if (byId !== undefined) return byId;
  const key = wanted.replace(/^\//, '').toLowerCase();
  const [found, another] = paths.filter((path) => pathText(path).toLowerCase() === key);
  if (found === undefined) {
    throw new AppError(
      'collection-gone',
      `This snapshot has no folder "${wanted}". List the folders with "holdfast ls".`,
    );
  }
  if (another !== undefined) {
    throw new AppError(
      'input-invalid',
      `Two folders are called "${wanted}". Name the one you mean by its id.`,
    );
  }
  return found;
}

/** An item of a service of an account; throws `item-gone`. */
export function findItem(catalog: Catalog, scope: SnapshotScope, id: string): CatalogItem {
  const item = catalog.item(scope, id);
  if (item !== undefined) return item;
  throw new AppError(
    'item-gone',
    'There is no such item in this snapshot. List what there is with "holdfast ls".',
  );
}
