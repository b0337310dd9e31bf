/**
 * What Outlook puts around an HTML body: the long style block, and the signature with or without a picture. Encoded
 * once for each style; the text in between comes from text-blocks.
 */
import { encodeText } from './charsets.ts';
import type { TextStyle } from './text-blocks.ts';
import { base64Lines, quotedPrintable } from './transfer-encodings.ts';
import { vocabularies } from './vocabulary.ts';

const faces = [
  'Cambria Math',
  'Calibri',
  'Aptos',
  'Segoe UI Emoji',
  'Helvetica',
  'Verdana',
  'MS Gothic',
  'Consolas',
];
const levels = Array.from({ length: 36 }, (_, level) => level);

const styleBlock = [
  '<style><!--',
  '/* Font Definitions */',
  ...faces.map((face, i) => `@font-face\r\n\t{font-family:"${face}";\r\n\tpanose-1:2 4 5 3 5 4 6 3 2 ${i};}`),
  '/* Style Definitions */',
  'p.MsoNormal, li.MsoNormal, div.MsoNormal\r\n\t{margin:0cm;\r\n\tfont-size:11.0pt;\r\n\tfont-family:"Calibri",sans-serif;\r\n\tmso-fareast-language:EN-US;}',
  'a:link, span.MsoHyperlink\r\n\t{mso-style-priority:99;\r\n\tcolor:#0563C1;\r\n\ttext-decoration:underline;}',
  ...levels.map(
    (i) =>
      `span.E-MailFormatvorlage${17 + i}\r\n\t{mso-style-type:personal;\r\n\tfont-family:"Calibri",sans-serif;\r\n\tcolor:#1F${(64 + i).toString(16)}7D;}`,
  ),
  ...levels.map(
    (i) =>
      `@list l${i}:level${1 + (i % 9)}\r\n\t{mso-level-number-format:bullet;\r\n\tmso-level-tab-stop:${36 * (1 + i)}.0pt;\r\n\tmso-level-number-position:left;\r\n\ttext-indent:-18.0pt;\r\n\tfont-family:Symbol;}`,
  ),
  '.MsoChpDefault\r\n\t{mso-style-type:export-only;}',
  '@page WordSection1\r\n\t{size:612.0pt 792.0pt;\r\n\tmargin:70.85pt 70.85pt 2.0cm 70.85pt;}',
  'div.WordSection1\r\n\t{page:WordSection1;}',
  '--></style>',
].join('\r\n');

export interface Stationery {
  head: Buffer;
  tail: Buffer;
}

const encoded = new Map<string, Buffer>();

function encode(text: string, style: TextStyle): Buffer {
  const key = `${style.charset} ${style.encoding} ${text.length} ${text.slice(0, 40)} ${text.slice(-140)}`;
  const known = encoded.get(key);
  if (known) return known;
  const bytes = encodeText(text, style.charset);
  const missing = (57 - (bytes.length % 57)) % 57;
  const made =
    style.encoding === 'base64'
      ? base64Lines(Buffer.concat([bytes, Buffer.alloc(missing, 0x20)]))
      : style.encoding === 'quoted-printable'
        ? Buffer.from(quotedPrintable(bytes), 'latin1')
        : bytes;
  encoded.set(key, made);
  return made;
}

/** The decoded text before and after an HTML body. */
export function stationeryText(style: TextStyle, picture?: string): { head: string; tail: string } {
  const { greeting, farewell } = vocabularies[style.language];
  const head = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40">\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=${style.charset}">\r\n${styleBlock}\r\n</head>\r\n<body lang="${style.language}" link="#0563C1">\r\n<div class="WordSection1">\r\n<p class="MsoNormal">${greeting}</p>\r\n`;
  const image =
    picture === undefined ? '' : `<p class="MsoNormal"><img width="180" src="${picture}"></p>\r\n`;
  return { head, tail: `<p class="MsoNormal">${farewell}</p>\r\n${image}</div>\r\n</body>\r\n</html>\r\n` };
}

export function stationeryOf(style: TextStyle, picture?: string): Stationery {
  const { head, tail } = stationeryText(style, picture);
  return { head: encode(head, style), tail: encode(tail, style) };
}
