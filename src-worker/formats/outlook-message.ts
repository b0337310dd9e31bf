/**
 * A message as a .msg file of Outlook (MS-OXMSG), made of its MIME form: texts, people, times, headers, attachments and
 * pictures inside the text. What is signed or encrypted loses its proof, and calendar parts become attachments.
 */
import { Attachment, Email } from '@tutao/oxmsg';
import PostalMime, {
  type Address,
  type Attachment as MimeAttachment,
  type Email as MimeMessage,
} from 'postal-mime';

interface Person {
  readonly address: string;
  readonly name: string;
}

/** Throws for MIME beyond all measure (depth, length of headers). */
export async function outlookMessage(mime: Uint8Array, received: Date | undefined): Promise<Uint8Array> {
  const message = await PostalMime.parse(mime, { attachmentEncoding: 'arraybuffer' });
  const [from] = people(message.from === undefined ? [] : [message.from]);
  const email = new Email()
    .subject(message.subject ?? '')
    .sentOn(timeOf(message.date))
    .receivedOn(received ?? null);
  if (from !== undefined) email.sender(from.address, from.name);
  email
    .tos(people(message.to))
    .ccs(people(message.cc))
    .bccs(people(message.bcc))
    .replyTos(people(message.replyTo));
  if (message.html !== undefined) email.bodyHtml(message.html);
  if (message.text !== undefined) email.bodyText(message.text);
  email.headers(headersOf(message));
  for (const [i, part] of message.attachments.entries()) email.attach(attachmentOf(part, i + 1));
  return email.msg();
}

/** Groups as their members. */
function people(addresses: readonly Address[] = []): Person[] {
  return addresses
    .flatMap((one) => one.group ?? [one])
    .map(({ address, name }) => ({ address, name: name === '' ? address : name }))
    .filter(({ address }) => address !== '');
}

function timeOf(date: string | undefined): Date | null {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}

const headersOf = ({ headers }: MimeMessage): string =>
  `${headers.map(({ originalKey, value }) => `${originalKey}: ${value}`).join('\r\n')}\r\n`;

function attachmentOf({ filename, contentId, content }: MimeAttachment, number: number): Attachment {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
  const name = filename === null || filename === '' ? `attachment ${number}` : filename;
  return new Attachment(bytes, name, contentId?.replace(/^<|>$/g, '') ?? '');
}
