/**
 * Tables of text for a terminal. Values come from mail that strangers wrote, so nothing in them can move the cursor,
 * change a colour or turn the reading direction around.
 */

/** A column: its title, on which side its values stand, and how wide it may become. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly maxWidth?: number;
}

/** Control characters, lone surrogates, and marks that turn the reading direction around. */
const unsafeInLine = /[\p{Cc}\p{Cs}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu;
/** The same but for the line break and the tab. */
const unsafeInText = /(?![\n\t])[\p{Cc}\p{Cs}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;
/** Letters that take two cells: pictures, and the scripts of East Asia. */
const wide =
  /\p{Emoji_Presentation}|\p{RGI_Emoji}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/v;
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const gap = '  ';

/** `text` on one line and harmless. */
export function plainLine(text: string): string {
  return text.replace(unsafeInLine, ' ');
}

/** `text` with its lines, and harmless. */
export function plainText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(unsafeInText, '\ufffd');
}

/** Cells that `text` takes in a terminal. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of letters.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** `rows` under `columns`, aligned; every line ends without spaces. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    columns.map(({ maxWidth }, at) => cut(plainLine(row[at] ?? ''), maxWidth ?? Infinity)),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ''))));
  return cells
    .map((row) =>
      row
        .map((text, at) => padded(text, widths[at] ?? 0, columns[at]?.align ?? 'left'))
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one a line, values aligned. */
export function listText(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => widthOf(name)));
  return entries.map(([name, value]) => `${padded(name, width, 'left')}${gap}${value}`.trimEnd()).join('\n');
}

/** `text` in at most `maxWidth` cells, with a mark where something was left out. */
export function cut(text: string, maxWidth: number): string {
  if (widthOf(text) <= maxWidth) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of letters.segment(text)) {
    width += widthOf(segment);
    if (width > maxWidth - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? space + text : text + space;
}
