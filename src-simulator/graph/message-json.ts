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

export interface MessageView {
  mailbox: Mailbox;
  state: MessageState;
  facts: MessageFacts;
  /** Id in the form the client asked for. */
  id: string;
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const recipient = ({ name, address }: MailAddress) =>
  `{"emailAddress":{"name":${JSON.stringify(name)},"address":"${address}"}}`;
const conversation = (facts: MessageFacts) =>
  Buffer.from(`conversation ${mix(facts.hash, 71)}`).toString('base64url');

function bodyText(facts: MessageFacts): { contentType: string; content: string } {
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
    const writer = writers[name] ?? onRequest[name];
    if (writer) text += `,"${name}":${writer(view)}`;
  }
  return `${text}}`;
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
  return { mailbox, state, facts: mailbox.describe(state), id: messageIdOf(mailbox, state, isImmutable) };
}
