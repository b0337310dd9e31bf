/**
 * The local index of one vault: which snapshots there are, what they hold, where its chunks lie. A cache that any
 * machine rebuilds from vault and password; nothing may rely on it for safety.
 */
import {
  type AccountRow,
  type ChunkPlace,
  type CollectionRow,
  type ContentRef,
  type IssueRow,
  type RowOwner,
  type SnapshotOutcome,
} from '../../src-shared/model/rows.ts';
import { CatalogWriter, type SnapshotEntry } from './catalog-writer.ts';
import { comparedRows, type ComparedRow, type CompareScope } from './compare-query.ts';
import { heldCounts, lackCounts, type HeldCount, type LackCount } from './coverage-query.ts';
import { StatementCache, type EncryptedDatabase } from '../sqlite/encrypted-database.ts';
import { openCatalogDatabase } from './database.ts';
import { contentOf, infoOf } from './packed-row.ts';
import { SearchIndex } from './search/search-index.ts';

/** A snapshot as the catalog lists it; texts are JSON as the commit has them. */
export interface CatalogSnapshot extends Omit<SnapshotEntry, 'outcome'> {
  readonly outcome: SnapshotOutcome;
}

/** An item of a snapshot. */
export interface CatalogItem {
  readonly id: string;
  readonly collection: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly content: ContentRef;
  readonly info: Readonly<Record<string, unknown>>;
}

/** Rows that are read at a time where there may be many: enough to be quick, few enough to hold. */
const pageRows = 4096;

/** Rows of one account's workload as of snapshot `number` of a chain. */
export interface SnapshotScope extends RowOwner {
  readonly chainId: string;
  readonly number: number;
}

const visible = '(s0 <= :number AND (s1 IS NULL OR :number < s1))';
const ownerOf =
  'owner_no = (SELECT owner_no FROM owner JOIN chain USING (chain_no) WHERE chain.id = :chainId AND workload = :workload AND account = :account)';

export class Catalog {
  readonly #database: EncryptedDatabase;
  readonly #statements: StatementCache;
  readonly search: SearchIndex;

  constructor(path: string, key: Uint8Array) {
    this.#database = openCatalogDatabase(path, key);
    this.#statements = new StatementCache(this.#database);
    this.search = new SearchIndex(this.#database, this.#statements);
  }

  close(): void {
    this.#database.close();
  }

  /** Begins to apply a snapshot. */
  write(snapshot: SnapshotEntry): CatalogWriter {
    return new CatalogWriter(this.#database, snapshot);
  }

  /** Snapshots of one chain, or of all, oldest first. */
  snapshots(chainId?: string): CatalogSnapshot[] {
    return this.#all<CatalogSnapshot>(
      `SELECT chain.id AS chainId, number, hash, outcome, started_at AS startedAt, committed_at AS committedAt,
              protected_item AS protectedItem, counts, issues
       FROM snapshot JOIN chain USING (chain_no) WHERE :chainId IS NULL OR chain.id = :chainId
       ORDER BY committed_at, number`,
      { chainId: chainId ?? null },
    );
  }

  /** The newest applied snapshot of a chain. */
  head(chainId: string): { number: number; hash: Uint8Array } | undefined {
    return this.#all<{ number: number; hash: Uint8Array }>(
      'SELECT number, hash FROM snapshot JOIN chain USING (chain_no) WHERE chain.id = :chainId ORDER BY number DESC LIMIT 1',
      { chainId },
    )[0];
  }

