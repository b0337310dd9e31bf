/**
 * The lists of a site, hidden ones and libraries included, and what defines each: properties, columns and content types.
 * The files of libraries are in the drives of the site; here are the columns that people filled in for them.
 */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { listed, shorten } from '../item-info.ts';
import { jsonPart, type RawItem, rawItemSchema } from '../item-parts.ts';
import type {
  AccountScope,
  CollectionChanges,
  CollectionFound,
  FetchedContent,
  ItemHead,
} from '../workload.ts';
import {
  aboutCollection,
  listKey,
  listPath,
  pagesCollection,
  readList,
  sharePoint,
  sitePath,
} from './site-call.ts';

/** Hidden lists show only when `system` is asked for (graph facts, section 8). */
const fields = 'id,displayName,eTag,createdDateTime,lastModifiedDateTime,list,system';
const expansion = 'columns,contentTypes';
const pageLibrary = 'webPageLibrary';
const longestName = 1024;
/** Where an enumeration of all lists ends: there is nothing to go on from. */
const listLink = 'listed';

const text = z.string().nullish().catch(undefined);
const facet = z.object({}).nullish().catch(undefined);
const listSchema = z.object({
  id: z.string().min(1).max(256),
  displayName: text,
  eTag: text,
  createdDateTime: text,
  lastModifiedDateTime: text,
  list: z
    .object({ template: text, hidden: z.boolean().nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  system: facet,
});
type GraphList = z.infer<typeof listSchema>;

/** A run asks for the lists once, which is as long as its scope lives. */
const answers = new WeakMap<AccountScope, Promise<readonly GraphList[]>>();

async function listsOf(scope: AccountScope): Promise<readonly GraphList[]> {
  const known = answers.get(scope);
  if (known !== undefined) return known;
  const call = { schema: listSchema, target: 'account' as const, query: { $select: fields } };
  const answer = readList(scope, `${sitePath(scope)}/lists`, call);
  answers.set(scope, answer);
  try {
    return await answer;
  } catch (error) {
    answers.delete(scope);
    throw error;
  }
}

/** The site itself, its pages if it may have some, and its lists. */
export async function findLists(scope: AccountScope): Promise<CollectionChanges> {
  const lists = await listsOf(scope);
  const hasPages = lists.some(({ list }) => list?.template === pageLibrary);
  const found = [
    rowOf(aboutCollection, 'Site'),
    ...(hasPages ? [rowOf(pagesCollection, 'Pages')] : []),
    ...lists.map((list) => rowOf(list.id, list.displayName ?? '', isHidden(list))),
  ];
  return { found, removed: [], isComplete: true, link: listLink };
}

function rowOf(id: string, name: string, isListHidden = false): CollectionFound {
  return { id, parent: null, name: name.slice(0, longestName), isHidden: isListHidden, itemCount: null };
}

const isHidden = ({ list, system }: GraphList): boolean =>
  list?.hidden === true || (system !== undefined && system !== null);

/** The definition of a list as it is now. Throws `collection-gone` where the site has no such list. */
export async function listHead(scope: AccountScope, id: string): Promise<ItemHead> {
  const list = (await listsOf(scope)).find((one) => one.id === id);
  if (list !== undefined) return headOf(scope, list);
  throw new AppError(
    'collection-gone',
    'This list was deleted while the site was read. What was saved of it before is kept.',
  );
}

function headOf(scope: AccountScope, list: GraphList): ItemHead {
  const name = shorten(list.displayName) ?? '';
  return {
    id: listKey(list.id),
    collection: list.id,
    // The eTag counts changes of the list itself; those of its items move only its time.
    version: list.eTag ?? list.lastModifiedDateTime ?? '',
    title: name,
    info: listed({
      name,
      type: 'list',
      template: shorten(list.list?.template),
      created: shorten(list.createdDateTime),
    }),
    fetch: () => fetchList(scope, list.id),
  };
}

export async function fetchList(scope: AccountScope, id: string): Promise<FetchedContent> {
  const { graph, signal } = scope;
  const path = listPath(scope, id);
  const call = { ...sharePoint, target: 'item' as const, signal };
  const list = await graph.getJson(path, { ...call, schema: rawItemSchema, query: { $expand: expansion } });
  for (const name of expansion.split(',').filter((one) => isCutShort(list, one)))
    list[name] = await readList(scope, `${path}/${name}`, { schema: rawItemSchema, target: 'item' });
  return { kind: 'parts', parts: [jsonPart('list.json', list)] };
}

/** True when Graph expanded only the first part, or nothing at all. */
const isCutShort = (list: RawItem, name: string): boolean =>
  list[`${name}@odata.nextLink`] !== undefined || !Array.isArray(list[name]);
