import { describe, expect, test } from 'vitest';
import { formatRecoveryKey, parseRecoveryKey } from '../../../src-worker/codec/recovery-key.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';

const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const key = Uint8Array.from({ length: 32 }, (_, index) => index);
const printed = formatRecoveryKey(key);

function replaceAt(text: string, at: number, symbol: string): string {
  return text.slice(0, at) + symbol + text.slice(at + 1);
}

test('prints the golden text of a known key', () => {
  expect(printed).toMatchInlineSnapshot(
    `"000G5-40R4C-0M30Z-E209T-185GF-R38EX-1W81A-24GKE-2GAHK-C5RR0-34D19-P70XB-3RFGV"`,
  );
});

test('reads back what it prints, for keys of all kinds', () => {
  const keys = [key, new Uint8Array(32), new Uint8Array(32).fill(255), pseudoRandomBytes(32, 1)];
  for (const each of keys) expect(parseRecoveryKey(formatRecoveryKey(each))).toEqual(each);
});

test.each([
  ['lower case', printed.toLowerCase()],
  ['O for 0', printed.replaceAll('0', 'O')],
  ['I for 1', printed.replaceAll('1', 'I')],
  ['l for 1', printed.replaceAll('1', 'l')],
  ['no dashes', printed.replaceAll('-', '')],
  ['spaces and line breaks', `  ${printed.replaceAll('-', ' \r\n')}\n`],
  ['typographic dashes', printed.replaceAll('-', ' – ')],
])('accepts %s', (_, typed) => {
  expect(parseRecoveryKey(typed)).toEqual(key);
});

describe('a mistyped key', () => {
  const groupOf = (at: number): number => Math.floor(at / 6) + 1;

  test('shows every single wrong symbol, with its group', () => {
    for (let at = 0; at < printed.length; at += 1) {
      if (printed[at] === '-') continue;
      for (const symbol of SYMBOLS) {
        if (symbol === printed[at]) continue;
        expect(() => parseRecoveryKey(replaceAt(printed, at, symbol))).toThrow(
          expect.objectContaining({
            code: 'input-invalid',
            details: { field: 'recoveryKey', group: groupOf(at) },
          }),
        );
      }
    }
  });

  test('shows swapped neighbours within a group', () => {
    for (let at = 0; at < printed.length - 1; at += 1) {
      const [left = '', right = ''] = [printed[at], printed[at + 1]];
      if (left === right || left === '-' || right === '-') continue;
      const swapped = replaceAt(replaceAt(printed, at, right), at + 1, left);
      expect(() => parseRecoveryKey(swapped)).toThrow(
        expect.objectContaining({ details: { field: 'recoveryKey', group: groupOf(at) } }),
      );
    }
  });

  test('shows swapped groups', () => {
    const groups = printed.split('-');
    [groups[3], groups[7]] = [groups[7]!, groups[3]!];
    expect(() => parseRecoveryKey(groups.join('-'))).toThrow(
      expect.objectContaining({ details: { field: 'recoveryKey', group: 4 } }),
    );
  });

  test('names the group that is too short, where the groups were typed', () => {
    expect(() => parseRecoveryKey(printed.slice(0, 12) + printed.slice(13))).toThrow(
      expect.objectContaining({ details: { field: 'recoveryKey', group: 3 } }),
    );
  });

  test('names the group with a symbol that does not exist', () => {
    expect(() => parseRecoveryKey(replaceAt(printed, 6, 'U'))).toThrow(
      expect.objectContaining({ details: { field: 'recoveryKey', group: 2 } }),
    );
  });

  test.each(['', printed.replaceAll('-', '').slice(1), `${printed.replaceAll('-', '')}A`])(
    'of another length is refused with the count: "%s"',
    (typed) => {
      expect(() => parseRecoveryKey(typed)).toThrow(
        expect.objectContaining({
          code: 'input-invalid',
          details: { field: 'recoveryKey', symbols: typed.length },
        }),
      );
    },
  );
});

test('refuses to print a key of another length', () => {
  expect(() => formatRecoveryKey(new Uint8Array(31))).toThrow(RangeError);
});