  /** The newest applied snapshot of every chain. */
  heads(): { chainId: string; number: number; hash: Uint8Array }[] {
    return this.#all(
      `SELECT chain.id AS chainId, number, hash FROM snapshot AS newest JOIN chain USING (chain_no)
       WHERE number = (SELECT max(number) FROM snapshot WHERE chain_no = newest.chain_no)`,
      {},
    );
  }

  /** The accounts of a snapshot, or of the newest; those that left by then say so. */
  accounts(chainId: string, number?: number): AccountRow[] {
    const rows = this.#all<Omit<AccountRow, 'left'> & { left: AccountRow['left'] | null }>(
      `SELECT account.id, address, name, kind, left_because AS left FROM account JOIN chain USING (chain_no)
       WHERE chain.id = :chainId AND CASE WHEN :number IS NULL THEN s1 IS NULL ELSE ${visible} END ORDER BY address`,
      { chainId, number: number ?? null },
    );
    return rows.map(({ left, ...row }) => (left === null ? row : { ...row, left }));
  }

  /** How many items the newest snapshot has of each account; accounts that it has none of are left out. */
  accountSizes(chainId: string): Map<string, number> {
    const rows = this.#all<{ account: string; items: number }>(
      `SELECT account, count(*) AS items FROM item JOIN owner USING (owner_no) JOIN chain USING (chain_no)
       WHERE chain.id = :chainId AND item.s1 IS NULL GROUP BY account`,
      { chainId },
    );
    return new Map(rows.map(({ account, items }) => [account, items]));
  }

  collections(scope: SnapshotScope): CollectionRow[] {
    return this.#all<Omit<CollectionRow, 'isHidden'> & { isHidden: number }>(
      `SELECT collection.id, parent, name, is_hidden AS isHidden FROM collection JOIN collection_state USING (collection_no)
       WHERE ${ownerOf} AND ${visible} ORDER BY name, collection.id`,
      scope,
    ).map((row) => ({ ...row, isHidden: row.isHidden === 1 }));
  }

  /** Items of one collection, oldest row first; holds a page of them. */
  *items(scope: SnapshotScope, collection: string): Iterable<CatalogItem> {
    const rows = this.#pages<RawItem>(
      `SELECT item_no AS position, item.id, collection.id AS collection, version, size_bytes AS sizeBytes, content, info
       FROM item JOIN collection USING (collection_no)
       WHERE collection.${ownerOf} AND collection.id = :collection AND ${visible}
         AND item_no > :position ORDER BY item_no`,
      { ...scope, collection },
    );
    for (const row of rows) yield parseItem(row);
  }

  /** A page of items of one collection, in the order of {@link items}, behind the item `after`. */
  itemPage(
    scope: SnapshotScope,
    collection: string,
    page: { readonly after: string | undefined; readonly limit: number },
  ): CatalogItem[] {
    return this.#all<RawItem>(
      `SELECT item.id, collection.id AS collection, version, size_bytes AS sizeBytes, content, info
       FROM item JOIN collection USING (collection_no)
       WHERE collection.${ownerOf} AND collection.id = :collection AND ${visible}
         AND (:after IS NULL OR item_no > (SELECT item_no FROM item WHERE item.${ownerOf} AND item.id = :after AND ${visible}))
       ORDER BY item_no LIMIT :limit`,
      { ...scope, collection, after: page.after ?? null, limit: page.limit },
    ).map(parseItem);
  }

  /** An item of a snapshot by its id. */
  item(scope: SnapshotScope, id: string): CatalogItem | undefined {
    const row = this.#all<RawItem>(
      `SELECT item.id, collection.id AS collection, version, size_bytes AS sizeBytes, content, info
       FROM item JOIN collection USING (collection_no) WHERE item.${ownerOf} AND item.id = :id AND ${visible}`,
      { ...scope, id },
    )[0];
    return row === undefined ? undefined : parseItem(row);
  }

  /** Items and bytes by collection. */
  collectionTotals(scope: SnapshotScope): Map<string, { items: number; sizeBytes: number }> {
    const rows = this.#all<{ collection: string; items: number; sizeBytes: number }>(
      `SELECT collection.id AS collection, count(*) AS items, sum(size_bytes) AS sizeBytes
       FROM item JOIN collection USING (collection_no) WHERE item.${ownerOf} AND ${visible} GROUP BY collection_no`,
      scope,
    );
    return new Map(rows.map(({ collection, ...totals }) => [collection, totals]));
  }

  /** Collection and version of an item as last saved; what the next run compares with. */
  currentItem(
    chainId: string,
    owner: RowOwner,
    id: string,
  ): { collection: string; version: string } | undefined {
    return this.#all<{ collection: string; version: string }>(
      `SELECT collection.id AS collection, version FROM item JOIN collection USING (collection_no)
       WHERE item.${ownerOf} AND item.id = :id AND s1 IS NULL`,
      { chainId, ...owner, id },
    )[0];
  }

  /** Ids of all items of a collection as last saved; iterates, so finish before anything is written. */
  *currentIds(chainId: string, owner: RowOwner, collection: string): Iterable<string> {
    const ids = this.#statements
      .get(
        `SELECT item.id FROM item JOIN collection USING (collection_no)
       WHERE collection.${ownerOf} AND collection.id = :collection AND s1 IS NULL`,
      )
      .pluck()
      .iterate({ chainId, ...owner, collection });
    yield* ids as IterableIterator<string>;
  }

  /** Ids of all items, as last saved, that begin with `id` and a slash. */
  currentIdsBelow(chainId: string, owner: RowOwner, id: string): string[] {
    // In the order of ids, what begins with a slash ends before the sign that follows it.
    const rows = this.#all<{ id: string }>(
      `SELECT id FROM item WHERE ${ownerOf} AND id > :from AND id < :to AND s1 IS NULL`,
      { chainId, ...owner, from: `${id}/`, to: `${id}0` },
    );
    return rows.map((row) => row.id);
  }

  /** Delta links by collection. */
  states(chainId: string, owner: RowOwner): Map<string, string> {
    const rows = this.#all<{ collection: string; link: string }>(
      `SELECT collection, link FROM state WHERE ${ownerOf}`,
      { chainId, ...owner },
    );
    return new Map(rows.map((row) => [row.collection, row.link]));
  }

  issues(scope: SnapshotScope): IssueRow[] {
    return this.#all(
      `SELECT item, collection, outcome, code, version, name, attempts FROM issue WHERE ${ownerOf} AND ${visible} ORDER BY item`,
      scope,
    );
  }

  /** What a snapshot holds and lacks, by account and workload; what is new counts from the last full snapshot before. */
  coverage(chainId: string, number: number): { held: HeldCount[]; lacking: LackCount[] } {
    const before = this.snapshots(chainId).filter(
      (each) => each.number < number && each.outcome !== 'checkpoint',
    );
    const scope = { chainId, number, since: before.at(-1)?.number ?? 0 };
    return { held: heldCounts(this.#statements, scope), lacking: lackCounts(this.#statements, scope) };
  }

  /** Items that two snapshots of a chain have differently; holds a page of them. */
  compare(scope: CompareScope): Iterable<ComparedRow> {
    return comparedRows(this.#statements, scope);
  }

  /** The content of every item of every snapshot; holds a page of them. */
  *allContents(): Iterable<{ id: string; content: ContentRef }> {
    const rows = this.#pages<{ id: string; content: Uint8Array }>(
      'SELECT item_no AS position, id, content FROM item WHERE item_no > :position ORDER BY item_no',
      {},
    );
    for (const { id, content } of rows) yield { id, content: contentOf(content) };
  }

  hasPack(name: Uint8Array): boolean {
    return this.#statements.get('SELECT 1 FROM pack WHERE name = ?').pluck().get(name) === 1;
  }

  /** Packs in the index; holds a page of them. */
  packs(): Iterable<{ name: Uint8Array; sizeBytes: number }> {
    return this.#pages(
      'SELECT pack_no AS position, name, size_bytes AS sizeBytes FROM pack WHERE pack_no > :position ORDER BY pack_no',
      {},
    );
  }

  /** Ids of all chunks, for the dedup filter; iterates, so finish before anything is written. */
  *chunkIds(): Iterable<Uint8Array> {
    yield* this.#statements.get('SELECT id FROM chunk').pluck().iterate() as IterableIterator<Uint8Array>;
  }

  totals(): { packs: number; packBytes: number; chunks: number } {
    return (
      this.#all<{ packs: number; packBytes: number; chunks: number }>(
        'SELECT (SELECT count(*) FROM pack) AS packs, (SELECT coalesce(sum(size_bytes), 0) FROM pack) AS packBytes, (SELECT count(*) FROM chunk) AS chunks',
        {},
      )[0] ?? { packs: 0, packBytes: 0, chunks: 0 }
    );
  }

  locateChunk(id: Uint8Array): ChunkPlace | undefined {
    const row = this.#statements
      .get(
        `SELECT pack.name, size_bytes AS sizeBytes, epoch, salt, sequence, frame.offset_bytes AS frameOffsetBytes,
              stored_bytes AS frameStoredBytes, chunk.offset_bytes AS offsetBytes, length_bytes AS lengthBytes
       FROM chunk JOIN frame USING (frame_no) JOIN pack USING (pack_no) WHERE chunk.id = ?`,
      )
      .get(id) as (Omit<ChunkPlace, 'pack'> & ChunkPlace['pack']) | undefined;
    if (row === undefined) return undefined;
    const { name, sizeBytes, epoch, salt, ...place } = row;
    return { ...place, pack: { name, sizeBytes, epoch, salt } };
  }

  /**
   * Rows of a query that orders them by `position` and begins behind `:position`, a page at a time: no statement stays
   * open meanwhile, because an open one would keep a backup in the same process from writing.
   */
  *#pages<T extends object>(sql: string, values: object): Iterable<T> {
    let position = 0;
    for (;;) {
      const rows = this.#all<T & { position: number }>(`${sql} LIMIT ${pageRows}`, { ...values, position });
      yield* rows;
      if (rows.length < pageRows) return;
      position = rows.at(-1)?.position ?? position;
    }
  }

  /** Rows of a query of ours: their shape is that of the columns it names. */
  #all<T extends object>(sql: string, values: object): T[] {
    const rows: unknown[] = this.#statements.get(sql).all(values);
    return rows as T[];
  }
}

interface RawItem extends Omit<CatalogItem, 'content' | 'info'> {
  readonly content: Uint8Array;
  readonly info: string;
}

function parseItem({ id, collection, version, sizeBytes, content, info }: RawItem): CatalogItem {
  return {
    id,
    collection,
    version,
    sizeBytes,
    content: contentOf(content),
    info: infoOf(info),
  };
}
