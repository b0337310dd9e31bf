/** Writing attachments of messages: small ones in one request, large ones in an upload session, and deleting them. */
import { z } from 'zod';
import { jsonText, type Answer } from '../http/answer.ts';
import { attachmentOf, attachmentSchema } from '../mail/message-input.ts';
import type { WrittenAttachment, WrittenMessage } from '../mail/written-message.ts';
import type { MessageState } from '../mail/mailbox.ts';
import { withBody } from '../writes/request-shape.ts';
import { outlookRanges, sessionJson } from '../writes/upload-sessions.ts';
import { attachmentAnswer, attachmentId } from './attachment-operations.ts';
import { graphError, notFound } from './graph-call.ts';
import { fullMailbox, noContent } from '../outlook/outlook-writes.ts';
import { onMessage, plannedContent, sceneOf, type WritePlace } from './message-writes.ts';

/** Exchange's limit on attachments of one message. */
const mostAttachments = 250;

const contentOf = ({ mailbox }: WritePlace, state: MessageState): WrittenMessage =>
  mailbox.written.content(state.number) ?? plannedContent(mailbox, state);

/** Stores the attachment that `make` makes of the next number. */
function add(
  { mailbox }: WritePlace,
  state: MessageState,
  make: (number: number) => WrittenAttachment,
): WrittenAttachment {
  const content = contentOf({ mailbox } as WritePlace, state);
  const attachment = make(content.attachmentCount);
  mailbox.written.put(state.number, {
    ...content,
    attachments: [...content.attachments, attachment],
    attachmentCount: content.attachmentCount + 1,
  });
  mailbox.changeMessage(state.number, {});
  return attachment;
}

function refusalOf(place: WritePlace, state: MessageState): Answer | null {
  const isCrowded = contentOf(place, state).attachments.length >= mostAttachments;
  return isCrowded
    ? graphError(place.call, 400, {
        code: 'ErrorAttachmentSizeLimitExceeded',
        message: 'The message has as many attachments as it can have.',
      })
    : fullMailbox(place);
}

export const createAttachment = (place: WritePlace, id: string): Answer =>
  onMessage(place, id, (state) =>
    withBody(place.call, attachmentSchema, (value) => {
      const refused = refusalOf(place, state);
      if (refused) return refused;
      const made = add(place, state, (number) => attachmentOf(value, number, sceneOf(place)));
      return attachmentAnswer(place, { messageId: id, made }, 201);
    }),
  );

export const deleteAttachment = (place: WritePlace, id: string, attachment: string): Answer =>
  onMessage(place, id, (state) => {
    const content = contentOf(place, state);
    const left = content.attachments.filter(({ number }) => attachmentId(id, number) !== attachment);
    if (left.length === content.attachments.length) return notFound(place.call);
    place.mailbox.written.put(state.number, { ...content, attachments: left });
    place.mailbox.changeMessage(state.number, {});
    return noContent;
  });

/** From this size on an upload session is the way, up to that one (graph facts, section 5). */
const sessionFromBytes = 3_000_000;
const sessionToBytes = 150 * 1024 * 1024;

const itemSchema = z.object({
  attachmentType: z.literal('file'),
  name: z.string().min(1),
  size: z.number().int().positive(),
  contentType: z.string().nullish(),
  isInline: z.boolean().nullish(),
  contentId: z.string().nullish(),
});
/** The body of createUploadSession, however the name of the parameter is written. */
export const attachmentItemSchema = z
  .union([z.object({ AttachmentItem: itemSchema }), z.object({ attachmentItem: itemSchema })])
  .transform((body) => ('AttachmentItem' in body ? body.AttachmentItem : body.attachmentItem));

/** 400 or 413 of a size that a session is not for, or null. */
export function sessionSizeProblem({ call }: Pick<WritePlace, 'call'>, sizeBytes: number): Answer | null {
  if (sizeBytes < sessionFromBytes)
    return graphError(call, 400, {
      code: 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
      message: 'Attachments of less than 3 MB are posted in one request.',
    });
  return sizeBytes > sessionToBytes
    ? graphError(call, 413, {
        code: 'ErrorAttachmentSizeLimitExceeded',
        message: 'The attachment is larger than 150 MB.',
      })
    : null;
}

export const createAttachmentSession = (place: WritePlace, id: string): Answer =>
  onMessage(place, id, () =>
    withBody(place.call, attachmentItemSchema, (item) => {
      const refused = sessionSizeProblem(place, item.size) ?? fullMailbox(place);
      return refused ?? openSession(place, item.size, (bytes) => finishSession(place, id, { item, bytes }));
    }),
  );

function finishSession(
  place: WritePlace,
  id: string,
  { item, bytes }: { item: z.output<typeof itemSchema>; bytes: Buffer },
): Answer {
  return onMessage(place, id, (state) => {
    const { number } = add(place, state, (next) => ({
      number: next,
      kind: 'file',
      name: item.name,
      contentType: item.contentType ?? 'application/octet-stream',
      isInline: item.isInline ?? false,
      contentId: item.contentId ?? null,
      lastModifiedMs: Date.now(),
      bytes,
      item: null,
    }));
    const path = `/api/v2.0/Users('${place.person.id}')/Messages('${id}')/Attachments('${attachmentId(id, number)}')`;
    return { status: 201, body: '', headers: { Location: place.organization.origin() + path } };
  });
}

/** Opens a session for an attachment of an Outlook item. */
export function openSession(
  { organization, person }: Pick<WritePlace, 'organization' | 'person'>,
  sizeBytes: number,
  finish: (bytes: Buffer) => Answer,
): Answer {
  const plan = { sizeBytes, rules: outlookRanges, mailbox: person.number, finish };
  const session = organization.uploads.open(plan, Date.now());
  const uploadUrl = `${organization.origin()}/upload/${session.id}`;
  const context = `${organization.origin()}/v1.0/$metadata#microsoft.graph.uploadSession`;
  return jsonText(JSON.stringify({ '@odata.context': context, ...sessionJson(session, uploadUrl) }), 201);
}
