/**
 * A catalog of a million items: how fast rows and index are made, and how long a person waits for the
 * first rows of a folder and for a word. `node catalog.ts [items]`; of its figures only medians of waiting count.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'cborg';
import type { ContentRef } from '../../src-shared/model/rows.ts';
import { Catalog } from '../../src-worker/catalog/catalog.ts';
import { median } from './pinned-bench.ts';
import { printTable } from './table.ts';

const items = Number(process.argv[2] ?? 1_000_000);
const chainId = 'a'.repeat(32);
const accounts = 20;
const foldersOfAccount = 10;
/** Half of an account's items lie in one folder. */
const largeShare = 0.5;
const snapshots = 20;
const longestFirstRowsMs = 100;
const longestSearchMs = 200;
const rounds = 9;

let state = 1;
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const syllables = [
  'ber',
  'lin',
  'mar',
  'kt',
  'rech',
  'nung',
  'an',
  'ge',
  'bot',
  'ver',
  'trag',
  'pro',
  'jekt',
  'ter',
  'min',
];
const syllable = (): string => syllables[Math.floor(random() * syllables.length)] ?? '';
const vocabulary = Array.from({ length: 30_000 }, () => syllable() + syllable() + syllable() + syllable());
/** Few words are frequent and many are rare, as in any language. */
const word = (): string => vocabulary[Math.floor(random() ** 3 * vocabulary.length)] ?? '';
const content = encode([0, 20_000, [20_000, 0, [new Uint8Array(32)]]] satisfies ContentRef);

function infoOf(number: number): string {
  const address = `person${number % 400}@nordlicht.example`;
  return JSON.stringify({
    subject: Array.from({ length: 6 }, word).join(' '),
    from: `Person ${number % 400} <${address}>`,
    to: [`Other ${number % 300} <other${number % 300}@partner.example>`],
    received: new Date(1_600_000_000_000 + Math.floor(random() * 2e11)).toISOString(),
    messageId: `<${number}.${state}@nordlicht.example>`,
  });
}

function fill(catalog: Catalog): void {
  const each = Math.ceil(items / snapshots);
  for (let number = 1; number <= snapshots; number += 1) {
    const time = new Date(1_700_000_000_000 + number * 86_400_000).toISOString();
    const writer = catalog.write({
      ...{
        chainId,
        number,
        hash: new Uint8Array(32),
        outcome: 'complete',
        startedAt: time,
        committedAt: time,
      },
      ...{ protectedItem: '{}', counts: '{}', issues: '[]' },
    });
    for (let at = (number - 1) * each; at < Math.min(items, number * each); at += 1) {
      const folder = random() < largeShare ? 0 : Math.floor(random() * foldersOfAccount);
      writer.putItem(
        { workload: 'mail', account: `account${at % accounts}` },
        {
          id: `AAMkAGI2TG93AAA${at.toString(36).padStart(60, '0')}`,
          collection: `folder${folder}`,
          version: `CQAAABYAAAD${at}`,
          sizeBytes: 20_000,
          content,
          info: infoOf(at),
        },
      );
    }
    writer.finish();
  }
}

function secondsOf(action: () => void): number {
  const startMs = performance.now();
  action();
  return (performance.now() - startMs) / 1000;
}

function medianMsOf(action: (round: number) => unknown): number {
  return median(Array.from({ length: rounds }, (_, round) => 1000 * secondsOf(() => action(round))));
}

const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const path = join(folderPath, 'catalog.db');
const catalog = new Catalog(path, new Uint8Array(32).fill(7));
const megabytes = (): number => (statSync(path).size + statSync(`${path}-wal`).size) / 1e6;
const fillSeconds = secondsOf(() => fill(catalog));
const rowsMb = megabytes();
const scopeOf = (round: number) => ({
  ...{ chainId, workload: 'mail', account: `account${round % accounts}` },
  number: 1 + ((round * 7) % snapshots),
});
const firstRows = (folder: string) =>
  medianMsOf((round) => catalog.itemPage(scopeOf(round), folder, { after: undefined, limit: 100 }));
const [largeFolderMs, smallFolderMs] = [firstRows('folder0'), firstRows('folder7')];
const totalsMs = medianMsOf((round) => catalog.collectionTotals(scopeOf(round)));
const indexSeconds = secondsOf(() => {
  while (catalog.search.indexSlice());
});
const indexMb = megabytes() - rowsMb;
const page = { before: undefined, limit: 100 };
const searchMs = (words: (round: number) => string) =>
  medianMsOf((round) => catalog.search.find({ words: words(round), chainId }, page));
const frequentMs = searchMs((round) => vocabulary[round] ?? '');
const rareMs = searchMs((round) => vocabulary.at(-1 - round) ?? '');
const twoMs = searchMs((round) => `${vocabulary[round] ?? ''} ${vocabulary[round + 9] ?? ''}`);
const typingMs = searchMs((round) => (vocabulary[round] ?? '').slice(0, 2));
const personMs = searchMs((round) => `person${round} partner`);
catalog.close();
rmSync(folderPath, { recursive: true });

printTable(
  ['items', 'rows/s', 'rows MB', 'indexed/s', 'index MB'],
  [[items, items / fillSeconds, rowsMb, items / indexSeconds, indexMb].map((value) => value.toFixed(0))],
);
const waits = {
  'first rows of a large folder': [largeFolderMs, longestFirstRowsMs],
  'first rows of a small folder': [smallFolderMs, longestFirstRowsMs],
  'folders of an account with counts': [totalsMs, null],
  'a frequent word': [frequentMs, longestSearchMs],
  'a rare word': [rareMs, longestSearchMs],
  'two words': [twoMs, longestSearchMs],
  'two letters': [typingMs, longestSearchMs],
  'a person and a word': [personMs, longestSearchMs],
} as const;
printTable(
  ['waiting for', 'median ms', 'allowed ms'],
  Object.entries(waits).map(([name, [medianMs, allowedMs]]) => [
    name,
    medianMs.toFixed(1),
    `${allowedMs ?? 'no bound'}`,
  ]),
);
process.exitCode = Object.values(waits).every(
  ([medianMs, allowedMs]) => allowedMs === null || medianMs <= allowedMs,
)
  ? 0
  : 1;
