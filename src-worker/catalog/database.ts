/**
 * Opens the encrypted SQLite file of a catalog. A file that does not open (another key, another layout, torn by a
 * crash) is removed and made anew: the vault has everything that it held.
 */
import { rmSync } from 'node:fs';
import { openEncrypted, type EncryptedDatabase } from '../sqlite/encrypted-database.ts';
import { schema, schemaVersion } from './schema.ts';
import { searchSchema } from './search/search-index.ts';

/** Another process may be applying a large snapshot. */
const options = { busyTimeoutMs: 120_000, isDurable: false };

/** Opens `path` (or `:memory:`) with a 32-byte key. The file never holds plain text, nor do temporary files. */
export function openCatalogDatabase(path: string, key: Uint8Array): EncryptedDatabase {
  try {
    const database = openEncrypted(path, key, options);
    if (database.pragma('user_version', { simple: true }) === schemaVersion) return database;
    database.close();
  } catch (error) {
    if (path === ':memory:' || !isUnreadable(error)) throw error;
  }
  return createDatabase(path, key);
}

function createDatabase(path: string, key: Uint8Array): EncryptedDatabase {
  for (const suffix of ['', '-wal', '-shm', '-journal'])
    if (path !== ':memory:') rmSync(path + suffix, { force: true });
  const database = openEncrypted(path, key, options);
  database.transaction(() => {
    database.exec(schema + searchSchema);
    database.pragma(`user_version = ${schemaVersion}`);
  })();
  return database;
}

function isUnreadable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^SQLITE_(NOTADB|CORRUPT|ERROR|CANTOPEN)/.test(code) && code !== 'SQLITE_CANTOPEN';
}
