import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mboxFromLine, MboxQuoter } from '../../../src-worker/formats/mbox.ts';

test.each([
  [
    'anna@example.com',
    new Date(Date.UTC(2026, 4, 3, 7, 8, 9)),
    'From anna@example.com Sun May  3 07:08:09 2026\n',
  ],
  ['Anna B <a@b.c>\nX', new Date(0), 'From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n'],
  [undefined, undefined, 'From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n'],
])('a message of %j begins with its sender and its time', (sender, time, line) => {
  expect(mboxFromLine(sender, time).toString()).toBe(line);
});

function quoted(message: Buffer, pieceBytes: number): string {
  const quoter = new MboxQuoter();
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += pieceBytes)
    pieces.push(Buffer.from(quoter.push(message.subarray(at, at + pieceBytes))));
  return Buffer.concat([...pieces, quoter.end()]).toString('latin1');
}

test.each([
  ['a\r\nFrom b\r\n', 'a\n>From b\n\n'],
  ['From a\n>From b\n>>>From c\nFromage\nFrom', '>From a\n>>From b\n>>>>From c\nFromage\nFrom\n\n'],
  ['FFrom \n From \n>Fro', 'FFrom \n From \n>Fro\n\n'],
  ['', '\n'],
  ['a\rb\r', 'a\rb\r\n\n'],
])('%j becomes %j', (message, written) => {
  for (const pieceBytes of [1, 2, 1000]) expect(quoted(Buffer.from(message), pieceBytes)).toBe(written);
});

test('whatever a message is and however it is cut, it can be taken back', () => {
  const piece = fc.constantFrom('From ', 'Fro', '>', '\n', '\r\n', '\r', 'x', ' ', 'F');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (pieces, pieceBytes) => {
      const message = pieces.join('');
      const written = quoted(Buffer.from(message), pieceBytes);
      expect(written).not.toMatch(/(?<=^|\n)From /);
      const lines = message.replaceAll('\r\n', '\n');
      const ended = lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
      expect(written.replaceAll(/(?<=^|\n)>(>*From )/g, '$1')).toBe(`${ended}\n`);
    }),
  );
});
