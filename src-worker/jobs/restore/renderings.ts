/**
 * Files that other programs open, made of items that Microsoft 365 gives as JSON: a calendar file of an event, a vCard of
 * a contact, a page of a site or a conversation to read. They stand beside the JSON, which alone has everything.
 */
import type { ContentRef } from '../../../src-shared/model/rows.ts';
import type { CatalogItem } from '../../catalog/catalog.ts';
import { writeICalendar } from '../../formats/icalendar/write-icalendar.ts';
import { groupConversationPage } from '../../formats/readable/group-conversation.ts';
import { sitePage } from '../../formats/readable/site-page.ts';
import { writeVCard, type VCardPhoto } from '../../formats/vcard/write-vcard.ts';
import { collect } from '../../vault/objects/object-reader.ts';
import { pagesCollection } from '../../workloads/site/site-call.ts';
import type { ContentPart } from '../../vault/objects/parts-list.ts';
import type { RestoreOptions } from './restore-options.ts';
import type { Pieces } from './target/staged-file.ts';

/** How the content of an item or a part is read: all of it, or what is left of it. */
export type ReadContent = (content: ContentRef) => AsyncIterable<Uint8Array>;

/** One part of an item; longer attachments have no bytes, because a file of text is made in memory. */
export interface ReadPart extends Pick<ContentPart, 'name' | 'mediaType'> {
  readonly bytes: Uint8Array | undefined;
}

/** An item in memory: its JSON, and the other parts. */
export interface ReadItem {
  readonly parts: readonly ReadPart[];
  readonly others: readonly ReadPart[];
  /** Undefined where it is no JSON. */
  readonly json: unknown;
}

/** Of all attachments of an item together. Outlook does not send more. */
const mostAttachedBytes = 40 * 1024 * 1024;
/** More than any item has, so that a damaged size cannot take all memory. */
const mostItemBytes = 64 * 1024 * 1024;

interface Renderer {
  readonly extension: string;
  readonly text: (item: ReadItem, options: RestoreOptions) => string;
}

const renderers: Readonly<Record<string, Renderer>> = {
  calendar: { extension: '.ics', text: ({ json, others }) => writeICalendar(json, others) },
  contacts: {
    extension: '.vcf',
    text: ({ json, others }, { vcard }) => writeVCard(json, others.flatMap(asPhoto)[0], vcard),
  },
  conversation: { extension: '.html', text: ({ json }) => groupConversationPage(json) },
};
const pageRenderer: Renderer = { extension: '.html', text: ({ json }) => sitePage(json) };

/** Undefined for items that no other program opens. */
export function rendererOf(workload: string, { collection }: CatalogItem): Renderer | undefined {
  return workload === 'site' && collection === pagesCollection ? pageRenderer : renderers[workload];
}

/**
 * Reads the parts of an item as far as there is room for them; undefined where there is none for the item itself. Throws
 * what `read` throws.
 */
export async function readItem(
  parts: readonly ContentPart[],
  read: ReadContent,
): Promise<ReadItem | undefined> {
  let roomBytes = mostItemBytes;
  const readParts: ReadPart[] = [];
  for (const { name, mediaType, content } of parts) {
    const [, sizeBytes] = content;
    const isHeld = sizeBytes <= roomBytes;
    const bytes = isHeld ? await collect(read(content)) : undefined;
    readParts.push({ name, mediaType, bytes });
    if (readParts.length === 1) roomBytes = mostAttachedBytes;
    else if (isHeld) roomBytes -= sizeBytes;
  }
  const [main, ...others] = readParts;
  return main?.bytes === undefined ? undefined : { parts: readParts, others, json: parsed(main.bytes) };
}

/** A part as it is written: from memory where it is there. */
export function piecesOf(part: ContentPart, known: ReadPart | undefined, read: ReadContent): Pieces {
  return known?.bytes === undefined ? read(part.content) : [known.bytes];
}

/** It was JSON when it was saved; what is not any more has nothing to render, and its bytes stand in the file beside. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function asPhoto({ mediaType, bytes }: ReadPart): VCardPhoto[] {
  const isPhoto = mediaType === 'image/jpeg' || mediaType === 'image/png';
  return isPhoto && bytes !== undefined ? [{ mediaType, bytes }] : [];
}
