/** Search in a catalog: what is found, in which order, in which snapshots. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encode } from 'cborg';
import { beforeEach, expect, test } from 'vitest';
import type { ContentRef, ItemInfo } from '../../../src-shared/model/rows.ts';
import { Catalog } from '../../../src-worker/catalog/catalog.ts';
import type { CatalogWriter } from '../../../src-worker/catalog/catalog-writer.ts';

const chainId = 'a'.repeat(32);
const otherChainId = 'b'.repeat(32);
const content = encode([0, 1, [1, 0, []]] satisfies ContentRef);

let catalog: Catalog;
beforeEach(() => {
  catalog = new Catalog(':memory:', new Uint8Array(32));
});

function snapshot(number: number, write: (writer: CatalogWriter) => void, chain = chainId): void {
  const time = new Date(Date.UTC(2026, 0, number)).toISOString();
  const writer = catalog.write({
    chainId: chain,
    number,
    hash: new Uint8Array(32),
    outcome: 'complete',
    startedAt: time,
    committedAt: time,
    protectedItem: '{}',
    counts: '{}',
    issues: '[]',
  });
  write(writer);
  writer.finish();
}

const anna = { workload: 'mail', account: 'anna' };
const ben = { workload: 'mail', account: 'ben' };
const files = { workload: 'drive', account: 'anna' };

/** Puts items of an account's service, by their ids. */
function put(writer: CatalogWriter, owner: typeof anna, items: Readonly<Record<string, ItemInfo>>): void {
  for (const [id, info] of Object.entries(items))
    writer.putItem(owner, {
      id,
      collection: 'inbox',
      version: JSON.stringify(info),
      sizeBytes: 1,
      content,
      info: JSON.stringify(info),
    });
}

const indexAll = (): void => {
  while (catalog.search.indexSlice());
};

type Filter = Parameters<Catalog['search']['find']>[0];
function find(filter: Filter, page = { before: undefined as number | undefined, limit: 100 }) {
  return catalog.search.find(filter, page);
}
const idsOf = (filter: Filter): string[] => find(filter).map(({ id }) => id);

test('all words must be there, each from its beginning; the newest come first', () => {
  snapshot(1, (writer) => {
    put(writer, anna, { old: { subject: 'Annual report', received: '2024-05-01T10:00:00Z' } });
    put(writer, anna, { new: { subject: 'Report of the year, annual', received: '2026-05-01T10:00:00Z' } });
    put(writer, ben, { middle: { subject: 'RÉPORTS annuals', received: '2025-05-01T10:00:00Z' } });
    put(writer, anna, { other: { subject: 'Annual leave', received: '2026-06-01T10:00:00Z' } });
    put(writer, anna, { timeless: { title: 'annual report' } });
  });
  expect(idsOf({ words: 'report' })).toEqual([]);
  indexAll();
  expect(idsOf({ words: 'report annual' })).toEqual(['new', 'middle', 'old', 'timeless']);
  expect(idsOf({ words: 'ann' })).toEqual(['other', 'new', 'middle', 'old', 'timeless']);
  expect(idsOf({ words: 'port' })).toEqual([]);
  expect(idsOf({ words: '"*' })).toEqual([]);
});

test('filters narrow it down', () => {
  snapshot(1, (writer) => {
    put(writer, anna, { mail: { subject: 'plan', received: '2025-05-01T10:30:00Z', attachments: true } });
    put(writer, ben, { 'of ben': { subject: 'plan', received: '2025-06-01T10:30:00Z' } });
    put(writer, files, { file: { name: 'plan.docx', modified: '2025-07-01T10:30:00Z' } });
  });
  snapshot(1, (writer) => put(writer, anna, { elsewhere: { subject: 'plan' } }), otherChainId);
  indexAll();
  expect(idsOf({ words: 'plan' })).toEqual(['file', 'of ben', 'mail', 'elsewhere']);
  expect(idsOf({ words: 'plan', chainId })).toEqual(['file', 'of ben', 'mail']);
  expect(idsOf({ words: 'plan', chainId: 'c'.repeat(32) })).toEqual([]);
  expect(idsOf({ words: 'plan', account: 'anna', chainId })).toEqual(['file', 'mail']);
  expect(idsOf({ words: 'plan', account: 'nobody' })).toEqual([]);
  expect(idsOf({ words: 'plan', workload: 'drive' })).toEqual(['file']);
  expect(idsOf({ words: 'plan', hasAttachments: true })).toEqual(['mail']);
  const [fromMs, toMs] = [Date.UTC(2025, 4, 2), Date.UTC(2025, 5, 1, 10)];
  expect(idsOf({ words: 'plan', fromMs })).toEqual(['file', 'of ben']);
  expect(idsOf({ words: 'plan', fromMs, toMs })).toEqual(['of ben']);
  expect(idsOf({ words: 'plan', toMs: Date.UTC(2025, 5, 1, 9) })).toEqual(['mail', 'elsewhere']);
});

