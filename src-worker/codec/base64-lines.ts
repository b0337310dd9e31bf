/**
 * Base64 bodies of mail, both ways: decodes a run of lines when (and only when) encoding it again gives the same
 * bytes, and encodes with a given shape. Must not guess at damaged or unusual base64; that stays as it is.
 */

import { AppError } from '../../src-shared/errors/app-error.ts';
import { decodeLines } from './base64-decoder.ts';
import { plainBytes } from './plain-bytes.ts';

/** How a run of base64 was broken into lines; enough to write it again. */
export interface Base64Shape {
  /** Characters of a full line; the last line may be shorter. */
  readonly lineLength: number;
  readonly lineEnding: 'crlf' | 'lf';
  /** Whether the last line has a line ending too. */
  readonly hasFinalLineEnding: boolean;
}

/** Encodes bytes that arrive in pieces; the pieces it gives back, one behind the other, are the run. */
export interface Base64LineEncoder {
  push(decoded: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** A run that was decoded: its extent in the message, its shape, and what it says. */
export interface Base64Run {
  readonly start: number;
  readonly end: number;
  readonly shape: Base64Shape;
  readonly decoded: Uint8Array;
}

/** A stretch of a message: from `start` up to, but without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const PADDING = 0x3d;

/** Encoders of mail keep to 76 (RFC 2045), some to 60..78; lines outside these bounds are not worth a recipe. */
const MIN_LINE_LENGTH = 16;
const MAX_LINE_LENGTH = 1000;
/** Work goes in blocks of about this many decoded bytes, so that it stays in the processor's cache. */
const BLOCK_BYTES = 24 * 1024;
const BLOCK_CHARACTERS = (BLOCK_BYTES / 3) * 4;

const lineEndings = { crlf: Buffer.from('\r\n'), lf: Buffer.from('\n') } as const;

/** Characters of base64, padding included, for `bytes` bytes. */
function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

class LineEncoder implements Base64LineEncoder {
  readonly #shape: Base64Shape;
  readonly #lineEnding: Buffer;
  /** Up to two bytes that do not fill a group of three yet. */
  #carry = Buffer.alloc(0);
  /** Characters in the present line. */
  #column = 0;

  constructor(shape: Base64Shape) {
    if (!Number.isSafeInteger(shape.lineLength) || shape.lineLength < 1) {
      throw new AppError(
        'pack-damaged',
        'A saved message cannot be put together: the lines of an attachment have no length.',
      );
    }
    this.#shape = shape;
    this.#lineEnding = lineEndings[shape.lineEnding];
  }

  push(decoded: Uint8Array): Uint8Array {
    const bytes = this.#carry.length === 0 ? asBuffer(decoded) : Buffer.concat([this.#carry, decoded]);
    const wholeBytes = bytes.length - (bytes.length % 3);
    this.#carry = Buffer.from(bytes.subarray(wholeBytes));
    return this.#encode(bytes.subarray(0, wholeBytes));
  }

  end(): Uint8Array {
    const rest = this.#encode(this.#carry);
    return this.#shape.hasFinalLineEnding ? plainBytes(Buffer.concat([rest, this.#lineEnding])) : rest;
  }

  #encode(bytes: Buffer): Uint8Array {
    const lines = Buffer.allocUnsafe(this.encodedLength(bytes.length));
    return plainBytes(lines.subarray(0, this.write(lines, 0, bytes)));
  }

  /** How many bytes the next `bytes` bytes will take, without a final line ending. */
  encodedLength(bytes: number): number {
    const characters = base64Length(bytes);
    return characters + this.#breaks(characters) * this.#lineEnding.length;
  }

  /**
   * Writes `bytes` to `target` from `offset` on and returns where it ended. Unless it is the last call, `bytes` must
   * be whole groups of three. Allocates nothing that lasts: each block is encoded to the end of its place and its
   * lines are then moved down, which leaves room for the line endings.
   */
  write(target: Buffer, offset: number, bytes: Buffer): number {
    let written = offset;
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const text = bytes.toString('base64', at, Math.min(at + BLOCK_BYTES, bytes.length));
      const textStart = written + this.#breaks(text.length) * this.#lineEnding.length;
      target.write(text, textStart, 'latin1');
      written = this.#closeUp(target, written, { start: textStart, end: textStart + text.length });
    }
    return written;
  }

