/**
 * What a message is before it is written out: kind, language, people, times, attachments. A pure function of the
 * world's seed, the mailbox, the message number and the content version; nothing here is stored.
 */
import { mix, shareOf } from '../chance.ts';
import type { Directory, MailAddress } from '../directory/people.ts';
import type { Language } from '../directory/names.ts';
import type { Profile } from '../options.ts';
import { firstLogo, logoCount, type Documents } from './documents.ts';
import { meanLineBytes, type TextStyle } from './text-blocks.ts';
import { kindOf, styleOf, type MessageKind } from './message-mix.ts';
import { vocabularies } from './vocabulary.ts';

/** What all mailboxes share. */
export interface MailWorld {
  readonly seed: number;
  readonly profile: Profile;
  readonly messageSizeBytes: number;
  readonly unreadableShare: number;
  readonly directory: Directory;
  readonly documents: Documents;
}

/** Why the content of a message can never be read (Graph error codes). */
export type UnreadableCause = 'ErrorCorruptData' | 'ErrorInvalidRecipients' | 'ErrorCannotOpenFileAttachment';

export interface MessageFacts {
  /** Seed of everything else about this version of the message. */
  hash: number;
  number: number;
  kind: MessageKind;
  style: TextStyle;
  /** Lines of the body. */
  readonly lineCount: number;
  subject: string;
  from: MailAddress;
  to: readonly MailAddress[];
  receivedMs: number;
  internetMessageId: string;
  /** Document numbers. */
  attachments: readonly number[];
  inlinePictures: readonly number[];
}

export interface MessageKey {
  mailbox: number;
  number: number;
  version: number;
}

/** Messages of the start are received before this time, changes and new mail after it. */
export const epochMs = Date.UTC(2026, 10, 1, 6, 0, 0);
const spacingMs = 37 * 60_000;
/** About how long the header of a message is. */
const headBytes = 850;
const historyMs = 400 * 86_400_000;
const unreadableCauses: readonly UnreadableCause[] = [
  'ErrorCorruptData',
  'ErrorInvalidRecipients',
  'ErrorCannotOpenFileAttachment',
];
const strangers: readonly MailAddress[] = [
  { name: 'Lieferant Becker', address: 'becker@walzwerk-sued.example' },
  { name: 'Accounts Payable', address: 'ap@harbour-logistics.example' },
  { name: 'Newsletter', address: 'news@fachblatt.example' },
  { name: 'Élodie Caron', address: 'e.caron@ateliers-du-rhone.example' },
  { name: '鈴木 一郎', address: 'suzuki@seimitsu.example' },
];

/** The cause why a message's content fails for good, or null for the great majority. */
export function unreadableCause(world: MailWorld, mailbox: number, number: number): UnreadableCause | null {
  if (world.unreadableShare === 0) return null;
  const hash = mix(mix(world.seed, 701), mailbox, number);
  return shareOf(hash) < world.unreadableShare ? (unreadableCauses[number % 3] as UnreadableCause) : null;
}

function bodyLines(world: MailWorld, style: TextStyle, hash: number): number {
  const wobble = 0.75 + 0.5 * shareOf(hash);
  if (world.profile === 'uniform')
    return Math.max(1, Math.round(((world.messageSizeBytes - headBytes) / meanLineBytes(style)) * wobble));
  const stretch = shareOf(mix(hash, 3)) ** 3;
  return Math.round(style.form === 'html' ? 30 + 260 * stretch : 8 + 260 * stretch);
}

function chooseAttachments(world: MailWorld, kind: MessageKind, hash: number): number[] {
  if (kind !== 'attachments') return [];
  const count = shareOf(mix(hash, 11)) < 0.8 ? 1 : 2 + (mix(hash, 12) % 3);
  return Array.from({ length: count }, (_, i) => world.documents.choose(shareOf(mix(hash, 13, i))));
}

function subjectOf(language: Language, hash: number, version: number): string {
  const { subjects } = vocabularies[language];
  const text = `${subjects[(hash >>> 3) % subjects.length] ?? ''} ${(hash >>> 9) % 9973}`;
  const reply = hash % 4 === 0 ? `RE: ${text}` : text;
  return version === 0 ? reply : `${reply} (${version + 1})`;
}

/** Describes one version of one message. */
export function describeMessage(world: MailWorld, key: MessageKey): MessageFacts {
  const life = mix(mix(world.seed, 801), key.mailbox, key.number);
  const hash = key.version === 0 ? life : mix(life, key.version);
  const owner = world.directory.person(key.mailbox);
  const kind = kindOf(world.profile, shareOf(mix(life, 1)));
  const style = styleOf(kind, owner.language, mix(life, 2));
  const isFromColleague = life % 5 < 3;
  const from = isFromColleague
    ? world.directory.person((life >>> 7) % world.directory.size).mailAddress
    : (strangers[(life >>> 7) % strangers.length] as MailAddress);
  const others = (life >>> 15) % 4;
  const to = [owner.mailAddress];
  for (let i = 0; i < others; i += 1)
    to.push(world.directory.person(mix(life, 21, i) % world.directory.size).mailAddress);
  return {
    hash,
    number: key.number,
    kind,
    style,
    // Made when asked for: a list of messages needs no text, and no tables for it.
    get lineCount() {
      return bodyLines(world, style, hash);
    },
    subject: subjectOf(style.language, life, key.version),
    from,
    to,
    receivedMs: receivedMs(life, key.number),
    internetMessageId: `<${life.toString(16)}.${key.mailbox}.${key.number}@mail.${from.address.slice(from.address.indexOf('@') + 1)}>`,
    attachments: chooseAttachments(world, kind, life),
    inlinePictures: kind === 'inlineImage' ? [firstLogo + (life % logoCount)] : [],
  };
}

/** Numbers grow with time and wrap after `historyMs`; jitter keeps times from looking made. */
function receivedMs(life: number, number: number): number {
  return epochMs - historyMs + ((number * spacingMs) % historyMs) + (life % 1_200) * 1_000;
}
