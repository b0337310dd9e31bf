/** What a comparison of a message with its restored copy needs beside its MIME, which Exchange renders anew. */
import { createHash } from 'node:crypto';
import { attachmentsOf } from '../graph/attachment-operations.ts';
import { messageJson, messageProperty, viewOf } from '../graph/message-json.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';
import { messageTags } from '../mail/written-message.ts';

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Properties told as Graph tells them. */
const told = [
  'subject',
  'from',
  'sender',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'receivedDateTime',
  'sentDateTime',
  'isDraft',
  'categories',
  'flag',
  'importance',
  'inferenceClassification',
  'internetMessageId',
];

export function messageDetail(mailbox: Mailbox, state: MessageState): object {
  const view = viewOf(mailbox, state, true);
  const json = JSON.parse(messageJson(view, [...told, 'body'])) as Record<string, unknown> & {
    body: { contentType: string; content: string };
  };
  return {
    ...Object.fromEntries(told.map((name) => [name, json[name]])),
    messageClass: messageProperty(view, messageTags.messageClass),
    isWritten: view.written !== null,
    bodyType: json.body.contentType,
    bodySha256: sha256(json.body.content),
    attachments: attachmentsOf(mailbox, state).map(({ json: about, bytes }) => ({
      name: about['name'],
      type: about['@odata.type'],
      contentType: about['contentType'],
      isInline: about['isInline'],
      contentId: about['contentId'] ?? null,
      sha256: sha256(bytes()),
    })),
  };
}
