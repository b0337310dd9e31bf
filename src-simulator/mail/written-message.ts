/** A message that a client wrote: kept as it was given, unlike those of the plan, which are computed. */
import { createHash } from 'node:crypto';
import type { MailAddress } from '../directory/people.ts';
import type { Properties } from '../writes/extended-properties.ts';

/** Graph's JSON of something. */
export type Json = Readonly<Record<string, unknown>>;

export interface WrittenAttachment {
  /** Of its message, never given twice. */
  readonly number: number;
  readonly kind: 'file' | 'item';
  readonly name: string;
  readonly contentType: string | null;
  readonly isInline: boolean;
  readonly contentId: string | null;
  readonly lastModifiedMs: number;
  /** Of a file its content, of an item its MIME. */
  readonly bytes: Buffer;
  /** JSON of an item; null for a file. */
  readonly item: Json | null;
}

/** Everything but what can be changed later on any message: {@link MessageMarks} and whether it was read. */
export interface WrittenMessage {
  readonly subject: string;
  readonly body: { readonly contentType: 'text' | 'html'; readonly content: string };
  readonly from: MailAddress | null;
  readonly sender: MailAddress | null;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly internetMessageId: string;
  readonly receivedMs: number;
  readonly sentMs: number;
  readonly createdMs: number;
  /** Not sent yet: PR_MESSAGE_FLAGS with mfUnsent (MS-OXCMSG 2.2.1.6). */
  readonly isDraft: boolean;
  readonly isReadReceiptRequested: boolean;
  readonly isDeliveryReceiptRequested: boolean;
  readonly properties: Properties;
  readonly attachments: readonly WrittenAttachment[];
  /** Attachments it ever had: the number of the next one. */
  readonly attachmentCount: number;
}

/** What may be changed on every message, written or planned; absent is what it was. */
export interface MessageMarks {
  readonly categories?: readonly string[] | undefined;
  readonly importance?: 'low' | 'normal' | 'high' | undefined;
  readonly flag?: Json | undefined;
  readonly inferenceClassification?: 'focused' | 'other' | undefined;
  /** Of a planned message; a written one has them in its content. */
  readonly properties?: Properties | undefined;
}

/** MAPI properties that Exchange computes a message's own state from (MS-OXPROPS). */
export const messageTags = {
  flags: 'Integer 0xe07',
  sent: 'SystemTime 0x39',
  received: 'SystemTime 0xe06',
  transportHeaders: 'String 0x7d',
  inReplyTo: 'String 0x1042',
  references: 'String 0x1039',
  messageClass: 'String 0x1a',
  messageId: 'String 0x1035',
} as const;

export const messageClassOf = ({ properties }: WrittenMessage): string =>
  properties.get(messageTags.messageClass) ?? 'IPM.Note';

/** The thread: that of the first message referred to, otherwise its own. */
export function conversationOf({ properties, internetMessageId }: WrittenMessage): string {
  const references = properties.get(messageTags.references) ?? properties.get(messageTags.inReplyTo);
  const root = references?.trim().split(/\s+/)[0] ?? internetMessageId;
  return createHash('sha256').update(root).digest('base64url').slice(0, 28);
}

/** The text of HTML, roughly as Exchange makes it for previews and for readers without HTML. */
export function textOf({ body }: WrittenMessage): string {
  if (body.contentType === 'text') return body.content;
  return body.content
    .replace(/<(style|script|head)\b[^]*?<\/\1\s*>/gi, '')
    .replace(/<br\s*\/?>|<\/(?:p|div|tr|li)\s*>/gi, '\r\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}
