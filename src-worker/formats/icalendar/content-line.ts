/**
 * Content lines of iCalendar (RFC 5545, section 3.1). Written here and not with ical.js 2.2.1, which folds well, but
 * lets a line break in a URI or address begin a property of its own, keeps control characters, and writes quotes in
 * parameters with carets (RFC 6868), which Outlook shows as they are.
 */
import { foldedLine } from '../folded-line.ts';

/** What may stand in no value: control characters but tab, and halves of surrogate pairs, which UTF-8 does not have. */
const forbidden = /\p{Cs}|(?!\t)\p{Cc}/gu;

export type Parameters = Readonly<Record<string, string | undefined>>;

/** A line as it stands in the file, folded, without its last CRLF. `value` is already as its type asks. */
export function contentLine(name: string, value: string, parameters: Parameters = {}): string {
  const written = Object.entries(parameters).map(([key, text]) =>
    text === undefined ? '' : `;${key}=${parameterText(text)}`,
  );
  return foldedLine(`${name}${written.join('')}:${value.replace(forbidden, '')}`);
}

/** A value of type TEXT (section 3.3.11). */
export function textValue(text: string): string {
  return text
    .replace(/[\\;,]/g, (letter) => `\\${letter}`)
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(forbidden, '');
}

/** Section 3.2: a parameter cannot hold a double quote, so it becomes two single ones. */
function parameterText(text: string): string {
  const clean = text.replace(/\s+/g, ' ').replace(forbidden, '').replaceAll('"', "''");
  return /^[\w./+-]+$/.test(clean) ? clean : `"${clean}"`;
}
