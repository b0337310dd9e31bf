/**
 * The tables of the local catalog. It is a cache of one vault: whenever its layout changes, {@link schemaVersion} goes
 * up and the file is built anew from the vault, so there are no migrations to get wrong.
 */
export const schemaVersion = 5;

/**
 * Rows carry the numbers of the snapshots of their chain between which they hold: visible in snapshot n when
 * `s0 <= n` and (`s1` is null or `n < s1`).
 */
export const schema = `
CREATE TABLE chain (
  chain_no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE snapshot (
  chain_no INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL,
  outcome TEXT NOT NULL, started_at TEXT NOT NULL, committed_at TEXT NOT NULL,
  protected_item TEXT NOT NULL, counts TEXT NOT NULL, issues TEXT NOT NULL,
  PRIMARY KEY (chain_no, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE pack (
  pack_no INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, size_bytes INTEGER NOT NULL,
  epoch INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE TABLE frame (
  frame_no INTEGER PRIMARY KEY, pack_no INTEGER NOT NULL, sequence INTEGER NOT NULL,
  offset_bytes INTEGER NOT NULL, stored_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX frame_by_pack ON frame (pack_no);
CREATE TABLE chunk (
  id BLOB PRIMARY KEY, frame_no INTEGER NOT NULL, offset_bytes INTEGER NOT NULL, length_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE account (
  chain_no INTEGER NOT NULL, id TEXT NOT NULL, s0 INTEGER NOT NULL, s1 INTEGER,
  address TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, left_because TEXT,
  PRIMARY KEY (chain_no, id, s0)
) STRICT, WITHOUT ROWID;
CREATE TABLE owner (
  owner_no INTEGER PRIMARY KEY, chain_no INTEGER NOT NULL, workload TEXT NOT NULL, account TEXT NOT NULL,
  UNIQUE (chain_no, workload, account)
) STRICT;
CREATE TABLE collection (
  collection_no INTEGER PRIMARY KEY, owner_no INTEGER NOT NULL, id TEXT NOT NULL, UNIQUE (owner_no, id)
) STRICT;
CREATE TABLE collection_state (
  collection_no INTEGER NOT NULL, s0 INTEGER NOT NULL, s1 INTEGER,
  parent TEXT, name TEXT NOT NULL, is_hidden INTEGER NOT NULL,
  PRIMARY KEY (collection_no, s0)
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
  item_no INTEGER PRIMARY KEY, owner_no INTEGER NOT NULL, id TEXT NOT NULL, collection_no INTEGER NOT NULL,
  s0 INTEGER NOT NULL, s1 INTEGER, version TEXT NOT NULL, size_bytes INTEGER NOT NULL,
  content BLOB NOT NULL, info TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX item_by_id ON item (owner_no, id, s0);
CREATE INDEX item_by_collection ON item (collection_no);
CREATE TABLE state (
  owner_no INTEGER NOT NULL, collection TEXT NOT NULL, link TEXT NOT NULL, PRIMARY KEY (owner_no, collection)
) STRICT, WITHOUT ROWID;
CREATE TABLE issue (
  owner_no INTEGER NOT NULL, item TEXT NOT NULL, s0 INTEGER NOT NULL, s1 INTEGER, collection TEXT NOT NULL,
  outcome TEXT NOT NULL, code TEXT NOT NULL, version TEXT NOT NULL, name TEXT NOT NULL, attempts INTEGER NOT NULL,
  PRIMARY KEY (owner_no, item, s0)
) STRICT, WITHOUT ROWID;
`;
