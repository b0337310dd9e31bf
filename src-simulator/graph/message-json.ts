/**
 * Messages as JSON text. Every property has a writer of its own, so a page with a short $select costs only what it
 * names. Text is written directly; only strings that may need escapes go through JSON.stringify.
 */
import { mix } from '../chance.ts';
import { folderId, immutableMessageId, mutableMessageId } from '../mail/ids.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';
import { contentIdOf } from '../mail/mime-bodies.ts';
import { commonHeaders } from '../mail/mime-headers.ts';
import type { MailAddress } from '../directory/people.ts';
import type { MessageFacts } from '../mail/message-facts.ts';
import { stationeryText } from '../mail/stationery.ts';
import { decodedText } from '../mail/text-blocks.ts';
import { messageClassOf, messageTags, type WrittenMessage } from '../mail/written-message.ts';
import { markedJson, writtenWriters } from './written-json.ts';

export interface MessageView {
  mailbox: Mailbox;
  state: MessageState;
  facts: MessageFacts;
  /** What a client wrote of it; null for a message of the plan. */
  written: WrittenMessage | null;
  /** Id in the form the client asked for. */
  id: string;
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const recipient = ({ name, address }: MailAddress) =>
  `{"emailAddress":{"name":${JSON.stringify(name)},"address":"${address}"}}`;
const conversation = (facts: MessageFacts) =>
  Buffer.from(`conversation ${mix(facts.hash, 71)}`).toString('base64url');

export function bodyText(facts: MessageFacts): { contentType: string; content: string } {
  const { style, hash, lineCount } = facts;
  if (style.form !== 'html')
    return { contentType: 'text', content: decodedText({ ...style, form: 'plain' }, hash, lineCount) };
  const [picture] = facts.inlinePictures;
  const { head, tail } = stationeryText(
    style,
    picture === undefined ? undefined : `cid:${contentIdOf(picture)}`,
  );
  return { contentType: 'html', content: head + decodedText(style, hash, lineCount) + tail };
}

/** A changeKey that is another one after every change of the message. */
function changeKeyOf(view: Pick<MessageView, 'mailbox' | 'state'>): string {
  const { mailbox, state } = view;
  const a = mix(mix(mailbox.world.seed, mailbox.number), state.number, state.changedAt);
  return `CQAAABYAAAAsq${a.toString(36).padStart(7, '0')}${state.changedAt.toString(36).padStart(6, '0')}AAA`;
}

const hasListedAttachments = (facts: MessageFacts): boolean =>
  facts.attachments.length > 0 || facts.kind === 'emptyAttachment' || facts.kind === 'forwarded';

function headersJson(facts: MessageFacts): string {
  const lines = commonHeaders(facts)
    .replace(/\r\n[ \t]/g, ' ')
    .trimEnd()
    .split('\r\n');
  return JSON.stringify(
    lines.map((line) => ({
      name: line.slice(0, line.indexOf(':')),
      value: line.slice(line.indexOf(':') + 2),
    })),
  );
}

type Writer = (view: MessageView) => string;

const writers: Readonly<Record<string, Writer>> = {
  createdDateTime: ({ facts }) => `"${iso(facts.receivedMs)}"`,
  lastModifiedDateTime: ({ mailbox, state, facts }) =>
    `"${iso(mailbox.modifiedMs(state.changedAt, facts.receivedMs))}"`,
  changeKey: (view) => `"${changeKeyOf(view)}"`,
  categories: ({ facts }) => (facts.hash % 23 === 0 ? '["Blue category"]' : '[]'),
  receivedDateTime: ({ facts }) => `"${iso(facts.receivedMs)}"`,
  sentDateTime: ({ facts }) => `"${iso(facts.receivedMs - 4_000)}"`,
  hasAttachments: ({ facts }) => String(hasListedAttachments(facts)),
  internetMessageId: ({ facts }) => JSON.stringify(facts.internetMessageId),
  subject: ({ facts }) => JSON.stringify(facts.subject),
  bodyPreview: ({ facts }) =>
    JSON.stringify(decodedText({ ...facts.style, form: 'plain' }, facts.hash, 3).slice(0, 255)),
  importance: ({ facts }) => (facts.hash % 31 === 0 ? '"high"' : '"normal"'),
  parentFolderId: ({ mailbox, state }) => `"${folderId(mailbox.world.seed, mailbox.number, state.folder)}"`,
  conversationId: ({ facts }) => `"${conversation(facts)}"`,
  conversationIndex: ({ facts }) => `"${Buffer.from(`index ${mix(facts.hash, 72)}`).toString('base64')}"`,
  isDeliveryReceiptRequested: () => 'null',
  isReadReceiptRequested: () => 'false',
  isRead: ({ state }) => String(state.isRead),
  isDraft: ({ state }) => String(state.folder === 3),
  webLink: ({ id }) =>
    `"https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(id)}&exvsurl=1&viewmodel=ReadMessageItem"`,
  inferenceClassification: () => '"focused"',
  body: ({ facts }) => JSON.stringify(bodyText(facts)),
  sender: ({ facts }) => recipient(facts.from),
  from: ({ facts }) => recipient(facts.from),
  toRecipients: ({ facts }) => `[${facts.to.map(recipient).join(',')}]`,
  ccRecipients: () => '[]',
  bccRecipients: () => '[]',
  replyTo: () => '[]',
  flag: ({ facts }) => (facts.hash % 19 === 0 ? '{"flagStatus":"flagged"}' : '{"flagStatus":"notFlagged"}'),
};
const onRequest: Readonly<Record<string, Writer>> = {
  internetMessageHeaders: ({ facts }) => headersJson(facts),
  uniqueBody: ({ facts }) => JSON.stringify(bodyText(facts)),
};

/** The names that are no property of a message. */
export const unknownMessageName = (names: readonly string[]): string | undefined =>
  names.find((name) => name !== 'id' && !Object.hasOwn(writers, name) && !Object.hasOwn(onRequest, name));

const defaultNames = Object.keys(writers);

/** One message as a JSON object without the closing brace's context; `names` null means all usual properties. */
export function messageJson(view: MessageView, names: readonly string[] | null): string {
  let text =
    view.facts.kind === 'invitation' ? '{"@odata.type":"#microsoft.graph.eventMessageRequest",' : '{';
  text += `"@odata.etag":"W/\\"${changeKeyOf(view)}\\"","id":"${view.id}"`;
  for (const name of names ?? defaultNames) {
    if (name === 'id') continue;
    const value = propertyJson(view, name);
    if (value !== undefined) text += `,"${name}":${value}`;
  }
  return `${text}}`;
}

function propertyJson(view: MessageView, name: string): string | undefined {
  const { mailbox, state, written } = view;
  const marked = markedJson(mailbox.written.marks(state.number), name);
  if (marked !== undefined) return marked;
  const own = written ? writtenWriters[name] : undefined;
  return written && own ? own(written) : (writers[name] ?? onRequest[name])?.(view);
}

/** Extended properties that MAPI computes from the message. */
const computed: Readonly<Record<string, (view: MessageView) => string>> = {
  [messageTags.flags]: (view) => String(flagsOf(view)),
  [messageTags.sent]: ({ written, facts }) => iso(written?.sentMs ?? facts.receivedMs - 4_000),
  [messageTags.received]: ({ facts }) => iso(facts.receivedMs),
  [messageTags.messageClass]: ({ written }) => (written ? messageClassOf(written) : 'IPM.Note'),
  [messageTags.messageId]: ({ facts }) => facts.internetMessageId,
};

/** The value of an extended property, computed or as it was given; null where there is none. */
export function messageProperty(view: MessageView, id: string): string | null {
  const { mailbox, state, facts, written } = view;
  const own = computed[id]?.(view);
  if (own !== undefined) return own;
  if (!written && id === messageTags.transportHeaders) return commonHeaders(facts);
  return (written ?? mailbox.written.marks(state.number)).properties?.get(id) ?? null;
}

export const isDraft = ({ written, state }: MessageView): boolean => written?.isDraft ?? state.folder === 3;

/** PR_MESSAGE_FLAGS (MS-OXCMSG 2.2.1.6): read, unsent, has attachments. */
function flagsOf(view: MessageView): number {
  const { written, facts, state } = view;
  const hasAny = written ? written.attachments.length > 0 : hasListedAttachments(facts);
  return (state.isRead ? 1 : 0) + (isDraft(view) ? 8 : 0) + (hasAny ? 16 : 0);
}

/** The id of a message in the form asked for. */
export function messageIdOf(
  mailbox: Mailbox,
  state: Pick<MessageState, 'number' | 'moves'>,
  isImmutable: boolean,
): string {
  const place = { mailbox: mailbox.number, message: state.number };
  const { seed } = mailbox.world;
  return isImmutable ? immutableMessageId(seed, place) : mutableMessageId(seed, place, state.moves);
}

export function viewOf(mailbox: Mailbox, state: MessageState, isImmutable: boolean): MessageView {
  return {
    mailbox,
    state,
    facts: mailbox.describe(state),
    written: mailbox.written.content(state.number),
    id: messageIdOf(mailbox, state, isImmutable),
  };
}
