/** The list of an item that consists of several parts: an event with its attachments, a contact with its photo. */
import { decode, encode } from 'cborg';
import { z } from 'zod';
import { contentKind, contentRefSchema, type ContentRef } from '../../../src-shared/model/rows.ts';
import { damaged } from '../format/seal.ts';

/** No item that Microsoft 365 gives has nearly as many. */
const maxParts = 10_000;

const listSchema = z.object({
  v: z.literal(1),
  /** Name, media type (RFC 6838), content. */
  parts: z
    .array(z.tuple([z.string().max(1024), z.string().max(256), contentRefSchema]))
    .min(1)
    .max(maxParts),
});

/** One part; the first of a list is the item itself. */
export interface ContentPart {
  readonly name: string;
  readonly mediaType: string;
  readonly content: ContentRef;
}

/** Throws a ZodError for a list that no reader would take. */
export function encodePartsList(parts: readonly ContentPart[]): Uint8Array<ArrayBuffer> {
  const rows = parts.map(({ name, mediaType, content }) => [name, mediaType, content]);
  return new Uint8Array(encode(listSchema.parse({ v: 1, parts: rows })));
}

/** Parses a list; throws `pack-damaged` where it is not one. */
export function decodePartsList(bytes: Uint8Array): ContentPart[] {
  const parsed = listSchema.safeParse(decode(bytes));
  const isFlat = parsed.data?.parts.every(([, , [kind]]) => kind !== contentKind.parts);
  if (!parsed.success || isFlat !== true)
    throw damaged('the list of an item’s parts has another shape than such a list');
  return parsed.data.parts.map(([name, mediaType, content]) => ({ name, mediaType, content }));
}
