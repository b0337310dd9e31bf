import { describe, expect, test } from 'vitest';
import { mostPreviewBytes } from '../../../src-shared/contract/preview-contract.ts';
import { readMail, type ReadMail } from '../../../src-worker/formats/mime/read-mail.ts';
import { readMailPart } from '../../../src-worker/formats/mime/read-part.ts';

const MiB = 1024 * 1024;
const crlf = '\r\n';

type Source = string | Uint8Array;

/** A message in pieces as the vault gives them: of any size, and in memory that is used again for the next. */
async function* inPieces(source: Source, pieceBytes = 8192): AsyncIterable<Uint8Array> {
  const bytes = typeof source === 'string' ? Buffer.from(source, 'utf8') : Buffer.from(source);
  const lent = new Uint8Array(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    lent.set(piece);
    yield await Promise.resolve(lent.subarray(0, piece.length));
    lent.fill(0x21);
  }
}

const read = (source: Source, pieceBytes?: number): Promise<ReadMail> =>
  readMail(inPieces(source, pieceBytes));
const readPart = (source: Source, number: number, range = { offsetBytes: 0, limitBytes: mostPreviewBytes }) =>
  readMailPart(inPieces(source), number, range);
const lines = (...all: string[]): string => all.join(crlf);
const noteCounts = ({ notes }: ReadMail) => Object.fromEntries(notes.map(({ code, count }) => [code, count]));

/** One part of a multipart with the delimiter `--x`. */
const part = (header: string, body: string): string => lines('--x', header, '', body);
const mixed = (...parts: string[]): string =>
  lines(
    'Subject: Parts',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    'preamble',
    ...parts,
    '--x--',
    'end',
  );

/** At which peak of memory `action` runs. */
async function cost<T>(action: () => Promise<T>): Promise<{ result: T; grownBytes: number }> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  try {
    const result = await action();
    most = Math.max(most, process.memoryUsage.rss());
    return { result, grownBytes: most - before };
  } finally {
    clearInterval(timer);
  }
}

