/** A conversation of an Outlook group as one page: its posts, the oldest first. */
import { z } from 'zod';
import { escapedHtml } from '../html/escaped-html.ts';
import { pageFoot, pageHead } from '../html/html-page.ts';
import { bodyHtml, bodySchema, entriesOf, text, timeHtml } from './parts.ts';

const addressSchema = z
  .object({ emailAddress: z.object({ name: text, address: text }).nullish().catch(undefined) })
  .nullish()
  .catch(undefined);
const postSchema = z.object({
  from: addressSchema,
  sender: addressSchema,
  receivedDateTime: text,
  body: bodySchema,
  hasAttachments: z.boolean().nullish().catch(undefined),
});
const threadSchema = z.object({ topic: text, posts: z.unknown().optional() });

export function groupConversationPage(json: unknown): string {
  const { data: thread } = threadSchema.safeParse(json);
  const posts = entriesOf(postSchema, thread?.posts).map(postHtml);
  return pageHead(thread?.topic || 'Conversation') + posts.join('') + pageFoot;
}

function postHtml({
  from,
  sender,
  receivedDateTime,
  body,
  hasAttachments,
}: z.infer<typeof postSchema>): string {
  const { name, address } = from?.emailAddress ?? sender?.emailAddress ?? {};
  const lost =
    hasAttachments === true ? '<p class="quiet">Had attachments, which no application may read.</p>' : '';
  return `<article><b>${escapedHtml(name || address || 'Unknown')}</b> <span class="quiet">${timeHtml(receivedDateTime)}</span>${bodyHtml(body)}${lost}</article>\n`;
}
