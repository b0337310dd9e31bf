import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TranscriptGathering } from '../../../src-worker/jobs/restore/gathering/transcript-gathering.ts';
import { FolderTarget } from '../../../src-worker/jobs/restore/target/folder-target.ts';

let folderPath: string;
beforeEach(() => (folderPath = mkdtempSync(join(tmpdir(), 'holdfast-transcript-'))));
afterEach(() => rmSync(folderPath, { recursive: true }));

const content = ['bytes', 0, [0, 0, []]] as never;

/** Gathers so many messages, one each quarter of an hour since the first of January 2026, in an odd order. */
async function gather(count: number): Promise<void> {
  const target = new FolderTarget(folderPath, { existing: 'rename', restoredItems: () => 0 });
  const place = { folderPath: '', name: 'General', title: 'General' };
  const gathering = await TranscriptGathering.open(target, place);
  for (let i = 0; i < count; i += 1) {
    const number = (i * 7) % count;
    const ms = Date.UTC(2026, 0, 1) + number * 900_000;
    const item = { id: `c ${number}`, collection: 'c', version: '', sizeBytes: 0, content, info: {} };
    const json = {
      createdDateTime: new Date(ms).toISOString(),
      body: { contentType: 'text', content: `no ${number}` },
    };
    await gathering.add(item, { parts: [], others: [], json });
  }
  await gathering.end();
}

const numbersIn = (name: string): number[] =>
  [...readFileSync(join(folderPath, name), 'utf8').matchAll(/>no (\d+)</g)].map(([, number]) =>
    Number(number),
  );

test('few messages are one page, the oldest first', async () => {
  await gather(2_000);
  expect(readdirSync(folderPath)).toEqual(['General.html']);
  expect(numbersIn('General.html')).toEqual([...Array(2_000).keys()]);
});

test('many messages are a page a month', async () => {
  await gather(6_001);
  const names = readdirSync(folderPath).sort();
  expect(names).toEqual(['General 2026-01.html', 'General 2026-02.html', 'General 2026-03.html']);
  expect(names.flatMap(numbersIn)).toEqual([...Array(6_001).keys()]);
});
