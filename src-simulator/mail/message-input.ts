/**
 * What a client gives for a message, as JSON or as MIME, made into a written message. What Graph ignores at creation
 * (dates, isDraft, internetMessageHeaders) is ignored here; extended properties say it instead.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { MailAddress } from '../directory/people.ts';
import { propertiesSchema } from '../writes/extended-properties.ts';
import { onlyNames } from '../writes/request-shape.ts';
import { fieldText, readAddresses, readMime, readParameters, textIn, type MimePart } from './mime-reader.ts';
import { renderWritten } from './mime.ts';
import {
  messageTags,
  type Json,
  type MessageMarks,
  type WrittenAttachment,
  type WrittenMessage,
} from './written-message.ts';

const text = z.string().nullish();
const base64Text = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'contentBytes is no base64.');
const timeText = z.iso.datetime({ offset: true });

const recipientSchema = z
  .object({ emailAddress: z.object({ name: text, address: text }) })
  .transform(({ emailAddress: { name, address } }): MailAddress => ({
    name: name ?? address ?? '',
    address: address ?? '',
  }));
const recipients = z.array(recipientSchema).max(5_000).nullish();

const attachmentFields = {
  '@odata.type': z.string(),
  name: text,
  contentType: text,
  isInline: z.boolean().nullish(),
  lastModifiedDateTime: timeText.nullish(),
};
const fileAttachmentSchema = z.object({
  ...attachmentFields,
  '@odata.type': z.literal('#microsoft.graph.fileAttachment'),
  name: z.string().min(1),
  contentBytes: base64Text,
  contentId: text,
});
const itemAttachmentSchema = z.object({
  ...attachmentFields,
  '@odata.type': z.literal('#microsoft.graph.itemAttachment'),
  item: z
    .looseObject({ '@odata.type': z.literal('#microsoft.graph.message') })
    .refine(
      (item) => !Array.isArray(item['attachments']) || item['attachments'].length === 0,
      'An attached item cannot be created with attachments of its own.',
    )
    .superRefine((item, context) => {
      const { error } = messageSchema.safeParse(item);
      if (error) context.addIssue({ code: 'custom', message: error.issues[0]?.message ?? 'Not a message.' });
    }),
});
/** An attachment as it is posted, by itself or within a message. */
export const attachmentSchema = z.discriminatedUnion('@odata.type', [
  fileAttachmentSchema,
  itemAttachmentSchema,
]);
type AttachmentInput = z.output<typeof attachmentSchema>;

/** Exchange's own limit. */
const mostAttachments = 250;

const fields = {
  subject: text,
  body: z.object({ contentType: z.string().regex(/^(?:text|html)$/i), content: text }).nullish(),
  from: recipientSchema.nullish(),
  sender: recipientSchema.nullish(),
  toRecipients: recipients,
  ccRecipients: recipients,
  bccRecipients: recipients,
  replyTo: recipients,
  internetMessageId: text,
  isRead: z.boolean().nullish(),
  isReadReceiptRequested: z.boolean().nullish(),
  isDeliveryReceiptRequested: z.boolean().nullish(),
  categories: z.array(z.string()).max(500).nullish(),
  importance: z
    .string()
    .regex(/^(?:low|normal|high)$/i)
    .nullish(),
  inferenceClassification: z
    .string()
    .regex(/^(?:focused|other)$/i)
    .nullish(),
  flag: z.looseObject({ flagStatus: z.enum(['notFlagged', 'complete', 'flagged']).optional() }).nullish(),
  singleValueExtendedProperties: propertiesSchema.optional(),
};
/** Properties that Graph computes and that a client may send back all the same. */
const ignored = [
  'id',
  'changeKey',
  'createdDateTime',
  'lastModifiedDateTime',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'bodyPreview',
  'uniqueBody',
  'conversationId',
  'conversationIndex',
  'parentFolderId',
  'isDraft',
  'webLink',
  'internetMessageHeaders',
];
const names = [...Object.keys(fields), ...ignored];

/** A message as it is created. */
export const messageSchema = z
  .looseObject({ ...fields, attachments: z.array(attachmentSchema).max(mostAttachments).optional() })
  .superRefine(onlyNames([...names, 'attachments', 'multiValueExtendedProperties']));
/** What PATCH may say. */
export const messagePatchSchema = z.looseObject(fields).superRefine(onlyNames(names));

type MessageInput = z.output<typeof messageSchema>;
export type MessagePatch = z.output<typeof messagePatchSchema>;

