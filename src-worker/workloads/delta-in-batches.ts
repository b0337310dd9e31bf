/** Delta pages of items whose content comes twenty at a time: contacts with photos, tasks with steps. */
import { longestBatch } from '../graph/batch.ts';
import { rawItemSchema, type RawItem } from './item-parts.ts';
import type { AccountScope, FetchedContent, ItemChanges, ItemHead } from './workload.ts';

/** How a workload reads what a delta brings. */
export interface BatchedDelta {
  readonly describe: (item: RawItem) => ItemHead;
  /** Contents of at most twenty items; undefined for one that has to be fetched by itself. */
  readonly complete: (items: readonly RawItem[]) => Promise<(FetchedContent | undefined)[]>;
  /** The id of an item that Graph tells as gone. */
  readonly keyOf: (id: string) => string;
}

/** Pages from a path, or from a link of an earlier run. Throws `delta-expired` and `collection-gone`. */
export async function* deltaInBatches(
  { graph, accountId, signal }: AccountScope,
  start: string,
  { describe, complete, keyOf }: BatchedDelta,
): AsyncIterable<ItemChanges> {
  const pages = graph.deltaPages(start, {
    schema: rawItemSchema,
    mailbox: accountId,
    target: 'collection',
    pageSize: longestBatch,
    signal,
  });
  for await (const { changed, removed, nextLink, deltaLink } of pages) {
    const contents: (FetchedContent | undefined)[] = [];
    // The size of a page is a wish; what comes may be longer.
    for (let first = 0; first < changed.length; first += longestBatch)
      contents.push(...(await complete(changed.slice(first, first + longestBatch))));
    yield {
      changed: changed.map((item, index) => ({ ...describe(item), content: contents[index] })),
      removed: removed.map(({ id }) => keyOf(id)),
      nextLink,
      deltaLink,
    };
  }
}
