/** Writing messages: created from JSON or MIME, changed, moved, copied, deleted. */
import { z } from 'zod';
import type { Person } from '../directory/people.ts';
import type { Answer } from '../http/answer.ts';
import { epochMs } from '../mail/message-facts.ts';
import {
  bodyOf,
  marksOf,
  messageFromJson,
  messageFromMime,
  messagePatchSchema,
  messageSchema,
  type MessagePatch,
  type NewMessage,
  type WritingScene,
} from '../mail/message-input.ts';
import { messageTags, type WrittenMessage } from '../mail/written-message.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';
import { fullMailbox, noContent } from '../outlook/outlook-writes.ts';
import { withBody } from '../writes/request-shape.ts';
import { destinationSchema } from '../writes/destination.ts';
import { writtenAttachments } from './attachment-operations.ts';
import { findFolder, noSuchFolder } from './folder-operations.ts';
import { graphError, headerOf, notFound, type GraphCall, type Organization } from './graph-call.ts';
import { bodyText, isDraft, messageJson, viewOf } from './message-json.ts';
import { findMessage, messageAnswer, unreadableAnswer } from './message-operations.ts';
import { refuseOptions, wantsImmutableIds } from './query-options.ts';

/** Where something is written. */
export interface WritePlace {
  readonly organization: Organization;
  readonly call: GraphCall;
  readonly person: Person;
  readonly mailbox: Mailbox;
}

export const draftsFolder = 3;

export const sceneOf = ({ person }: WritePlace): WritingScene => ({
  owner: person.mailAddress,
  nowMs: Date.now(),
});

function writtenAnswer(place: WritePlace, state: MessageState, status: number): Answer {
  const json = messageJson(viewOf(place.mailbox, state, wantsImmutableIds(place.call)), null);
  return messageAnswer(place.organization, place.call, { json, status });
}

/** What a request makes a message of, or the answer that refuses it. */
function readMessage(place: WritePlace): NewMessage | Answer {
  const { call } = place;
  if (/^text\/plain\b/i.test(headerOf(call, 'content-type'))) {
    const text = typeof call.body === 'string' ? call.body.replace(/\s+/g, '') : '';
    if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
      return graphError(call, 400, {
        code: 'ErrorMimeContentInvalidBase64String',
        message: 'The MIME content is no valid base64.',
      });
    return messageFromMime(Buffer.from(text, 'base64'), sceneOf(place));
  }
  return withBody(call, messageSchema, (input) => messageFromJson(input, sceneOf(place)));
}

/** POST messages, in a folder or, without one, in Drafts. */
export function createMessage(place: WritePlace, folder: number): Answer {
  const refusal = refuseOptions(place.call, []) ?? fullMailbox(place);
  if (refusal) return refusal;
  const made = readMessage(place);
  if ('status' in made) return made;
  return writtenAnswer(place, storeMessage(place.mailbox, folder, made), 201);
}

function storeMessage(mailbox: Mailbox, folder: number, made: NewMessage): MessageState {
  const state = mailbox.createMessage(folder, made.isRead);
  mailbox.written.put(state.number, made.content);
  mailbox.written.mark(state.number, made.marks);
  return state;
}

/** Runs `change` on the message that a path names. */
export function onMessage(place: WritePlace, id: string, change: (state: MessageState) => Answer): Answer {
  const state = findMessage(place.mailbox, id);
  return state ? change(state) : notFound(place.call);
}

/** What only a draft lets a client change. */
function draftChanges(patch: MessagePatch): Partial<WrittenMessage> {
  const { toRecipients, ccRecipients, bccRecipients, replyTo } = patch;
  return {
    ...(patch.subject === undefined ? {} : { subject: patch.subject ?? '' }),
    ...(patch.body ? { body: bodyOf(patch) } : {}),
    ...(patch.from ? { from: patch.from } : {}),
    ...(patch.sender ? { sender: patch.sender } : {}),
    ...(toRecipients ? { to: toRecipients } : {}),
    ...(ccRecipients ? { cc: ccRecipients } : {}),
    ...(bccRecipients ? { bcc: bccRecipients } : {}),
    ...(replyTo ? { replyTo } : {}),
    ...(typeof patch.internetMessageId === 'string' ? { internetMessageId: patch.internetMessageId } : {}),
    ...(typeof patch.isReadReceiptRequested === 'boolean'
      ? { isReadReceiptRequested: patch.isReadReceiptRequested }
      : {}),
  };
}

/** Extended properties that a message has for life once it is saved. */
const fixedTags: readonly string[] = [messageTags.flags, messageTags.received, messageTags.sent];

export const updateMessage = (place: WritePlace, id: string): Answer =>
  refuseOptions(place.call, []) ??
  withBody(place.call, messagePatchSchema, (patch) =>
    onMessage(place, id, (state) => applyPatch(place, state, patch)),
  );

