/**
 * Writes a written message out as MIME, anew from its parts as Exchange does: the transport headers it was stored with
 * for a header block, otherwise headers made from its properties; then body and attachments.
 */
import { createHash } from 'node:crypto';
import type { MailAddress } from '../directory/people.ts';
import { addressText, mailDate, type Piece } from './mime-headers.ts';
import { base64Lines, headerText } from './transfer-encodings.ts';
import {
  messageClassOf,
  messageTags,
  textOf,
  type WrittenAttachment,
  type WrittenMessage,
} from './written-message.ts';

interface Part {
  /** Content headers, each line with its end. */
  readonly head: string;
  readonly body: readonly Piece[];
}

/** The pieces of a message's MIME. */
export function composeWritten(message: WrittenMessage): Piece[] {
  const { head, body } = secureEntity(message) ?? structureOf(message);
  return [headerBlock(message), 'MIME-Version: 1.0\r\n', head, '\r\n', ...body];
}

/** Header fields that say how the bytes that follow are made: those are not the ones that were received. */
const structural = /^(?:MIME-Version|Content-[\w-]+):/i;

function headerBlock(message: WrittenMessage): string {
  const kept = message.properties.get(messageTags.transportHeaders);
  if (kept === undefined) return madeHeaders(message);
  const fields = kept
    .replace(/\r?\n/g, '\r\n')
    .replace(/(?:\r\n)+$/, '')
    .split(/\r\n(?![ \t])/);
  const lines = fields.filter((field) => field !== '' && !structural.test(field));
  // Headers hold bytes; a text that has other characters goes out as UTF-8.
  return Buffer.from(lines.map((line) => `${line}\r\n`).join('')).toString('latin1');
}

function madeHeaders(message: WrittenMessage): string {
  const { properties } = message;
  const people = (list: readonly MailAddress[]) => list.map(addressText).join(',\r\n ');
  const isDelegate = message.sender && message.sender.address !== message.from?.address;
  const fields: (readonly [string, string | undefined])[] = [
    ['From', message.from ? addressText(message.from) : undefined],
    ['Sender', isDelegate ? addressText(message.sender) : undefined],
    ['To', people(message.to)],
    ['Cc', people(message.cc)],
    ['Bcc', people(message.bcc)],
    ['Reply-To', people(message.replyTo)],
    ['Subject', headerText(message.subject)],
    ['Date', mailDate(message.sentMs)],
    ['Message-ID', message.internetMessageId],
    ['In-Reply-To', properties.get(messageTags.inReplyTo)],
    ['References', properties.get(messageTags.references)],
  ];
  return fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value = '']) => `${name}: ${value.replace(/[\r\n]+(?![ \t])/g, ' ')}\r\n`)
    .join('');
}

/** S/MIME: the one attachment is the whole entity, or what CMS made of it (MS-OXOSMIME 2.1). */
function secureEntity(message: WrittenMessage): Part | null {
  const messageClass = messageClassOf(message).toLowerCase();
  const [only] = message.attachments;
  if (!messageClass.startsWith('ipm.note.smime') || !only || message.attachments.length > 1) return null;
  if (!messageClass.endsWith('.multipartsigned'))
    return {
      head: `Content-Type: ${only.contentType ?? 'application/pkcs7-mime'}; name="${only.name}"\r\nContent-Transfer-Encoding: base64\r\n`,
      body: [base64Lines(only.bytes)],
    };
  const entity = only.bytes.toString('latin1');
  const end = entity.indexOf('\r\n\r\n');
  return end < 0 ? null : { head: entity.slice(0, end + 2), body: [entity.slice(end + 4)] };
}

function structureOf(message: WrittenMessage): Part {
  const isRelated = ({ isInline, contentId }: WrittenAttachment) => isInline && contentId !== null;
  const related = message.attachments.filter(isRelated);
  const others = message.attachments.filter((attachment) => !isRelated(attachment));
  const seed = createHash('sha256').update(message.internetMessageId).digest('hex').slice(0, 20);
  const within = (kind: string, level: number, parts: readonly Part[]): Part => {
    const boundary = `_${level}_${seed}_`;
    const between = parts.flatMap(({ head, body }) => [`--${boundary}\r\n${head}\r\n`, ...body, '\r\n']);
    return {
      head: `Content-Type: multipart/${kind};\r\n\tboundary="${boundary}"\r\n`,
      body: [...between, `--${boundary}--\r\n`],
    };
  };
  const text = bodyPart('plain', textOf(message));
  let whole =
    message.body.contentType === 'text'
      ? text
      : within('alternative', 1, [text, bodyPart('html', message.body.content)]);
  if (related.length > 0) whole = within('related', 2, [whole, ...related.map(attachmentPart)]);
  return others.length > 0 ? within('mixed', 3, [whole, ...others.map(attachmentPart)]) : whole;
}

const bodyPart = (form: 'plain' | 'html', text: string): Part => ({
  head: `Content-Type: text/${form}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n`,
  body: [base64Lines(Buffer.from(text))],
});

function attachmentPart(attachment: WrittenAttachment): Part {
  const { kind, bytes, isInline, contentId } = attachment;
  if (kind === 'item') return { head: 'Content-Type: message/rfc822\r\n', body: [bytes] };
  const name = headerText(attachment.name.replace(/["\r\n]/g, '_'));
  const id = contentId === null ? '' : `Content-ID: <${contentId}>\r\n`;
  return {
    head:
      `Content-Type: ${attachment.contentType ?? 'application/octet-stream'}; name="${name}"\r\n` +
      `Content-Disposition: ${isInline ? 'inline' : 'attachment'}; filename="${name}"; size=${bytes.length}\r\n` +
      `${id}Content-Transfer-Encoding: base64\r\n`,
    body: [base64Lines(bytes)],
  };
}