/** Whose mailbox, and when. */
export interface WritingScene {
  readonly owner: MailAddress;
  readonly nowMs: number;
}

/** A message to be, with what mailboxes keep apart from it. */
export interface NewMessage {
  readonly content: WrittenMessage;
  readonly marks: MessageMarks;
  readonly isRead: boolean;
}

const readFlag = 1;
const unsentFlag = 8;

const timeOf = (value: string | undefined, otherwiseMs: number): number => {
  const ms = value === undefined ? NaN : Date.parse(value);
  return Number.isNaN(ms) ? otherwiseMs : ms;
};
const newMessageId = ({ owner }: WritingScene) =>
  `<${randomUUID()}@${owner.address.slice(owner.address.indexOf('@') + 1)}>`;

/** What Graph makes of a message posted as JSON. */
export function messageFromJson(input: MessageInput, scene: WritingScene): NewMessage {
  const { nowMs, owner } = scene;
  const properties: ReadonlyMap<string, string> = input.singleValueExtendedProperties ?? new Map();
  const flags = Number(properties.get(messageTags.flags) ?? unsentFlag | readFlag);
  const attachments = (input.attachments ?? []).map((one, index) => attachmentOf(one, index, scene));
  const content: WrittenMessage = {
    subject: input.subject ?? '',
    body: bodyOf(input),
    ...peopleOf(input, owner),
    internetMessageId: input.internetMessageId ?? newMessageId(scene),
    receivedMs: timeOf(properties.get(messageTags.received), nowMs),
    sentMs: timeOf(properties.get(messageTags.sent), nowMs),
    createdMs: nowMs,
    isDraft: (flags & unsentFlag) !== 0,
    isReadReceiptRequested: input.isReadReceiptRequested ?? false,
    isDeliveryReceiptRequested: input.isDeliveryReceiptRequested ?? false,
    properties,
    attachments,
    attachmentCount: attachments.length,
  };
  return { content, marks: marksOf(input), isRead: input.isRead ?? (flags & readFlag) !== 0 };
}

const peopleOf = (input: MessageInput, owner: MailAddress) => ({
  from: input.from ?? owner,
  sender: input.sender ?? input.from ?? owner,
  to: input.toRecipients ?? [],
  cc: input.ccRecipients ?? [],
  bcc: input.bccRecipients ?? [],
  replyTo: input.replyTo ?? [],
});

export const bodyOf = ({ body }: Pick<MessagePatch, 'body'>): WrittenMessage['body'] => ({
  contentType: body?.contentType.toLowerCase() === 'html' ? 'html' : 'text',
  content: body?.content ?? '',
});

/** Those of a message's marks that were given. */
export function marksOf(input: MessagePatch): MessageMarks {
  const { categories, importance, flag, inferenceClassification } = input;
  return {
    ...(categories ? { categories } : {}),
    ...(importance ? { importance: importance.toLowerCase() as 'low' | 'normal' | 'high' } : {}),
    ...(flag ? { flag: { flagStatus: 'notFlagged', ...flag } } : {}),
    ...(inferenceClassification
      ? { inferenceClassification: inferenceClassification.toLowerCase() as 'focused' | 'other' }
      : {}),
  };
}

export function attachmentOf(input: AttachmentInput, number: number, scene: WritingScene): WrittenAttachment {
  const lastModifiedMs = timeOf(input.lastModifiedDateTime ?? undefined, scene.nowMs);
  const isInline = input.isInline ?? false;
  const base = { number, isInline, lastModifiedMs };
  if (input['@odata.type'] === '#microsoft.graph.fileAttachment')
    return {
      ...base,
      kind: 'file',
      name: input.name,
      contentType: input.contentType ?? 'application/octet-stream',
      contentId: input.contentId ?? null,
      bytes: Buffer.from(input.contentBytes, 'base64'),
      item: null,
    };
  const item: Json = input.item;
  const { content } = messageFromJson(messageSchema.parse(item), scene);
  const bytes = Buffer.concat(renderWritten(content));
  const name = input.name ?? content.subject;
  return { ...base, kind: 'item', name, contentType: null, contentId: null, bytes, item };
}

