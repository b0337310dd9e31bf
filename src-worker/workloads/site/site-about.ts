/**
 * What belongs to the whole site: its properties with what applications were granted of it, its columns, its content
 * types, and which sites lie below it. Read at every run, because Graph has no delta for it; the version is the hash.
 */
import { createHash } from 'node:crypto';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { GapCode } from '../../../src-shared/errors/gap-code.ts';
import { grantedRoles } from '../../graph/sign-in.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, FetchedPart, ItemChanges, ItemHead } from '../workload.ts';
import { aboutCollection, permissionCost, readList, sharePoint, sitePath } from './site-call.ts';

const titles: Readonly<Record<string, string>> = {
  site: 'Site settings',
  columns: 'Site columns',
  contentTypes: 'Content types',
  sites: 'Subsites',
};
const fullControl = 'Sites.FullControl.All';
const versionDigits = 32;
const endLink = 'read';

/** Parts of an item, and why some are missing. */
interface AboutItem {
  readonly parts: readonly FetchedPart[];
  readonly gap?: GapCode;
}

export async function* aboutChanges(scope: AccountScope): AsyncIterable<ItemChanges> {
  const changed: ItemHead[] = [];
  for (const item of Object.keys(titles)) changed.push(await aboutHead(scope, item));
  yield { changed, removed: [], nextLink: undefined, deltaLink: endLink };
}

export const isAboutItem = (id: string): boolean => Object.hasOwn(titles, id);

/** The row of an item. One whose trouble is its own says what it is when it is fetched. */
export async function aboutHead(scope: AccountScope, id: string): Promise<ItemHead> {
  const title = titles[id] ?? id;
  const head = { id, collection: aboutCollection, title, info: { name: title } };
  try {
    const { parts, gap } = await readItem(scope, id);
    return { ...head, version: hashOf(parts), content: { kind: 'parts', parts }, gap };
  } catch (error) {
    if (!isAppError(error, 'access-denied', 'permission-missing', 'request-rejected')) throw error;
    return { ...head, version: '', fetch: () => Promise.reject(error) };
  }
}

export async function fetchAbout(scope: AccountScope, id: string): Promise<FetchedContent> {
  return { kind: 'parts', parts: (await readItem(scope, id)).parts };
}

async function readItem(scope: AccountScope, id: string): Promise<AboutItem> {
  if (id === 'site') return readSite(scope);
  const path = `${sitePath(scope)}/${id}`;
  return { parts: [jsonPart(`${id}.json`, inOrder(await readList(scope, path, listCall)))] };
}

const listCall = { schema: rawItemSchema, target: 'account' as const };

/** The order of lists is free; the same content must give the same hash. */
const inOrder = (all: readonly RawItem[]): RawItem[] => all.toSorted((a, b) => (a.id < b.id ? -1 : 1));

async function readSite(scope: AccountScope): Promise<AboutItem> {
  const { graph, signal } = scope;
  const call = { ...sharePoint, schema: rawItemSchema, target: 'account' as const, signal };
  const site = jsonPart('site.json', await graph.getJson(sitePath(scope), call));
  const grants = await readGrants(scope);
  if (grants === undefined) return { parts: [site], gap: 'full-control-missing' };
  return { parts: [site, jsonPart('permissions.json', inOrder(grants))] };
}

/** What applications were granted; undefined where this one may not ask. The token says so without a request. */
async function readGrants(scope: AccountScope): Promise<RawItem[] | undefined> {
  if (!grantedRoles(await scope.graph.authorization()).includes(fullControl)) return undefined;
  const call = { ...listCall, cost: permissionCost };
  try {
    return await readList(scope, `${sitePath(scope)}/permissions`, call);
  } catch (error) {
    if (isAppError(error, 'access-denied', 'permission-missing')) return undefined;
    throw error;
  }
}

function hashOf(parts: readonly FetchedPart[]): string {
  const hash = createHash('sha256');
  for (const { bytes } of parts) hash.update(bytes);
  return hash.digest('hex').slice(0, versionDigits);
}
