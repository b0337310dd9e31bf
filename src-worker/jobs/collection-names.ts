/** Tells where items are, by the paths of their collections. */
import type { Catalog, SnapshotScope } from '../catalog/catalog.ts';
import { collectionPaths, pathText } from './snapshot-scope.ts';

export class CollectionNames {
  readonly #catalog: Catalog;
  /** Paths by collection, by service of an account and snapshot. */
  readonly #paths = new Map<string, ReadonlyMap<string, string>>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Empty for one that the snapshot does not have. */
  pathOf({ chainId, workload, account, number }: SnapshotScope, collection: string): string {
    const key = JSON.stringify([chainId, workload, account, number]);
    let paths = this.#paths.get(key);
    if (paths === undefined) {
      const found = collectionPaths(this.#catalog, { chainId, workload, account, number });
      paths = new Map(found.map((path) => [path.collection.id, pathText(path)]));
      this.#paths.set(key, paths);
    }
    return paths.get(collection) ?? '';
  }
}
