/**
 * Items of a snapshot to look at. What strangers wrote is in the texts as they wrote it, HTML included: whoever shows it
 * makes it harmless first. Lists and texts are bounded; what was left out stands in the notes.
 */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { accountInputSchema, listedItemSchema } from './scope.ts';

/** The most bytes of one answer of `part` and `source`. */
export const mostPreviewBytes = 8 * 1024 * 1024;

const count = z.number().int().nonnegative();
/** One line, without control characters. */
const line = z.string();

export const previewNoteCodes = [
  /** Parts of a message: too many, or too deep within each other. Count of parts. */
  'parts-left-out',
  /** Count of headers. */
  'headers-left-out',
  /** The count is of bytes that were not read. */
  'header-cut',
  'text-cut',
  'content-cut',
  /** A text says a set of characters that there is not; it was read as the bytes suggest. Count of texts. */
  'charset-unknown',
  /** Count of messages. */
  'messages-left-out',
  /** Count of columns. */
  'columns-left-out',
  /** The item is no such JSON as Microsoft 365 gives, so that it is shown as text. */
  'json-broken',
] as const;
const noteSchema = z.object({ code: z.enum(previewNoteCodes), count });
export type PreviewNote = z.infer<typeof noteSchema>;

const personSchema = z.object({ name: line, address: line });
export type PreviewPerson = z.infer<typeof personSchema>;

/** The first of them, and how many there are. */
const peopleSchema = z.object({ shown: z.array(personSchema), total: count });
export type PreviewPeople = z.infer<typeof peopleSchema>;

const attachmentSchema = z.object({
  /** What `preview.part` takes; null for one whose bytes are not in the vault, such as a link. */
  part: count.nullable(),
  name: line,
  /** As the sender says (RFC 6838), so never to be trusted. */
  mediaType: line,
  /** Without its transfer encoding; null where it was not read. */
  sizeBytes: count.nullable(),
  /** RFC 2392, without angle brackets. */
  contentId: line.nullable(),
  isInline: z.boolean(),
});
export type PreviewAttachment = z.infer<typeof attachmentSchema>;

const fieldSchema = z.object({ name: line, value: z.string() });
export type PreviewField = z.infer<typeof fieldSchema>;

/** `text` is always there: that of the HTML where there is no other. */
const bodyShape = { html: z.string().nullable(), text: z.string() };
const commonShape = { attachments: z.array(attachmentSchema), notes: z.array(noteSchema) };

const mailSchema = z.object({
  kind: z.literal('mail'),
  subject: line,
  from: peopleSchema,
  to: peopleSchema,
  cc: peopleSchema,
  bcc: peopleSchema,
  /** ISO 8601; null where the message has no date that can be read. */
  sentAt: z.string().nullable(),
  /** In their order, decoded, each on one line. */
  headers: z.array(fieldSchema),
  ...bodyShape,
  ...commonShape,
});
export type MailPreview = z.infer<typeof mailSchema>;

/** As Microsoft 365 writes it: a time without an offset, and the zone that it is in. */
const zonedTimeSchema = z.object({ dateTime: line, timeZone: line });

const eventSchema = z.object({
  kind: z.literal('event'),
  subject: line,
  start: zonedTimeSchema.nullable(),
  end: zonedTimeSchema.nullable(),
  isAllDay: z.boolean(),
  isCancelled: z.boolean(),
  /** Daily, weekly, ... as Graph's `recurrence.pattern.type`; null for a single event. */
  repeats: line.nullable(),
  place: line,
  organizer: personSchema.nullable(),
  attendees: peopleSchema,
  ...bodyShape,
  ...commonShape,
});
export type EventPreview = z.infer<typeof eventSchema>;

const contactSchema = z.object({
  kind: z.literal('contact'),
  name: line,
  fields: z.array(fieldSchema),
  /** What `preview.part` takes. */
  photo: count.nullable(),
  ...commonShape,
});
export type ContactPreview = z.infer<typeof contactSchema>;

const messageSchema = z.object({ from: line, at: z.string().nullable(), subject: line, ...bodyShape });
export type PreviewMessage = z.infer<typeof messageSchema>;

/** A message of a chat, a post of a channel with its replies, a conversation of a group: the oldest first. */
const messagesSchema = z.object({
  kind: z.literal('messages'),
  title: line,
  messages: z.array(messageSchema),
  ...commonShape,
});
export type MessagesPreview = z.infer<typeof messagesSchema>;

const listItemSchema = z.object({
  kind: z.literal('list-item'),
  title: line,
  columns: z.array(fieldSchema),
  ...commonShape,
});
export type ListItemPreview = z.infer<typeof listItemSchema>;

const pageSchema = z.object({ kind: z.literal('page'), title: line, ...bodyShape, ...commonShape });
export type PagePreview = z.infer<typeof pageSchema>;

const previewFileTypes = ['text', 'picture', 'pdf', 'folder', 'other'] as const;
/** By its first bytes, not by its name; the bytes are part 0. */
const fileSchema = z.object({
  kind: z.literal('file'),
  name: line,
  type: z.enum(previewFileTypes),
  sizeBytes: count,
  ...commonShape,
});
export type FilePreview = z.infer<typeof fileSchema>;

/** Everything else: the JSON that Microsoft 365 gave. */
const otherSchema = z.object({ kind: z.literal('other'), title: line, text: z.string(), ...commonShape });

const previewSchema = z.discriminatedUnion('kind', [
  mailSchema,
  eventSchema,
  contactSchema,
  messagesSchema,
  listItemSchema,
  pageSchema,
  fileSchema,
  otherSchema,
]);
export type Preview = z.infer<typeof previewSchema>;

const itemInputSchema = accountInputSchema.extend({ item: z.string().min(1).max(1024) });
const limitBytes = z.number().int().min(1).max(mostPreviewBytes).default(mostPreviewBytes);

/** All fail with `item-gone` for an item that the snapshot does not have. */
export const previewContract = {
  /** The item's row, and what it looks like. */
  item: oc.input(itemInputSchema).output(z.object({ item: listedItemSchema, preview: previewSchema })),
  /**
   * Bytes of an attachment, a picture or a file. Their type is always `application/octet-stream`, so that no program
   * takes a sender's word for what they are. Fails with `input-invalid` for a part that the item does not have.
   */
  part: oc
    .input(itemInputSchema.extend({ part: count.max(100_000), offsetBytes: count.default(0), limitBytes }))
    .output(z.object({ bytes: z.file(), isLast: z.boolean() })),
  /** The beginning of what is stored: MIME, JSON, or a file's bytes taken for UTF-8. `leftOutBytes` says how much follows. */
  source: oc
    .input(itemInputSchema.extend({ limitBytes }))
    .output(z.object({ text: z.string(), leftOutBytes: count })),
};
