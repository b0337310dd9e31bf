/**
 * All of one site but its files, which are in its drives: the site itself, its pages, and its lists with their items. The
 * account is the site, by the id that Graph gives it; sites below it are accounts of their own.
 */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { withQuery } from '../../graph/paths.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { AccountScope, FetchedContent, ItemHead, LookedUpItem, Workload } from '../workload.ts';
import { fetchListItem, listChanges, lookedUpItem } from './list-changes.ts';
import { hasSameContent } from './list-item.ts';
import { fetchList, findLists, listHead } from './lists.ts';
import { currentPage, pageChanges } from './pages.ts';
import { aboutChanges, aboutHead, fetchAbout, isAboutItem } from './site-about.ts';
import { aboutCollection, listItemPath, pagesCollection, readKey } from './site-call.ts';

async function* lookUp(scope: AccountScope, keys: readonly string[]): AsyncIterable<LookedUpItem> {
  const listItems = keys.filter((key) => readKey(key).kind === 'listItem');
  yield* lookUpInBatches(scope, listItems, {
    service: 'sharepoint',
    pathOf: (key) => {
      const [list, id] = placeOf(key);
      return withQuery(listItemPath(scope, list, id), { $expand: 'fields' });
    },
    describe: (item, key) => lookedUpItem(scope, placeOf(key)[0], item),
  });
  for (const id of keys.filter((key) => readKey(key).kind !== 'listItem')) yield await lookUpOne(scope, id);
}

function placeOf(key: string): readonly [list: string, item: string] {
  const named = readKey(key);
  if (named.kind !== 'listItem') throw new Error('not the id of a list item');
  return [named.list, named.id];
}

async function lookUpOne(scope: AccountScope, id: string): Promise<LookedUpItem> {
  try {
    return { id, head: await currentHead(scope, id) };
  } catch (error) {
    return isAppError(error, 'item-gone', 'collection-gone') ? { id } : { id, error };
  }
}

async function currentHead(scope: AccountScope, key: string): Promise<ItemHead | undefined> {
  const { kind, id } = readKey(key);
  if (kind === 'page') return currentPage(scope, id);
  if (kind === 'list') return listHead(scope, id);
  return isAboutItem(id) ? aboutHead(scope, id) : undefined;
}

async function fetchItem(scope: AccountScope, key: string): Promise<FetchedContent> {
  const named = readKey(key);
  if (named.kind === 'listItem') return fetchListItem(scope, named.list, named.id);
  if (named.kind === 'list') return fetchList(scope, named.id);
  if (named.kind === 'about') return fetchAbout(scope, named.id);
  const { fetch } = await currentPage(scope, named.id);
  if (fetch === undefined) throw new Error('a page is fetched by itself');
  return fetch();
}

export const siteWorkload: Workload = {
  name: 'site',
  accountKinds: ['site'],
  isRemovalFinal: true,
  listsEverything: (collection) => collection === pagesCollection,
  hasSameContent,
  // What lay in a folder of a library goes with it, and an item does not say in which folder it lies.
  mayTakeOthersAlong: ({ holdsItems }) => holdsItems === true,
  collections: findLists,

  changes: (scope, collection, link) => {
    if (collection === aboutCollection) return aboutChanges(scope);
    return collection === pagesCollection ? pageChanges(scope) : listChanges(scope, collection, link);
  },

  lookUp,
  fetch: fetchItem,
};
