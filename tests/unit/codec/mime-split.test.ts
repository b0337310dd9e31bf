import { describe, expect, test } from 'vitest';
import { base64LineEncoder, encodeBase64Lines } from '../../../src-worker/codec/base64-lines.ts';
import { findBase64Bodies, maxDepth, maxEntities } from '../../../src-worker/codec/mime-structure.ts';
import { joinMime, minPartBytes, splitMime, verifySplit } from '../../../src-worker/codec/mime-split.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';

const attachment = pseudoRandomBytes(20_000, 1);

function wrapped(data: Uint8Array, lineLength = 76, ending = '\r\n'): string {
  const text = Buffer.from(data).toString('base64');
  return (text.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []).join(ending);
}

interface MessageOptions {
  readonly body?: string;
  readonly encoding?: string;
  readonly ending?: string;
}

/** A multipart message with one attachment, whose lines end with `ending`. */
function message({
  body = wrapped(attachment),
  encoding = 'base64',
  ending = '\r\n',
}: MessageOptions = {}): Buffer {
  const lines = [
    'From: a@example.com',
    'Content-Type: multipart/mixed;',
    '\tboundary="=_outer"',
    '',
    'This is a message in several parts.',
    '--=_outer',
    'Content-Type: text/plain',
    '',
    'See attachment.',
    '--=_outer',
    'Content-Type: application/pdf; name="a.pdf"',
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    body,
    '--=_outer--',
    '',
  ];
  return Buffer.from(lines.join(ending), 'latin1');
}

