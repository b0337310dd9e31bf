/** Opens SQLite files that are encrypted as a whole. The file never holds plain text, nor do temporary files. */
import Database, { type Database as SqliteDatabase, type Statement } from 'better-sqlite3-multiple-ciphers';

export type EncryptedDatabase = SqliteDatabase;

export interface OpenOptions {
  /** How long another process may write before a call gives up. */
  readonly busyTimeoutMs: number;
  /** Set where what was written must outlive a loss of power; otherwise only a crash of the process. */
  readonly isDurable: boolean;
  /** Set where nobody else may have the file open meanwhile. */
  readonly isExclusive?: boolean;
}

/** `path` or `:memory:`, and a 32-byte key. Throws an SqliteError, `SQLITE_NOTADB` for another key. */
export function openEncrypted(path: string, key: Uint8Array, options: OpenOptions): EncryptedDatabase {
  const database = new Database(path, { timeout: options.busyTimeoutMs });
  try {
    if (path !== ':memory:') {
      database.pragma("cipher = 'chacha20'");
      database.pragma(`key = "x'${Buffer.from(key).toString('hex')}'"`);
    }
    if (options.isExclusive === true) database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('temp_store = MEMORY');
    database.pragma('journal_mode = WAL');
    database.pragma(`synchronous = ${options.isDurable ? 'FULL' : 'NORMAL'}`);
    database.pragma('cache_size = -8192');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Prepared statements by their text: each is parsed once. */
export class StatementCache {
  readonly #database: EncryptedDatabase;
  readonly #statements = new Map<string, Statement>();

  constructor(database: EncryptedDatabase) {
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