  /** Moves `text` down to `offset`, line by line. A line ending is written once another character follows it. */
  #closeUp(target: Buffer, offset: number, text: ByteRange): number {
    const { lineLength } = this.#shape;
    let written = offset;
    let read = text.start;
    while (read < text.end) {
      if (this.#column === lineLength) {
        if (this.#lineEnding.length === 2) target[written++] = CR;
        target[written++] = LF;
        this.#column = 0;
      }
      const moved = Math.min(lineLength - this.#column, text.end - read);
      target.copyWithin(written, read, read + moved);
      read += moved;
      written += moved;
      this.#column += moved;
    }
    return written;
  }

  /** Line endings that the next `characters` characters will need before or between them. */
  #breaks(characters: number): number {
    return Math.max(0, Math.ceil((this.#column + characters) / this.#shape.lineLength) - 1);
  }
}

/** An encoder that breaks lines as `shape` says. Throws AppError 'pack-damaged' for a shape without line length. */
export function base64LineEncoder(shape: Base64Shape): Base64LineEncoder {
  return new LineEncoder(shape);
}

/** Bytes of the run of `decodedBytes` bytes. */
function base64RunLength(decodedBytes: number, shape: Base64Shape): number {
  const finalBytes = shape.hasFinalLineEnding ? lineEndings[shape.lineEnding].length : 0;
  return new LineEncoder(shape).encodedLength(decodedBytes) + finalBytes;
}

/** The whole run of `decoded`. */
export function encodeBase64Lines(decoded: Uint8Array, shape: Base64Shape): Uint8Array {
  const run = Buffer.allocUnsafeSlow(base64RunLength(decoded.length, shape));
  const end = new LineEncoder(shape).write(run, 0, asBuffer(decoded));
  if (shape.hasFinalLineEnding) lineEndings[shape.lineEnding].copy(run, end);
  return plainBytes(run);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the text of a run begins and ends, how it is broken, and how many bytes it stands for. */
interface RunLayout extends ByteRange {
  readonly shape: Base64Shape;
  readonly decodedBytes: number;
}

/** Which runs are worth it, and where their bytes go: memory of that length and with any content. */
export interface DecodeOptions {
  readonly minDecodedBytes: number;
  readonly takeMemory: (sizeBytes: number) => Uint8Array;
}

/**
 * The base64 run that fills `body` but for blank lines around it, or null when `body` is anything else, or would not
 * come out of {@link base64LineEncoder} byte for byte. Linear in the length of `body` whatever it holds.
 */
export function decodeBase64Run(message: Buffer, body: ByteRange, options: DecodeOptions): Base64Run | null {
  const layout = layOutRun(message, body);
  if (layout === null || layout.decodedBytes < options.minDecodedBytes) return null;
  const decoded = asBuffer(options.takeMemory(layout.decodedBytes));
  if (!decodeVerified(message, layout, decoded)) return null;
  const { shape } = layout;
  const finalBytes = shape.hasFinalLineEnding ? lineEndings[shape.lineEnding].length : 0;
  return { start: layout.start, end: layout.end + finalBytes, shape, decoded };
}

/** Derives the layout from the first line and the total length alone; whether it is true is verified afterwards. */
function layOutRun(message: Buffer, body: ByteRange): RunLayout | null {
  const start = skipBlank(message, body);
  const end = trimBlank(message, { start, end: body.end });
  const first = readFirstLine(message, { start, end: body.end });
  const isOneLine = start + first.lineLength >= end;
  const lineLength = isOneLine ? end - start : first.lineLength;
  if (lineLength < MIN_LINE_LENGTH || (!isOneLine && lineLength > MAX_LINE_LENGTH)) return null;
  const ending = lineEndings[first.lineEnding];
  const strideBytes = lineLength + ending.length;
  const fullLines = Math.floor((end - start) / strideBytes);
  const lastLine = end - start - fullLines * strideBytes;
  const characters = fullLines * lineLength + lastLine;
  if (lastLine === 0 || lastLine > lineLength || characters % 4 !== 0) return null;
  const tail = message.subarray(end, Math.min(body.end, end + ending.length));
  const shape = { lineLength, lineEnding: first.lineEnding, hasFinalLineEnding: tail.equals(ending) };
  // A line of one character may break the padding in two.
  const paddingBytes = paddingBefore(message, end, lastLine === 1 ? ending.length : 0);
  return { start, end, shape, decodedBytes: (characters / 4) * 3 - paddingBytes };
}

/** The first line of `range`; where nothing ends it, the ending is CRLF by convention. */
function readFirstLine(
  message: Buffer,
  { start, end }: ByteRange,
): Pick<Base64Shape, 'lineLength' | 'lineEnding'> {
  const lineFeed = message.subarray(start, end).indexOf(LF);
  if (lineFeed < 0) return { lineLength: end - start, lineEnding: 'crlf' };
  const hasCr = lineFeed > 0 && message[start + lineFeed - 1] === CR;
  return hasCr
    ? { lineLength: lineFeed - 1, lineEnding: 'crlf' }
    : { lineLength: lineFeed, lineEnding: 'lf' };
}

/** Bytes that the last group of four characters lacks; `breakBytes` stand between its last two. */
function paddingBefore(message: Buffer, end: number, breakBytes: number): 0 | 1 | 2 {
  if (message[end - 1] !== PADDING) return 0;
  return message[end - 2 - breakBytes] === PADDING ? 2 : 1;
}

function isBlank(byte: number | undefined): boolean {
  return byte === LF || byte === CR || byte === SPACE || byte === TAB;
}

function skipBlank(message: Buffer, { start, end }: ByteRange): number {
  let at = start;
  while (at < end && isBlank(message[at])) at += 1;
  return at;
}

function trimBlank(message: Buffer, { start, end }: ByteRange): number {
  let at = end;
  while (at > start && isBlank(message[at - 1])) at -= 1;
  return at;
}

/** Fills `decoded` block by block; false at the first block that encoding would not give back. */
function decodeVerified(message: Buffer, run: RunLayout, decoded: Buffer): boolean {
  const { lineLength, lineEnding } = run.shape;
  const shape = { lineLength, lineEnding: lineEndings[lineEnding] };
  const blockBytes = blockLength(run);
  let filled = 0;
  for (let at = run.start; at < run.end; at += blockBytes) {
    const isEnd = at + blockBytes >= run.end;
    // Between blocks stands a line ending, which belongs to the block before it.
    const text = message.subarray(at, isEnd ? run.end : at + blockBytes);
    const bytes = decodeLines(text, shape, { target: decoded.subarray(filled), isEnd });
    if (bytes < 0) return false;
    filled += bytes;
  }
  return filled === decoded.length;
}

/** Blocks end between lines, after whole groups of four characters, so that each can be decoded alone. */
function blockLength({ start, end, shape }: RunLayout): number {
  if (shape.lineLength >= end - start) return BLOCK_CHARACTERS;
  const fourLines = 4 * (shape.lineLength + lineEndings[shape.lineEnding].length);
  return fourLines * Math.ceil(BLOCK_CHARACTERS / fourLines);
}