/** What Exchange makes of a message posted as MIME: a draft of now, whatever dates it has. */
export function messageFromMime(mime: Buffer, scene: WritingScene): NewMessage {
  const root = readMime(mime);
  const { fields: head } = root;
  const [from = null] = readAddresses(head.get('from'));
  const [sender = from] = readAddresses(head.get('sender'));
  const { texts, others, isSecure } = leavesOf(root);
  const html = texts.find(({ type }) => type === 'text/html');
  const shown = html ?? texts[0];
  const properties = new Map<string, string>();
  const keep = (tag: string, value: string | undefined) => {
    if (value !== undefined) properties.set(tag, value);
  };
  keep(messageTags.inReplyTo, head.get('in-reply-to'));
  keep(messageTags.references, head.get('references'));
  if (isSecure)
    properties.set(
      messageTags.messageClass,
      root.type === 'multipart/signed' ? 'IPM.Note.SMIME.MultipartSigned' : 'IPM.Note.SMIME',
    );
  const attachments = others
    .slice(0, mostAttachments)
    .map((part, index) => partAttachment(part, index, scene));
  const content: WrittenMessage = {
    subject: fieldText(head.get('subject') ?? ''),
    body: {
      contentType: html ? 'html' : 'text',
      content: shown ? textIn(shown.bytes, shown.parameters.get('charset')) : '',
    },
    from,
    sender,
    to: readAddresses(head.get('to')),
    cc: readAddresses(head.get('cc')),
    bcc: readAddresses(head.get('bcc')),
    replyTo: readAddresses(head.get('reply-to')),
    internetMessageId: head.get('message-id') ?? newMessageId(scene),
    receivedMs: scene.nowMs,
    sentMs: scene.nowMs,
    createdMs: scene.nowMs,
    isDraft: true,
    isReadReceiptRequested: head.has('disposition-notification-to'),
    isDeliveryReceiptRequested: head.has('return-receipt-to'),
    properties,
    attachments,
    attachmentCount: attachments.length,
  };
  return { content, marks: {}, isRead: true };
}

const isCms = (type: string) => /^application\/(?:x-)?pkcs7-mime$/.test(type);

/** The first text of a kind is shown; a second one is an attachment. */
const isShown = ({ type }: MimePart, before: readonly MimePart[]) =>
  /^text\/(?:plain|html)$/.test(type) && !before.some((one) => one.type === type);

/** The texts that are shown and everything that is attached; S/MIME stays one attachment. */
function leavesOf(root: MimePart): { texts: MimePart[]; others: MimePart[]; isSecure: boolean } {
  if (root.type === 'multipart/signed' || isCms(root.type))
    return { texts: root.parts.slice(0, 1), others: [root], isSecure: true };
  const texts: MimePart[] = [];
  const others: MimePart[] = [];
  const visit = (part: MimePart): void => {
    const { value: disposition } = readParameters(part.fields.get('content-disposition') ?? '');
    if (part.parts.length > 0) part.parts.forEach(visit);
    else if (isShown(part, texts) && disposition !== 'attachment') texts.push(part);
    else if (!part.type.startsWith('multipart/')) others.push(part);
  };
  visit(root);
  return { texts, others, isSecure: false };
}

function partAttachment(part: MimePart, number: number, scene: WritingScene): WrittenAttachment {
  const disposition = readParameters(part.fields.get('content-disposition') ?? '');
  const name = disposition.parameters.get('filename') ?? part.parameters.get('name');
  const contentId = part.fields.get('content-id')?.replace(/^<|>$/g, '') ?? null;
  const isInline = disposition.value === 'inline' || (contentId !== null && disposition.value === '');
  const base = { number, isInline, contentId, lastModifiedMs: scene.nowMs };
  if (part.type === 'multipart/signed')
    return {
      ...base,
      kind: 'file',
      name: 'smime.p7m',
      contentType: 'multipart/signed',
      bytes: signedEntity(part),
      item: null,
    };
  if (part.type !== 'message/rfc822') {
    const shownName = name === undefined ? `part${number}` : fieldText(name);
    return { ...base, kind: 'file', name: shownName, contentType: part.type, bytes: part.bytes, item: null };
  }
  const { content } = messageFromMime(part.bytes, scene);
  const item: Json = {
    '@odata.type': '#microsoft.graph.message',
    subject: content.subject,
    body: content.body,
    ...(content.from ? { from: { emailAddress: content.from } } : {}),
  };
  return { ...base, kind: 'item', name: content.subject, contentType: null, bytes: part.bytes, item };
}

/** A signed message without the header fields that are the message's own. */
function signedEntity(part: MimePart): Buffer {
  const text = part.entity.toString('latin1');
  const gap = /\r?\n\r?\n/.exec(text);
  const type = part.fields.get('content-type') ?? part.type;
  return Buffer.from(
    `Content-Type: ${type}\r\n\r\n${gap ? text.slice(gap.index + gap[0].length) : ''}`,
    'latin1',
  );
}