describe('splitMime', () => {
  test('takes an attachment out and leaves the rest as it was', () => {
    const bytes = message();
    const split = splitMime(bytes)!;
    const start = bytes.indexOf(wrapped(attachment));
    const { decoded, ...part } = split.parts[0]!;
    expect(split.parts).toHaveLength(1);
    expect(Buffer.from(decoded).equals(attachment)).toBe(true);
    expect(part).toEqual({
      literalBytesBefore: start,
      encodedBytes: wrapped(attachment).length + 2,
      lineLength: 76,
      lineEnding: 'crlf',
      hasFinalLineEnding: true,
    });
    expect(Buffer.from(split.skeleton).toString()).toBe(
      bytes.toString().replace(`${wrapped(attachment)}\r\n`, ''),
    );
    expect(verifySplit(bytes, split)).toBe(true);
  });

  test('finds the same attachment behind other line lengths and endings', () => {
    const variants = [
      message(),
      message({ body: wrapped(attachment, 60) }),
      message({ body: wrapped(attachment, 73) }),
      message({ body: wrapped(attachment, 64, '\n'), ending: '\n' }),
      message({ body: wrapped(attachment, 1_000_000) }),
    ];
    for (const variant of variants) {
      const split = splitMime(variant);
      expect(Buffer.from(split?.parts[0]?.decoded ?? []).equals(attachment)).toBe(true);
      expect(Buffer.from(joinMime(split!.skeleton, split!.parts)).equals(variant)).toBe(true);
    }
  });

  test.each([
    ['one character missing', wrapped(attachment).slice(0, -1)],
    [
      'a character that is not base64',
      wrapped(attachment).replace(/^.{100}/s, (head) => `${head.slice(0, 99)}!`),
    ],
    ['the alphabet of URLs', Buffer.alloc(6000, 0xff).toString('base64').replaceAll('/', '_')],
    ['spare bits that are not zero', `${'A'.repeat(8000)}AB==`],
    ['padding in the middle', `${wrapped(attachment.subarray(0, 5699))}\r\n${wrapped(attachment)}`],
    ['a short line in the middle', `${wrapped(attachment.subarray(0, 5400))}\r\n${wrapped(attachment, 70)}`],
    ['trailing spaces on a line', wrapped(attachment).replace('\r\n', ' \r\n')],
    ['mixed line endings', wrapped(attachment).replace(/\r\n(?=[^\r]*$)/, '\n')],
    ['a footer that a list server appended', `${wrapped(attachment)}\r\n_______\r\nlist mailing list`],
    ['nothing but blank lines', '\r\n'.repeat(4000)],
    ['nothing', ''],
  ])('leaves a body with %s alone', (_, body) => {
    expect(splitMime(message({ body }))).toBeNull();
  });

  test('leaves blank lines around an attachment in the text', () => {
    const bytes = message({ body: `\r\n${wrapped(attachment)}\r\n\r\n` });
    const split = splitMime(bytes)!;
    expect(Buffer.from(split.parts[0]!.decoded).equals(attachment)).toBe(true);
    expect(verifySplit(bytes, split)).toBe(true);
  });

  test.each(['7bit', 'quoted-printable', 'base64x'])('does not decode what is declared %s', (encoding) => {
    expect(splitMime(message({ encoding }))).toBeNull();
  });

  test.each(['BASE64', 'base64 ', '"base64"', 'base64; x'])('takes %s for base64', (encoding) => {
    expect(splitMime(message({ encoding }))?.parts).toHaveLength(1);
  });

  test(`leaves attachments below ${minPartBytes} bytes in the text`, () => {
    expect(splitMime(message({ body: wrapped(attachment.subarray(0, minPartBytes - 1)) }))).toBeNull();
    expect(splitMime(message({ body: wrapped(attachment.subarray(0, minPartBytes)) }))?.parts).toHaveLength(
      1,
    );
  });

  test('takes the body of a message out that is an attachment and nothing else', () => {
    const bytes = Buffer.from(`Content-Transfer-Encoding: base64\r\n\r\n${wrapped(attachment)}`);
    const split = splitMime(bytes)!;
    expect(split.parts[0]).toMatchObject({ hasFinalLineEnding: false });
    expect(verifySplit(bytes, split)).toBe(true);
  });

  test('looks into nested multiparts and enclosed messages', () => {
    const enclosed = message().toString('latin1').replaceAll('=_outer', '=_outer_inner');
    const bytes = message({ body: '', encoding: '7bit' })
      .toString('latin1')
      .replace(
        'Content-Type: text/plain\r\n\r\nSee attachment.',
        `Content-Type: message/rfc822\r\n\r\n${enclosed}`,
      );
    const split = splitMime(Buffer.from(bytes, 'latin1'))!;
    expect(Buffer.from(split.parts[0]!.decoded).equals(attachment)).toBe(true);
    expect(verifySplit(Buffer.from(bytes, 'latin1'), split)).toBe(true);
  });

  test('is not misled by a longer boundary that begins like its own', () => {
    const bytes = message({ body: `--=_outerlonger\r\n${wrapped(attachment)}` });
    expect(splitMime(bytes)).toBeNull();
  });

  test('finds an attachment whose multipart was never closed', () => {
    const bytes = message();
    const open = bytes.subarray(0, bytes.lastIndexOf('--=_outer--'));
    expect(splitMime(open)?.parts).toHaveLength(1);
  });

  test('notices a split that does not belong to the message', () => {
    const split = splitMime(message())!;
    expect(verifySplit(message({ ending: '\n' }), split)).toBe(false);
  });
});

describe('joinMime', () => {
  test('refuses parts that ask for more text than there is', () => {
    const split = splitMime(message())!;
    const parts = split.parts.map((part) => ({ ...part, literalBytesBefore: split.skeleton.length + 1 }));
    expect(() => joinMime(split.skeleton, parts)).toThrow(expect.objectContaining({ code: 'pack-damaged' }));
  });
});

