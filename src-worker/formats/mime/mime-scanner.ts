/**
 * Walks through a message (RFC 2045, 2046) as it is read, in memory that does not depend on it: the header of the message,
 * then every part that is no multipart, with its bytes still in their transfer encoding. Enclosed messages are parts and
 * not entered. Never throws, and takes each byte once.
 */
import { contentHeader, type ContentHeader } from './header-fields.ts';

/** Where a part stands. */
export interface MimePart extends ContentHeader {
  /** Counts the parts from 0, in their order: the same in every walk through the same message. */
  readonly number: number;
  /** The outermost multipart/alternative around it, counted from 0. */
  readonly alternative: number | undefined;
  /** True of the first part of a multipart/related, the one that the others belong to (RFC 2387), and of all outside. */
  readonly isRoot: boolean;
  /** True where it is no part of a multipart, but all that the message has. */
  readonly isWhole: boolean;
}

/** Takes the bytes of one part, in pieces of some length. `push` lends them. */
export interface PartSink {
  push(bytes: Uint8Array): void;
  end(): void;
}

/** What a walk leaves out. */
export interface MimeLeftOut {
  readonly parts: number;
  readonly headerBytes: number;
}

const deepestMultipart = 20;
const mostParts = 1000;
const longestHeaderBytes = 1024 * 1024;
const longestPartHeaderBytes = 64 * 1024;
/** A line longer than this is taken in pieces. */
const longestLineBytes = 64 * 1024;
/** Two dashes before and behind, white space, the end of the line. */
const longestDelimiterBytes = 300;

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;
const lineBreaks = { '\n': Buffer.from('\n'), '\r\n': Buffer.from('\r\n') };
const headerStart = /^[!-9;-~]+[ \t]*:/;

interface Multipart {
  readonly delimiter: string;
  readonly isDigest: boolean;
  readonly isRelated: boolean;
  readonly isRoot: boolean;
  readonly alternative: number | undefined;
  children: number;
}

interface Line {
  readonly bytes: Buffer;
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

export class MimeScanner {
  readonly #onPart: (part: MimePart) => PartSink;
  readonly #open: Multipart[] = [];
  #state: 'header' | 'body' | 'skip' = 'header';
  #header: Buffer[] = [];
  #headerBytes = 0;
  #isHeaderBegun = false;
  #messageHeader: Buffer | undefined;
  #sink: PartSink | undefined;
  /** The break before a delimiter belongs to the delimiter (RFC 2046, 5.1.1), so each waits for the line behind it. */
  #lineBreak: '' | keyof typeof lineBreaks = '';
  /** Lines are short, and each step of a sink costs. */
  readonly #gathered = Buffer.alloc(longestLineBytes);
  #gatheredBytes = 0;
  #carry: Buffer = Buffer.alloc(0);
  #isLineStart = true;
  #parts = 0;
  #alternatives = 0;
  #leftOutParts = 0;
  #leftOutHeaderBytes = 0;

  constructor(onPart: (part: MimePart) => PartSink) {
    this.#onPart = onPart;
  }

  push(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let at = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      this.#take(bytes.subarray(at, end + 1), true);
      at = end + 1;
    }
    if (at < bytes.length) this.#keep(bytes.subarray(at));
  }

