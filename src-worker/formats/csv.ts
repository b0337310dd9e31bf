/**
 * Comma-separated values (RFC 4180) that spreadsheets open as text and numbers. Names in it come from strangers, and a
 * spreadsheet runs a cell that begins like a formula, so such a cell gets an apostrophe before it.
 */

const formulaStart = /^[=+\-@\t\r]/;
const needsQuotes = /[",\r\n]/;
/** Spreadsheets take a file without it for one in the encoding of the country. */
const byteOrderMark = '\ufeff';

/** `rows` with the line of `titles` above them; lines end with CRLF. */
export function csvText(titles: readonly string[], rows: Iterable<readonly (string | number)[]>): string {
  const lines = [titles, ...rows].map((row) => row.map(cell).join(','));
  return `${byteOrderMark}${lines.join('\r\n')}\r\n`;
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = formulaStart.test(value) ? `'${value}` : value;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
