/**
 * Text bodies at the price of copying: for each language, form, charset and transfer encoding a table of some thousand
 * ready encoded lines is made once; a body is a random walk over the table. Every line encodes for itself, so any
 * sequence of them is a valid body, and the same walk over the plain lines gives the text the body decodes to.
 */
import { Dice, hashText } from '../chance.ts';
import type { Language } from '../directory/names.ts';
import { encodeText, type Charset } from './charsets.ts';
import { base64Lines, quotedPrintable, type TransferEncoding } from './transfer-encodings.ts';
import { vocabularies } from './vocabulary.ts';

type TextForm = 'plain' | 'html';

export interface TextStyle {
  language: Language;
  form: TextForm;
  charset: Charset;
  encoding: TransferEncoding;
}

const lineCount = 8_192;
/** A walk takes lines in short runs of neighbours, which is an eighth of the copies. */
const runLength = 8;

function sentence(language: Language, dice: Dice): string {
  const vocabulary = vocabularies[language];
  const parts: string[] = [];
  for (let n = 4 + dice.below(6); n > 0; n -= 1) {
    const kind = dice.unit();
    if (kind < 0.42) parts.push(dice.pick(vocabulary.small));
    else if (kind < 0.94)
      parts.push(dice.pick(vocabulary.stems) + (dice.unit() < 0.5 ? dice.pick(vocabulary.endings) : ''));
    else parts.push(String(dice.below(100_000)));
  }
  return parts.join(vocabulary.gap) + (dice.unit() < 0.5 ? vocabulary.stop : '');
}

function makeLines(language: Language, form: TextForm): string[] {
  const dice = new Dice(hashText(`${language} ${form}`));
  return Array.from({ length: lineCount }, () => {
    const text = sentence(language, dice);
    if (form === 'plain') return dice.unit() < 0.12 ? `${text}\r\n\r\n` : `${text}\r\n`;
    return `<p class="MsoNormal"><span lang="${language}">${text}</span></p>\r\n`;
  });
}

/** Encodes one line so that it can stand beside any other: base64 lines are padded with spaces to whole rows. */
function encodeLine(line: string, style: TextStyle): Buffer {
  const bytes = encodeText(line, style.charset);
  if (style.encoding === 'quoted-printable') return Buffer.from(quotedPrintable(bytes), 'latin1');
  if (style.encoding !== 'base64') return bytes;
  const missing = (57 - (bytes.length % 57)) % 57;
  return base64Lines(Buffer.concat([bytes, Buffer.alloc(missing, 0x20)]));
}

class LineTable {
  readonly #bytes: Buffer;
  readonly #starts = new Uint32Array(lineCount + 1);

  constructor(lines: readonly Buffer[]) {
    this.#bytes = Buffer.concat(lines);
    let at = 0;
    lines.forEach((line, index) => {
      at += line.length;
      this.#starts[index + 1] = at;
    });
  }

  /** Bytes from the start of `line` to the start of `end`. */
  sizeOf(line: number, end: number): number {
    return (this.#starts[end] ?? 0) - (this.#starts[line] ?? 0);
  }

  /** Copies lines [line, end) to `target` at `at`; returns where the copy ends. */
  copy(lines: { line: number; end: number }, target: Buffer, at: number): number {
    return at + this.#bytes.copy(target, at, this.#starts[lines.line], this.#starts[lines.end]);
  }
}

/** The runs of neighbouring lines that make `count` lines, chosen by `seed`. */
function walk(seed: number, count: number): { line: number; end: number }[] {
  const dice = new Dice(seed);
  const runs = [];
  for (let left = count; left > 0;) {
    const line = dice.next() & (lineCount - 1);
    const end = Math.min(line + Math.min(runLength, left), lineCount);
    runs.push({ line, end });
    left -= end - line;
  }
  return runs;
}

const plainLines = new Map<string, string[]>();
const encodedTables = new Map<string, LineTable>();

function linesOf(language: Language, form: TextForm): string[] {
  const key = `${language} ${form}`;
  const lines = plainLines.get(key) ?? makeLines(language, form);
  plainLines.set(key, lines);
  return lines;
}

function tableOf(style: TextStyle): LineTable {
  const key = `${style.language} ${style.form} ${style.charset} ${style.encoding}`;
  const table =
    encodedTables.get(key) ??
    new LineTable(linesOf(style.language, style.form).map((line) => encodeLine(line, style)));
  encodedTables.set(key, table);
  return table;
}

/** `count` lines of text in a style, chosen by `seed`, encoded. */
export function encodedText(style: TextStyle, seed: number, count: number): Buffer {
  const table = tableOf(style);
  const runs = walk(seed, count);
  const out = Buffer.allocUnsafe(runs.reduce((size, run) => size + table.sizeOf(run.line, run.end), 0));
  let at = 0;
  for (const run of runs) at = table.copy(run, out, at);
  return out;
}

/** The text that `encodedText` with the same seed and count decodes to (without base64 padding). */
export function decodedText(
  style: Pick<TextStyle, 'language' | 'form'>,
  seed: number,
  count: number,
): string {
  const lines = linesOf(style.language, style.form);
  return walk(seed, count)
    .map((run) => lines.slice(run.line, run.end).join(''))
    .join('');
}

/** How many bytes a line of a style has on average. */
export const meanLineBytes = (style: TextStyle): number => tableOf(style).sizeOf(0, lineCount) / lineCount;
