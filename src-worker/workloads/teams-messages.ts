/**
 * What messages of channels and of chats have in common: how they are asked for, what of them is read here, and the
 * pictures inside them, which Teams keeps apart.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { requireShape } from '../graph/json-body.ts';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import { listed, shorten } from './item-info.ts';
import { rawItemSchema, type RawItem } from './item-parts.ts';
import type { AccountScope, FetchedPart, ItemHead } from './workload.ts';

/** The longest page that Teams gives of messages. */
export const messagePageSize = 50;
/** Teams takes pictures of some megabytes. */
const longestPictureBytes = 64 * 1024 * 1024;
const picturePageSize = 100;
const versionDigits = 32;
const longestTitle = 80;

const text = z.string().nullish().catch(undefined);

/** Only the id must be there: all of a message is stored, odd or not. */
const messageSchema = z.object({
  id: z.string(),
  etag: text,
  lastModifiedDateTime: text,
  createdDateTime: text,
  deletedDateTime: text,
  subject: text,
  chatId: text,
  replyToId: text,
  body: z.object({ content: text }).nullish().catch(undefined),
  from: z
    .object({ user: z.object({ displayName: text }).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  channelIdentity: z.object({ channelId: text }).nullish().catch(undefined),
});
export type TeamsMessage = z.infer<typeof messageSchema>;

export const readMessage = (raw: RawItem): TeamsMessage => requireShape(messageSchema, raw);

/** What every call to Teams says: without the preference, values that came later read `unknownFutureValue`. */
export const teamsCall = {
  service: 'teams',
  headers: { Prefer: 'include-unknown-enum-members' },
} as const;

/** A message that was taken back leaves its place with nothing in it. */
export const isTakenBack = (raw: RawItem): boolean => typeof readMessage(raw).deletedDateTime === 'string';

/** The later of two times as Graph writes them; a time that cannot be read is no time. */
export function later(one: string | undefined, other: string | null | undefined): string | undefined {
  if (typeof other !== 'string' || Number.isNaN(Date.parse(other))) return one;
  return one === undefined || Date.parse(other) > Date.parse(one) ? other : one;
}

/** When the latest change of some messages was; undefined without any. */
export function latestOf(messages: readonly RawItem[], since?: string): string | undefined {
  return messages.reduce<string | undefined>(
    (latest, raw) => later(latest, readMessage(raw).lastModifiedDateTime),
    since,
  );
}

/** `$filter` for what changed after a time. */
export const changedAfter = (time: string): string => `lastModifiedDateTime gt ${time}`;

/** Every message of a list. */
export async function readAllMessages(
  { graph, signal }: AccountScope,
  path: string,
  { filter, target }: { filter?: string | undefined; target: 'item' | 'collection' | 'account' },
): Promise<RawItem[]> {
  const all: RawItem[] = [];
  const query = { $top: messagePageSize, $filter: filter };
  const call = { ...teamsCall, schema: rawItemSchema, target, signal, query };
  for await (const page of graph.pages(path, call)) all.push(...page);
  return all;
}

/** The answer of an export of messages, or null where the organization may not export any. */
export async function ifAllowed<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isAppError(error, 'access-denied', 'permission-missing', 'request-rejected')) return null;
    throw error;
  }
}

/** A version of a message that is made of several: another one changes it, too. */
export function versionOf(messages: readonly RawItem[]): string {
  const lines = messages.map((raw) => {
    const { id, etag, lastModifiedDateTime } = readMessage(raw);
    return `${id} ${etag ?? lastModifiedDateTime ?? ''}`;
  });
  return hashOf(lines.join('\n'));
}

/** A short hash, for versions of what has none of its own. */
export const hashOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, versionDigits);

/** Pictures are links in the text or in a card; most messages have none, and need not be asked. */
export const hasPictures = (raw: RawItem): boolean => JSON.stringify(raw).includes('/hostedContents/');

/** The pictures of the message at `path`, in the order of their list. */
export async function fetchPictures({ graph, signal }: AccountScope, path: string): Promise<FetchedPart[]> {
  const parts: FetchedPart[] = [];
  const call = { ...teamsCall, target: 'item' as const, signal };
  const query = { $top: picturePageSize };
  const list = `${path}/hostedContents`;
  for await (const page of graph.pages(list, { ...call, schema: rawItemSchema, query }))
    for (const { id } of page) {
      const bytes = await graph.getBytes(`${list}/${encodeURIComponent(id)}/$value`, {
        ...call,
        maxBytes: longestPictureBytes,
      });
      parts.push({ ...pictureType(bytes), bytes });
    }
  return parts;
}

/** The list does not tell what a picture is, so its first byte does. */
function pictureType(bytes: Uint8Array): Pick<FetchedPart, 'name' | 'mediaType'> {
  if (bytes[0] === 0x89) return { name: 'picture.png', mediaType: 'image/png' };
  if (bytes[0] === 0xff) return { name: 'picture.jpg', mediaType: 'image/jpeg' };
  if (bytes[0] === 0x47) return { name: 'picture.gif', mediaType: 'image/gif' };
  return { name: 'picture', mediaType: 'application/octet-stream' };
}

/** What lists show of a message: its subject or the beginning of its text, who wrote it and when. */
export function describeMessage(raw: RawItem): Pick<ItemHead, 'title' | 'info'> {
  const message = readMessage(raw);
  const title = shorten(message.subject) || plainText(message.body?.content ?? '').slice(0, longestTitle);
  const from = shorten(message.from?.user?.displayName) || undefined;
  return { title, info: listed({ title, from, created: message.createdDateTime }) };
}

const plainText = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
