/** A vault that lies in this repository stays readable: with the password, the recovery key, and by a second reader. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentKind } from '../../../src-shared/model/rows.ts';
import { Catalog } from '../../../src-worker/catalog/catalog.ts';
import { createCompressor } from '../../../src-worker/codec/compress.ts';
import { derivePasswordKey } from '../../../src-worker/codec/password-key.ts';
import { parseRecoveryKey } from '../../../src-worker/codec/recovery-key.ts';
import { loadSodium } from '../../../src-worker/codec/sodium.ts';
import { syncCatalog } from '../../../src-worker/jobs/sync-catalog.ts';
import { openLocalDiskStore } from '../../../src-worker/stores/local-disk-store.ts';
import type { KeySource } from '../../../src-worker/vault/keys/key-slot.ts';
import { ObjectReader } from '../../../src-worker/vault/objects/object-reader.ts';
import { openVault, type Vault } from '../../../src-worker/vault/vault.ts';
import { hasProgram, hasPython, pythonPath } from '../../support/other-programs.ts';

interface GoldenItem {
  readonly account: string;
  readonly item: string;
  readonly size: number;
  readonly sha256: string;
}

const goldenPath = join(import.meta.dirname, 'golden');
const textOf = (name: string): string => readFileSync(join(goldenPath, name), 'utf8').trimEnd();
const golden = JSON.parse(textOf('items.json')) as { chain: string; items: readonly GoldenItem[] };
const inOrder = (items: readonly GoldenItem[]): GoldenItem[] =>
  items.toSorted((a, b) => `${a.account} ${a.item}`.localeCompare(`${b.account} ${b.item}`));

/** Opening a store may tidy up in it, so a copy is opened. */
let vaultPath: string;
beforeAll(async () => {
  await loadSodium();
  vaultPath = mkdtempSync(join(tmpdir(), 'holdfast-golden-'));
  cpSync(join(goldenPath, 'vault'), vaultPath, { recursive: true });
});
afterAll(() => rmSync(vaultPath, { recursive: true, force: true }));

async function open(source: KeySource): Promise<{ vault: Vault; catalog: Catalog }> {
  const store = await openLocalDiskStore(vaultPath);
  const vault = await openVault({ store, compressor: createCompressor(), derivePasswordKey }, source);
  const catalog = new Catalog(':memory:', vault.keys.catalogKey);
  await syncCatalog(vault, catalog);
  return { vault, catalog };
}

async function itemsOf({ vault, catalog }: { vault: Vault; catalog: Catalog }): Promise<{
  items: GoldenItem[];
  kinds: Set<number>;
}> {
  const reader = new ObjectReader(vault, catalog);
  const items: GoldenItem[] = [];
  const kinds = new Set<number>();
  for (const { id: account } of catalog.accounts(golden.chain)) {
    const scope = { chainId: golden.chain, number: 2, workload: 'mail', account };
    const rows = catalog.collections(scope).flatMap(({ id }) => [...catalog.items(scope, id)]);
    for (const { id, content } of rows) {
      const pieces: Uint8Array[] = [];
      for await (const piece of reader.readContent(content)) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      kinds.add(content[0]);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      items.push({ account, item: id, size: bytes.length, sha256 });
    }
  }
  return { items, kinds };
}

describe('the golden vault', () => {
  test.each<KeySource>([
    { kind: 'password', password: textOf('password.txt') },
    { kind: 'recovery', recoveryKey: parseRecoveryKey(textOf('recovery-key.txt')) },
  ])('gives every message by its $kind key', async (source) => {
    const opened = await open(source);
    const { items, kinds } = await itemsOf(opened);
    expect(inOrder(items)).toEqual(inOrder(golden.items));
    expect(kinds).toEqual(new Set([contentKind.bytes, contentKind.mime]));
    expect(opened.catalog.snapshots(golden.chain).map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'complete'],
      [2, 'complete'],
    ]);
    opened.catalog.close();
  });

  test.skipIf(!hasPython('nacl.bindings') || !hasProgram('zstd', '--version'))(
    'gives the same to a reader written from docs/vault-format.md alone',
    () => {
      const script = join(import.meta.dirname, '../../support/vault-reader.py');
      const passwordFile = join(goldenPath, 'password.txt');
      const output = execFileSync(pythonPath, [script, vaultPath, passwordFile], {
        encoding: 'utf8',
      });
      const lines = output.trimEnd().split('\n');
      const read = lines.map((line) => JSON.parse(line) as GoldenItem & { chain: string });
      expect(new Set(read.map(({ chain }) => chain))).toEqual(new Set([golden.chain]));
      const items = read.map(({ account, item, size, sha256 }) => ({ account, item, size, sha256 }));
      expect(inOrder(items)).toEqual(inOrder(golden.items));
    },
  );
});

/** The second reader needs Debian's python3-nacl and zstd. */
