/**
 * Decodes lines of base64 and verifies them at the same time, in WebAssembly and without strings: every body of mail
 * passes here, and as strings their text was most of a codec thread's garbage.
 */
import { base64DecoderWasm } from './base64-decoder.wasm.ts';

/** Lines of `lineLength` characters, each but the last followed by `lineEnding`. */
export interface LineShape {
  readonly lineLength: number;
  readonly lineEnding: Uint8Array;
}

interface DecoderExports {
  readonly memory: WebAssembly.Memory;
  join(text: number, end: number, length: number, lineBreak: number, breakBytes: number): number;
  decode(text: number, end: number): number;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const tableWords = 256;
const textStart = 4 * tableWords * 4;
const exports = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(base64DecoderWasm, 'base64')))
  .exports as unknown as DecoderExports;
const memory = Buffer.from(exports.memory.buffer);
fillTables();

/** The three bytes of a group are stored by one little-endian write, so its first byte is the lowest. */
function fillTables(): void {
  const tables = new Int32Array(exports.memory.buffer, 0, 4 * tableWords).fill(-1);
  for (let value = 0; value < alphabet.length; value += 1) {
    const character = alphabet.charCodeAt(value);
    const places = [value << 18, value << 12, value << 6, value];
    for (const [place, bits] of places.entries()) {
      tables[place * tableWords + character] =
        ((bits >> 16) & 0xff) | (bits & 0xff00) | ((bits & 0xff) << 16);
    }
  }
}

/**
 * Decodes `text`, lines of `shape` that make whole groups, to the beginning of `target`. Returns how many bytes it is,
 * or -1 when encoding them again in that shape would not give `text`. `isEnd`: the last group may be padded. Throws a
 * RangeError for text of more than 60,000 bytes or a `target` with less room than three bytes a group.
 */
export function decodeLines(
  text: Uint8Array,
  { lineLength, lineEnding }: LineShape,
  options: { readonly target: Uint8Array; readonly isEnd: boolean },
): number {
  memory.set(text, textStart);
  const [first = 0, second = 0] = lineEnding;
  const joined = exports.join(
    textStart,
    textStart + text.length,
    lineLength,
    first | (second << 8),
    lineEnding.length,
  );
  if (joined === 0 || (joined - textStart) % 4 !== 0) return -1;
  const padded = options.isEnd ? decodePadded(memory.subarray(joined - 4, joined)) : none;
  if (padded === undefined) return -1;
  const wholeEnd = padded === none ? joined : joined - 4;
  const end = wholeEnd === textStart ? textStart : exports.decode(textStart, wholeEnd);
  if (end === 0) return -1;
  options.target.set(memory.subarray(textStart, end));
  options.target.set(padded, end - textStart);
  return end - textStart + padded.length;
}

const none = new Uint8Array(0);

/** The bytes of a padded group; `none` where it is not padded, undefined where encoding would not give it. */
function decodePadded(group: Buffer): Uint8Array | undefined {
  if (group[3] !== 0x3d) return none;
  const text = group.toString('latin1');
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
