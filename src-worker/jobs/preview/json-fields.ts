/**
 * What the views of items that Microsoft 365 gives as JSON have in common. The JSON is years old and not ours: what is odd
 * counts as absent, texts and lists are cut, and nothing throws.
 */
import { z } from 'zod';
import type {
  PreviewAttachment,
  PreviewPeople,
  PreviewPerson,
} from '../../../src-shared/contract/preview-contract.ts';
import { plainLine } from '../../formats/mime/plain-line.ts';
import { plainTextOf } from '../../formats/plain-text.ts';
import type { ContentPart } from '../../vault/objects/parts-list.ts';

/** The JSON of an item, what lists call it, and the parts behind it. */
export interface StoredJson {
  readonly json: unknown;
  readonly title: string;
  readonly others: readonly ContentPart[];
}

const longestText = 4 * 1024 * 1024;
const mostShownPeople = 200;
const mostAttachments = 500;

export const text = z
  .string()
  .catch('')
  .transform((value) => value.slice(0, longestText).toWellFormed());
export const lineText = z.string().catch('').transform(plainLine);
export const flag = z.boolean().catch(false);

/** Entries that are odd stay in their places, without what is odd of them. */
export const listOf = <T>(schema: z.ZodType<T>) => z.array(schema).catch([]);

/** An object whose fields are each lenient; for something that is no object, one without any. */
export function lenient<T extends z.ZodRawShape>(shape: T) {
  return z.preprocess((value) => (typeof value === 'object' && value !== null ? value : {}), z.object(shape));
}

const bodySchema = lenient({ contentType: lineText, content: text });
export const body = bodySchema.transform(({ contentType, content }) =>
  contentType.toLowerCase() === 'html'
    ? { html: content, text: plainTextOf(content) }
    : { html: null, text: content },
);

export const person = lenient({ emailAddress: lenient({ name: lineText, address: lineText }) }).transform(
  ({ emailAddress }): PreviewPerson => emailAddress,
);

export function peopleOf(people: readonly PreviewPerson[]): PreviewPeople {
  return { shown: people.slice(0, mostShownPeople), total: people.length };
}

/** A time as Graph writes it, as ISO 8601; null for one that cannot be read. */
export const time = z
  .string()
  .catch('')
  .transform((value) => (Number.isNaN(Date.parse(value)) ? null : new Date(value).toISOString()));

/** Parts behind the item itself; `first` is the number of the first. */
export function partAttachments(parts: readonly ContentPart[], first = 1): PreviewAttachment[] {
  return parts.slice(0, mostAttachments).map(({ name, mediaType, content: [, sizeBytes] }, at) => ({
    part: first + at,
    name: plainLine(name),
    mediaType: plainLine(mediaType),
    sizeBytes,
    contentId: null,
    isInline: false,
  }));
}

/** A note where not all parts are listed. */
export function partNotes(parts: readonly ContentPart[]): { code: 'parts-left-out'; count: number }[] {
  const count = parts.length - mostAttachments;
  return count > 0 ? [{ code: 'parts-left-out', count }] : [];
}