describe('base64 lines', () => {
  test.each([0, -1, 1.5])('of length %d are refused instead of written for ever', (lineLength) => {
    const shape = { lineLength, lineEnding: 'lf', hasFinalLineEnding: false } as const;
    expect(() => base64LineEncoder(shape)).toThrow(expect.objectContaining({ code: 'pack-damaged' }));
  });

  /** RFC 4648 section 10. */
  test.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('encode "%s" as RFC 4648 does', (plain, encoded) => {
    const shape = { lineLength: 76, lineEnding: 'lf', hasFinalLineEnding: false } as const;
    expect(Buffer.from(encodeBase64Lines(Buffer.from(plain), shape)).toString()).toBe(encoded);
  });

  test('come out of pieces of any size as out of the whole', () => {
    const shape = { lineLength: 60, lineEnding: 'crlf', hasFinalLineEnding: true } as const;
    const data = pseudoRandomBytes(100_001, 4);
    const encoder = base64LineEncoder(shape);
    const pieces: Uint8Array[] = [];
    for (let at = 0, size = 1; at < data.length; at += size, size = (size * 7) % 5003) {
      pieces.push(encoder.push(data.subarray(at, at + size)));
    }
    pieces.push(encoder.end());
    expect(Buffer.concat(pieces).toString()).toBe(`${wrapped(data, 60)}\r\n`);
    expect(Buffer.from(encodeBase64Lines(data, shape)).toString()).toBe(`${wrapped(data, 60)}\r\n`);
  });
});

describe('hostile messages', () => {
  const hostile: [string, () => Buffer][] = [
    [
      'ten thousand nested multiparts',
      () =>
        Buffer.from(
          Array.from(
            { length: 10_000 },
            (_, i) => `--b${i - 1}\nContent-Type: multipart/mixed; boundary=b${i}\n\n`,
          ).join(''),
        ),
    ],
    [
      'one boundary nested in itself',
      () => Buffer.from('Content-Type: multipart/mixed; boundary=b\n\n--b\n'.repeat(50_000)),
    ],
    [
      'a million delimiters',
      () => Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\n'.repeat(1_000_000)}`),
    ],
    [
      'a boundary of dashes among dashes',
      () =>
        Buffer.from(
          `Content-Type: multipart/mixed; boundary="${'-'.repeat(190)}"\n\n${'-'.repeat(20_000_000)}`,
        ),
    ],
    [
      'delimiters that almost match',
      () =>
        Buffer.from(
          `Content-Type: multipart/mixed; boundary=${'a'.repeat(70)}\n\n${`\n--${'a'.repeat(69)}b`.repeat(200_000)}`,
        ),
    ],
    ['a line of 30 MB', () => Buffer.from(`Content-Transfer-Encoding: base64\n\n${'A'.repeat(30_000_001)}`)],
    [
      '30 MB of blank lines',
      () => Buffer.from(`Content-Transfer-Encoding: base64\n\n${'\n'.repeat(30_000_000)}`),
    ],
    [
      'a header without end',
      () => Buffer.from(`Content-Type: multipart/mixed; ${'boundary='.repeat(2_000_000)}`),
    ],
    ['a folded header of spaces', () => Buffer.from(`Content-Type:${'\n '.repeat(100_000)}; boundary=\n\n`)],
    ['enclosed messages without end', () => Buffer.from('Content-Type: message/rfc822\n\n'.repeat(500_000))],
  ];

  test.each(hostile)('%s cost no more than their length', (_, build) => {
    const bytes = build();
    const startedMs = performance.now();
    expect(splitMime(bytes)).toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(1500);
  });

  test('structure is followed to its limits and no further', () => {
    const part = 'Content-Transfer-Encoding: base64\n\nAAAA\n';
    const nested = (depth: number): string =>
      depth === 0
        ? part
        : `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${nested(depth - 1)}--b${depth}--\n`;
    expect(findBase64Bodies(Buffer.from(nested(maxDepth)))).toHaveLength(1);
    expect(findBase64Bodies(Buffer.from(nested(maxDepth + 1)))).toHaveLength(0);
    const wide = `Content-Type: multipart/mixed; boundary=b\n\n${`--b\n${part}`.repeat(maxEntities + 5)}`;
    expect(findBase64Bodies(Buffer.from(wide))).toHaveLength(maxEntities - 1);
  });
});
