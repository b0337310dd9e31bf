/** Messages of Teams and of groups: one of a chat, a post of a channel with its replies, a conversation with its posts. */
import type { MessagesPreview, PreviewMessage } from '../../../src-shared/contract/preview-contract.ts';
import {
  body,
  lenient,
  lineText,
  listOf,
  partAttachments,
  partNotes,
  person,
  time,
  type StoredJson,
} from './json-fields.ts';

const mostMessages = 500;

const displayName = lenient({ displayName: lineText });
const teamsMessageSchema = lenient({
  subject: lineText,
  createdDateTime: time,
  from: lenient({ user: displayName, application: displayName }),
  body,
}).transform(({ subject, createdDateTime, from, body: content }): PreviewMessage => {
  const name = from.user.displayName || from.application.displayName;
  return { from: name, at: createdDateTime, subject, ...content };
});
const groupPostSchema = lenient({ receivedDateTime: time, from: person, body }).transform(
  ({ receivedDateTime, from, body: content }): PreviewMessage => {
    const { name, address } = from;
    const writer = name === '' || name === address ? address : `${name} <${address}>`;
    return { from: writer, at: receivedDateTime, subject: '', ...content };
  },
);
const repliesSchema = lenient({ replies: listOf(teamsMessageSchema) });
const conversationSchema = lenient({ posts: listOf(groupPostSchema) });

export function chatMessageView(stored: StoredJson): MessagesPreview {
  return viewOf(stored, [teamsMessageSchema.parse(stored.json)]);
}

export function postView(stored: StoredJson): MessagesPreview {
  const { replies } = repliesSchema.parse(stored.json);
  return viewOf(stored, [teamsMessageSchema.parse(stored.json), ...replies]);
}

export function conversationView(stored: StoredJson): MessagesPreview {
  return viewOf(stored, conversationSchema.parse(stored.json).posts);
}

function viewOf({ title, others }: StoredJson, messages: readonly PreviewMessage[]): MessagesPreview {
  const leftOut = messages.length - mostMessages;
  const notes = leftOut > 0 ? [{ code: 'messages-left-out' as const, count: leftOut }] : [];
  return {
    kind: 'messages',
    title,
    messages: messages.slice(0, mostMessages),
    attachments: partAttachments(others),
    notes: [...partNotes(others), ...notes],
  };
}
