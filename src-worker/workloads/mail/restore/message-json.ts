/**
 * A message as Graph takes it, so that it arrives as received mail with its dates and not as a draft: by properties of
 * MAPI that must be given when it is made (graph facts, section 5).
 */
import type { ItemInfo } from '../../../../src-shared/model/rows.ts';
import { taggedWith, type ExtendedProperty } from '../../restore-tag.ts';
import { peopleOf, type AttachedFile, type MimeMessage, type Person } from './mime-message.ts';

/** PR_MESSAGE_FLAGS: read; without the bit for "not sent" no draft. */
const readFlag = 1;
const unsentFlag = 8;
/** PR_TRANSPORT_MESSAGE_HEADERS; longer headers are left out, because they would take the room of the message. */
const longestHeader = 200_000;

/** The body of a POST; attachments that are `large` are not in it. */
export function messageJson(
  message: MimeMessage,
  info: ItemInfo,
  { tag, attachments }: { readonly tag: string; readonly attachments: readonly AttachedFile[] },
): object {
  const { head, body } = message;
  // Of a message without a header, what lists showed is all that is known.
  const isBare = head.headers.length === 0;
  const [from] = isBare ? listedPeople([info['from']]) : peopleOf(head.from && [head.from]);
  const [sender = from] = peopleOf(head.sender && [head.sender]);
  return defined({
    subject: head.subject ?? (isBare ? textOf(info['subject']) : undefined) ?? '',
    body,
    from: recipient(from),
    sender: recipient(sender),
    toRecipients: (isBare ? listedPeople(info['to']) : peopleOf(head.to)).map(recipient),
    ccRecipients: peopleOf(head.cc).map(recipient),
    bccRecipients: peopleOf(head.bcc).map(recipient),
    replyTo: peopleOf(head.replyTo).map(recipient),
    internetMessageId: textOf(info['messageId']) ?? head.messageId,
    importance: textOf(info['importance']),
    categories: info['categories'],
    flag: info['flag'] === undefined ? undefined : { flagStatus: info['flag'] },
    inferenceClassification: textOf(info['focused']),
    isRead: info['unread'] !== true,
    attachments: attachments.map(attachmentJson),
    singleValueExtendedProperties: [taggedWith(tag), ...propertiesOf(message, info)],
  });
}

/** What describes an attachment, without its bytes: for upload sessions. */
export function attachmentHead({ name, mediaType, contentId, isInline, bytes }: AttachedFile): object {
  return defined({
    attachmentType: 'file',
    name,
    contentType: mediaType,
    contentId,
    isInline,
    size: bytes.length,
  });
}

function attachmentJson({ name, mediaType, contentId, isInline, bytes }: AttachedFile): object {
  return defined({
    '@odata.type': '#microsoft.graph.fileAttachment',
    name,
    contentType: mediaType,
    contentId,
    isInline,
    contentBytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  });
}

function propertiesOf({ header, head, messageClass }: MimeMessage, info: ItemInfo): ExtendedProperty[] {
  const flags = (info['unread'] === true ? 0 : readFlag) | (info['draft'] === true ? unsentFlag : 0);
  const received = timeOf(info['received']) ?? timeOf(head.date);
  const sent = timeOf(info['sent']) ?? timeOf(head.date) ?? received;
  const properties: [id: string, value: string | undefined][] = [
    ['Integer 0x0E07', String(flags)],
    ['SystemTime 0x0E06', received],
    ['SystemTime 0x0039', sent],
    ['String 0x007D', header.length > longestHeader ? undefined : header],
    ['String 0x1042', head.inReplyTo],
    ['String 0x1039', head.references],
    ['String 0x001A', messageClass],
  ];
  return properties.flatMap(([id, value]) => (value === undefined ? [] : [{ id, value }]));
}

/** People as lists show them: `Name <address>`, or the address alone. */
function listedPeople(texts: unknown): Person[] {
  const list: unknown[] = Array.isArray(texts) ? texts : [];
  return list.flatMap((text) => {
    if (typeof text !== 'string' || text === '') return [];
    const [, name = '', address = text] = /^(.*) <([^<>]*)>$/s.exec(text) ?? [];
    return [{ name, address }];
  });
}

const recipient = (person: Person | undefined): object | undefined =>
  person && {
    emailAddress: defined({ name: person.name || undefined, address: person.address || undefined }),
  };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function timeOf(value: unknown): string | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Graph takes a property that is missing for one that keeps its default, and refuses some that are null. */
function defined(json: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));
}
