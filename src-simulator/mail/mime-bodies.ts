/** One composer for each kind of message: from facts to pieces of MIME, headers included. */
import { fillWithNoise, mix, shareOf } from '../chance.ts';
import { mimeAccidents } from './mime-accidents.ts';
import { boundaryOf, commonHeaders, mailDate, type Composer, type Piece } from './mime-headers.ts';
import type { MailWorld, MessageFacts } from './message-facts.ts';
import type { MessageKind } from './message-mix.ts';
import { encodedText, type TextStyle } from './text-blocks.ts';
import { base64Lines, headerText, usualLines, type Base64Lines } from './transfer-encodings.ts';
import { stationeryOf } from './stationery.ts';

const lineHabits: readonly Base64Lines[] = [
  { width: 76, lineEnd: '\n', trailing: '' },
  { width: 64, lineEnd: '\r\n', trailing: '' },
  { width: 72, lineEnd: '\r\n', trailing: '' },
  { width: 76, lineEnd: '\r\n', trailing: ' ' },
];

const contentHeader = (style: TextStyle) =>
  `Content-Type: text/${style.form}; charset="${style.charset}"\r\nContent-Transfer-Encoding: ${style.encoding}\r\n\r\n`;

/** Plain text with its content headers. */
function textPart(facts: MessageFacts, lineCount = facts.lineCount): Piece[] {
  const style: TextStyle = { ...facts.style, form: 'plain' };
  return [contentHeader(style), encodedText(style, facts.hash, lineCount)];
}

function htmlPart(facts: MessageFacts, picture?: string): Piece[] {
  const { head, tail } = stationeryOf(facts.style, picture);
  return [contentHeader(facts.style), head, encodedText(facts.style, facts.hash, facts.lineCount), tail];
}

/** multipart/alternative with its own Content-Type header. */
function alternative(facts: MessageFacts, level: number, picture?: string): Piece[] {
  const boundary = boundaryOf(facts, level);
  return [
    `Content-Type: multipart/alternative;\r\n\tboundary="${boundary}"\r\n\r\n--${boundary}\r\n`,
    ...textPart(facts, Math.ceil(facts.lineCount / 3)),
    `\r\n--${boundary}\r\n`,
    ...htmlPart(facts, picture),
    `\r\n--${boundary}--\r\n`,
  ];
}

/** Most senders wrap at 76 and CRLF; every eleventh has a habit of its own. */
const linesFor = (facts: MessageFacts): Base64Lines =>
  facts.hash % 11 === 0 ? (lineHabits[(facts.hash >>> 8) % lineHabits.length] as Base64Lines) : usualLines;

function documentPart(world: MailWorld, facts: MessageFacts, number: number): Piece[] {
  const document = world.documents.describe(number);
  const name = headerText(document.name);
  const date = mailDate(facts.receivedMs - 3_600_000);
  return [
    `Content-Type: ${document.contentType}; name="${name}"\r\nContent-Description: ${name}\r\n` +
      `Content-Disposition: attachment; filename="${name}"; size=${document.sizeBytes};\r\n\tcreation-date="${date}"\r\n` +
      'Content-Transfer-Encoding: base64\r\n\r\n',
    world.documents.encoded(number, linesFor(facts)),
  ];
}