describe('a message as people send it', () => {
  const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
  const message = lines(
    'From: =?utf-8?Q?Zo=C3=AB_Tide?= <zoe@example.com>',
    'To: "Harbour, Master" <harbour@example.com>, pilots: a@example.com, b@example.com;',
    'Cc: c@example.com',
    'Subject: =?utf-8?B?' + Buffer.from('Réglage des amarres ⚓').toString('base64') + '?=',
    'Date: Tue, 3 Mar 2026 10:15:00 +0100',
    'Content-Type: multipart/mixed;',
    '\tboundary="outer b"',
    '',
    '--outer b',
    'Content-Type: multipart/related; boundary=rel',
    '',
    '--rel',
    'Content-Type: multipart/alternative; boundary=alt',
    '',
    '--alt',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'H=F6he des Wassers: 2=',
    '=2E5 m',
    '--alt',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('<p>Höhe: <img src="cid:gauge@1"></p>').toString('base64'),
    '--alt--',
    '--rel',
    'Content-Type: image/png',
    'Content-ID: <gauge@1>',
    'Content-Disposition: inline; filename=gauge.png',
    'Content-Transfer-Encoding: base64',
    '',
    picture.toString('base64'),
    '--rel--',
    '--outer b',
    "Content-Type: application/pdf; name*=utf-8''T%C3%A4glich.pdf",
    "Content-Disposition: attachment; filename*=utf-8''T%C3%A4glich.pdf",
    'Content-Transfer-Encoding: base64',
    '',
    'JVBERi0=',
    '--outer b--',
  );

  test.each([1, 7, 8192])(
    'gives people, text, HTML and attachments, in pieces of %i bytes',
    async (bytes) => {
      const mail = await read(message, bytes);
      expect(mail).toMatchObject({
        subject: 'Réglage des amarres ⚓',
        from: { shown: [{ name: 'Zoë Tide', address: 'zoe@example.com' }], total: 1 },
        to: {
          shown: [
            { name: 'Harbour, Master', address: 'harbour@example.com' },
            { address: 'a@example.com' },
            { address: 'b@example.com' },
          ],
          total: 3,
        },
        cc: { total: 1 },
        bcc: { shown: [], total: 0 },
        sentAt: '2026-03-03T09:15:00.000Z',
        text: 'Höhe des Wassers: 2.5 m',
        html: '<p>Höhe: <img src="cid:gauge@1"></p>',
        notes: [],
      });
      expect(mail.attachments).toEqual([
        {
          part: 2,
          name: 'gauge.png',
          mediaType: 'image/png',
          sizeBytes: picture.length,
          contentId: 'gauge@1',
          isInline: true,
        },
        {
          part: 3,
          name: 'Täglich.pdf',
          mediaType: 'application/pdf',
          sizeBytes: 5,
          contentId: null,
          isInline: false,
        },
      ]);
    },
  );

  test('gives the bytes of a part, whole or in ranges', async () => {
    const whole = await readPart(message, 2);
    expect(whole?.isLast).toBe(true);
    expect(Buffer.from(whole?.bytes ?? []).equals(picture)).toBe(true);
    const range = await readPart(message, 2, { offsetBytes: 1, limitBytes: 3 });
    expect({ text: Buffer.from(range?.bytes ?? []).toString(), isLast: range?.isLast }).toEqual({
      text: 'PNG',
      isLast: false,
    });
    expect(await readPart(message, 9)).toBeUndefined();
  });

  test('shows an enclosed message as an attachment, and keeps apart what it encloses', async () => {
    const inner = lines(
      'Subject: Inner',
      'Content-Type: multipart/mixed; boundary=y',
      '',
      '--y',
      '',
      'deep',
      '--y--',
    );
    const mail = await read(
      mixed(part('Content-Type: text/plain', 'outer'), part('Content-Type: message/rfc822', inner)),
    );
    expect(mail.text).toBe('outer');
    expect(mail.attachments).toMatchObject([
      { part: 1, mediaType: 'message/rfc822', sizeBytes: inner.length },
    ]);
  });

  test('takes a text that is all of a message for its text, whatever it is called', async () => {
    const mail = await read(lines('Content-Type: text/html; name=letter.html', '', '<b>Dear all</b>'));
    expect(mail).toMatchObject({ html: '<b>Dear all</b>', text: 'Dear all', attachments: [] });
  });

  test('joins the texts of a message that has several, in both forms', async () => {
    const mail = await read(
      mixed(part('Content-Type: text/html', '<b>one</b>'), part('Content-Type: text/plain', 'two < three')),
    );
    expect(mail.html).toBe('<b>one</b><hr>\n<pre>two &lt; three</pre>');
    expect(mail.text).toBe('one\n\ntwo < three');
  });
});

