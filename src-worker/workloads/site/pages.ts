/** The pages of a site: Graph tells no changes of them, so all are listed at every run, and what changed is fetched. */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { listed, shorten } from '../item-info.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, ItemChanges, ItemHead } from '../workload.ts';
import { authorshipFields, authorshipOf } from './authorship.ts';
import { listCost, pageKey, pagesCollection, sharePoint, sitePath } from './site-call.ts';

/** Enough for the row of a page. */
const fields = 'id,name,title,eTag,createdDateTime,lastModifiedDateTime,createdBy,lastModifiedBy';
/** The only kind of page that has a canvas with web parts. */
const sitePage = '#microsoft.graph.sitePage';
const endLink = 'listed';

const text = z.string().nullish().catch(undefined);
const pageSchema = z.object({
  id: z.string(),
  name: text,
  title: text,
  eTag: text,
  ...authorshipFields,
});

const pagesPath = (scope: AccountScope): string => `${sitePath(scope)}/pages`;
const pagePath = (scope: AccountScope, id: string): string => pagesPath(scope) + graphPath`/${id}`;

/** All pages, as rows whose contents are fetched where they changed. */
export async function* pageChanges(scope: AccountScope): AsyncIterable<ItemChanges> {
  const { graph, signal } = scope;
  const call = { ...sharePoint, cost: listCost, target: 'collection' as const, signal };
  const query = { $select: fields };
  for await (const page of graph.pages(pagesPath(scope), { ...call, schema: rawItemSchema, query })) {
    const changed = page.map((raw) => pageHead(scope, raw));
    yield { changed, removed: [], nextLink: undefined, deltaLink: undefined };
  }
  yield { changed: [], removed: [], nextLink: undefined, deltaLink: endLink };
}

function pageHead(scope: AccountScope, raw: RawItem): ItemHead {
  const page = requireShape(pageSchema, raw);
  const title = shorten(page.title) || shorten(page.name) || '';
  return {
    id: pageKey(page.id),
    collection: pagesCollection,
    version: page.eTag ?? page.lastModifiedDateTime ?? '',
    title,
    info: listed({
      name: shorten(page.name),
      title,
      type: 'page',
      ...authorshipOf(page),
    }),
    fetch: () => fetchPage(scope, raw),
  };
}

/** A page as it is now. Rejects with `item-gone`. */
export async function currentPage(scope: AccountScope, id: string): Promise<ItemHead> {
  const { graph, signal } = scope;
  const call = { ...sharePoint, target: 'item' as const, signal };
  return pageHead(scope, await graph.getJson(pagePath(scope, id), { ...call, schema: rawItemSchema }));
}

async function fetchPage(scope: AccountScope, raw: RawItem): Promise<FetchedContent> {
  const { graph, signal } = scope;
  const hasCanvas = raw['@odata.type'] === sitePage;
  const path = pagePath(scope, raw.id) + (hasCanvas ? '/microsoft.graph.sitePage' : '');
  const query = hasCanvas ? { $expand: 'canvasLayout' } : undefined;
  const call = { ...sharePoint, target: 'item' as const, signal };
  const page = await graph.getJson(path, { ...call, schema: rawItemSchema, query });
  return { kind: 'parts', parts: [jsonPart('page.json', page)] };
}
