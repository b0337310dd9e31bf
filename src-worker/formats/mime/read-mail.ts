/**
 * A message as people look at it: who, when, its text, and the list of its attachments. The message is read once, from
 * its beginning; of its attachments nothing is kept but their size, and no archive among them is opened.
 */
import PostalMime, { type Address, type Email } from 'postal-mime';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type {
  MailPreview,
  PreviewAttachment,
  PreviewField,
  PreviewNote,
  PreviewPeople,
  PreviewPerson,
} from '../../../src-shared/contract/preview-contract.ts';
import { bodyOf, isBody, type TextPart } from './mail-body.ts';
import { MimeScanner, type MimeLeftOut, type MimePart, type PartSink } from './mime-scanner.ts';
import { plainLine } from './plain-line.ts';
import { transferDecoder, type TransferDecoder } from './transfer-decoder.ts';

export type ReadMail = Omit<MailPreview, 'kind'>;

const mostHeaders = 500;
const mostShownPeople = 200;
const mostTextBytes = 4 * 1024 * 1024;
const mostAllTextBytes = 8 * 1024 * 1024;
const mostAttachments = 500;
/** More than Exchange takes; what claims to be longer is read so far. */
const mostMessageBytes = 512 * 1024 * 1024;
/** A part's header and the few bytes that we write around it. */
const longestRebuiltHeader = 32 * 1024;

/** Rejects with what `pieces` rejects with. */
export async function readMail(pieces: AsyncIterable<Uint8Array>): Promise<ReadMail> {
  const inside = new MailParts();
  const scanner = new MimeScanner((part) => inside.open(part));
  const unreadBytes = await scan(pieces, scanner);
  const { header, leftOut } = scanner.end();
  const email = await parsed(header);
  const { html, text, unknownCharsets } = bodyOf(inside.texts);
  const headers = email.headers.slice(0, mostHeaders);
  return {
    subject: plainLine(email.subject ?? ''),
    from: peopleOf(email.from === undefined ? [] : [email.from]),
    to: peopleOf(email.to),
    cc: peopleOf(email.cc),
    bcc: peopleOf(email.bcc),
    sentAt: timeOf(email.date),
    headers: headers.map(fieldOf),
    html,
    text,
    attachments: await Promise.all(inside.attachments.map(describePart)),
    notes: notesOf(leftOut, [
      ['parts-left-out', inside.leftOutParts],
      ['headers-left-out', email.headers.length - headers.length],
      ['text-cut', inside.leftOutTextBytes],
      ['charset-unknown', unknownCharsets],
      ['content-cut', unreadBytes],
    ]),
  };
}

/** Feeds a scanner, and answers how many bytes it was spared. */
async function scan(pieces: AsyncIterable<Uint8Array>, scanner: MimeScanner): Promise<number> {
  let readBytes = 0;
  let unreadBytes = 0;
  for await (const piece of pieces) {
    if (readBytes < mostMessageBytes) scanner.push(piece);
    else unreadBytes += piece.length;
    readBytes += piece.length;
  }
  return unreadBytes;
}

/** What a message has, as it goes by. */
class MailParts {
  readonly texts: TextPart[] = [];
  readonly attachments: FoundAttachment[] = [];
  leftOutParts = 0;
  leftOutTextBytes = 0;
  #textBytes = 0;

  open(part: MimePart): PartSink {
    if (isBody(part)) return this.#text(part);
    if (this.attachments.length >= mostAttachments) {
      this.leftOutParts += 1;
      return { push: () => undefined, end: () => undefined };
    }
    const found = { part, sizeBytes: 0 };
    this.attachments.push(found);
    return decoding(transferDecoder(part.encoding), (bytes) => (found.sizeBytes += bytes.length));
  }

  #text(part: MimePart): PartSink {
    const pieces: Uint8Array[] = [];
    this.texts.push({ part, pieces });
    let partBytes = 0;
    return decoding(transferDecoder(part.encoding), (bytes) => {
      const room = Math.max(0, Math.min(mostTextBytes - partBytes, mostAllTextBytes - this.#textBytes));
      const kept = Uint8Array.from(bytes.subarray(0, room));
      if (kept.length > 0) pieces.push(kept);
      partBytes += kept.length;
      this.#textBytes += kept.length;
      this.leftOutTextBytes += bytes.length - kept.length;
    });
  }
}

interface FoundAttachment {
  readonly part: MimePart;
  sizeBytes: number;
}

/** A sink for bytes in a transfer encoding, which are told without it. */
export function decoding(decoder: TransferDecoder, tell: (bytes: Uint8Array) => void): PartSink {
  return { push: (bytes) => tell(decoder.push(bytes)), end: () => tell(decoder.end()) };
}

/** A header alone: what stands below it is read by us, because it can be of any size. */
async function parsed(header: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(header);
  } catch (cause) {
    throw new AppError(
      'item-corrupt',
      'The header of this message cannot be read, so it is not shown. The message itself is saved: restore it, or look at its source.',
      { cause },
    );
  }
}

/**
 * Name, type and id of an attachment, with its names decoded. Its disposition is written as `attachment`, because of
 * others that parser tells nothing.
 */
export async function describePart({ part, sizeBytes }: FoundAttachment): Promise<PreviewAttachment> {
  const lines = part.fields
    .filter(({ name }) => name !== 'content-transfer-encoding' && name !== 'content-disposition')
    .map(({ name, value }) => `${name}: ${value}`);
  const disposition = part.fields.find(({ name }) => name === 'content-disposition')?.value ?? '';
  const parameters = disposition.includes(';') ? disposition.slice(disposition.indexOf(';')) : '';
  const header = [`content-disposition: attachment${parameters}`, ...lines, '', ''].join('\r\n');
  const bytes = Buffer.from(header.slice(0, longestRebuiltHeader), 'latin1');
  const { attachments } = await PostalMime.parse(bytes, { forceRfc822Attachments: true });
  const [found] = attachments;
  const contentId = plainLine(found?.contentId ?? '').replace(/^<|>$/g, '');
  return {
    part: part.number,
    name: plainLine(found?.filename ?? ''),
    mediaType: part.mediaType,
    sizeBytes,
    contentId: contentId === '' ? null : contentId,
    isInline: !part.isAttachment && contentId !== '',
  };
}

function peopleOf(addresses: readonly Address[] = []): PreviewPeople {
  const people = addresses.flatMap((one) => (one.group === undefined ? [one] : one.group));
  return { shown: people.slice(0, mostShownPeople).map(personOf), total: people.length };
}

function personOf({ name, address }: PreviewPerson): PreviewPerson {
  return { name: plainLine(name), address: plainLine(address) };
}

/** As it was sent, but for control characters: the decoded forms stand in the view's own fields. */
function fieldOf({ originalKey, value }: { originalKey: string; value: string }): PreviewField {
  return { name: plainLine(originalKey), value: plainLine(value) };
}

function timeOf(date: string | undefined): string | null {
  const timeMs = Date.parse(date ?? '');
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}

function notesOf(
  { parts, headerBytes }: MimeLeftOut,
  others: readonly (readonly [PreviewNote['code'], number])[],
): PreviewNote[] {
  const counts = new Map<PreviewNote['code'], number>([
    ['parts-left-out', parts],
    ['header-cut', headerBytes],
  ]);
  for (const [code, count] of others) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts].filter(([, count]) => count > 0).map(([code, count]) => ({ code, count }));
}
