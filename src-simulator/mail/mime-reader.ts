/**
 * Reads MIME that a client posts, as far as Exchange makes properties of it: people, subject, body, attachments. Depth
 * and number of parts are bounded; what is no MIME at all reads as a text.
 */
import type { MailAddress } from '../directory/people.ts';

export interface MimePart {
  /** Field values, unfolded, by lower-case name; of a repeated field the first. */
  readonly fields: ReadonlyMap<string, string>;
  /** Type and subtype in lower case. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly parts: readonly MimePart[];
  /** Bytes without their transfer encoding; of a multipart nothing. */
  readonly bytes: Buffer;
  /** The whole entity as it was posted, its headers included. */
  readonly entity: Buffer;
}

const deepest = 20;
const mostParts = 250;

export function readMime(bytes: Buffer, depth = 0): MimePart {
  const text = bytes.toString('latin1');
  const gap = /\r?\n\r?\n/.exec(text);
  const head = gap ? text.slice(0, gap.index) : text;
  const body = gap ? text.slice(gap.index + gap[0].length) : '';
  const fields = readFields(head);
  const { value: type, parameters } = readParameters(fields.get('content-type') ?? 'text/plain');
  const boundary = parameters.get('boundary');
  const isMultipart = type.startsWith('multipart/') && boundary !== undefined && depth < deepest;
  return {
    fields,
    type,
    parameters,
    parts: isMultipart ? split(body, boundary).map((part) => readMime(part, depth + 1)) : [],
    bytes: isMultipart ? Buffer.alloc(0) : decoded(body, fields.get('content-transfer-encoding')),
    entity: bytes,
  };
}

function readFields(head: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** A value with its parameters (RFC 2045, 5.1). */
export function readParameters(text: string): { value: string; parameters: Map<string, string> } {
  const [value = ''] = text.split(';', 1);
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare] of text.matchAll(
    /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g,
  ))
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  return { value: value.trim().toLowerCase(), parameters };
}

function split(body: string, boundary: string): Buffer[] {
  const mark = `--${boundary}`;
  const lines = `\r\n${body}`;
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = lines.indexOf(mark); at >= 0; at = lines.indexOf(mark, at + mark.length)) {
    if (lines[at - 1] !== '\n') continue;
    const end = lines[at - 2] === '\r' ? at - 2 : at - 1;
    if (start >= 0) parts.push(Buffer.from(lines.slice(start, end), 'latin1'));
    if (lines.startsWith('--', at + mark.length) || parts.length >= mostParts) break;
    start = lines.indexOf('\n', at) + 1;
    if (start === 0) break;
  }
  return parts;
}

function decoded(body: string, encoding = '7bit'): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64');
    case 'quoted-printable':
      return unquoted(body.replace(/[ \t]*=\r?\n/g, ''));
    default:
      return Buffer.from(body, 'latin1');
  }
}

const unquoted = (text: string) =>
  Buffer.from(
    text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );

/** Text of bytes in a charset that may be unknown. */
export function textIn(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset.toLowerCase()).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** A field's text with its encoded words (RFC 2047) put back into plain text, raw bytes taken for UTF-8. */
export function fieldText(value: string): string {
  const plain = textIn(Buffer.from(value, 'latin1'));
  return plain
    .replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?[^?]+\?[bq]\?[^?]*\?=/gi, encodedWord);
}

function encodedWord(word: string): string {
  const [, charset = '', form = '', text = ''] = word.split('?');
  const bytes =
    form.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : unquoted(text.replaceAll('_', ' '));
  return textIn(bytes, charset.split('*', 1)[0]);
}

/** The mailboxes of an address field; groups are taken apart. */
export function readAddresses(value: string | undefined): MailAddress[] {
  if (value === undefined) return [];
  const found: MailAddress[] = [];
  for (const [, quoted, bare = '', angled, plain] of value.matchAll(
    /(?:"((?:[^"\\]|\\.)*)"|([^<>,;:"]*?))\s*<([^<>]*)>|([^\s<>,;:"]+@[^\s<>,;:"]+)/g,
  )) {
    const address = angled ?? plain ?? '';
    const name = fieldText((quoted?.replace(/\\(.)/g, '$1') ?? bare).trim());
    if (address !== '') found.push({ name: name === '' ? address : name, address });
  }
  return found;
}
