/**
 * Finds the bodies of a MIME message (RFC 2045, 2046) that claim to be base64. Knows just enough structure for that:
 * nested multiparts and enclosed messages. What it finds is a hint that others verify, so a message that breaks the
 * rules costs a missed body and nothing else. Never throws, and is linear in the size of the message.
 */
import type { ByteRange } from './base64-lines.ts';

/** Structure below this depth, behind this many entities, or with longer headers, is left alone. */
export const maxDepth = 20;
export const maxEntities = 10_000;
const MAX_HEADER_BYTES = 256 * 1024;
/** RFC 2046 allows 70 characters. */
const MAX_BOUNDARY_LENGTH = 200;
const MAX_CONTENT_TYPE_LENGTH = 4096;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const DASH = 0x2d;

/** What the header of an entity says about its body. */
interface EntityHeader {
  readonly bodyStart: number;
  readonly isBase64: boolean;
  readonly isMessage: boolean;
  /** Present for multiparts. */
  readonly boundary: string | null;
}

/** The bodies of `message` that are declared base64, in order; none overlaps another. */
export function findBase64Bodies(message: Buffer): ByteRange[] {
  const walk = new StructureWalk(message);
  walk.entity({ start: 0, end: message.length }, 0);
  return walk.bodies;
}

class StructureWalk {
  readonly bodies: ByteRange[] = [];
  readonly #message: Buffer;
  #entities = 0;

  constructor(message: Buffer) {
    this.#message = message;
  }

  entity(range: ByteRange, depth: number): void {
    this.#entities += 1;
    if (depth > maxDepth || this.#entities > maxEntities) return;
    const header = readHeader(this.#message, range);
    if (header === null) return;
    const body = { start: header.bodyStart, end: range.end };
    if (header.boundary !== null) this.#multipart(body, header.boundary, depth);
    else if (header.isBase64) this.bodies.push(body);
    else if (header.isMessage) this.entity(body, depth + 1);
  }

  /** Every delimiter line ends the part before it; text before the first and behind the last belongs to no part. */
  #multipart(body: ByteRange, boundary: string, depth: number): void {
    const within = this.#message.subarray(0, body.end);
    // Base64 has no dash, so that looking for one passes over attachments at the speed of memory.
    const needle = Buffer.from(`--${boundary}`, 'latin1');
    let partStart = -1;
    let from = body.start;
    while (this.#entities <= maxEntities) {
      const at = within.indexOf(needle, from);
      if (at < 0) break;
      const line = within[at - 1] === LF ? readDelimiterLine(within, at + needle.length) : null;
      from = line?.end ?? nextLine(within, at);
      if (line === null) continue;
      if (partStart >= 0) this.entity({ start: partStart, end: at }, depth + 1);
      if (line.isClosing) return;
      partStart = line.end;
    }
    if (partStart >= 0) this.entity({ start: partStart, end: body.end }, depth + 1);
  }
}

/** Where the line behind that of `offset` begins. */
function nextLine(within: Buffer, offset: number): number {
  const end = within.indexOf(LF, offset);
  return end < 0 ? within.length : end + 1;
}

/** Reads on behind "--boundary": null when the line goes on with something else, as longer boundaries do. */
function readDelimiterLine(within: Buffer, offset: number): { isClosing: boolean; end: number } | null {
  const isClosing = within[offset] === DASH && within[offset + 1] === DASH;
  let at = isClosing ? offset + 2 : offset;
  while (within[at] === SPACE || within[at] === TAB) at += 1;
  if (within[at] === CR) at += 1;
  if (at >= within.length) return { isClosing, end: within.length };
  return within[at] === LF ? { isClosing, end: at + 1 } : null;
}

function readHeader(message: Buffer, { start, end }: ByteRange): EntityHeader | null {
  const window = message.subarray(start, Math.min(end, start + MAX_HEADER_BYTES));
  const blankLine = findBlankLine(window);
  if (blankLine === null) return null;
  const text = window.toString('latin1', 0, blankLine.start).replace(/\r?\n[ \t]+/g, ' ');
  const contentType = /^content-type:(.*)$/im.exec(text)?.[1]?.slice(0, MAX_CONTENT_TYPE_LENGTH).trim() ?? '';
  return {
    bodyStart: start + blankLine.end,
    isBase64: /^content-transfer-encoding:[ \t]*"?base64\b/im.test(text),
    isMessage: /^message\/(?:rfc822|global)\b/i.test(contentType),
    boundary: /^multipart\//i.test(contentType) ? readBoundary(contentType) : null,
  };
}

/** The empty line that ends a header; a header may be missing, then the empty line comes first. */
function findBlankLine(window: Buffer): ByteRange | null {
  if (window[0] === LF) return { start: 0, end: 1 };
  if (window[0] === CR && window[1] === LF) return { start: 0, end: 2 };
  const crlf = window.indexOf('\n\r\n', 0, 'latin1');
  const lf = (crlf < 0 ? window : window.subarray(0, crlf)).indexOf('\n\n', 0, 'latin1');
  if (lf >= 0) return { start: lf, end: lf + 2 };
  return crlf < 0 ? null : { start: crlf, end: crlf + 3 };
}

function readBoundary(contentType: string): string | null {
  const match = /;[ \t]*boundary[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(contentType);
  const boundary = match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2] ?? '';
  return boundary.length > 0 && boundary.length <= MAX_BOUNDARY_LENGTH ? boundary : null;
}
