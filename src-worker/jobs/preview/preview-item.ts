/** One item to look at: reads it, and hands it to the view of its kind. */
import type { Preview, PreviewNote } from '../../../src-shared/contract/preview-contract.ts';
import { itemTitle } from '../../../src-shared/model/item-facts.ts';
import { readMail } from '../../formats/mime/read-mail.ts';
import { contactView } from './contact-view.ts';
import { eventView } from './event-view.ts';
import { fileView } from './file-view.ts';
import type { ItemContent } from './item-content.ts';
import { partAttachments, type StoredJson } from './json-fields.ts';
import { chatMessageView, conversationView, postView } from './messages-view.ts';
import { listItemView, pageView } from './site-views.ts';

/** More than any item has that Microsoft 365 gives as JSON. */
const mostJsonBytes = 16 * 1024 * 1024;
const mostTextBytes = 1024 * 1024;

/** By the name that the item itself has among its parts. */
const views: Readonly<Record<string, (stored: StoredJson) => Preview>> = {
  'event.json': eventView,
  'contact.json': contactView,
  'message.json': chatMessageView,
  'post.json': postView,
  'conversation.json': conversationView,
  'item.json': listItemView,
  'page.json': pageView,
};

/** Rejects with what reading the vault rejects with, and with `item-corrupt` for a message that cannot be taken apart. */
export async function previewOf(content: ItemContent): Promise<Preview> {
  const { parts, mainBytes } = content;
  if (content.isMail) return { kind: 'mail', ...(await readMail(content.pieces())) };
  if (parts === undefined) return fileView(content);
  const bytes = await content.head(Math.min(mainBytes, mostJsonBytes));
  if (bytes.length < mainBytes) return asText(content, bytes, []);
  const json = parsed(bytes);
  if (json === undefined) return asText(content, bytes, [{ code: 'json-broken', count: 1 }]);
  const view = views[parts[0]?.name ?? ''];
  const title = titleOf(content);
  if (view !== undefined) return view({ json, title, others: parts.slice(1) });
  return asText(content, Buffer.from(JSON.stringify(json, null, 2)), []);
}

/** `bytes` are the beginning of the JSON, or the whole of it in a form to be read. */
function asText(content: ItemContent, bytes: Uint8Array, notes: readonly PreviewNote[]): Preview {
  const shown = bytes.subarray(0, mostTextBytes);
  const leftOutBytes = Math.max(content.mainBytes, bytes.length) - shown.length;
  const isCut = shown.length < bytes.length || bytes.length < content.mainBytes;
  return {
    kind: 'other',
    title: titleOf(content),
    text: new TextDecoder().decode(shown, { stream: true }),
    attachments: partAttachments(content.parts?.slice(1) ?? []),
    notes: isCut ? [...notes, { code: 'text-cut', count: leftOutBytes }] : [...notes],
  };
}

const titleOf = ({ item }: ItemContent): string => itemTitle(item.info) ?? '';

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
