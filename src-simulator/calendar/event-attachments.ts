/** Attachments of an event: documents of the pool that mail uses, contacts as items, and links to files in the cloud. */
import { badRequest, graphError, notFound } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { contentIdOf } from '../mail/mime-bodies.ts';
import {
  bytesAnswer,
  corruptData,
  entityAnswer,
  listAnswer,
  selectFrom,
  type Json,
} from '../outlook/answers.ts';
import type { OutlookCall } from '../outlook/outlook-route.ts';
import type { EventAttachment } from './event-facts.ts';
import { isUnreadable } from './event-json.ts';
import { eventId, modifiedMs, type EventView } from './event-view.ts';

interface Attachment {
  readonly json: Json;
  /** What $value gives; null for a link. */
  readonly bytes: (() => Buffer) | null;
  readonly contentType: string;
  /** The item inside, for $expand. */
  readonly item: Json | null;
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function vCardOf(name: string, address: string): Buffer {
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', `FN:${name}`, `EMAIL:${address}`, 'END:VCARD', ''];
  return Buffer.from(lines.join('\r\n'));
}

function describe({ world }: EventView, attachment: EventAttachment): Attachment {
  if (attachment.kind === 'reference') {
    const json = { name: attachment.name, contentType: null, size: 1_024, isInline: false };
    return {
      json: { '@odata.type': '#microsoft.graph.referenceAttachment', ...json },
      bytes: null,
      contentType: '',
      item: null,
    };
  }
  if (attachment.kind === 'item') {
    const person = world.directory.person(attachment.person % world.directory.size);
    const { name, address } = person.mailAddress;
    const bytes = vCardOf(name, address);
    const json = { name, contentType: null, size: bytes.length + 3_000, isInline: false };
    return {
      json: { '@odata.type': '#microsoft.graph.itemAttachment', ...json },
      bytes: () => bytes,
      contentType: 'text/vcard',
      item: {
        '@odata.type': '#microsoft.graph.contact',
        id: '',
        displayName: name,
        emailAddresses: [{ name, address }],
      },
    };
  }
  const { document, isInline } = attachment;
  const { name, contentType, sizeBytes } = world.documents.describe(document);
  const json = { name, contentType, size: sizeBytes + 132, isInline };
  const contentId = isInline ? contentIdOf(document) : null;
  return {
    json: { '@odata.type': '#microsoft.graph.fileAttachment', ...json, contentId, contentLocation: null },
    bytes: () => world.documents.bytes(document),
    contentType,
    item: null,
  };
}

/** Attachments of an event in their order. An exception has those of its series. */
export function attachmentsOf(view: EventView): Attachment[] {
  const lastModifiedDateTime = iso(modifiedMs(view));
  const planned = view.facts.attachments.map((one, index) => {
    const id = `${eventId(view)}AAABEgAQ${Buffer.from([0xa7, index, 0x3c]).toString('base64url')}`;
    const attachment = describe(view, one);
    return { ...attachment, json: { ...attachment.json, id, lastModifiedDateTime } };
  });
  return [...planned, ...writtenAttachments(view)];
}

/** Attachments that clients added; their numbers begin where those of the plan never come. */
function writtenAttachments(view: EventView): Attachment[] {
  const { attachments = [] } = view.box.writings.get(view.state.number) ?? {};
  return attachments.map(
    ({ number, kind, name, contentType, isInline, contentId, lastModifiedMs, bytes, item }) => ({
      json: {
        '@odata.type': `#microsoft.graph.${kind}Attachment`,
        name,
        contentType,
        size: bytes.length + 132,
        isInline,
        ...(kind === 'file' ? { contentId, contentLocation: null } : {}),
        id: `${eventId(view)}AAABEgAQ${Buffer.from([0xa8, number, 0x3c]).toString('base64url')}`,
        lastModifiedDateTime: iso(lastModifiedMs),
      },
      bytes: () => bytes,
      contentType: contentType ?? 'text/plain',
      item,
    }),
  );
}

/** An attachment as GET shows it: a file comes with its bytes unless $select leaves them out. */
export function attachmentJson({ json, bytes }: Attachment, names: readonly string[] | null): Json {
  const isFile = json['@odata.type'] === '#microsoft.graph.fileAttachment';
  const wanted = names?.map((name) => name.replace(/^microsoft\.graph\.fileAttachment\//i, '')) ?? null;
  const hasContent = isFile && (wanted === null || wanted.includes('contentBytes'));
  const contentBytes = hasContent ? { contentBytes: bytes?.().toString('base64') } : {};
  return selectFrom({ ...json, ...contentBytes }, wanted);
}

export function listEventAttachments(outlook: OutlookCall, view: EventView): Answer {
  const refusal = refuseOptions(outlook.call, ['select', 'top', 'skip', 'count']);
  if (refusal) return refusal;
  if (isUnreadable(view)) return corruptData(outlook.call);
  const names = selectedNames(outlook.call);
  const list = { context: 'attachments', rows: attachmentsOf(view), pageSize: 1_000 };
  return listAnswer(outlook, list, (attachment) => attachmentJson(attachment, names));
}

/** One attachment; `$expand=microsoft.graph.itemattachment/item` adds the item inside. */
export function getEventAttachment(outlook: OutlookCall, view: EventView, id: string): Answer {
  const { call } = outlook;
  const refusal = refuseOptions(call, ['select', 'expand']);
  if (refusal) return refusal;
  if (isUnreadable(view)) return corruptData(call);
  const found = attachmentsOf(view).find(({ json }) => json['id'] === id);
  if (!found) return notFound(call);
  const expand = call.query.get('expand') ?? '';
  if (expand !== '' && !/itemattachment\/item$/i.test(expand))
    return badRequest(call, `Parsing OData Select and Expand failed: '${expand}' cannot be expanded.`);
  const json = attachmentJson(found, selectedNames(call));
  const item = expand !== '' && found.item !== null ? { item: found.item } : {};
  return entityAnswer(outlook, 'attachments/$entity', { ...json, ...item });
}

export function getEventAttachmentBytes({ call }: OutlookCall, view: EventView, id: string): Answer {
  if (isUnreadable(view)) return corruptData(call);
  const found = attachmentsOf(view).find(({ json }) => json['id'] === id);
  if (!found) return notFound(call);
  return found.bytes
    ? bytesAnswer(found.contentType, found.bytes())
    : graphError(call, 405, {
        code: 'ErrorInvalidRequest',
        message: 'The OData request is not supported.',
      });
}
