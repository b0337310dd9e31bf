/** Attachments of a message: the list, one of them, and its bytes. */
import { jsonText, type Answer } from '../http/answer.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';
import { contentIdOf } from '../mail/mime-bodies.ts';
import type { MessageFacts } from '../mail/message-facts.ts';
import { notFound, type GraphCall, type Organization } from './graph-call.ts';
import { findMessage, unreadableAnswer, type MessagePlace } from './message-operations.ts';
import { messageJson, viewOf } from './message-json.ts';
import { refuseOptions, selectedNames, wantsImmutableIds } from './query-options.ts';

interface Attachment {
  json: Record<string, unknown>;
  bytes: () => Buffer;
}

const attachmentId = (messageId: string, index: number) =>
  `${messageId}AAABEgAQ${Buffer.from([0xa7, index, 0x3c]).toString('base64url')}`;

function fileOf(mailbox: Mailbox, facts: MessageFacts, document: number): Attachment {
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

function attachmentsOf(mailbox: Mailbox, state: MessageState, facts: MessageFacts): Attachment[] {
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
  const facts = place.mailbox.describe(state);
  const stamp = { lastModifiedDateTime: iso(place.mailbox.modifiedMs(state.changedAt, facts.receivedMs)) };
  const value = attachmentsOf(place.mailbox, state, facts).map((attachment, index) =>
    attachmentJson(
      call,
      { ...attachment, json: { ...attachment.json, ...stamp } },
      attachmentId(place.id, index),
    ),
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
  const list = attachmentsOf(place.mailbox, state, place.mailbox.describe(state));
  const attachment = list.find((_, index) => attachmentId(place.id, index) === id);
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
    ? {
        '@odata.type': '#microsoft.graph.message',
        ...(JSON.parse(
          messageJson(viewOf(place.mailbox, found.state, wantsImmutableIds(call)), [
            'subject',
            'body',
            'from',
          ]),
        ) as object),
      }
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
