import { expect, test } from 'vitest';
import { encodeText, type Charset } from '../../../src-simulator/mail/charsets.ts';
import { decodedText, encodedText, type TextStyle } from '../../../src-simulator/mail/text-blocks.ts';
import { base64Lines, headerText, quotedPrintable } from '../../../src-simulator/mail/transfer-encodings.ts';

const samples: readonly (readonly [Charset, string])[] = [
  ['utf-8', 'Größe, 会議, 🚀'],
  ['iso-8859-1', 'Größe à Besançon'],
  ['windows-1252', 'Preis: 5 € – „gut“'],
  ['koi8-r', 'Договор поставки'],
  ['shift_jis', '会議の資料です。abc'],
  ['iso-2022-jp', 'ab会議cd資料'],
];

test.each(samples)('%s decodes to the text it was made from', (charset, text) => {
  expect(new TextDecoder(charset).decode(encodeText(text, charset))).toBe(text);
});

test('what a charset lacks becomes a question mark', () => {
  expect(encodeText('aé会', 'iso-8859-1').toString('latin1')).toBe('aé?');
  expect(encodeText('é', 'us-ascii').toString()).toBe('?');
});

function decodeQuotedPrintable(text: string): Buffer {
  const joined = text.replace(/=\r\n/g, '');
  return Buffer.from(
    joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

test('quoted-printable keeps lines short and bytes whole', () => {
  const bytes = Buffer.from(`${'lange Zeile mit Größe = '.repeat(20)}\r\ntrailing space \r\nend `);
  const encoded = quotedPrintable(bytes);
  expect(Math.max(...encoded.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76);
  expect(encoded).not.toMatch(/ (\r\n|$)/);
  expect(decodeQuotedPrintable(encoded).equals(bytes)).toBe(true);
});

test.each([
  [{ width: 76, lineEnd: '\r\n', trailing: '' } as const],
  [{ width: 64, lineEnd: '\n', trailing: ' ' } as const],
])('base64 in lines of %o', (lines) => {
  const bytes = Buffer.alloc(200, 0x61);
  const rows = base64Lines(bytes, lines)
    .toString('latin1')
    .split(lines.trailing + lines.lineEnd);
  expect(rows.at(-1)).toBe('');
  expect(rows.slice(0, -2).every((row) => row.length === lines.width)).toBe(true);
  expect(Buffer.from(rows.join(''), 'base64').equals(bytes)).toBe(true);
});

test('nothing to encode gives no line', () => {
  expect(base64Lines(Buffer.alloc(0))).toHaveLength(0);
});

test('header text that is not ASCII becomes encoded words of bounded length', () => {
  const words = headerText('Rückfrage zur Prüfung der Förderbänder und ihrer Größe').split('\r\n ');
  expect(words.length).toBeGreaterThan(1);
  expect(words.every((word) => word.length <= 75)).toBe(true);
  expect(headerText('plain')).toBe('plain');
});

const styles: readonly TextStyle[] = [
  { language: 'ja', form: 'plain', charset: 'iso-2022-jp', encoding: '7bit' },
  { language: 'ru', form: 'plain', charset: 'koi8-r', encoding: 'base64' },
  { language: 'de', form: 'html', charset: 'iso-8859-1', encoding: 'quoted-printable' },
];

test.each(styles)(
  'a body of $language in $charset and $encoding decodes to the text the JSON tells',
  (style) => {
    const encoded = encodedText(style, 42, 30);
    const raw =
      style.encoding === 'base64'
        ? Buffer.from(encoded.toString('latin1'), 'base64')
        : style.encoding === 'quoted-printable'
          ? decodeQuotedPrintable(encoded.toString('latin1'))
          : encoded;
    const normal = (text: string) => text.replace(/\s+/g, ' ').trim();
    expect(normal(new TextDecoder(style.charset).decode(raw))).toBe(normal(decodedText(style, 42, 30)));
  },
);
