/** What is kept of a message beside its MIME form: that which MIME lacks, and that which lists show. */
import { z } from 'zod';
import type { ItemInfo } from '../../../src-shared/model/rows.ts';
import { addressText, listed, recipientSchema, shorten } from '../item-info.ts';
import type { ItemHead } from '../workload.ts';

/** Properties asked for, in enumerations and single reads alike. */
export const messageFields = [
  'changeKey',
  'parentFolderId',
  'subject',
  'from',
  'toRecipients',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'internetMessageId',
  'isRead',
  'isDraft',
  'importance',
  'flag',
  'categories',
  'conversationId',
  'inferenceClassification',
].join(',');

const text = z.string().nullish();

/**
 * A message of an enumeration. Only the id must be there: a message whose other properties are odd is still a message,
 * and what it is comes with its MIME form.
 */
export const messageSchema = z.object({
  id: z.string().min(1).max(1024),
  changeKey: text.catch(undefined),
  parentFolderId: text.catch(undefined),
  subject: text.catch(undefined),
  from: recipientSchema.catch(undefined),
  toRecipients: z.array(recipientSchema).nullish().catch(undefined),
  receivedDateTime: text.catch(undefined),
  sentDateTime: text.catch(undefined),
  hasAttachments: z.boolean().nullish().catch(undefined),
  internetMessageId: text.catch(undefined),
  isRead: z.boolean().nullish().catch(undefined),
  isDraft: z.boolean().nullish().catch(undefined),
  importance: text.catch(undefined),
  flag: z.object({ flagStatus: text }).nullish().catch(undefined),
  categories: z.array(z.string()).nullish().catch(undefined),
  conversationId: text.catch(undefined),
  inferenceClassification: text.catch(undefined),
});
export type GraphMessage = z.infer<typeof messageSchema>;

/** Recipients beyond this are in the MIME form only. */
const listedRecipients = 5;

/** The row of a message. Values that say nothing (unflagged, normal importance) are left out. */
export function describeMessage(message: GraphMessage, folder: string): ItemHead {
  return {
    id: message.id,
    collection: folder,
    version: message.changeKey ?? '',
    title: shorten(message.subject) ?? '',
    info: infoOf(message),
  };
}

function infoOf(message: GraphMessage): ItemInfo {
  return listed({
    subject: shorten(message.subject),
    from: addressText(message.from),
    to: message.toRecipients?.slice(0, listedRecipients).map(addressText),
    received: message.receivedDateTime,
    sent: message.sentDateTime,
    messageId: message.internetMessageId,
    conversation: message.conversationId,
    attachments: message.hasAttachments === true || undefined,
    unread: message.isRead === false || undefined,
    draft: message.isDraft === true || undefined,
    importance: message.importance === 'normal' ? undefined : message.importance,
    flag: message.flag?.flagStatus === 'notFlagged' ? undefined : message.flag?.flagStatus,
    categories: message.categories?.length === 0 ? undefined : message.categories,
    focused: message.inferenceClassification,
  });
}