function applyPatch(place: WritePlace, state: MessageState, patch: MessagePatch): Answer {
  const { mailbox } = place;
  const { written } = mailbox;
  const properties = patch.singleValueExtendedProperties ?? new Map<string, string>();
  const changes = draftChanges(patch);
  const isChanged = Object.keys(changes).length > 0;
  const isSettled = !isDraft(viewOf(mailbox, state, true));
  if ((isSettled && isChanged) || fixedTags.some((tag) => properties.has(tag)))
    return graphError(place.call, 400, {
      code: 'ErrorInvalidPropertySet',
      message: 'The property can be set only before the message is saved, or while it is a draft.',
    });
  const before = written.content(state.number) ?? (isChanged ? plannedContent(mailbox, state) : null);
  if (before) {
    const all = new Map([...before.properties, ...properties]);
    written.put(state.number, { ...before, ...changes, properties: all });
  } else if (properties.size > 0) {
    const all = new Map([...(written.marks(state.number).properties ?? []), ...properties]);
    written.mark(state.number, { properties: all });
  }
  written.mark(state.number, marksOf(patch));
  return writtenAnswer(
    place,
    mailbox.changeMessage(state.number, { isRead: patch.isRead ?? state.isRead }),
    200,
  );
}

/** A planned message as if it had been written, so that parts of it can be changed. */
export function plannedContent(mailbox: Mailbox, state: MessageState): WrittenMessage {
  const facts = mailbox.describe(state);
  const { contentType, content } = bodyText(facts);
  const attachments = writtenAttachments(mailbox, state);
  return {
    subject: facts.subject,
    body: { contentType: contentType === 'html' ? 'html' : 'text', content },
    from: facts.from,
    sender: facts.from,
    to: facts.to,
    cc: [],
    bcc: [],
    replyTo: [],
    internetMessageId: facts.internetMessageId,
    receivedMs: facts.receivedMs,
    sentMs: facts.receivedMs - 4_000,
    createdMs: Math.min(facts.receivedMs, epochMs),
    isDraft: state.folder === draftsFolder,
    isReadReceiptRequested: false,
    isDeliveryReceiptRequested: false,
    properties: mailbox.written.marks(state.number).properties ?? new Map(),
    attachments,
    attachmentCount: attachments.length,
  };
}

/** Runs `act` with the folder that the body of move and copy names. */
function withDestination(place: WritePlace, act: (folder: number) => Answer): Answer {
  return withBody(place.call, destinationSchema, (id) => {
    const folder = findFolder(place.mailbox, id);
    return folder ? act(folder.number) : noSuchFolder(place.call);
  });
}

export const moveMessage = (place: WritePlace, id: string): Answer =>
  onMessage(place, id, (state) =>
    withDestination(place, (folder) =>
      writtenAnswer(place, place.mailbox.changeMessage(state.number, { folder }), 201),
    ),
  );

export const copyMessage = (place: WritePlace, id: string): Answer =>
  onMessage(place, id, (state) =>
    withDestination(place, (folder) => {
      const { mailbox, call } = place;
      const refusal = fullMailbox(place) ?? unreadableAnswer(call, mailbox, state.number);
      if (refusal) return refusal;
      const { written } = mailbox;
      const copy = mailbox.createMessage(folder, state.isRead);
      const content = written.content(state.number);
      if (content) written.put(copy.number, { ...content, createdMs: Date.now() });
      else written.copy(copy.number, written.origin(state.number) ?? state);
      written.mark(copy.number, written.marks(state.number));
      return writtenAnswer(place, copy, 201);
    }),
  );

const sentFolder = 2;

/** Counts a message as sent and gives it the time of now. */
function send({ organization }: WritePlace, content: WrittenMessage): WrittenMessage {
  const { to, cc, bcc } = content;
  organization.tallies.mails += to.length + cc.length + bcc.length;
  return { ...content, isDraft: false, sentMs: Date.now(), receivedMs: Date.now() };
}

const accepted: Answer = { status: 202, body: '' };

const sendSchema = z
  .union([
    z.object({ message: messageSchema, saveToSentItems: z.boolean().optional() }),
    z.object({ Message: messageSchema, SaveToSentItems: z.boolean().optional() }),
  ])
  .transform((body) =>
    'message' in body
      ? { input: body.message, isKept: body.saveToSentItems ?? true }
      : { input: body.Message, isKept: body.SaveToSentItems ?? true },
  );

/** POST sendMail. Nobody gets the message; the organization counts it, one for each recipient. */
export const sendMail = (place: WritePlace): Answer =>
  withBody(place.call, sendSchema, ({ input, isKept }) => {
    const made = messageFromJson(input, sceneOf(place));
    const content = send(place, made.content);
    if (isKept) storeMessage(place.mailbox, sentFolder, { ...made, content });
    return accepted;
  });

/** DELETE: to Deletions, from where a person can still bring it back; what lies in Recoverable Items goes for good. */
export const deleteMessage = (place: WritePlace, id: string): Answer =>
  onMessage(place, id, (state) => {
    const { mailbox } = place;
    if (mailbox.isRecoverable(state.folder)) mailbox.changeMessage(state.number, { isDeleted: true });
    else mailbox.changeMessage(state.number, { folder: mailbox.recoverable.deletions });
    return noContent;
  });

export const deleteForGood = (place: WritePlace, id: string): Answer =>
  onMessage(place, id, (state) => {
    const { mailbox } = place;
    mailbox.changeMessage(state.number, { folder: mailbox.recoverable.purges });
    return noContent;
  });
