/**
 * Opens the encrypted SQLite file of a catalog. A file that does not open (another key, another layout, torn by a
 * crash) is removed and made anew: the vault has everything that it held.
 */
import { rmSync } from 'node:fs';
import Database, { type Database as SqliteDatabase, type Statement } from 'better-sqlite3-multiple-ciphers';
import { schema, schemaVersion } from './schema.ts';
import { searchSchema } from './search/search-index.ts';

/** Another process may be applying a large snapshot. */
const busyTimeoutMs = 120_000;

export type CatalogDatabase = SqliteDatabase;

/** Opens `path` (or `:memory:`) with a 32-byte key. The file never holds plain text, nor do temporary files. */
export function openCatalogDatabase(path: string, key: Uint8Array): CatalogDatabase {
  try {
    const database = openWithKey(path, key);
    if (database.pragma('user_version', { simple: true }) === schemaVersion) return database;
    database.close();
  } catch (error) {
    if (path === ':memory:' || !isUnreadable(error)) throw error;
  }
  return createDatabase(path, key);
}

function createDatabase(path: string, key: Uint8Array): CatalogDatabase {
  for (const suffix of ['', '-wal', '-shm', '-journal'])
    if (path !== ':memory:') rmSync(path + suffix, { force: true });
  const database = openWithKey(path, key);
  database.transaction(() => {
    database.exec(schema + searchSchema);
    database.pragma(`user_version = ${schemaVersion}`);
  })();
  return database;
}

function openWithKey(path: string, key: Uint8Array): CatalogDatabase {
  const database = new Database(path, { timeout: busyTimeoutMs });
  if (path !== ':memory:') {
    database.pragma("cipher = 'chacha20'");
    database.pragma(`key = "x'${Buffer.from(key).toString('hex')}'"`);
  }
  database.pragma('temp_store = MEMORY');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('cache_size = -8192');
  return database;
}

function isUnreadable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^SQLITE_(NOTADB|CORRUPT|ERROR|CANTOPEN)/.test(code) && code !== 'SQLITE_CANTOPEN';
}

/** Prepared statements by their text: each is parsed once. */
export class StatementCache {
  readonly #database: CatalogDatabase;
  readonly #statements = new Map<string, Statement>();

  constructor(database: CatalogDatabase) {
    this.#database = database;
  }

  get(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
