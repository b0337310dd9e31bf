/** Which kinds of mail a profile holds, in what shares, and how each is encoded. */
import { shareOf } from '../chance.ts';
import type { Language } from '../directory/names.ts';
import type { Profile } from '../options.ts';
import type { Charset } from './charsets.ts';
import type { TextStyle } from './text-blocks.ts';
import type { TransferEncoding } from './transfer-encodings.ts';

export type MessageKind =
  | 'text'
  | 'html'
  | 'inlineImage'
  | 'attachments'
  | 'emptyAttachment'
  | 'forwarded'
  | 'invitation'
  | 'signed'
  | 'encrypted'
  | 'bounce'
  | 'brokenBoundary'
  | 'brokenBase64'
  | 'binaryGarbage'
  | 'bareReturns'
  | 'noHeaders'
  | 'longHeader';

type Mix = readonly (readonly [MessageKind, number])[];

const mixed: Mix = [
  ['text', 19],
  ['html', 37],
  ['inlineImage', 9],
  ['attachments', 20],
  ['forwarded', 4],
  ['invitation', 4],
  ['signed', 1.2],
  ['encrypted', 0.6],
  ['bounce', 1.6],
  ['emptyAttachment', 0.6],
  ['brokenBoundary', 0.5],
  ['brokenBase64', 0.5],
  ['binaryGarbage', 0.5],
  ['bareReturns', 0.5],
  ['noHeaders', 0.5],
  ['longHeader', 0.5],
];
const mixes: Readonly<Record<Profile, Mix>> = {
  sample: mixed,
  typical: mixed,
  uniform: [['text', 1]],
  'shared-attachments': [
    ['attachments', 80],
    ['html', 20],
  ],
};
const totals = new Map(
  Object.entries(mixes).map(([profile, mix]) => [profile, mix.reduce((sum, [, part]) => sum + part, 0)]),
);

/** The kind at a share of [0, 1) of a profile's mail. */
export function kindOf(profile: Profile, share: number): MessageKind {
  let left = share * (totals.get(profile) ?? 1);
  for (const [kind, part] of mixes[profile]) {
    left -= part;
    if (left < 0) return kind;
  }
  return 'text';
}

type Encoding = readonly [Charset, TransferEncoding];

const encodings: Readonly<Record<Language, readonly Encoding[]>> = {
  de: [
    ['utf-8', 'quoted-printable'],
    ['iso-8859-1', 'quoted-printable'],
    ['windows-1252', '8bit'],
    ['utf-8', 'base64'],
  ],
  fr: [
    ['utf-8', 'quoted-printable'],
    ['iso-8859-1', '8bit'],
    ['windows-1252', 'quoted-printable'],
    ['utf-8', '8bit'],
  ],
  ja: [
    ['iso-2022-jp', '7bit'],
    ['utf-8', 'base64'],
    ['shift_jis', 'base64'],
    ['shift_jis', '8bit'],
  ],
  ru: [
    ['koi8-r', '8bit'],
    ['utf-8', 'base64'],
    ['koi8-r', 'quoted-printable'],
    ['koi8-r', 'base64'],
  ],
  ar: [
    ['utf-8', 'base64'],
    ['utf-8', 'quoted-printable'],
    ['utf-8', '8bit'],
  ],
  en: [
    ['us-ascii', '7bit'],
    ['utf-8', 'quoted-printable'],
    ['windows-1252', 'quoted-printable'],
    ['us-ascii', 'quoted-printable'],
  ],
};
const htmlKinds: ReadonlySet<MessageKind> = new Set(['html', 'inlineImage', 'attachments']);

/** Language, charset and encoding of a message of a mailbox whose owner speaks `language`. */
export function styleOf(kind: MessageKind, language: Language, hash: number): TextStyle {
  const spoken = shareOf(hash) < 0.75 ? language : 'en';
  const list = encodings[spoken];
  const [charset, encoding] = list[(hash >>> 5) % list.length] as Encoding;
  return { language: spoken, form: htmlKinds.has(kind) ? 'html' : 'plain', charset, encoding };
}