describe('a message that breaks the rules', () => {
  test('without any header is its text', async () => {
    const mail = await read('Just a text, no header.\r\n\r\nSecond passage.\r\n');
    expect(mail).toMatchObject({ subject: '', headers: [], html: null, sentAt: null });
    expect(mail.text).toBe('Just a text, no header.\r\n\r\nSecond passage.\r\n');
  });

  test.each(['', '\r\n', '\n\n\n', ':', 'Subject: only'])('of %j is shown as empty', async (source) => {
    const mail = await read(source);
    expect(mail.attachments).toEqual([]);
    expect(mail.text.trim()).toBe(source === ':' ? ':' : '');
  });

  test('cannot write further headers or lines through an encoded value', async () => {
    const mail = await read(
      lines(
        'Subject: =?utf-8?Q?Hello=0D=0ABcc:_evil@example.com=1B[2J?=',
        'From: =?utf-8?Q?A=0D=0ATo:_x?= <a@example.com>',
        'X-Bare: one\rBcc: two@example.com',
        '',
        'text',
      ),
    );
    expect(mail.bcc.total).toBe(0);
    expect(mail.to.total).toBe(0);
    expect(mail.subject).toBe('Hello Bcc: evil@example.com [2J');
    const all = JSON.stringify([mail.subject, mail.from, mail.headers]);
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    expect(all).not.toMatch(/\\[rn]|[\x00-\x1f]|\\u00/);
  });

  test('in an unknown set of characters is read as its bytes suggest, and says so', async () => {
    const body = Buffer.from([0x48, 0xf6, 0x68, 0x65]);
    const mail = await read(
      Buffer.concat([Buffer.from('Content-Type: text/plain; charset=klingon\r\n\r\n'), body]),
    );
    expect(mail.text).toBe('Höhe');
    expect(noteCounts(mail)).toEqual({ 'charset-unknown': 1 });
  });

  test('in UTF-7 stays letters: no tag comes out of it', async () => {
    const mail = await read(
      'Content-Type: text/html; charset=utf-7\r\n\r\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
    );
    expect(mail.html).toBe('+ADw-script+AD4-alert(1)+ADw-/script+AD4-');
    expect(noteCounts(mail)).toEqual({ 'charset-unknown': 1 });
  });

  test('with bytes that are not in its set of characters shows where they were', async () => {
    const mail = await read(
      Buffer.concat([
        Buffer.from('Content-Type: text/plain; charset=utf-8\r\n\r\na'),
        Buffer.from([0xff, 0x62]),
      ]),
    );
    expect(mail.text).toBe('a\ufffdb');
  });

  test('with a delimiter that never comes, or ends too early, loses no text', async () => {
    const open = await read(
      lines('Content-Type: multipart/mixed; boundary=x', '', '--x', '', 'never closed'),
    );
    expect(open.text).toBe('never closed');
    const none = await read(lines('Content-Type: multipart/mixed', '', '--x', '', 'no boundary is named'));
    expect(none.attachments).toMatchObject([{ mediaType: 'multipart/mixed' }]);
  });

  test('with broken base64 and quoted-printable is read as far as it goes', async () => {
    const mail = await read(
      mixed(
        part('Content-Transfer-Encoding: base64', 'aGVs*bG8=\r\n@@@'),
        part('Content-Transfer-Encoding: quoted-printable', 'a=ZZb=\r\nc=4'),
      ),
    );
    expect(mail.text).toBe('hello\n\na=ZZbc=4');
  });

  test('whose content ids are missing, twice the same or point at themselves is listed as it is', async () => {
    const mail = await read(
      lines(
        'Content-Type: multipart/related; boundary=x',
        '',
        part('Content-Type: text/html\r\nContent-ID: <self>', '<img src="cid:self"><img src="cid:none">'),
        part('Content-Type: text/html\r\nContent-ID: <loop>', '<iframe src="cid:loop"></iframe>'),
        part('Content-Type: image/png\r\nContent-ID: <two>', 'a'),
        part('Content-Type: image/png\r\nContent-ID: <two>', 'b'),
        part('Content-Type: image/png\r\nContent-ID: <>', 'c'),
        '--x--',
      ),
    );
    expect(mail.html).toBe('<img src="cid:self"><img src="cid:none">');
    expect(mail.attachments.map(({ contentId }) => contentId)).toEqual(['loop', 'two', 'two', null]);
  });
});

