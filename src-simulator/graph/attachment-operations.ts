/** Attachments of a message: the list, one of them, and its bytes. */
import { jsonText, type Answer } from '../http/answer.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';
import type { WrittenAttachment } from '../mail/written-message.ts';
import { contentIdOf } from '../mail/mime-bodies.ts';
import type { MessageFacts } from '../mail/message-facts.ts';
import { notFound, type GraphCall, type Organization } from './graph-call.ts';
import { findMessage, unreadableAnswer, type MessagePlace } from './message-operations.ts';
import { messageJson, viewOf } from './message-json.ts';
import { refuseOptions, selectedNames, wantsImmutableIds } from './query-options.ts';

interface Attachment {
  /** Of its message. */
  number: number;
  json: Record<string, unknown>;
  /** The JSON of what an item attachment holds, where it was given. */
  item: object | null;
  bytes: () => Buffer;
}

export const attachmentId = (messageId: string, index: number) =>
  `${messageId}AAABEgAQ${Buffer.from([0xa7, index & 0xff, 0x3c + (index >> 8)]).toString('base64url')}`;

function fileOf(mailbox: Mailbox, facts: MessageFacts, document: number): Pick<Attachment, 'json' | 'bytes'> {
  const { documents } = mailbox.world;
  const { name, contentType, sizeBytes } = documents.describe(document);
  const isInline = facts.inlinePictures.includes(document);
  const json = {
    '@odata.type': '#microsoft.graph.fileAttachment',
    '@odata.mediaContentType': contentType,
    name,
    contentType,
    size: sizeBytes + 132,
    isInline,
    contentId: isInline ? contentIdOf(document) : null,
    contentLocation: null,
  };
  return { json, bytes: () => documents.bytes(document) };
}

/** The attachments of a message in their order, each with its number. */
export function attachmentsOf(mailbox: Mailbox, state: MessageState): Attachment[] {
  const written = mailbox.written.content(state.number);
  if (written) return written.attachments.map(writtenOf);
  const facts = mailbox.describe(state);
  const stamp = { lastModifiedDateTime: iso(mailbox.modifiedMs(state.changedAt, facts.receivedMs)) };
  return plannedOf(mailbox, state, facts).map(({ json, bytes }, number) => ({
    number,
    json: { ...json, ...stamp },
    item: null,
    bytes,
  }));
}

function writtenOf(attachment: WrittenAttachment): Attachment {
  const { number, kind, name, contentType, bytes, isInline, contentId, item } = attachment;
  const common = {
    name,
    contentType,
    size: bytes.length + 132,
    isInline,
    lastModifiedDateTime: iso(attachment.lastModifiedMs),
  };
  const json =
    kind === 'file'
      ? {
          '@odata.type': '#microsoft.graph.fileAttachment',
          '@odata.mediaContentType': contentType,
          ...common,
          contentId,
          contentLocation: null,
        }
      : { '@odata.type': '#microsoft.graph.itemAttachment', ...common };
  return { number, json, item, bytes: () => bytes };
}

/** The attachments of a planned message as if a client had written them. */
export function writtenAttachments(mailbox: Mailbox, state: MessageState): WrittenAttachment[] {
  return attachmentsOf(mailbox, state).map(({ number, json, bytes }) => ({
    number,
    kind: json['@odata.type'] === '#microsoft.graph.fileAttachment' ? 'file' : 'item',
    name: String(json['name']),
    contentType: typeof json['contentType'] === 'string' ? json['contentType'] : null,
    isInline: json['isInline'] === true,
    contentId: typeof json['contentId'] === 'string' ? json['contentId'] : null,
    lastModifiedMs: Date.parse(String(json['lastModifiedDateTime'])),
    bytes: bytes(),
    item: null,
  }));
}

