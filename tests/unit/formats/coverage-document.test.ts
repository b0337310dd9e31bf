import { describe, expect, test } from 'vitest';
import type { CoverageReport, CoverageRow } from '../../../src-shared/model/coverage.ts';
import { coverageDocument } from '../../../src-worker/formats/coverage-document.ts';
import { csvText } from '../../../src-worker/formats/csv.ts';

const row: CoverageRow = {
  account: { id: 'id-1', address: 'anna@example.com', name: '<b>Anna</b> & "co"', kind: 'user' },
  isBeta: false,
  service: 'mail',
  enumerated: 10,
  saved: 4,
  unchanged: 3,
  skipped: 2,
  failed: 1,
  outOfScope: 0,
  outdated: 1,
  sizeBytes: 12_345,
  gaps: [
    { outcome: 'skipped', what: 'items', code: 'item-corrupt', meaning: 'It is damaged.', count: 2 },
    { outcome: 'failed', what: 'items', code: 'throttled', meaning: 'Later, please.', count: 1 },
  ],
};
const report: CoverageReport = {
  protectedItemName: 'All mail',
  organizationName: '</title><script>alert(1)</script>',
  snapshot: 7,
  outcome: 'partial',
  committedAt: '2026-11-21T10:00:00.000Z',
  rows: [row, { ...row, service: 'drive', gaps: [] }],
  runGaps: [{ outcome: 'failed', what: 'run', code: 'cancelled', meaning: 'It was stopped.', count: 1 }],
};

describe('comma-separated values', () => {
  test('a cell that a spreadsheet would run is text', () => {
    const text = csvText(['a'], [['=cmd()'], ['+1'], ['-1'], ['@x'], ['\tx'], [-1], ['plain']]);
    expect(text).toBe("\ufeffa\r\n'=cmd()\r\n'+1\r\n'-1\r\n'@x\r\n'\tx\r\n-1\r\nplain\r\n");
  });

  test('commas, quotes and line breaks stay in their cell', () => {
    expect(csvText(['x', 'y'], [['a,b', 'say "hi"\nyou']])).toBe('\ufeffx,y\r\n"a,b","say ""hi""\nyou"\r\n');
  });
});

describe('a coverage document', () => {
  test('as CSV has a line for every gap, and the numbers of a service once', () => {
    const lines = coverageDocument(report, 'csv').trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + 2 + 1 + 1);
    expect(lines[1]).toBe(
      'id-1,anna@example.com,user,mail,10,4,3,2,1,0,1,12345,skipped,items,item-corrupt,2,It is damaged.',
    );
    expect(lines[2]).toBe(
      'id-1,anna@example.com,user,mail,,,,,,,,,failed,items,throttled,1,"Later, please."',
    );
    expect(lines[4]).toMatch(/^,,,,,,,,,,,,failed,run,cancelled,1,/);
    expect(new Set(lines.slice(1, 3).map((line) => line.replace(/"[^"]*"/g, '').split(',').length))).toEqual(
      new Set([17]),
    );
  });

  test('as HTML runs nothing and takes names for text', () => {
    const page = coverageDocument(report, 'html');
    expect(page).not.toMatch(/<script|<b>/);
    expect(page).toContain('&lt;b&gt;Anna&lt;/b&gt; &amp; &quot;co&quot;');
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('14 of 20 items are saved as they were.');
    expect(page).toContain('It was stopped.');
  });

  test('as HTML begins with what is missing, failures first, and names what is out of scope last', () => {
    const outside = {
      outcome: 'out-of-scope',
      what: 'service',
      code: 'left-out',
      meaning: 'By choice.',
    } as const;
    const chat = {
      ...row,
      service: 'chat',
      enumerated: 0,
      skipped: 0,
      failed: 0,
      gaps: [{ ...outside, count: 1 }],
    };
    const page = coverageDocument({ ...report, rows: [...report.rows, chat] }, 'html');
    const places = [
      'Failed: the run, cancelled',
      'Failed: 1 item, throttled',
      'Skipped: 2 items, item-corrupt',
      'Out of scope: chat of 1 account',
      'Every account',
    ].map((text) => page.indexOf(text));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('as JSON is the report', () => {
    expect(JSON.parse(coverageDocument(report, 'json'))).toEqual(report);
  });
});
