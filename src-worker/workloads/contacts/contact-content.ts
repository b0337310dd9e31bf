/**
 * All of a contact: its JSON and the photo. Nothing in the JSON tells whether there is a photo, so it is asked for, and a
 * 404 is the usual answer. The photos of a page of contacts come in one batch, because they are small.
 */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { BatchAnswer } from '../../graph/batch.ts';
import { graphPath } from '../../graph/paths.ts';
import { jsonPart, ownBytes, rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, FetchedPart } from '../workload.ts';

/** Outlook keeps photos of some hundred kilobytes at most. */
const longestPhotoBytes = 32 * 1024 * 1024;

const contactPath = (account: string, id: string) => graphPath`/users/${account}/contacts/${id}`;
const photoPath = (account: string, id: string) => `${contactPath(account, id)}/photo/$value`;

export async function fetchContact(scope: AccountScope, id: string): Promise<FetchedContent> {
  const { graph, accountId, signal } = scope;
  const call = { mailbox: accountId, target: 'item' as const, signal };
  const contact = await graph.getJson(contactPath(accountId, id), { ...call, schema: rawItemSchema });
  const options = { ...call, maxBytes: longestPhotoBytes };
  const photo = await graph.getBytes(photoPath(accountId, id), options).catch((error: unknown) => {
    if (isAppError(error, 'item-gone')) return undefined;
    throw error;
  });
  return partsOf(contact, photo);
}

/** The contents of at most twenty contacts; undefined for one whose photo cannot be read in this way. */
export async function completeContacts(
  { graph, accountId, signal }: AccountScope,
  contacts: readonly RawItem[],
): Promise<(FetchedContent | undefined)[]> {
  if (contacts.length === 0) return [];
  const requests = contacts.map(({ id }) => ({ path: photoPath(accountId, id) }));
  const answers = await graph.batch(requests, { mailbox: accountId, target: 'item', signal });
  return contacts.map((contact, index) => contentOf(contact, answers[index]));
}

function contentOf(contact: RawItem, answer: BatchAnswer | undefined): FetchedContent | undefined {
  if (answer?.isOk === true)
    return typeof answer.body === 'string' ? partsOf(contact, ownBytes(answer.body)) : undefined;
  return isAppError(answer?.error, 'item-gone') ? partsOf(contact, undefined) : undefined;
}

function partsOf(contact: RawItem, photo: Uint8Array<ArrayBuffer> | undefined): FetchedContent {
  const parts = [jsonPart('contact.json', contact)];
  return { kind: 'parts', parts: photo === undefined ? parts : [...parts, photoPart(photo)] };
}

/** A batch does not tell the type of what it carries, so the first byte does. */
function photoPart(bytes: Uint8Array<ArrayBuffer>): FetchedPart {
  return bytes[0] === 0x89
    ? { name: 'photo.png', mediaType: 'image/png', bytes }
    : { name: 'photo.jpg', mediaType: 'image/jpeg', bytes };
}
