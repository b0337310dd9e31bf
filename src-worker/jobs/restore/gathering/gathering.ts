/** What all items of a collection become together, beside what each of them becomes: a table, a transcript. */
import type { CatalogItem } from '../../../catalog/catalog.ts';
import type { ReadItem } from '../renderings.ts';

export interface Gathering {
  add(item: CatalogItem, read: ReadItem): Promise<void>;
  /** Puts what was gathered into the target and answers its bytes. */
  end(): Promise<number>;
  /** Leaves nothing of it. */
  discard(): Promise<void>;
}
