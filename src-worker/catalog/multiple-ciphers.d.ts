/** The cipher build has the interface of better-sqlite3; its own declarations are not reachable through its exports. */
declare module 'better-sqlite3-multiple-ciphers' {
  import Database from 'better-sqlite3';
  export = Database;
}
