/**
 * The index of words: which items have a word in their row. Lies in the encrypted catalog and is made after the rows, a
 * slice at a time, so that browsing never waits for it.
 *
 * An entry's number is the hour that people know the item by, and below it the number of its row: SQLite walks entries by
 * their number, so the newest come first without being sorted, and a range of time is a range of numbers.
 */
import type { ItemInfo } from '../../../src-shared/model/rows.ts';
import { itemTime } from '../../../src-shared/model/item-facts.ts';
import type { EncryptedDatabase, StatementCache } from '../../sqlite/encrypted-database.ts';
import { infoOf } from '../packed-row.ts';
import { wordsOf, wordsOfInfo } from './search-words.ts';

/** Part of the schema. Words are looked up by their beginnings, mostly of two and three letters at first. */
export const searchSchema = `
CREATE VIRTUAL TABLE entry USING fts5 (
  words, marks, content = '', contentless_delete = 1, detail = column, tokenize = 'ascii', prefix = '2 3'
);
CREATE TABLE entry_position (item_no INTEGER NOT NULL) STRICT;
INSERT INTO entry_position VALUES (0);
`;

/** Rows that one call indexes: a second on a slow machine. */
const sliceRows = 16_384;
const hourMs = 3_600_000;
/** More rows than a catalog has, and with the hours of a century still a safe integer. */
const rowsPerHour = 2 ** 33;
const latestHour = 2 ** 20 - 1;

/** What to look for; all of it must hold. */
export interface SearchFilter {
  /** Words that an item has, each from its beginning. */
  readonly words: string;
  readonly chainId?: string | undefined;
  readonly workload?: string | undefined;
  readonly account?: string | undefined;
  readonly hasAttachments?: boolean | undefined;
  /** Milliseconds since 1970; whole hours count. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** An item that was found, in the snapshots from `first` to `last`; null where it is there still. */
export interface SearchHit {
  readonly position: number;
  readonly chainId: string;
  readonly workload: string;
  readonly account: string;
  readonly id: string;
  readonly collection: string;
  readonly sizeBytes: number;
  readonly info: Readonly<ItemInfo>;
  readonly first: number;
  readonly last: number | null;
}

interface UnindexedRow {
  readonly itemNo: number;
  readonly ownerNo: number;
  readonly chainNo: number;
  readonly workload: string;
  readonly info: string;
}

type RawHit = Omit<SearchHit, 'info' | 'last'> & { readonly info: string; readonly s1: number | null };

export class SearchIndex {
  readonly #database: EncryptedDatabase;
  readonly #statements: StatementCache;

  constructor(database: EncryptedDatabase, statements: StatementCache) {
    this.#database = database;
    this.#statements = statements;
  }

  /** Rows that are not indexed yet, about. */
  get missing(): number {
    const sql =
      'SELECT max(0, coalesce((SELECT max(item_no) FROM item), 0) - (SELECT item_no FROM entry_position))';
    return this.#numbers(sql)[0] ?? 0;
  }

  /** Indexes a slice of what is missing; false when nothing was left to do, or a snapshot is being applied just now. */
  indexSlice(): boolean {
    // Rows of a snapshot that is not finished may change their numbers.
    if (this.#database.inTransaction) return false;
    // Two processes may search at once: what one has read, the other must not index before it is written.
    return this.#database.transaction(() => this.#indexRows()).immediate();
  }

  #indexRows(): boolean {
    const rows = this.#statements
      .get(
        `SELECT item_no AS itemNo, owner_no AS ownerNo, chain_no AS chainNo, workload, info
         FROM item JOIN owner USING (owner_no) WHERE item_no > (SELECT item_no FROM entry_position)
         ORDER BY item_no LIMIT ${sliceRows}`,
      )
      .all() as UnindexedRow[];
    const last = rows.at(-1);
    if (last === undefined) return false;
    // FTS5 writes what it has to the disk whenever a number is smaller than the one before.
    const entries = rows.map(entryOf).sort((a, b) => a.position - b.position);
    const insert = this.#statements.get('INSERT INTO entry (rowid, words, marks) VALUES (?, ?, ?)');
    for (const { position, words, marks } of entries) insert.run(position, words, marks);
    this.#statements.get('UPDATE entry_position SET item_no = ?').run(last.itemNo);
    return true;
  }

