/**
 * Files that other programs open, made of items that Microsoft 365 gives as JSON: a calendar file of an event, a vCard of
 * a contact. They stand beside the JSON, which alone has everything.
 */
import { writeICalendar } from '../../formats/icalendar/write-icalendar.ts';
import type { VCardVersion } from '../../formats/vcard/content-line.ts';
import { writeVCard, type VCardPhoto } from '../../formats/vcard/write-vcard.ts';
import type { ObjectReader } from '../../vault/objects/object-reader.ts';
import type { ContentPart } from '../../vault/objects/parts-list.ts';

/** What is to be chosen of the form that files get. */
export interface RestoreFormats {
  readonly vcard: VCardVersion;
}

/** A file of text; its extension begins with a dot. */
export interface Rendering {
  readonly extension: string;
  readonly text: string;
}

/** One part of an item; longer attachments have no bytes, because a file of text is made in memory. */
interface ReadPart extends Pick<ContentPart, 'name' | 'mediaType'> {
  readonly bytes: Uint8Array | undefined;
}

/** Of all attachments of an item together. Outlook does not send more. */
const mostAttachedBytes = 40 * 1024 * 1024;
/** More than any item has, so that a damaged size cannot take all memory. */
const mostItemBytes = 64 * 1024 * 1024;

type Render = (item: unknown, others: readonly ReadPart[], formats: RestoreFormats) => Rendering;

const renders: Readonly<Record<string, Render>> = {
  calendar: (item, others) => ({ extension: '.ics', text: writeICalendar(item, others) }),
  contacts: (item, others, { vcard }) => ({
    extension: '.vcf',
    text: writeVCard(item, others.flatMap(asPhoto)[0], vcard),
  }),
};

/** Undefined for services whose items no other program opens. Throws what reading the vault throws. */
export async function renderingOf(
  workload: string,
  { reader, parts }: { reader: ObjectReader; parts: readonly ContentPart[] },
  formats: RestoreFormats,
): Promise<Rendering | undefined> {
  const render = renders[workload];
  const [main, ...others] = parts;
  if (render === undefined || main === undefined || sizeOf(main) > mostItemBytes) return undefined;
  const item = parsed(await reader.readWhole(main.content));
  const read: ReadPart[] = [];
  let roomBytes = mostAttachedBytes;
  for (const part of others) {
    const isHeld = sizeOf(part) <= roomBytes;
    if (isHeld) roomBytes -= sizeOf(part);
    const bytes = isHeld ? await reader.readWhole(part.content) : undefined;
    read.push({ name: part.name, mediaType: part.mediaType, bytes });
  }
  return render(item, read, formats);
}

const sizeOf = ({ content: [, sizeBytes] }: ContentPart): number => sizeBytes;

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
