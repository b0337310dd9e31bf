/**
 * Applies one snapshot's records to the catalog, in one transaction. The same code runs after a backup and when a
 * machine builds its catalog from a vault, so both see the same rows.
 */
import type {
  AccountRow,
  CollectionRow,
  FrameEntry,
  IssueRow,
  PackedItemRow,
  PackEntry,
  RemovalRow,
  RowOwner,
  StateRow,
} from '../../src-shared/model/rows.ts';
import { StatementCache, type EncryptedDatabase } from '../sqlite/encrypted-database.ts';

/** The snapshot that rows belong to. */
export interface SnapshotEntry {
  readonly chainId: string;
  readonly number: number;
  readonly hash: Uint8Array;
  readonly outcome: string;
  readonly startedAt: string;
  readonly committedAt: string;
  /** JSON texts, kept as they are. */
  readonly protectedItem: string;
  readonly counts: string;
  readonly issues: string;
}

/** Writes one snapshot; {@link finish} makes it visible, {@link rollback} forgets it. */
export class CatalogWriter {
  readonly #database: EncryptedDatabase;
  readonly #snapshot: SnapshotEntry;
  readonly #chainNo: number;
  readonly #statements: StatementCache;
  readonly #ownerNos = new Map<string, number>();
  readonly #collectionNos = new Map<string, number>();
  /** Owners that no snapshot before has: they have no rows to end. */
  readonly #freshOwners = new Set<number>();

  constructor(database: EncryptedDatabase, snapshot: SnapshotEntry) {
    this.#database = database;
    this.#snapshot = snapshot;
    this.#statements = new StatementCache(database);
    database.exec('BEGIN IMMEDIATE');
    this.#run('INSERT INTO chain (id) VALUES (?) ON CONFLICT DO NOTHING', snapshot.chainId);
    this.#chainNo = this.#number('SELECT chain_no FROM chain WHERE id = ?', snapshot.chainId);
  }