function picturePart(world: MailWorld, facts: MessageFacts, number: number): Piece[] {
  const { name } = world.documents.describe(number);
  return [
    `Content-Type: image/png; name="${name}"\r\nContent-Disposition: inline; filename="${name}"\r\n` +
      `Content-ID: <${contentIdOf(number)}>\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
    world.documents.encoded(number, linesFor(facts)),
  ];
}

export const contentIdOf = (picture: number): string => `logo${picture}@01DC5A1B.7E33F2A0`;

function multipart(facts: MessageFacts, subtype: string, parts: readonly (readonly Piece[])[]): Piece[] {
  const boundary = boundaryOf(facts, 1);
  const between: Piece[] = parts.flatMap((part) => [`--${boundary}\r\n`, ...part, '\r\n']);
  return [
    `Content-Type: multipart/${subtype};\r\n\tboundary="${boundary}"\r\n\r\n`,
    ...between,
    `--${boundary}--\r\n`,
  ];
}

const text: Composer = (_world, facts) => [commonHeaders(facts), ...textPart(facts)];

const forwarded: Composer = (_world, facts) => {
  const inner: MessageFacts = {
    ...facts,
    hash: mix(facts.hash, 41),
    kind: 'html',
    style: { ...facts.style, form: 'html' },
  };
  const original = [commonHeaders(inner), ...alternative(inner, 3)];
  return [
    commonHeaders(facts),
    ...multipart(facts, 'mixed', [
      textPart(facts, 4),
      ['Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n', ...original],
    ]),
  ];
};

const invitation: Composer = (_world, facts) => {
  const stamp = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const start = facts.receivedMs + 86_400_000 * (1 + (facts.hash % 20));
  const calendar = [
    'BEGIN:VCALENDAR',
    'METHOD:REQUEST',
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    `ORGANIZER;CN=${facts.from.name}:mailto:${facts.from.address}`,
    ...facts.to.map(
      (to) =>
        `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=${to.name}:mailto:${to.address}`,
    ),
    `SUMMARY:${facts.subject}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(start + 3_600_000)}`,
    `UID:040000008200E00074C5B7101A82E008${facts.hash.toString(16).toUpperCase().padStart(16, '0')}`,
    `DTSTAMP:${stamp(facts.receivedMs)}`,
    'SEQUENCE:0',
    'STATUS:CONFIRMED',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  const part =
    'Content-Type: text/calendar; charset="utf-8"; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  return [
    commonHeaders(facts),
    ...multipart(facts, 'alternative', [textPart(facts, 6), [part, base64Lines(Buffer.from(calendar))]]),
  ];
};

/** DER-like bytes of a CMS structure: right at the start, noise after it. */
function cmsBytes(facts: MessageFacts, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  fillWithNoise(bytes, mix(facts.hash, 51));
  Buffer.from('308006092a864886f70d010702a0803080020101310f300d', 'hex').copy(bytes);
  return bytes;
}

const signed: Composer = (_world, facts) => [
  commonHeaders(facts),
  ...multipart(facts, 'signed; protocol="application/x-pkcs7-signature"; micalg=SHA256', [
    textPart(facts),
    [
      'Content-Type: application/x-pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7s"\r\n\r\n',
      base64Lines(cmsBytes(facts, 4_800)),
    ],
  ]),
];

const encrypted: Composer = (_world, facts) => [
  commonHeaders(facts),
  'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
  base64Lines(cmsBytes(facts, 9_000 + Math.floor(shareOf(facts.hash) * 60_000))),
];

const bounce: Composer = (_world, facts) => [
  commonHeaders(facts),
  ...multipart(facts, 'report; report-type=delivery-status', [
    textPart(facts, 5),
    [
      `Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;mbx.prod.example\r\n\r\nFinal-Recipient: rfc822;${facts.from.address}\r\nAction: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\r\n`,
    ],
    ['Content-Type: message/rfc822\r\n\r\n', commonHeaders(facts), ...textPart(facts)],
  ]),
];

export const mimeBodies: Readonly<Record<MessageKind, Composer>> = {
  text,
  html: (_world, facts) => [commonHeaders(facts), ...alternative(facts, 1)],
  inlineImage: (world, facts) => {
    const [picture = 0] = facts.inlinePictures;
    const body = alternative(facts, 2, `cid:${contentIdOf(picture)}`);
    return [
      commonHeaders(facts),
      ...multipart(facts, 'related; type="multipart/alternative"', [
        body,
        picturePart(world, facts, picture),
      ]),
    ];
  },
  attachments: (world, facts) => {
    const documents = facts.attachments.map((number) => documentPart(world, facts, number));
    return [commonHeaders(facts), ...multipart(facts, 'mixed', [alternative(facts, 2), ...documents])];
  },
  emptyAttachment: (_world, facts) => [
    commonHeaders(facts),
    ...multipart(facts, 'mixed', [
      textPart(facts),
      [
        'Content-Type: application/octet-stream; name="empty.bin"\r\nContent-Disposition: attachment; filename="empty.bin"; size=0\r\nContent-Transfer-Encoding: base64\r\n\r\n',
      ],
    ]),
  ],
  forwarded,
  invitation,
  signed,
  encrypted,
  bounce,
  ...mimeAccidents,
};
