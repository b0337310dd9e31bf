/**
 * Content lines of iCalendar (RFC 5545, section 3.1). Written here and not with ical.js 2.2.1, which folds well, but
 * lets a line break in a URI or address begin a property of its own, keeps control characters, and writes quotes in
 * parameters with carets (RFC 6868), which Outlook shows as they are.
 */

/** Without the line break (section 3.1). */
const longestLineOctets = 75;

/** What may stand in no value: control characters but tab, and halves of surrogate pairs, which UTF-8 does not have. */
const forbidden = /\p{Cs}|(?!\t)\p{Cc}/gu;
const isAscii = /^\p{ASCII}*$/u;

export type Parameters = Readonly<Record<string, string | undefined>>;

/** A line as it stands in the file, folded, without its last CRLF. `value` is already as its type asks. */
export function contentLine(name: string, value: string, parameters: Parameters = {}): string {
  const written = Object.entries(parameters).map(([key, text]) =>
    text === undefined ? '' : `;${key}=${parameterText(text)}`,
  );
  return folded(`${name}${written.join('')}:${value.replace(forbidden, '')}`);
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

/** No letter is cut in two: a reader may decode each line by itself. */
function folded(line: string): string {
  const pieces = isAscii.test(line) ? asciiPieces(line) : letterPieces(line);
  return pieces.join('\r\n ');
}

/** The quick way, for contents of many megabytes. The space of a continued line counts. */
function asciiPieces(line: string): string[] {
  const pieces = [line.slice(0, longestLineOctets)];
  for (let at = longestLineOctets; at < line.length; at += longestLineOctets - 1)
    pieces.push(line.slice(at, at + longestLineOctets - 1));
  return pieces;
}

function letterPieces(line: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let at = 0;
  let octets = 0;
  for (const letter of line) {
    const letterOctets = octetsOf(letter);
    if (octets + letterOctets > longestLineOctets) {
      pieces.push(line.slice(from, at));
      from = at;
      octets = 1;
    }
    octets += letterOctets;
    at += letter.length;
  }
  return [...pieces, line.slice(from)];
}

function octetsOf(letter: string): number {
  const point = letter.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x1_0000 ? 3 : 4;
}