  addPack(pack: PackEntry, frames: Iterable<FrameEntry>): void {
    const added = this.#run(
      'INSERT INTO pack (name, size_bytes, epoch, salt) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      pack.name,
      pack.sizeBytes,
      pack.epoch,
      pack.salt,
    );
    if (added.changes === 0) return;
    for (const frame of frames) {
      const { lastInsertRowid } = this.#run(
        'INSERT INTO frame (pack_no, sequence, offset_bytes, stored_bytes) VALUES (?, ?, ?, ?)',
        added.lastInsertRowid,
        frame.sequence,
        frame.offsetBytes,
        frame.storedBytes,
      );
      for (const chunk of frame.chunks) {
        this.#run(
          'INSERT INTO chunk (id, frame_no, offset_bytes, length_bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
          chunk.id,
          lastInsertRowid,
          chunk.offsetBytes,
          chunk.lengthBytes,
        );
      }
    }
  }

  putAccounts(rows: readonly AccountRow[]): void {
    const { number } = this.#snapshot;
    for (const { id, address, name, kind, left } of rows) {
      this.#run(
        'UPDATE account SET s1 = ? WHERE chain_no = ? AND id = ? AND s1 IS NULL AND s0 < ?',
        number,
        this.#chainNo,
        id,
        number,
      );
      this.#run(
        'INSERT OR REPLACE INTO account (chain_no, id, s0, address, name, kind, left_because) VALUES (?, ?, ?, ?, ?, ?, ?)',
        this.#chainNo,
        id,
        number,
        address,
        name,
        kind,
        left ?? null,
      );
    }
  }

  putCollections(owner: RowOwner, rows: readonly CollectionRow[]): void {
    for (const row of rows) {
      const collectionNo = this.#collectionNo(owner, row.id);
      this.#closeCollection(collectionNo);
      this.#run(
        'INSERT OR REPLACE INTO collection_state (collection_no, s0, parent, name, is_hidden) VALUES (?, ?, ?, ?, ?)',
        collectionNo,
        this.#snapshot.number,
        row.parent,
        row.name,
        row.isHidden ? 1 : 0,
      );
    }
  }

  /** A collection that is gone takes its items with it; what was moved elsewhere has rows of its own there. */
  removeCollections(owner: RowOwner, ids: readonly string[]): void {
    const { number } = this.#snapshot;
    for (const id of ids) {
      const collectionNo = this.#collectionNo(owner, id);
      this.#closeCollection(collectionNo);
      this.#run('UPDATE item SET s1 = ? WHERE collection_no = ? AND s1 IS NULL', number, collectionNo);
      this.#run('DELETE FROM state WHERE owner_no = ? AND collection = ?', this.#ownerNo(owner), id);
      this.#run(
        'UPDATE issue SET s1 = ? WHERE owner_no = ? AND collection = ? AND s1 IS NULL',
        number,
        this.#ownerNo(owner),
        id,
      );
    }
  }

  putItem(owner: RowOwner, row: PackedItemRow): void {
    const ownerNo = this.#ownerNo(owner);
    const { number } = this.#snapshot;
    if (!this.#freshOwners.has(ownerNo)) {
      this.#run(
        'UPDATE item SET s1 = ? WHERE owner_no = ? AND id = ? AND s1 IS NULL AND s0 < ?',
        number,
        ownerNo,
        row.id,
        number,
      );
    }
    this.#run(
      'INSERT OR REPLACE INTO item (owner_no, id, collection_no, s0, version, size_bytes, content, info) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ownerNo,
      row.id,
      this.#collectionNo(owner, row.collection),
      number,
      row.version,
      row.sizeBytes,
      row.content,
      row.info,
    );
  }

  /** Ends an item where it is in that collection still; a move has put it elsewhere already or will. */
  removeItem(owner: RowOwner, row: RemovalRow): void {
    this.#endItem(this.#ownerNo(owner), row.id, this.#collectionNo(owner, row.collection));
  }

  /** Ends the current row of an item, if it has one in that collection; one of this very snapshot never was. */
  #endItem(ownerNo: number, id: string, collectionNo: number): void {
    const { number } = this.#snapshot;
    const current = this.#statements
      .get('SELECT item_no, s0, collection_no FROM item WHERE owner_no = ? AND id = ? AND s1 IS NULL')
      .get(ownerNo, id) as { item_no: number; s0: number; collection_no: number } | undefined;
    if (current?.collection_no !== collectionNo) return;
    if (current.s0 === number) this.#run('DELETE FROM item WHERE item_no = ?', current.item_no);
    else this.#run('UPDATE item SET s1 = ? WHERE item_no = ?', number, current.item_no);
  }

  putStates(owner: RowOwner, rows: readonly StateRow[]): void {
    for (const row of rows) {
      this.#run(
        'INSERT OR REPLACE INTO state (owner_no, collection, link) VALUES (?, ?, ?)',
        this.#ownerNo(owner),
        row.collection,
        row.link,
      );
    }
  }

  removeStates(owner: RowOwner, collections: readonly string[]): void {
    for (const collection of collections) {
      this.#run('DELETE FROM state WHERE owner_no = ? AND collection = ?', this.#ownerNo(owner), collection);
    }
  }

  putIssues(owner: RowOwner, rows: readonly IssueRow[]): void {
    this.clearIssues(
      owner,
      rows.map((row) => row.item),
    );
    for (const row of rows) {
      this.#run(
        `INSERT OR REPLACE INTO issue (owner_no, item, s0, collection, outcome, code, version, name, attempts)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        this.#ownerNo(owner),
        row.item,
        this.#snapshot.number,
        row.collection,
        row.outcome,
        row.code,
        row.version,
        row.name,
        row.attempts,
      );
    }
  }

  clearIssues(owner: RowOwner, items: readonly string[]): void {
    const { number } = this.#snapshot;
    for (const item of items) {
      const ownerNo = this.#ownerNo(owner);
      this.#run(
        'DELETE FROM issue WHERE owner_no = ? AND item = ? AND s1 IS NULL AND s0 = ?',
        ownerNo,
        item,
        number,
      );
      this.#run(
        'UPDATE issue SET s1 = ? WHERE owner_no = ? AND item = ? AND s1 IS NULL',
        number,
        ownerNo,
        item,
      );
    }
  }

  finish(): void {
    const { number, hash, outcome, startedAt, committedAt, protectedItem, counts, issues } = this.#snapshot;
    this.#run(
      'INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      this.#chainNo,
      number,
      hash,
      outcome,
      startedAt,
      committedAt,
      protectedItem,
      counts,
      issues,
    );
    this.#database.exec('COMMIT');
  }

  rollback(): void {
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
  }

  #closeCollection(collectionNo: number): void {
    const { number } = this.#snapshot;
    this.#run(
      'DELETE FROM collection_state WHERE collection_no = ? AND s1 IS NULL AND s0 = ?',
      collectionNo,
      number,
    );
    this.#run(
      'UPDATE collection_state SET s1 = ? WHERE collection_no = ? AND s1 IS NULL',
      number,
      collectionNo,
    );
  }

  #ownerNo(owner: RowOwner): number {
    const key = `${owner.workload} ${owner.account}`;
    let ownerNo = this.#ownerNos.get(key);
    if (ownerNo === undefined) {
      const { changes } = this.#run(
        'INSERT INTO owner (chain_no, workload, account) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        this.#chainNo,
        owner.workload,
        owner.account,
      );
      ownerNo = this.#number(
        'SELECT owner_no FROM owner WHERE chain_no = ? AND workload = ? AND account = ?',
        this.#chainNo,
        owner.workload,
        owner.account,
      );
      this.#ownerNos.set(key, ownerNo);
      if (changes > 0) this.#freshOwners.add(ownerNo);
    }
    return ownerNo;
  }

  #collectionNo(owner: RowOwner, id: string): number {
    const ownerNo = this.#ownerNo(owner);
    const key = `${ownerNo} ${id}`;
    let collectionNo = this.#collectionNos.get(key);
    if (collectionNo === undefined) {
      this.#run('INSERT INTO collection (owner_no, id) VALUES (?, ?) ON CONFLICT DO NOTHING', ownerNo, id);
      collectionNo = this.#number(
        'SELECT collection_no FROM collection WHERE owner_no = ? AND id = ?',
        ownerNo,
        id,
      );
      if (this.#collectionNos.size > 10_000) this.#collectionNos.clear();
      this.#collectionNos.set(key, collectionNo);
    }
    return collectionNo;
  }

  #run(sql: string, ...values: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    return this.#statements.get(sql).run(...values);
  }

  #number(sql: string, ...values: unknown[]): number {
    return this.#statements
      .get(sql)
      .pluck()
      .get(...values) as number;
  }
}
