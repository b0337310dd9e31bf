/** What lists show of a contact. */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { listed, shorten } from '../item-info.ts';
import type { RawItem } from '../item-parts.ts';
import type { ItemHead } from '../workload.ts';

/** Enough for the row of a contact. */
export const contactFields = 'changeKey,parentFolderId,displayName,companyName,emailAddresses';

const text = z.string().nullish();
const contactSchema = z.object({
  id: z.string(),
  changeKey: text.catch(undefined),
  parentFolderId: text.catch(undefined),
  displayName: text.catch(undefined),
  companyName: text.catch(undefined),
  emailAddresses: z
    .array(z.object({ address: text }))
    .nullish()
    .catch(undefined),
});
const listedAddresses = 3;

/** The row of a contact in `folder`, or in the folder that it names itself. */
export function describeContact(raw: RawItem, folder?: string): ItemHead {
  const contact = requireShape(contactSchema, raw);
  const title = shorten(contact.displayName) ?? '';
  const emails = (contact.emailAddresses ?? []).slice(0, listedAddresses);
  return {
    id: contact.id,
    collection: folder ?? contact.parentFolderId ?? '',
    version: contact.changeKey ?? '',
    title,
    info: listed({
      name: title,
      company: shorten(contact.companyName) || undefined,
      emails: emails.length === 0 ? undefined : emails.flatMap(({ address }) => shorten(address) ?? []),
    }),
  };
}
