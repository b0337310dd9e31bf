/** Users and groups of the directory as items: ids are their paths, contents what Graph gave, versions the hash of it. */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { listed, shorten } from '../item-info.ts';
import { jsonPart, type RawItem } from '../item-parts.ts';
import { hashOf } from '../teams-messages.ts';
import type { ItemHead } from '../workload.ts';

/** Collections of the directory, and the first part of the ids in them. */
export const collectionNames = { users: 'Users', groups: 'Groups' } as const;
export type DirectoryCollection = keyof typeof collectionNames;

/** Who somebody was, by every name that a restore may meet. */
const userSelect = [
  ...['id', 'displayName', 'givenName', 'surname', 'userPrincipalName', 'mail', 'proxyAddresses', 'userType'],
  ...['accountEnabled', 'assignedLicenses', 'jobTitle', 'department', 'companyName', 'officeLocation'],
  ...['employeeId', 'businessPhones', 'mobilePhone', 'preferredLanguage', 'usageLocation', 'createdDateTime'],
];
const groupSelect = [
  ...[
    'id',
    'displayName',
    'description',
    'mail',
    'mailNickname',
    'mailEnabled',
    'proxyAddresses',
    'groupTypes',
  ],
  ...['securityEnabled', 'resourceProvisioningOptions', 'visibility', 'membershipRule', 'classification'],
  ...['isAssignableToRole', 'createdDateTime'],
];
/** Properties that are asked for. */
export const selectOf: Readonly<Record<DirectoryCollection, string>> = {
  users: userSelect.join(','),
  groups: groupSelect.join(','),
};

const text = z.string().nullish().catch(undefined);
const shownSchema = z.object({ displayName: text, mail: text, userPrincipalName: text, userType: text });

export const itemId = (collection: DirectoryCollection, id: string): string => `${collection}/${id}`;

/** Collection and object id that an item's id names; null for an id of something else. */
export function splitItemId(item: string): readonly [DirectoryCollection, string] | null {
  const [collection, id] = item.split('/');
  const isKnown = collection !== undefined && Object.hasOwn(collectionNames, collection);
  return isKnown && id !== undefined ? [collection as DirectoryCollection, id] : null;
}

/** The row of a user or group with all of its content. */
export function describeObject(
  collection: DirectoryCollection,
  raw: RawItem,
  people?: { readonly members: readonly RawItem[]; readonly owners: readonly RawItem[] },
): ItemHead {
  const { displayName, mail, userPrincipalName, userType } = requireShape(shownSchema, raw);
  const title = shorten(displayName) ?? raw.id;
  const part = jsonPart(collection === 'users' ? 'user.json' : 'group.json', { ...raw, ...people });
  return {
    id: itemId(collection, raw.id),
    collection,
    version: hashOf(part.bytes),
    title,
    info: listed({
      title,
      address: shorten(mail ?? userPrincipalName),
      userType: shorten(userType),
      members: people?.members.length,
    }),
    content: { kind: 'parts', parts: [part] },
  };
}
