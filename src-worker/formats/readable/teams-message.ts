/** Messages of channels and chats as people read them: who, when, what, with the pictures inside and the replies below. */
import { z } from 'zod';
import { escapedHtml } from '../html/escaped-html.ts';
import { linkAttributes, reducedHtml } from '../html/reduced-html.ts';
import { bodyHtml, bodySchema, entriesOf, text, timeHtml } from './parts.ts';

/** A picture inside a message. */
export interface Picture {
  readonly name: string;
  readonly mediaType: string;
  /** Undefined where it was too long to be held. */
  readonly bytes: Uint8Array | undefined;
}

const named = z.object({ displayName: text }).nullish().catch(undefined);
const attachmentSchema = z.object({ name: text, contentUrl: text });
const reactionSchema = z.object({ reactionType: text });
const messageSchema = z.object({
  messageType: text,
  createdDateTime: text,
  lastEditedDateTime: text,
  deletedDateTime: text,
  subject: text,
  from: z.object({ user: named, application: named, device: named }).nullish().catch(undefined),
  body: bodySchema,
  attachments: z.unknown().optional(),
  reactions: z.unknown().optional(),
  eventDetail: z.object({ '@odata.type': text }).nullish().catch(undefined),
  replies: z.unknown().optional(),
});
type Message = z.infer<typeof messageSchema>;

/** Media types that show in a page and cannot run. */
const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif']);
const isHosted = (address: string): boolean => address.includes('/hostedContents/');

/** Undefined for what is no message. `pictures` are those of the message and of its replies, in their order. */
export function teamsMessageHtml(json: unknown, pictures: readonly Picture[]): string | undefined {
  const { data: message } = messageSchema.safeParse(json);
  if (message === undefined) return undefined;
  const replies = entriesOf(messageSchema, message.replies);
  const place = placeOfPictures([message, ...replies], pictures);
  const inner = replies.map((reply) => messageHtml(reply, place.pictureAt, '')).join('');
  const rest = place.isKnown ? '' : pictures.map(pictureHtml).join('');
  return messageHtml(message, place.pictureAt, rest + inner);
}

/** When a message was written, in milliseconds; 0 where it does not say. */
export function teamsMessageMs(json: unknown): number {
  return Date.parse(messageSchema.safeParse(json).data?.createdDateTime ?? '') || 0;
}

type PictureAt = (address: string) => string | undefined;

/**
 * Where each picture belongs: they are stored in the order of the messages and of the links in them, without the links.
 * Where their numbers differ, nobody knows, and all of them follow the message.
 */
function placeOfPictures(
  messages: readonly Message[],
  pictures: readonly Picture[],
): { isKnown: boolean; pictureAt: PictureAt } {
  const addresses = new Set<string>();
  const note = (address: string): undefined => {
    if (isHosted(address)) addresses.add(address);
  };
  for (const { body } of messages) reducedHtml(body?.content ?? '', { picture: note });
  if (addresses.size !== pictures.length) return { isKnown: false, pictureAt: () => undefined };
  const byAddress = new Map([...addresses].map((address, i) => [address, pictures[i]]));
  const pictureAt: PictureAt = (address) => {
    const picture = byAddress.get(address);
    return picture === undefined ? undefined : pictureHtml(picture);
  };
  return { isKnown: true, pictureAt };
}

function pictureHtml({ name, mediaType, bytes }: Picture): string {
  if (bytes === undefined || !shownTypes.has(mediaType))
    return `<span class="quiet">[picture: ${escapedHtml(name)}, beside the JSON of this message]</span>`;
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `<img alt="" src="data:${mediaType};base64,${base64}">`;
}

function messageHtml(message: Message, picture: PictureAt, below: string): string {
  const edited = message.lastEditedDateTime ? ', edited' : '';
  const subject = message.subject ? `<h2>${escapedHtml(message.subject)}</h2>` : '';
  const head = `<b>${escapedHtml(authorOf(message))}</b> <span class="quiet">${timeHtml(message.createdDateTime)}${edited}</span>`;
  return `<article>${head}${subject}${contentHtml(message, picture)}${below}</article>\n`;
}

function authorOf({ from }: Message): string {
  const names = [from?.user, from?.application, from?.device].map((one) => one?.displayName);
  return names.find((name) => name !== undefined && name !== null && name !== '') ?? 'Unknown';
}

function contentHtml(message: Message, picture: PictureAt): string {
  if (message.deletedDateTime) return '<p class="quiet">This message was deleted.</p>';
  const event = message.eventDetail?.['@odata.type'];
  if (event) return `<p class="quiet">${escapedHtml(eventText(event))}</p>`;
  return bodyHtml(message.body, { picture }) + filesHtml(message) + reactionsHtml(message);
}

/** `#microsoft.graph.membersAddedEventMessageDetail` becomes "members added". */
function eventText(type: string): string {
  const name = type.replace('#microsoft.graph.', '').replace('EventMessageDetail', '');
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function filesHtml({ attachments }: Message): string {
  const files = entriesOf(attachmentSchema, attachments).filter(({ name }) => name);
  return files
    .map(
      ({ name, contentUrl }) =>
        `<p>📎 <a${linkAttributes(contentUrl ?? '')}>${escapedHtml(name ?? '')}</a></p>`,
    )
    .join('');
}

function reactionsHtml({ reactions }: Message): string {
  const counts = new Map<string, number>();
  for (const { reactionType } of entriesOf(reactionSchema, reactions))
    if (reactionType) counts.set(reactionType, (counts.get(reactionType) ?? 0) + 1);
  if (counts.size === 0) return '';
  const texts = [...counts].map(([type, count]) => escapedHtml(count === 1 ? type : `${type} ${count}`));
  return `<p class="quiet">${texts.join(', ')}</p>`;
}
