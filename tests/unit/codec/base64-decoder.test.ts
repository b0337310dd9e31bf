import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLines } from '../../../src-worker/codec/base64-decoder.ts';
import { base64DecoderWasm } from '../../../src-worker/codec/base64-decoder.wasm.ts';
import { encodeBase64Lines, type Base64Shape } from '../../../src-worker/codec/base64-lines.ts';
import { compileWat } from '../../support/build-wasm.ts';

const endings = { crlf: Buffer.from('\r\n'), lf: Buffer.from('\n') };

function decode(text: Uint8Array, { lineLength, lineEnding }: Base64Shape, isEnd = true): Buffer | undefined {
  const target = Buffer.alloc(text.length);
  const bytes = decodeLines(text, { lineLength, lineEnding: endings[lineEnding] }, { target, isEnd });
  return bytes < 0 ? undefined : target.subarray(0, bytes);
}

const shapes = fc.record({
  lineLength: fc.integer({ min: 16, max: 100 }),
  lineEnding: fc.constantFrom('crlf' as const, 'lf' as const),
  hasFinalLineEnding: fc.constant(false),
});

test('the committed WebAssembly is what the .wat compiles to', async () => {
  expect(base64DecoderWasm).toBe(Buffer.from(await compileWat('base64-decoder')).toString('base64'));
});

test('gives back what was encoded, in any shape', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), shapes, (bytes, shape) => {
      expect(decode(encodeBase64Lines(bytes, shape), shape)).toEqual(Buffer.from(bytes));
    }),
  );
});

test('takes a text with one byte changed only when encoding gives that text again', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 24, maxLength: 300 }),
      shapes,
      fc.record({ place: fc.nat(), value: fc.oneof(byte, fc.constantFrom(0x0a, 0x0d, 0x3d, 0x41, 0x2f)) }),
      (bytes, shape, { place, value }) => {
        const text = Buffer.from(encodeBase64Lines(bytes, shape));
        text[place % text.length] = value;
        const decoded = decode(text, shape);
        if (decoded !== undefined)
          expect(Buffer.from(encodeBase64Lines(decoded, shape)).equals(text)).toBe(true);
        const naive = Buffer.from(text.toString('latin1').replace(/\r?\n/g, ''), 'base64');
        const isSame = Buffer.from(encodeBase64Lines(naive, shape)).equals(text);
        expect(decoded !== undefined).toBe(isSame);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('refuses padding in the middle, and bits behind the last byte', () => {
  const shape = { lineLength: 16, lineEnding: 'crlf' as const, hasFinalLineEnding: false };
  expect(decode(Buffer.from('QUJDRA=='), shape)).toEqual(Buffer.from('ABCD'));
  expect(decode(Buffer.from('QUJDRA=='), shape, false)).toBeUndefined();
  expect(decode(Buffer.from('QUJDRB=='), shape)).toBeUndefined();
  expect(decode(Buffer.from('QUJDRA=A'), shape)).toBeUndefined();
  expect(decode(Buffer.from('QQ==QUJD'), shape)).toBeUndefined();
});