  /** The header of the message, as far as it is kept, and what was left out. */
  end(): { readonly header: Buffer; readonly leftOut: MimeLeftOut } {
    if (this.#carry.length > 0) this.#take(Buffer.alloc(0), true);
    if (this.#state === 'header') this.#endHeader();
    if (this.#state === 'body') this.#gather(Buffer.from(this.#lineBreak));
    this.#endPart();
    const leftOut = { parts: this.#leftOutParts, headerBytes: this.#leftOutHeaderBytes };
    return { header: this.#messageHeader ?? Buffer.alloc(0), leftOut };
  }

  /** The beginning of a line whose end is still to come. */
  #keep(bytes: Buffer): void {
    if (this.#carry.length + bytes.length > longestLineBytes) this.#take(bytes, false);
    else this.#carry = Buffer.concat([this.#carry, bytes]);
  }

  #take(bytes: Buffer, isEnd: boolean): void {
    const whole = this.#carry.length === 0 ? bytes : Buffer.concat([this.#carry, bytes]);
    this.#carry = Buffer.alloc(0);
    const line = { bytes: whole, isStart: this.#isLineStart, isEnd };
    this.#isLineStart = isEnd;
    if (this.#isDelimiter(line)) return;
    if (this.#state === 'header') this.#headerLine(line);
    else if (this.#state === 'body') this.#bodyLine(line);
  }

  /** The innermost multipart that knows a delimiter has it, so that one that was never closed ends with what is around it. */
  #isDelimiter({ bytes, isStart }: Line): boolean {
    if (!isStart || bytes.length > longestDelimiterBytes || bytes[0] !== DASH || bytes[1] !== DASH)
      return false;
    const text = bytes.toString('latin1').trimEnd();
    const depth = this.#open.findLastIndex(
      ({ delimiter }) => text === delimiter || text === `${delimiter}--`,
    );
    const multipart = this.#open[depth];
    if (multipart === undefined) return false;
    if (this.#state === 'header') this.#endHeader();
    this.#endPart();
    const isClosing = text !== multipart.delimiter;
    this.#open.length = isClosing ? depth : depth + 1;
    if (isClosing) this.#state = 'skip';
    else this.#beginPart(multipart);
    return true;
  }

  #beginPart(within: Multipart): void {
    within.children += 1;
    this.#state = 'header';
    this.#header = [];
    this.#headerBytes = 0;
    this.#isHeaderBegun = false;
  }

  #headerLine(line: Line): void {
    const { bytes, isStart } = line;
    if (isStart && lineBreakAt(bytes) === 0) {
      this.#endHeader();
      return;
    }
    // A message without a header begins with its text.
    if (!this.#isHeaderBegun && !headerStart.test(bytes.toString('latin1', 0, longestDelimiterBytes))) {
      this.#endHeader();
      if (this.#isBody()) this.#bodyLine(line);
      return;
    }
    this.#isHeaderBegun = true;
    const limit = this.#messageHeader === undefined ? longestHeaderBytes : longestPartHeaderBytes;
    const kept = bytes.subarray(0, Math.max(0, limit - this.#headerBytes));
    this.#headerBytes += kept.length;
    this.#leftOutHeaderBytes += bytes.length - kept.length;
    // A copy, because pieces are lent.
    this.#header.push(Buffer.from(kept));
  }

  #isBody(): boolean {
    return this.#state === 'body';
  }

  #endHeader(): void {
    const header = Buffer.concat(this.#header);
    this.#header = [];
    this.#messageHeader ??= header;
    const content = contentHeader(header.toString('latin1'));
    const isMultipart = content.mediaType.startsWith('multipart/') && content.boundary !== undefined;
    if (isMultipart && this.#open.length < deepestMultipart) this.#enter(content);
    else if (isMultipart || this.#parts >= mostParts) this.#leaveOut();
    else this.#openPart(content);
  }

  #enter({ mediaType, boundary = '' }: ContentHeader): void {
    const outer = this.#open.at(-1);
    const isAlternative = mediaType === 'multipart/alternative';
    this.#open.push({
      delimiter: `--${boundary.trimEnd()}`,
      isDigest: mediaType === 'multipart/digest',
      isRelated: mediaType === 'multipart/related',
      isRoot: isRootIn(outer),
      alternative: outer?.alternative ?? (isAlternative ? this.#alternatives++ : undefined),
      children: 0,
    });
    // What stands before the first delimiter is for readers that know no MIME.
    this.#state = 'skip';
  }

  #leaveOut(): void {
    this.#leftOutParts += 1;
    this.#state = 'skip';
  }

  #openPart(content: ContentHeader): void {
    const outer = this.#open.at(-1);
    // RFC 2046, 5.1.5.
    const usual = outer?.isDigest === true ? 'message/rfc822' : 'text/plain';
    this.#state = 'body';
    this.#sink = this.#onPart({
      ...content,
      mediaType: content.mediaType === '' ? usual : content.mediaType,
      number: this.#parts,
      alternative: outer?.alternative,
      isRoot: isRootIn(outer),
      isWhole: outer === undefined,
    });
    this.#parts += 1;
  }

  #bodyLine({ bytes, isEnd }: Line): void {
    if (this.#lineBreak !== '') this.#gather(lineBreaks[this.#lineBreak]);
    const end = isEnd ? lineBreakAt(bytes) : bytes.length;
    this.#gather(bytes.subarray(0, end));
    this.#lineBreak = end === bytes.length ? '' : end === bytes.length - 1 ? '\n' : '\r\n';
  }

  #gather(bytes: Buffer): void {
    if (this.#gatheredBytes + bytes.length > this.#gathered.length) this.#flush();
    if (bytes.length > this.#gathered.length) this.#sink?.push(bytes);
    else this.#gatheredBytes += bytes.copy(this.#gathered, this.#gatheredBytes);
  }

  #flush(): void {
    if (this.#gatheredBytes > 0) this.#sink?.push(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gatheredBytes = 0;
  }

  #endPart(): void {
    this.#flush();
    this.#sink?.end();
    this.#sink = undefined;
    this.#lineBreak = '';
  }
}

function isRootIn(outer: Multipart | undefined): boolean {
  return outer === undefined || (outer.isRoot && (!outer.isRelated || outer.children === 1));
}

/** Where the break begins that a line ends with; its length where it ends without one. */
function lineBreakAt(line: Buffer): number {
  if (line.at(-1) !== LF) return line.length;
  return line.at(-2) === CR ? line.length - 2 : line.length - 1;
}