function plannedOf(
  mailbox: Mailbox,
  state: MessageState,
  facts: MessageFacts,
): Pick<Attachment, 'json' | 'bytes'>[] {
  if (facts.kind === 'emptyAttachment') {
    const json = {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: 'empty.bin',
      contentType: 'application/octet-stream',
      size: 0,
      isInline: false,
      contentId: null,
      contentLocation: null,
    };
    return [{ json, bytes: () => Buffer.alloc(0) }];
  }
  if (facts.kind === 'forwarded') {
    const bytes = () => Buffer.concat(mailbox.render(state));
    const json = {
      '@odata.type': '#microsoft.graph.itemAttachment',
      name: facts.subject,
      contentType: null,
      size: 20_000 + (facts.hash % 9_000),
      isInline: false,
    };
    return [{ json, bytes }];
  }
  return [...facts.attachments, ...facts.inlinePictures].map((document) => fileOf(mailbox, facts, document));
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** A written attachment as the answer to its writing, without its content. */
export function attachmentAnswer(
  { organization }: { organization: Organization },
  { messageId, made }: { messageId: string; made: WrittenAttachment },
  status: number,
): Answer {
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#attachments/$entity`,
      ...writtenOf(made).json,
      id: attachmentId(messageId, made.number),
    }),
    status,
  );
}

function attachmentJson(call: GraphCall, attachment: Attachment, id: string): Record<string, unknown> {
  const names = selectedNames(call);
  const isFile = attachment.json['@odata.type'] === '#microsoft.graph.fileAttachment';
  const wantsContent = isFile && (names === null || names.includes('contentBytes'));
  const all: Record<string, unknown> = {
    ...attachment.json,
    id,
    ...(wantsContent ? { contentBytes: attachment.bytes().toString('base64') } : {}),
  };
  if (names === null) return all;
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => name.startsWith('@') || name === 'id' || names.includes(name)),
  );
}

export function listAttachments(organization: Organization, call: GraphCall, place: MessagePlace): Answer {
  const refusal = refuseOptions(call, ['select', 'top', 'skip', 'count']);
  const state = findMessage(place.mailbox, place.id);
  if (refusal) return refusal;
  if (!state) return notFound(call);
  const unreadable = unreadableAnswer(call, place.mailbox, state.number);
  if (unreadable) return unreadable;
  const value = attachmentsOf(place.mailbox, state).map((attachment) =>
    attachmentJson(call, attachment, attachmentId(place.id, attachment.number)),
  );
  return jsonText(
    JSON.stringify({ '@odata.context': `${organization.origin()}/v1.0/$metadata#attachments`, value }),
  );
}

function findAttachment(
  place: MessagePlace,
  id: string,
): { attachment: Attachment; state: MessageState } | null {
  const state = findMessage(place.mailbox, place.id);
  if (!state) return null;
  const list = attachmentsOf(place.mailbox, state);
  const attachment = list.find(({ number }) => attachmentId(place.id, number) === id);
  return attachment ? { attachment, state } : null;
}

/** One attachment; `$expand=microsoft.graph.itemattachment/item` adds the message inside. */
export function getAttachment(
  organization: Organization,
  call: GraphCall,
  place: MessagePlace & { attachment: string },
): Answer {
  const refusal = refuseOptions(call, ['select', 'expand']);
  if (refusal) return refusal;
  const found = findAttachment(place, place.attachment);
  if (!found) return notFound(call);
  const unreadable = unreadableAnswer(call, place.mailbox, found.state.number);
  if (unreadable) return unreadable;
  const json = attachmentJson(call, found.attachment, place.attachment);
  const wantsItem =
    /itemattachment\/item$/i.test(call.query.get('expand') ?? '') &&
    json['@odata.type'] === '#microsoft.graph.itemAttachment';
  const item: unknown = wantsItem
    ? (found.attachment.item ?? {
        '@odata.type': '#microsoft.graph.message',
        ...(JSON.parse(
          messageJson(viewOf(place.mailbox, found.state, wantsImmutableIds(call)), [
            'subject',
            'body',
            'from',
          ]),
        ) as object),
      })
    : undefined;
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#attachments/$entity`,
      ...json,
      ...(wantsItem ? { item } : {}),
    }),
  );
}

export function getAttachmentBytes(call: GraphCall, place: MessagePlace & { attachment: string }): Answer {
  const found = findAttachment(place, place.attachment);
  if (!found) return notFound(call);
  const type = found.attachment.json['contentType'];
  const unreadable = unreadableAnswer(call, place.mailbox, found.state.number);
  return (
    unreadable ?? {
      status: 200,
      contentType: typeof type === 'string' ? type : 'text/plain',
      body: found.attachment.bytes(),
    }
  );
}
