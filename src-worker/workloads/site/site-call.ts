/** How calls about a site are made, and the ids that its items have in a backup. */
import type { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import type { AccountScope } from '../workload.ts';

/** Ids of lists and pages are GUIDs, those of list items numbers. */
const separator = ' ';

/** Collections beside the lists, whose ids are those of the lists. */
export const aboutCollection = 'about';
export const pagesCollection = 'pages';

/** What an id in a backup names: a part of the site itself, a page, a list's definition, or an item of a list. */
export type SiteItem =
  | { readonly kind: 'about' | 'page' | 'list'; readonly id: string }
  | { readonly kind: 'listItem'; readonly list: string; readonly id: string };

export const pageKey = (id: string): string => pagesCollection + separator + id;
export const listKey = (list: string): string => `list${separator}${list}`;
export const listItemKey = (list: string, item: string): string => list + separator + item;

export function readKey(key: string): SiteItem {
  const at = key.indexOf(separator);
  const [first, id] = [key.slice(0, Math.max(0, at)), key.slice(at + 1)];
  if (at < 0) return { kind: 'about', id };
  if (first === pagesCollection) return { kind: 'page', id };
  return first === 'list' ? { kind: 'list', id } : { kind: 'listItem', list: first, id };
}

export const sitePath = ({ accountId }: AccountScope): string => graphPath`/sites/${accountId}`;
export const listPath = (scope: AccountScope, list: string): string =>
  sitePath(scope) + graphPath`/lists/${list}`;
export const listItemPath = (scope: AccountScope, list: string, item: string): string =>
  listPath(scope, list) + graphPath`/items/${item}`;

export const sharePoint = { service: 'sharepoint' } as const;
/** Resource units of a list and of anything about permissions; one item costs 1 (graph facts, section 2). */
export const listCost = 2;
export const permissionCost = 5;

interface ListCall<T> {
  readonly schema: z.ZodType<T>;
  readonly target: 'account' | 'collection' | 'item';
  readonly cost?: number;
  readonly query?: Readonly<Record<string, string>>;
}

/** All of a list that is short. */
export async function readList<T>(
  { graph, signal }: AccountScope,
  path: string,
  { cost = listCost, ...call }: ListCall<T>,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of graph.pages(path, { ...sharePoint, ...call, cost, signal })) all.push(...page);
  return all;
}
