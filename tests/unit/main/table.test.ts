import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, plainLine, plainText, tableText, widthOf } from '../../../src-main/cli/table.ts';

test('numbers stand right, words left, and no line ends with spaces', () => {
  const text = tableText(
    [{ title: 'Items', align: 'right' }, { title: 'Folder' }],
    [
      ['44', 'Inbox'],
      ['4,512', ''],
    ],
  );
  expect(text).toBe('Items  Folder\n   44  Inbox\n4,512');
});

test('letters that take two cells do not push the next column out of line', () => {
  const lines = tableText(
    [{ title: 'A' }, { title: 'B' }],
    [
      ['会議', 'x'],
      ['🚀', 'x'],
      ['é', 'x'],
    ],
  ).split('\n');
  expect(lines.map((line) => widthOf(line))).toEqual([7, 7, 7, 7]);
});

test('a long value is cut with a mark', () => {
  expect(cut('Quarterly review', 10)).toBe('Quarterly…');
  expect(cut('short', 10)).toBe('short');
});

test('what strangers wrote cannot steer the terminal', () => {
  expect(plainLine('Invoice\u001b[2J\u001b]0;title\u0007 \u202eexe.pdf\nline')).not.toMatch(
    /[\p{Cc}\u202e]/u,
  );
  expect(plainText('a\r\nb\u001b[31m')).toBe('a\nb\ufffd[31m');
});

test('no text is ever wider than it was cut to', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, maxWidth) => {
      expect(widthOf(cut(text, maxWidth))).toBeLessThanOrEqual(maxWidth);
    }),
  );
});
