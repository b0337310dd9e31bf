/** A stored message, read so that Graph can be told what it is. */
import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import { AppError } from '../../../../src-shared/errors/app-error.ts';

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

export interface MimeMessage {
  /** Everything before the body, as it stands. */
  readonly header: string;
  readonly email: Omit<Email, 'attachments'>;
  readonly attachments: readonly AttachedFile[];
  /** The class that Exchange gives to a message whose form must not be taken apart; undefined for all others. */
  readonly messageClass: string | undefined;
}

/** Signed and encrypted messages (RFC 8551) have to stay byte for byte, as one attachment that mail programs know. */
const sealedTypes: Readonly<Record<string, string>> = {
  'application/pkcs7-mime': 'IPM.Note.SMIME',
  'application/x-pkcs7-mime': 'IPM.Note.SMIME',
  'multipart/signed': 'IPM.Note.SMIME.MultipartSigned',
};

/** Throws `item-corrupt` for a message that is nested deeper, or has more headers, than any mail program writes. */
export async function readMessage(mime: Uint8Array<ArrayBuffer>): Promise<MimeMessage> {
  const bodyAt = bodyOffset(mime);
  const header = Buffer.from(mime.buffer, mime.byteOffset, bodyAt).toString('utf8');
  const { attachments, ...email } = await parsed(mime);
  const messageClass = sealedTypes[mediaTypeOf(email)];
  if (messageClass === undefined)
    return { header, email, attachments: attachments.map(fileOf), messageClass };
  const sealed = sealedFile(mime, { email, bodyAt, isSigned: messageClass.endsWith('Signed') }, attachments);
  return { header, email: { ...email, html: undefined }, attachments: [sealed], messageClass };
}

async function parsed(mime: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(mime, { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer' });
  } catch (error) {
    throw new AppError(
      'item-corrupt',
      'This message is built in a way that cannot be taken apart, so it was not written to Microsoft 365. Restore it to this PC instead.',
      { cause: error },
    );
  }
}

const mediaTypeOf = ({ headers }: Pick<Email, 'headers'>): string => {
  const value = headers.find(({ key }) => key === 'content-type')?.value ?? '';
  return /^\s*([^\s;]+)/.exec(value)?.[1]?.toLowerCase() ?? '';
};

/** Behind the empty line; a message without one has no body. */
function bodyOffset(mime: Uint8Array): number {
  const bytes = Buffer.from(mime.buffer, mime.byteOffset, mime.byteLength);
  const ends = ['\r\n\r\n', '\n\n'].map((mark) => ({ at: bytes.indexOf(mark), length: mark.length }));
  const [first] = ends.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  return first === undefined ? bytes.length : first.at + first.length;
}

/** An encrypted message is its only part; of a signed one the whole body, because the signature covers it as it stands. */
function sealedFile(
  mime: Uint8Array<ArrayBuffer>,
  { email, bodyAt, isSigned }: { email: Pick<Email, 'headers'>; bodyAt: number; isSigned: boolean },
  attachments: readonly Attachment[],
): AttachedFile {
  const type = email.headers.find(({ key }) => key === 'content-type')?.value ?? '';
  const [only] = attachments;
  const bytes =
    isSigned || only === undefined
      ? Buffer.concat([Buffer.from(`Content-Type: ${type}\r\n\r\n`), mime.subarray(bodyAt)])
      : bytesOf(only);
  const mediaType = isSigned ? 'multipart/signed' : 'application/pkcs7-mime';
  return { name: 'smime.p7m', mediaType, contentId: undefined, isInline: false, bytes };
}

function fileOf(attachment: Attachment, index: number): AttachedFile {
  const { filename, mimeType, disposition, related, contentId } = attachment;
  return {
    name: filename ?? unnamed(mimeType, index),
    mediaType: mimeType,
    contentId: contentId?.replace(/^<|>$/g, ''),
    isInline: disposition === 'inline' && (related === true || contentId !== undefined),
    bytes: bytesOf(attachment),
  };
}

const unnamed = (mimeType: string, index: number): string =>
  mimeType === 'message/rfc822' ? `message ${index + 1}.eml` : `attachment ${index + 1}`;

function bytesOf({ content }: Attachment): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}

/** Members of groups stand for the group, whose name Graph has no place for. */
export function peopleOf(addresses: readonly Address[] | Address | undefined): Person[] {
  const list =
    addresses === undefined
      ? []
      : Array.isArray(addresses)
        ? (addresses as Address[])
        : [addresses as Address];
  return list
    .flatMap((each) => each.group ?? [each])
    .filter(({ address, name }) => address !== '' || name !== '')
    .map(({ name, address }) => ({ name, address }));
}
