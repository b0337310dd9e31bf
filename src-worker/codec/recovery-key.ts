/**
 * The printed form of a 256-bit recovery key: 13 groups of five symbols of Crockford's base32, four for data and one
 * for checking. A single wrong symbol, two swapped neighbours or two swapped groups are noticed, with the group they
 * are in. Must not make keys or open anything with them.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';

/** Length of a recovery key in bytes. */
export const recoveryKeyBytes = 32;
/** Groups in the printed form. */
const GROUPS = 13;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUP_SYMBOLS = 5;
const DATA_SYMBOLS = GROUP_SYMBOLS - 1;
const SYMBOL_BITS = 5;

/** Multiplies by x in GF(32) with x^5 + x^2 + 1. */
function timesX(value: number): number {
  const shifted = value << 1;
  return shifted >= 32 ? shifted ^ 0b100101 : shifted;
}

/**
 * The check symbol of a group: its number (from 0) plus the sum of x^(4-i) times data symbol i, in GF(32). Each place
 * has another factor, the check symbol's own being 1, so every single error and every swap of two symbols shows.
 */
function checkSymbol(data: readonly number[], group: number): number {
  return data.reduce((sum, symbol) => timesX(sum ^ symbol), 0) ^ group;
}

/** 52 symbols of five bits, most significant bit first; the last four bits are zero. */
function toSymbols(key: Uint8Array): number[] {
  const bits = BigInt(`0x${Buffer.from(key).toString('hex')}`) << 4n;
  return Array.from({ length: GROUPS * DATA_SYMBOLS }, (_, index) => {
    const shift = BigInt((GROUPS * DATA_SYMBOLS - 1 - index) * SYMBOL_BITS);
    return Number((bits >> shift) & 31n);
  });
}

/** The text to print: groups separated by dashes, for example to be broken into lines after any of them. */
export function formatRecoveryKey(key: Uint8Array): string {
  if (key.length !== recoveryKeyBytes) throw new RangeError(`a recovery key has ${recoveryKeyBytes} bytes`);
  const symbols = toSymbols(key);
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const data = symbols.slice(group * DATA_SYMBOLS, (group + 1) * DATA_SYMBOLS);
    return [...data, checkSymbol(data, group)].map((symbol) => ALPHABET.charAt(symbol)).join('');
  });
  return groups.join('-');
}

function mistyped(group: number): AppError {
  return new AppError('input-invalid', `Group ${group + 1} of the recovery key is not as it was printed.`, {
    details: { field: 'recoveryKey', group: group + 1 },
  });
}

/** Reads what people type: lower case, O for 0, I and L for 1. -1 for what is no symbol at all. */
function readSymbol(character: string): number {
  return ALPHABET.indexOf(character.toUpperCase().replace('O', '0').replace(/[IL]/, '1'));
}

/** Splits into groups of five; where the typist's own groups show which one has the wrong length, names that. */
function splitGroups(text: string): string[] {
  const typed = text.split(/[\s\u2010-\u2015-]+/).filter((group) => group !== '');
  const symbols = typed.join('');
  if (symbols.length === GROUPS * GROUP_SYMBOLS) {
    return Array.from({ length: GROUPS }, (_, group) =>
      symbols.slice(group * GROUP_SYMBOLS, (group + 1) * GROUP_SYMBOLS),
    );
  }
  const oddGroup = typed.findIndex((group) => group.length !== GROUP_SYMBOLS);
  if (typed.length === GROUPS && oddGroup >= 0) throw mistyped(oddGroup);
  throw new AppError(
    'input-invalid',
    `A recovery key has ${GROUPS} groups of ${GROUP_SYMBOLS} symbols; this has ${symbols.length} symbols.`,
    { details: { field: 'recoveryKey', symbols: symbols.length } },
  );
}

/**
 * The key that `text` prints. Case, spaces, line breaks and dashes do not matter. Throws AppError 'input-invalid',
 * with `details.group` (from 1) for the first group that was mistyped.
 */
export function parseRecoveryKey(text: string): Uint8Array {
  let bits = 0n;
  for (const [group, typed] of splitGroups(text).entries()) {
    const symbols = Array.from(typed, readSymbol);
    const data = symbols.slice(0, DATA_SYMBOLS);
    if (symbols.includes(-1) || symbols.at(-1) !== checkSymbol(data, group)) throw mistyped(group);
    for (const symbol of data) bits = (bits << BigInt(SYMBOL_BITS)) | BigInt(symbol);
  }
  if ((bits & 15n) !== 0n) throw mistyped(GROUPS - 1);
  return new Uint8Array(Buffer.from((bits >> 4n).toString(16).padStart(recoveryKeyBytes * 2, '0'), 'hex'));
}