test('every form of an item is found with the snapshots that hold it', () => {
  snapshot(1, (writer) => put(writer, anna, { a: { subject: 'draft', received: '2025-01-01T00:00:00Z' } }));
  snapshot(2, () => undefined);
  snapshot(3, (writer) => put(writer, anna, { a: { subject: 'final', received: '2025-01-01T00:00:00Z' } }));
  indexAll();
  expect(find({ words: 'draft' })).toMatchObject([{ id: 'a', first: 1, last: 2 }]);
  expect(find({ words: 'final' })).toMatchObject([{ id: 'a', first: 3, last: null }]);
  snapshot(4, (writer) => writer.removeItem(anna, { id: 'a', collection: 'inbox' }));
  expect(find({ words: 'final' })).toMatchObject([{ id: 'a', first: 3, last: 3 }]);
});

test('pages follow each other without a gap, and what comes meanwhile is indexed later', () => {
  snapshot(1, (writer) => {
    for (let number = 0; number < 25; number += 1)
      put(writer, anna, { [`m${number}`]: { subject: 'same', received: '2025-01-01T00:00:00Z' } });
  });
  indexAll();
  expect(catalog.search.missing).toBe(0);
  snapshot(2, (writer) => put(writer, anna, { late: { subject: 'same', received: '2025-01-01T00:00:00Z' } }));
  expect(catalog.search.missing).toBe(1);
  const seen: string[] = [];
  for (let before: number | undefined; ;) {
    const page = find({ words: 'same' }, { before, limit: 10 });
    seen.push(...page.map(({ id }) => id));
    before = page.at(-1)?.position;
    if (page.length < 10) break;
  }
  expect(seen).toHaveLength(25);
  expect(new Set(seen).size).toBe(25);
  indexAll();
  expect(idsOf({ words: 'same' })[0]).toBe('late');
});

test('rows of a snapshot that is being applied are not indexed', () => {
  const writer = catalog.write({
    ...{ chainId, number: 1, hash: new Uint8Array(32), outcome: 'complete', startedAt: '', committedAt: '' },
    ...{ protectedItem: '{}', counts: '{}', issues: '[]' },
  });
  put(writer, anna, { a: { subject: 'half' } });
  expect(catalog.search.indexSlice()).toBe(false);
  writer.rollback();
  expect(catalog.search.missing).toBe(0);
});

test('two processes that search at once share the work', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-search-'));
  const path = join(folder, 'catalog.db');
  const script = join(import.meta.dirname, '../../support/index-words-process.ts');
  const rows = 40_000;
  try {
    catalog = new Catalog(path, new Uint8Array(32));
    const items = Array.from({ length: rows }, (_, i) => [`m${i}`, { subject: `letter ${i}` }] as const);
    snapshot(1, (writer) => put(writer, anna, Object.fromEntries(items)));
    const run = () => promisify(execFile)(process.execPath, [script, path]);
    const outputs = await Promise.all([run(), run(), run()]);
    const slices = outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0);
    expect(slices).toBe(Math.ceil(rows / 16_384));
    expect(catalog.search.missing).toBe(0);
    expect(idsOf({ words: `${rows - 1}` })).toEqual([`m${rows - 1}`]);
  } finally {
    catalog.close();
    rmSync(folder, { recursive: true });
  }
});