  /** Newest first, behind `page.before`. */
  find(
    filter: SearchFilter,
    page: { readonly before: number | undefined; readonly limit: number },
  ): SearchHit[] {
    const match = this.#matchOf(filter);
    if (match === undefined) return [];
    const { fromMs, toMs } = filter;
    const rows = this.#statements
      .get(
        `SELECT entry.rowid AS position, chain.id AS chainId, workload, account, item.id, collection.id AS collection,
                size_bytes AS sizeBytes, info, s0 AS first, s1
         FROM entry JOIN item ON item_no = entry.rowid % ${rowsPerHour} JOIN owner ON owner.owner_no = item.owner_no
           JOIN chain USING (chain_no) JOIN collection USING (collection_no)
         WHERE entry MATCH :match AND entry.rowid >= :from AND entry.rowid < :before
         ORDER BY entry.rowid DESC LIMIT :limit`,
      )
      .all({
        match,
        from: fromMs === undefined ? 0 : hourOf(fromMs) * rowsPerHour,
        before: Math.min(
          page.before ?? Number.MAX_SAFE_INTEGER,
          toMs === undefined ? Number.MAX_SAFE_INTEGER : (hourOf(toMs) + 1) * rowsPerHour,
        ),
        limit: page.limit,
      }) as RawHit[];
    return rows.map(({ s1, info, ...hit }) => ({
      ...hit,
      info: infoOf(info),
      last: s1 === null ? null : s1 - 1,
    }));
  }

  /** In the language of FTS5; undefined where nothing can be found. Words have no sign that it would understand. */
  #matchOf({ words, chainId, workload, account, hasAttachments }: SearchFilter): string | undefined {
    const terms = wordsOf(words).map((each) => `words : "${each}" *`);
    if (terms.length === 0) return undefined;
    if (chainId !== undefined) {
      const chainNo = this.#numbers('SELECT chain_no FROM chain WHERE id = ?', chainId)[0];
      if (chainNo === undefined) return undefined;
      terms.push(`marks : "h${chainNo}"`);
    }
    if (account !== undefined) {
      const owners = this.#numbers('SELECT owner_no FROM owner WHERE account = ?', account);
      if (owners.length === 0) return undefined;
      terms.push(`marks : (${owners.map((ownerNo) => `"o${ownerNo}"`).join(' OR ')})`);
    }
    if (workload !== undefined) terms.push(`marks : "${workloadMark(workload)}"`);
    if (hasAttachments === true) terms.push(`marks : "${attachmentMark}"`);
    return terms.join(' AND ');
  }

  #numbers(sql: string, ...values: readonly string[]): number[] {
    return this.#statements
      .get(sql)
      .pluck()
      .all(...values) as number[];
  }
}

const attachmentMark = 'attachments';
const workloadMark = (workload: string): string => `w${workload.replaceAll(/[^a-z]/g, '')}`;

function entryOf(row: UnindexedRow): { position: number; words: string; marks: string } {
  const info = infoOf(row.info);
  const timeMs = Date.parse(itemTime(info) ?? '');
  const marks = [`h${row.chainNo}`, `o${row.ownerNo}`, workloadMark(row.workload)];
  if (info['attachments'] !== undefined) marks.push(attachmentMark);
  return {
    position: (Number.isNaN(timeMs) ? 0 : hourOf(timeMs)) * rowsPerHour + row.itemNo,
    words: wordsOfInfo(info),
    marks: marks.join(' '),
  };
}

function hourOf(timeMs: number): number {
  return Math.min(latestHour, Math.max(0, Math.floor(timeMs / hourMs)));
}