describe('a message that is too much', () => {
  test('with 200 parts within each other is read to a depth, and says what is not shown', async () => {
    const open = Array.from({ length: 200 }, (_, depth) =>
      lines(`Content-Type: multipart/mixed; boundary=b${depth}b`, '', `--b${depth}b`),
    );
    const mail = await read(lines('Subject: Deep', ...open, 'Content-Type: text/plain', '', 'at the bottom'));
    expect(mail.subject).toBe('Deep');
    expect(noteCounts(mail)).toEqual({ 'parts-left-out': 1 });
  });

  test('with 5,000 parts shows some and counts the others', async () => {
    const parts = Array.from({ length: 5000 }, (_, n) => part(`Content-Type: image/png; name=${n}.png`, 'x'));
    const mail = await read(mixed(...parts));
    expect(mail.attachments).toHaveLength(500);
    expect(noteCounts(mail)).toEqual({ 'parts-left-out': 4500 });
  });

  test('with 10,000 recipients shows some and counts all', async () => {
    const to = Array.from({ length: 10_000 }, (_, n) => `"Person ${n}" <person${n}@example.com>`);
    const mail = await read(lines(`To: ${to.join(`,${crlf} `)}`, '', 'hello'));
    expect(mail.to.shown).toHaveLength(200);
    expect(mail.to.total).toBe(10_000);
  });

  test('with 20 MB of headers reads some of them, and the text', async () => {
    const header = `X-Much: ${'y'.repeat(90)}${crlf}`.repeat(200_000);
    const mail = await read(`Subject: First${crlf}${header}${crlf}the text`);
    expect(mail).toMatchObject({ subject: 'First', text: 'the text' });
    expect(mail.headers).toHaveLength(500);
    expect(noteCounts(mail)).toMatchObject({ 'header-cut': 20_000_000 + 16 - MiB });
  });

  test.each([
    ['angle brackets', '<'],
    ['quotes', '"'],
    ['parentheses', '('],
    ['groups', 'a:'],
    ['at signs', '@'],
    ['commas', ','],
    ['encoded words', '=?utf-8?Q?a?= '],
    ['half encoded words', '=?u?q?'],
  ])('with a header of 250,000 letters of %s is read before the test ends', async (_, letter) => {
    const hostile = letter.repeat(250_000 / letter.length);
    const source = ['From', 'To', 'Subject', 'Date', 'Content-Type'].map((name) => `${name}: ${hostile}`);
    for (const header of source) {
      const mail = await read(lines(header, '', 'the text'));
      expect(mail.to.shown.length).toBeLessThanOrEqual(200);
    }
  });

  test('of one line of 100 MB is read in bounded memory', async () => {
    const piece = new Uint8Array(MiB).fill(0x61);
    async function* oneLine(): AsyncIterable<Uint8Array> {
      yield Buffer.from('Content-Type: text/plain\r\n\r\n');
      for (let count = 0; count < 100; count += 1) yield await Promise.resolve(piece);
    }
    const { result: mail, grownBytes } = await cost(() => readMail(oneLine()));
    expect(mail.text).toHaveLength(4 * MiB);
    expect(noteCounts(mail)).toEqual({ 'text-cut': 96 * MiB });
    expect(grownBytes).toBeLessThan(96 * MiB);
  });

  test('with an attachment of 60 MB that would unpack to more is listed with the size it has', async () => {
    const line = Buffer.from(`${'UEsDBBQA'.repeat(9)}UEsD${crlf}`.repeat(4096));
    const count = Math.ceil((60 * MiB) / line.length);
    async function* bomb(): AsyncIterable<Uint8Array> {
      yield Buffer.from(
        lines('Content-Type: application/zip; name=bomb.zip', 'Content-Transfer-Encoding: base64', '', ''),
      );
      for (let at = 0; at < count; at += 1) yield await Promise.resolve(line);
    }
    const { result: mail, grownBytes } = await cost(() => readMail(bomb()));
    expect(mail.attachments).toMatchObject([{ name: 'bomb.zip', sizeBytes: count * 4096 * 57 }]);
    expect(grownBytes).toBeLessThan(96 * MiB);
    const range = await readMailPart(bomb(), 0, { offsetBytes: 57, limitBytes: 4 });
    expect(Buffer.from(range?.bytes ?? []).toString('latin1')).toBe('PK\x03\x04');
  });

  test('with 8 MB of quoted-printable that never comes to an end is read in time', async () => {
    const source = `Content-Transfer-Encoding: quoted-printable${crlf}${crlf}${'= \t'.repeat(2_700_000)}`;
    expect(await read(source)).toBeDefined();
  });

  test.each(['<', '<a ', '<!--', '&', '<style>', '<a href="http', '\n', '<p>', '</'])(
    'of 1 MB of %j as HTML becomes text before the test ends',
    async (tag) => {
      const source = `Content-Type: text/html${crlf}${crlf}${tag.repeat(MiB / tag.length)}`;
      expect(await read(source)).toBeDefined();
    },
  );
});
