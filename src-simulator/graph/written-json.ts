/** The properties of a written message as JSON text, where they are not those that a planned one would have. */
import { fieldText } from '../mail/mime-reader.ts';
import {
  conversationOf,
  messageTags,
  textOf,
  type MessageMarks,
  type WrittenMessage,
} from '../mail/written-message.ts';
import type { MailAddress } from '../directory/people.ts';

const time = (ms: number) => `"${new Date(ms).toISOString().slice(0, 19)}Z"`;
const person = (address: MailAddress | null) => (address ? { emailAddress: address } : null);
const people = (list: readonly MailAddress[]) => JSON.stringify(list.map(person));

function headerList(message: WrittenMessage): { name: string; value: string }[] {
  const kept = message.properties.get(messageTags.transportHeaders) ?? '';
  return kept
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .filter((line) => line.includes(':'))
    .map((line) => ({
      name: line.slice(0, line.indexOf(':')),
      value: fieldText(line.slice(line.indexOf(':') + 1).trim()),
    }));
}

export const writtenWriters: Readonly<Record<string, (message: WrittenMessage) => string>> = {
  createdDateTime: ({ createdMs }) => time(createdMs),
  receivedDateTime: ({ receivedMs }) => time(receivedMs),
  sentDateTime: ({ sentMs }) => time(sentMs),
  hasAttachments: ({ attachments }) => String(attachments.some(({ isInline }) => !isInline)),
  categories: () => '[]',
  importance: () => '"normal"',
  flag: () => '{"flagStatus":"notFlagged"}',
  bodyPreview: (message) => JSON.stringify(textOf(message).replace(/\s+/g, ' ').trim().slice(0, 255)),
  conversationId: (message) => JSON.stringify(conversationOf(message)),
  conversationIndex: (message) =>
    JSON.stringify(Buffer.from(`index ${conversationOf(message)}`).toString('base64url')),
  isDeliveryReceiptRequested: (message) => String(message.isDeliveryReceiptRequested),
  isReadReceiptRequested: (message) => String(message.isReadReceiptRequested),
  isDraft: ({ isDraft }) => String(isDraft),
  body: ({ body }) => JSON.stringify(body),
  uniqueBody: ({ body }) => JSON.stringify(body),
  sender: ({ sender }) => JSON.stringify(person(sender)),
  from: ({ from }) => JSON.stringify(person(from)),
  toRecipients: ({ to }) => people(to),
  ccRecipients: ({ cc }) => people(cc),
  bccRecipients: ({ bcc }) => people(bcc),
  replyTo: ({ replyTo }) => people(replyTo),
  internetMessageHeaders: (message) => JSON.stringify(headerList(message)),
};

/** What was changed later on any message, by the property that it is told as. */
export function markedJson(marks: MessageMarks, name: string): string | undefined {
  switch (name) {
    case 'categories':
    case 'importance':
    case 'flag':
    case 'inferenceClassification':
      return JSON.stringify(marks[name]);
    default:
      return undefined;
  }
}
