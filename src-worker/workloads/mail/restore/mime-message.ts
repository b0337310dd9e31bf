/** A stored message, read so that Graph can be told what it is. Attachments keep their bytes as they were. */
import PostalMime, { type Address, type Email } from 'postal-mime';
import { AppError } from '../../../../src-shared/errors/app-error.ts';
import { bodyOf, isBody } from '../../../formats/mime/mail-body.ts';
import { MimeScanner, type MimePart } from '../../../formats/mime/mime-scanner.ts';
import { decoding, describePart } from '../../../formats/mime/read-mail.ts';
import { transferDecoder } from '../../../formats/mime/transfer-decoder.ts';

/** A mail address with the name beside it. */
export interface Person {
  readonly name: string;
  readonly address: string;
}

export interface AttachedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly contentId: string | undefined;
  readonly isInline: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The people, dates and ids of a header. */
type MessageHead = Omit<Email, 'attachments' | 'html' | 'text'>;

export interface MimeMessage {
  /** Everything before the body, as it stands. */
  readonly header: string;
  readonly head: MessageHead;
  readonly body: { readonly contentType: 'html' | 'text'; readonly content: string };
  readonly attachments: readonly AttachedFile[];
  /** The class that Exchange gives to a message whose form must not be taken apart; undefined for all others. */
  readonly messageClass: string | undefined;
}

/** Signed and encrypted messages (RFC 8551) have to stay byte for byte, as one attachment that mail programs know. */
const sealedClasses: Readonly<Record<string, string>> = {
  'application/pkcs7-mime': 'IPM.Note.SMIME',
  'application/x-pkcs7-mime': 'IPM.Note.SMIME',
  'multipart/signed': 'IPM.Note.SMIME.MultipartSigned',
};

interface FoundPart {
  readonly part: MimePart;
  readonly pieces: Uint8Array[];
}

/** Throws `item-corrupt` for a header that nobody can read. */
export async function readMessage(mime: Uint8Array<ArrayBuffer>): Promise<MimeMessage> {
  const parts: FoundPart[] = [];
  const scanner = new MimeScanner((part) => {
    const pieces: Uint8Array[] = [];
    parts.push({ part, pieces });
    return decoding(transferDecoder(part.encoding), (bytes) => pieces.push(Uint8Array.from(bytes)));
  });
  scanner.push(mime);
  const { header } = scanner.end();
  const head = await headOf(header);
  const messageClass = sealedClasses[mediaTypeOf(head)];
  const attachments =
    messageClass === undefined
      ? await Promise.all(parts.filter(({ part }) => !isBody(part)).map(fileOf))
      : [sealedFile(mime, { head, headerBytes: header.length, parts })];
  // What has no header may be no text either, so its bytes come along.
  if (head.headers.length === 0) attachments.push(originalFile(mime));
  return { header: header.toString('utf8'), head, body: bodyIn(parts), attachments, messageClass };
}

/** Exchange keeps one form and makes the other one anew. */
function bodyIn(parts: readonly FoundPart[]): MimeMessage['body'] {
  const { html, text } = bodyOf(parts.filter(({ part }) => isBody(part)));
  return html === null ? { contentType: 'text', content: text } : { contentType: 'html', content: html };
}

async function headOf(header: Uint8Array): Promise<MessageHead> {
  try {
    return await PostalMime.parse(header);
  } catch (error) {
    throw new AppError(
      'item-corrupt',
      'The header of this message cannot be read, so it was not written to Microsoft 365. Restore it to this PC instead.',
      { cause: error },
    );
  }
}

const contentTypeOf = ({ headers }: MessageHead): string =>
  headers.find(({ key }) => key === 'content-type')?.value ?? '';

const mediaTypeOf = (head: MessageHead): string =>
  /^\s*([^\s;]+)/.exec(contentTypeOf(head))?.[1]?.toLowerCase() ?? '';

/** An encrypted message is its only part; of a signed one the whole body, because the signature covers it as it stands. */
function sealedFile(
  mime: Uint8Array,
  { head, headerBytes, parts }: { head: MessageHead; headerBytes: number; parts: readonly FoundPart[] },
): AttachedFile {
  const isSigned = mediaTypeOf(head) === 'multipart/signed';
  const whole = [Buffer.from(`Content-Type: ${contentTypeOf(head)}\r\n`), mime.subarray(headerBytes)];
  const bytes = Buffer.concat(isSigned ? whole : (parts[0]?.pieces ?? []));
  const mediaType = isSigned ? 'multipart/signed' : 'application/pkcs7-mime';
  return { name: 'smime.p7m', mediaType, contentId: undefined, isInline: false, bytes };
}

const originalFile = (bytes: Uint8Array<ArrayBuffer>): AttachedFile => ({
  name: 'original message.eml',
  mediaType: 'application/octet-stream',
  contentId: undefined,
  isInline: false,
  bytes,
});

async function fileOf({ part, pieces }: FoundPart): Promise<AttachedFile> {
  const bytes = Buffer.concat(pieces);
  const { name, mediaType, contentId, isInline } = await describePart({ part, sizeBytes: bytes.length });
  return {
    name: name === '' ? unnamed(part) : name,
    mediaType: mediaType === '' ? 'application/octet-stream' : mediaType,
    contentId: contentId ?? undefined,
    isInline,
    bytes,
  };
}

/** Graph takes no attachment without a name. */
function unnamed({ mediaType, number }: MimePart): string {
  if (mediaType === 'message/rfc822') return `message ${number}.eml`;
  return mediaType === 'text/calendar' ? `meeting ${number}.ics` : `attachment ${number}`;
}

/** Members of groups stand for the group, whose name Graph has no place for. */
export function peopleOf(addresses: readonly Address[] = []): Person[] {
  return addresses
    .flatMap((each) => (each.group === undefined ? [each] : each.group))
    .filter(({ address, name }) => address !== '' || name !== '')
    .map(({ name, address }) => ({ name, address }));
}
