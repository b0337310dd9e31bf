import { expect, test } from 'vitest';
import {
  countText,
  dateText,
  durationText,
  estimateText,
  perSecond,
  pluralText,
  ratioText,
  sizeText,
} from '../../../src-shared/words/quantities.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 KB'],
  [86_107_850, '86.1 MB'],
  [999_499, '999 KB'],
  [999_500, '1.00 MB'],
  [99_960, '100 KB'],
  [9_996_000, '10.0 MB'],
  [2_500_000_000_000, '2.50 TB'],
  [7.2e18, '7,200 PB'],
])('%d bytes read as %s', (sizeBytes, text) => expect(sizeText(sizeBytes)).toBe(text));

test.each([
  [0, '0.00 s'],
  [410, '0.41 s'],
  [3740, '3.7 s'],
  [9_960, '10 s'],
  [59_600, '1 min'],
  [94_000, '1 min 34 s'],
  [3_599_600, '1 h'],
  [7_500_000, '2 h 5 min'],
])('%d ms read as %s', (durationMs, text) => expect(durationText(durationMs)).toBe(text));

test.each([
  [3_000, 'under 10 s'],
  [34_000, '30 to 40 s'],
  [94_000, '1 to 2 min'],
  [7_500_000, '2 to 3 h'],
])('%d ms that are left are told as the range %s', (remainingMs, text) =>
  expect(estimateText(remainingMs)).toBe(text),
);

test('a date names its month, so that nobody takes the day for it', () => {
  expect(dateText(new Date(2026, 10, 20, 14, 4).toISOString())).toBe('20 Nov 2026, 14:04');
  expect(dateText('never')).toBe('never');
});

test('counts, plurals, ratios and rates', () => {
  expect(countText(4_512_000)).toBe('4,512,000');
  expect([pluralText(1, 'mailbox', 'mailboxes'), pluralText(2, 'mailbox', 'mailboxes')]).toEqual([
    '1 mailbox',
    '2 mailboxes',
  ]);
  expect([ratioText(260, 100), ratioText(1, 0)]).toEqual(['2.60 to 1', '–']);
  expect([perSecond(100, 2000), perSecond(100, 0)]).toEqual([50, 0]);
});
