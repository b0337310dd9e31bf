/** Content-Transfer-Encodings (RFC 2045) and encoded words (RFC 2047). Pure functions on bytes. */

export type TransferEncoding = '7bit' | '8bit' | 'quoted-printable' | 'base64';

const hexDigits = '0123456789ABCDEF';

function isLiteral(byte: number, next: number): boolean {
  if (byte === 0x20 || byte === 0x09) return next !== 0x0d && next !== -1;
  return byte > 0x20 && byte < 0x7f && byte !== 0x3d;
}

/** Quoted-printable with lines of at most 76 characters; CRLF in the input stays a hard line break. */
export function quotedPrintable(bytes: Buffer): string {
  let out = '';
  let column = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x0d && bytes[i + 1] === 0x0a) {
      out += '\r\n';
      column = 0;
      i += 1;
      continue;
    }
    const token = isLiteral(byte, bytes[i + 1] ?? -1)
      ? String.fromCharCode(byte)
      : `=${hexDigits.charAt(byte >> 4)}${hexDigits.charAt(byte & 15)}`;
    if (column + token.length > 75) {
      out += '=\r\n';
      column = 0;
    }
    out += token;
    column += token.length;
  }
  return out;
}

/** How the lines of a base64 body are made; senders differ and a splitter has to keep the difference. */
export interface Base64Lines {
  /** Characters of a line, a multiple of 4. */
  width: number;
  lineEnd: '\r\n' | '\n';
  /** Text before each line end, mostly empty. */
  trailing: '' | ' ';
}

export const usualLines: Base64Lines = { width: 76, lineEnd: '\r\n', trailing: '' };

/** Rows encoded at a time: enough to be quick, few enough that a long document makes no long text. */
const rowsAtOnce = 1_024;

/** Base64 in lines; ends with a line end unless there is nothing to encode. */
export function base64Lines(bytes: Buffer, lines: Base64Lines = usualLines): Buffer {
  const rowBytes = (lines.width / 4) * 3;
  const end = lines.trailing + lines.lineEnd;
  const textLength = Math.ceil(bytes.length / 3) * 4;
  const out = Buffer.allocUnsafe(textLength + Math.ceil(bytes.length / rowBytes) * end.length);
  let at = 0;
  for (let start = 0; start < bytes.length; start += rowBytes * rowsAtOnce) {
    const text = bytes.toString('base64', start, Math.min(bytes.length, start + rowBytes * rowsAtOnce));
    for (let i = 0; i < text.length; i += lines.width) {
      at += out.write(text.slice(i, i + lines.width), at, 'latin1');
      at += out.write(end, at, 'latin1');
    }
  }
  return out;
}

/** A header value as encoded words of at most 75 characters when it is not ASCII; charset utf-8, encoding B. */
export function headerText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const wordsOut: string[] = [];
  let chunk = '';
  for (const character of text) {
    if (Buffer.byteLength(chunk + character) > 42) {
      wordsOut.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...wordsOut, chunk]
    .map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`)
    .join('\r\n ');
}
