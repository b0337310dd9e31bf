/** What two snapshots of a chain have differently, where the rows are: a row that holds for both is not even looked at. */
import type { RowOwner } from '../../src-shared/model/rows.ts';
import type { StatementCache } from '../sqlite/encrypted-database.ts';

/** An item as one of the two snapshots has it. */
export interface ComparedItem {
  readonly collection: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly content: Uint8Array;
  readonly info: string;
}

export interface ComparedRow extends RowOwner {
  readonly id: string;
  readonly before: ComparedItem | undefined;
  readonly after: ComparedItem | undefined;
}

export interface CompareScope {
  readonly chainId: string;
  readonly from: number;
  readonly to: number;
  readonly workload: string | null;
  readonly account: string | null;
  readonly item: string | null;
}

interface RawRow extends RowOwner {
  readonly ownerNo: number;
  readonly id: string;
  readonly [column: string]: unknown;
}

const pageRows = 1000;
const visible = (table: string, at: string): string =>
  `${table}.s0 <= ${at} AND (${table}.s1 IS NULL OR ${at} < ${table}.s1)`;
const side = (table: string): string =>
  `${table}_c.id AS ${table}Collection, ${table}.version AS ${table}Version, ${table}.size_bytes AS ${table}SizeBytes,
   ${table}.content AS ${table}Content, ${table}.info AS ${table}Info`;
const joined = (table: string, at: string): string =>
  `LEFT JOIN item AS ${table} ON ${table}.owner_no = touched.owner_no AND ${table}.id = touched.id AND ${visible(table, at)}
   LEFT JOIN collection AS ${table}_c ON ${table}_c.collection_no = ${table}.collection_no`;

const sql = `
  SELECT touched.owner_no AS ownerNo, touched.id AS id, workload, account, ${side('b')}, ${side('a')}
  FROM (
    SELECT DISTINCT owner_no, id FROM item
    WHERE owner_no IN (
        SELECT owner_no FROM owner JOIN chain USING (chain_no)
        WHERE chain.id = :chainId AND (:workload IS NULL OR workload = :workload) AND (:account IS NULL OR account = :account)
      )
      AND (:item IS NULL OR item.id = :item)
      AND ((s0 > :from AND s0 <= :to) OR (s1 > :from AND s1 <= :to))
      AND (owner_no, id) > (:afterOwner, :afterId)
    ORDER BY owner_no, id LIMIT ${pageRows}
  ) AS touched
  JOIN owner ON owner.owner_no = touched.owner_no
  ${joined('b', ':from')}
  ${joined('a', ':to')}
  ORDER BY touched.owner_no, touched.id`;

/** By account and service, and then by id; holds a page of them. */
export function* comparedRows(statements: StatementCache, scope: CompareScope): Iterable<ComparedRow> {
  for (let [afterOwner, afterId] = [0, '']; ;) {
    const rows: unknown[] = statements.get(sql).all({ ...scope, afterOwner, afterId });
    const page = rows as RawRow[];
    for (const row of page) yield comparedRow(row);
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    [afterOwner, afterId] = [last.ownerNo, last.id];
  }
}

function comparedRow(row: RawRow): ComparedRow {
  const { workload, account, id } = row;
  return { workload, account, id, before: sideOf(row, 'b'), after: sideOf(row, 'a') };
}

function sideOf(row: RawRow, table: 'a' | 'b'): ComparedItem | undefined {
  if (row[`${table}Collection`] === null) return undefined;
  return {
    collection: row[`${table}Collection`] as string,
    version: row[`${table}Version`] as string,
    sizeBytes: row[`${table}SizeBytes`] as number,
    content: row[`${table}Content`] as Uint8Array,
    info: row[`${table}Info`] as string,
  };
}
