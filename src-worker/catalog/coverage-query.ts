/** Counts what a snapshot holds and lacks, by account and workload, where the rows are. */
import type { RowOwner } from '../../src-shared/model/rows.ts';
import type { StatementCache } from '../sqlite/encrypted-database.ts';

/** Items of one account's workload that are in a snapshot. */
export interface HeldCount extends RowOwner {
  /** Distinct ids. */
  readonly items: number;
  /** Rows, which is the same number unless the catalog is damaged. */
  readonly rows: number;
  /** Of the rows, those that are newer than the snapshot before. */
  readonly saved: number;
  readonly sizeBytes: number;
}

/** Issues of one account's workload with the same cause. */
export interface LackCount extends RowOwner {
  readonly outcome: 'skipped' | 'failed';
  readonly code: string;
  /** `items`: of single items; `folders`: of whole collections; `service`: of all of it. */
  readonly what: 'items' | 'folders' | 'service';
  readonly count: number;
  /** Of single items: those of which a version is in the snapshot, from before and from this run. */
  readonly outdated: number;
  readonly outdatedSaved: number;
}

/** A snapshot, and the number of the one before it that was not a mere checkpoint (0 for none). */
export interface CoverageScope {
  readonly chainId: string;
  readonly number: number;
  readonly since: number;
}

const visible = (table: string): string =>
  `(${table}.s0 <= :number AND (${table}.s1 IS NULL OR :number < ${table}.s1))`;
const owners = `owner JOIN chain USING (chain_no)`;

export function heldCounts(statements: StatementCache, scope: CoverageScope): HeldCount[] {
  const sql = `
    SELECT workload, account, count(DISTINCT item.id) AS items, count(item.id) AS rows,
           coalesce(sum(item.s0 > :since), 0) AS saved, coalesce(sum(size_bytes), 0) AS sizeBytes
    FROM ${owners} LEFT JOIN item ON item.owner_no = owner.owner_no AND ${visible('item')}
    WHERE chain.id = :chainId GROUP BY owner.owner_no`;
  return all<HeldCount>(statements, sql, scope);
}

export function lackCounts(statements: StatementCache, scope: CoverageScope): LackCount[] {
  const sql = `
    SELECT workload, account, outcome, code,
           CASE WHEN issue.item = '*' THEN 'service' WHEN issue.item = issue.collection THEN 'folders' ELSE 'items' END AS what,
           count(*) AS count, count(item.item_no) AS outdated, coalesce(sum(item.s0 > :since), 0) AS outdatedSaved
    FROM ${owners} JOIN issue ON issue.owner_no = owner.owner_no AND ${visible('issue')}
         LEFT JOIN item ON item.owner_no = issue.owner_no AND item.id = issue.item AND ${visible('item')}
    WHERE chain.id = :chainId GROUP BY owner.owner_no, outcome, code, what`;
  return all<LackCount>(statements, sql, scope);
}

/** Rows of a query of ours: their shape is that of the columns it names. */
function all<T extends object>(statements: StatementCache, sql: string, values: object): T[] {
  const rows: unknown[] = statements.get(sql).all(values);
  return rows as T[];
}
