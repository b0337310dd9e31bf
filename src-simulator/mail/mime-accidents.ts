/** Messages with something wrong in them, as old clients, scanners and relays really leave them behind. */
import { fillWithNoise, mix } from '../chance.ts';
import { boundaryOf, commonHeaders, type Composer } from './mime-headers.ts';
import { decodedText, encodedText } from './text-blocks.ts';

const latinText = (facts: Parameters<Composer>[1], lines: number) =>
  encodedText(
    { ...facts.style, form: 'plain', language: 'en', charset: 'us-ascii', encoding: '7bit' },
    facts.hash,
    lines,
  );

/** The closing boundary is missing. */
const brokenBoundary: Composer = (_world, facts) => {
  const boundary = boundaryOf(facts, 1);
  return [
    commonHeaders(facts),
    `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n--${boundary}\r\nContent-Type: text/plain\r\n\r\n`,
    latinText(facts, 12),
    `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8gd29ybGQh\r\n`,
  ];
};

/** Base64 with characters outside the alphabet, odd padding and a cut-off group. */
const brokenBase64: Composer = (_world, facts) => [
  commonHeaders(facts),
  'Content-Type: application/octet-stream; name="scan.tif"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
  `SUkqAAgAAAA!\xe4*DwD+AAQ=AAEAAAA\r\n${facts.hash.toString(36)}===\r\nAAAB-_AAAA\r\nQQ`,
];

/** Not mail at all: bytes, with NUL among them. */
const binaryGarbage: Composer = (_world, facts) => {
  const bytes = Buffer.alloc(2_000 + (facts.hash % 30_000));
  fillWithNoise(bytes, mix(facts.hash, 61));
  return [bytes];
};

/** Lines end in CR alone, as classic Mac OS did. */
const bareReturns: Composer = (_world, facts) => {
  const text = decodedText({ language: 'en', form: 'plain' }, facts.hash, 20).replaceAll('\r\n', '\r');
  return [commonHeaders(facts), `Content-Type: text/plain\r\n\r\n${text}`];
};

const noHeaders: Composer = (_world, facts) => ['\r\n', latinText(facts, 15)];

/** One header line of 20 KB and more. */
const longHeader: Composer = (_world, facts) => [
  commonHeaders(facts),
  `X-Forefront-Antispam-Report: ${`SFS:(${facts.hash});`.repeat(Math.ceil(20_600 / 16))}\r\nContent-Type: text/plain\r\n\r\n`,
  latinText(facts, 10),
];

export const mimeAccidents = {
  brokenBoundary,
  brokenBase64,
  binaryGarbage,
  bareReturns,
  noHeaders,
  longHeader,
};
