/** Who made a page or a list item, who changed it last, and when: told in the same way of both. */
import { z } from 'zod';
import { shorten } from '../item-info.ts';

const text = z.string().nullish().catch(undefined);
const identity = z
  .object({ user: z.object({ displayName: text }).nullish().catch(undefined) })
  .nullish()
  .catch(undefined);

/** Properties of an item that tell it. */
export const authorshipFields = {
  createdDateTime: text,
  lastModifiedDateTime: text,
  createdBy: identity,
  lastModifiedBy: identity,
};

/** As lists show it; what is not known is undefined. */
export function authorshipOf(
  item: z.infer<z.ZodObject<typeof authorshipFields>>,
): Readonly<Record<string, unknown>> {
  return {
    author: shorten(item.createdBy?.user?.displayName),
    editor: shorten(item.lastModifiedBy?.user?.displayName),
    created: shorten(item.createdDateTime),
    modified: shorten(item.lastModifiedDateTime),
  };
}
