/** What lists show of a list item, and whether something is attached to it. */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import type { GapCode } from '../../../src-shared/errors/gap-code.ts';
import { listed, shorten } from '../item-info.ts';
import type { RawItem } from '../item-parts.ts';
import type { ItemHead } from '../workload.ts';
import { authorshipFields, authorshipOf } from './authorship.ts';
import { listItemKey } from './site-call.ts';

const text = z.string().nullish().catch(undefined);

/** Only the id must be there: all of an item is stored, odd or not. */
const itemSchema = z.object({
  id: z.string(),
  eTag: text,
  ...authorshipFields,
  contentType: z.object({ id: text, name: text }).nullish().catch(undefined),
  fields: z
    .object({ Title: text, FileLeafRef: text, Attachments: z.boolean().nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});

export const hasAttachments = (raw: RawItem): boolean =>
  requireShape(itemSchema, raw).fields?.Attachments === true;
/** False where the answer left out what people wrote, so that the item must be asked for by itself. */
export const hasFields = (raw: RawItem): boolean =>
  typeof raw['fields'] === 'object' && raw['fields'] !== null;

/** Content types of folders begin with this; their names are in the language of the site. */
const folderType = '0x0120';

/** Ends the version of an item that has attachments: saved with it, or left out. */
const attached = 'attached';
const bare = 'bare';

/**
 * The eTag changes with every change of an item, also of its attachments. Whether those could be read is told, too, so that
 * an item that was saved without is fetched again once they can.
 */
export function describeListItem(
  raw: RawItem,
  list: string,
  gap: GapCode | undefined,
): Omit<ItemHead, 'content'> {
  const item = requireShape(itemSchema, raw);
  const isAttached = hasAttachments(raw);
  const lacks = isAttached ? gap : undefined;
  const name = shorten(item.fields?.FileLeafRef ?? item.fields?.Title) ?? '';
  return {
    id: listItemKey(list, item.id),
    collection: list,
    version: versionOf(item, isAttached, lacks),
    title: name,
    info: listed({
      name,
      type: shorten(item.contentType?.name),
      ...authorshipOf(item),
      attachments: isAttached || undefined,
      holdsItems: item.contentType?.id?.startsWith(folderType) === true || undefined,
    }),
    gap: lacks,
  };
}

function versionOf(
  { eTag, lastModifiedDateTime }: z.infer<typeof itemSchema>,
  isAttached: boolean,
  gap: GapCode | undefined,
): string {
  const tag = eTag ?? lastModifiedDateTime ?? '';
  if (!isAttached || tag === '') return tag;
  return `${tag} ${gap === undefined ? attached : bare}`;
}

/** True of an item whose attachments were read once and cannot be read now: what was saved is what there is. */
export function hasSameContent(before: string, after: string): boolean {
  const [tagBefore, stateBefore] = before.split(' ');
  const [tagAfter, stateAfter] = after.split(' ');
  return tagBefore === tagAfter && stateBefore === attached && stateAfter === bare;
}
