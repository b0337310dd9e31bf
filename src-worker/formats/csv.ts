/**
 * Comma-separated values (RFC 4180) that spreadsheets open as text and numbers. Names in it come from strangers, and a
 * spreadsheet runs a cell that begins like a formula (= + - @, tab, carriage return, and their wide forms), so such a
 * text gets an apostrophe before it; numbers stay as they are.
 */
import { stringify } from 'csv-stringify/sync';

export type CsvCell = string | number;

/** Spreadsheets take a file without it for one in the encoding of the country. */
const byteOrderMark = '\ufeff';
const options = {
  record_delimiter: 'windows',
  // Not by itself where the end of a line is given.
  quote_record_delimiter: true,
  escape_formulas: true,
} as const;

/** `rows` with the line of `titles` above them; lines end with CRLF. */
export function csvText(titles: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  return csvHead(titles) + stringify([...rows], options);
}

/** What stands at the beginning of a file: the mark of its encoding, and the line of `titles`. */
export function csvHead(titles: readonly string[]): string {
  return byteOrderMark + csvLine(titles);
}

/** One line with its end. */
export function csvLine(cells: readonly CsvCell[]): string {
  return stringify([cells], options);
}
