/**
 * Whom files and folders are shared with. It is kept as information about the item and not as content: sharing changes
 * without the bytes, so a row is replaced and no file is read again; lists can show it; and files stay streams. Only what
 * was granted on the item itself is kept, because what it inherits is granted further up. Asking costs five resource
 * units (graph facts, section 2), so only what has the facet `shared` is asked about.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { longestBatch, type BatchAnswer } from '../../graph/batch.ts';
import { graphPath } from '../../graph/paths.ts';
import { listed, shorten } from '../item-info.ts';
import type { AccountScope } from '../workload.ts';
import { isShared, type DriveItem } from './drive-item.ts';

/** Grants of one item as they are kept, how many there are, and a hash of all of them. */
export interface Sharing {
  readonly grants: readonly object[];
  readonly count: number;
  readonly mark: string;
}

const permissionCost = 5;
/** A row must fit into a frame of a segment: grants beyond so many letters, or people of one grant, are only counted. */
const longestGrants = 256 * 1024;
const mostPeople = 100;
const mostRoles = 10;
const longestAddress = 1024;
const markDigits = 16;

const text = z.string().nullish().catch(undefined);
const identity = z
  .object({ id: text, displayName: text, email: text, loginName: text })
  .nullish()
  .catch(undefined);
const identitySet = z
  .object({ user: identity, group: identity, siteUser: identity, siteGroup: identity, application: identity })
  .nullish()
  .catch(undefined);
const permissionSchema = z.object({
  id: z.string(),
  roles: z.array(z.string()).nullish().catch(undefined),
  inheritedFrom: z.object({}).nullish().catch(undefined),
  link: z.object({ scope: text, type: text, webUrl: text }).nullish().catch(undefined),
  expirationDateTime: text,
  hasPassword: z.boolean().nullish().catch(undefined),
  grantedToV2: identitySet,
  grantedToIdentitiesV2: z.array(identitySet).nullish().catch(undefined),
});
type Permission = z.infer<typeof permissionSchema>;
type IdentitySet = z.infer<typeof identitySet>;
/** The list of one item; Graph gives it whole. */
const permissionsSchema = z.object({
  value: z.array(permissionSchema),
  '@odata.nextLink': z.string().optional(),
});

const permissionsPath = (driveId: string, itemId: string) =>
  graphPath`/drives/${driveId}/items/${itemId}/permissions`;

/** The items, those that are shared with what is granted of them. Rejects with `AppError` where nothing can be asked. */
export async function withSharing(
  scope: AccountScope,
  driveId: string,
  items: readonly DriveItem[],
): Promise<DriveItem[]> {
  const told = new Map<string, DriveItem>();
  const shared = items.filter(isShared);
  for (let first = 0; first < shared.length; first += longestBatch) {
    const some = shared.slice(first, first + longestBatch);
    const requests = some.map(({ id }) => ({ path: permissionsPath(driveId, id) }));
    const call = {
      service: 'sharepoint',
      target: 'item',
      cost: permissionCost,
      signal: scope.signal,
    } as const;
    const answers = await scope.graph.batch(requests, call);
    for (const [index, item] of some.entries())
      told.set(item.id, await itemWith(scope, { driveId, item, answer: answers[index] }));
  }
  return items.map((item) => told.get(item.id) ?? item);
}

interface AnsweredItem {
  readonly driveId: string;
  readonly item: DriveItem;
  readonly answer: BatchAnswer | undefined;
}

async function itemWith(scope: AccountScope, { driveId, item, answer }: AnsweredItem): Promise<DriveItem> {
  if (answer === undefined) throw new Error('a batch answers every request');
  if (!answer.isOk) {
    const { code } = answer.error;
    // Deleted since: the delta of the next run says so.
    if (code === 'item-gone') return item;
    if (code !== 'access-denied' && code !== 'permission-missing') throw answer.error;
    return { ...item, gap: 'full-control-missing' };
  }
  const whole = permissionsSchema.safeParse(answer.body);
  const isWhole = whole.success && whole.data['@odata.nextLink'] === undefined;
  return { ...item, sharing: sharingOf(isWhole ? whole.data.value : await readAll(scope, driveId, item)) };
}

async function readAll({ graph, signal }: AccountScope, driveId: string, item: DriveItem) {
  const all: Permission[] = [];
  const call = { service: 'sharepoint', target: 'item', cost: permissionCost, signal } as const;
  for await (const page of graph.pages(permissionsPath(driveId, item.id), {
    ...call,
    schema: permissionSchema,
  }))
    all.push(...page);
  return all;
}

function sharingOf(permissions: readonly Permission[]): Sharing | undefined {
  const direct = permissions.filter(
    ({ inheritedFrom }) => inheritedFrom === undefined || inheritedFrom === null,
  );
  if (direct.length === 0) return undefined;
  const grants = direct.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(grantOf);
  const mark = createHash('sha256').update(JSON.stringify(grants)).digest('hex').slice(0, markDigits);
  return { grants: grants.slice(0, fittingCount(grants)), count: grants.length, mark };
}

function fittingCount(grants: readonly object[]): number {
  let length = 0;
  const first = grants.findIndex((grant) => (length += JSON.stringify(grant).length) > longestGrants);
  return first < 0 ? grants.length : first;
}

/** A grant in short: what may be done, by whom, or by whoever has a link. */
function grantOf({ id, roles, link, grantedToV2, ...rest }: Permission): object {
  const people = [grantedToV2, ...(rest.grantedToIdentitiesV2 ?? [])].flatMap(identityOf);
  return listed({
    id: shorten(id),
    roles: (roles ?? []).slice(0, mostRoles).map((role) => shorten(role)),
    scope: shorten(link?.scope),
    type: shorten(link?.type),
    url: link?.webUrl?.slice(0, longestAddress),
    expires: shorten(rest.expirationDateTime),
    password: rest.hasPassword === true ? true : undefined,
    to: people.length === 0 ? undefined : people.slice(0, mostPeople),
    people: people.length > mostPeople ? people.length : undefined,
  });
}

/** The directory's names come first; those of the site are for what the directory does not know. */
function identityOf(set: IdentitySet): object[] {
  const kinds = ['user', 'group', 'application', 'siteUser', 'siteGroup'] as const;
  const kind = kinds.find((one) => set?.[one] !== undefined && set[one] !== null);
  if (kind === undefined) return [];
  const { id, displayName, email, loginName } = set?.[kind] ?? {};
  return [
    listed({
      kind,
      id: shorten(id),
      name: shorten(displayName),
      address: shorten(email) ?? shorten(loginName),
    }),
  ];
}
