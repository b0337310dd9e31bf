/** Lines of iCalendar and vCard in files: RFC 5545, 3.1; RFC 6350, 3.2; RFC 2426, 2.6. */

/** Octets of a line without its CRLF, the space that continues it included. */
const longestLineOctets = 75;
const isAscii = /^\p{ASCII}*$/u;

/** `line` in pieces of at most 75 octets, each on a line of its own. No letter is cut: a reader may decode line by line. */
export function foldedLine(line: string): string {
  const pieces = isAscii.test(line) ? asciiPieces(line) : letterPieces(line);
  return pieces.join('\r\n ');
}

/** The quick way, for contents of many megabytes. */
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
