/**
 * Lists that come in pages: follows the links of Graph to the end, checks every item, and tells changed items from
 * removed ones. It keeps no items; order and duplicates are passed on as they came, the last state of an id wins.
 */
import { z } from 'zod';
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import { wordsFor } from './error-words.ts';
import { requireShape } from './json-body.ts';
import { isLink, LinkTrail } from './links.ts';

/** An item that is not in the collection any more. `changed`: still restorable from the recycle bin, or moved away. */
interface RemovedItem {
  readonly id: string;
  readonly reason: 'deleted' | 'changed';
}

/**
 * A part of a delta enumeration: `nextLink` leads to the next part; `deltaLink` comes with the last one only and is
 * where the next run goes on. An id stands in one of the lists, by its last state in the page.
 */
export interface DeltaPage<T> {
  readonly changed: readonly T[];
  readonly removed: readonly RemovedItem[];
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
}

/** How a pager gets its pages. */
export interface PageSource {
  readonly graphRoot: string;
  /** The first path or link. */
  readonly start: string;
  /** Fetches a page and parses its JSON. */
  readonly fetch: (pathOrLink: string) => Promise<unknown>;
}

const pageSchema = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});

const identifiedSchema = z.object({ id: z.string() });

const removedSchema = z.object({
  id: z.string(),
  '@removed': z.object({ reason: z.enum(['deleted', 'changed']).catch('deleted') }),
});

/** Reads a plain list, page by page. */
export async function* readPages<T>(source: PageSource, schema: z.ZodType<T>): AsyncGenerator<readonly T[]> {
  for await (const page of followLinks(source)) yield page.value.map((item) => requireShape(schema, item));
}

/** One page of a plain list; `nextLink` is where the next one is, undefined after the last. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextLink: string | undefined;
}

/** Reads one page of a plain list, from a path or from the link of the page before. */
export async function readPage<T>(source: PageSource, schema: z.ZodType<T>): Promise<ListPage<T>> {
  const { value, '@odata.nextLink': nextLink } = requireShape(
    pageSchema,
    await source.fetch(startOf(source)),
  );
  return { items: value.map((item) => requireShape(schema, item)), nextLink };
}
/** A cloud without the function takes its name for the id of an item. */
const wordTakenForId = 'ErrorInvalidIdMalformed';

/**
 * Reads a delta enumeration. Throws `delta-expired` when Graph has forgotten the position, `delta-unsupported` when it
 * has no delta for the collection, and `response-invalid` when the last page has no link to go on from.
 */
export async function* readDeltaPages<T>(
  source: PageSource,
  schema: z.ZodType<T>,
): AsyncGenerator<DeltaPage<T>> {
  const fetchDelta = async (pathOrLink: string): Promise<unknown> => {
    try {
      return await source.fetch(pathOrLink);
    } catch (error) {
      // Ids of folders come from Graph, so the only word in the path that can be malformed is the function's.
      if (!isAppError(error, 'request-rejected') || error.details['graphCode'] !== wordTakenForId)
        throw error;
      throw new AppError('delta-unsupported', wordsFor('delta-unsupported'), { details: error.details });
    }
  };
  for await (const page of followLinks({ ...source, fetch: fetchDelta })) {
    const nextLink = page['@odata.nextLink'];
    const isLast = nextLink === undefined;
    const deltaLink = isLast ? page['@odata.deltaLink'] : undefined;
    if (isLast && deltaLink === undefined) {
      throw new AppError('response-invalid', wordsFor('response-invalid'), {
        details: { field: '@odata.deltaLink' },
      });
    }
    yield { ...splitRemoved(page.value, schema), nextLink, deltaLink };
  }
}

async function* followLinks(source: PageSource): AsyncGenerator<z.infer<typeof pageSchema>> {
  const trail = new LinkTrail(source.graphRoot);
  let next = startOf(source, trail);
  for (;;) {
    const page = requireShape(pageSchema, await source.fetch(next));
    const { '@odata.nextLink': nextLink, '@odata.deltaLink': deltaLink } = page;
    if (deltaLink !== undefined) trail.check(deltaLink);
    yield page;
    if (nextLink === undefined) return;
    next = trail.follow(nextLink, { wasEmpty: page.value.length === 0 });
  }
}

/** A path as it is, a link only if it leads to Graph. */
function startOf({ start, graphRoot }: PageSource, trail = new LinkTrail(graphRoot)): string {
  return isLink(start) ? trail.follow(start) : start;
}

function isIdentified(item: unknown): item is { id: string } {
  return typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string';
}

function splitRemoved<T>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
): Pick<DeltaPage<T>, 'changed' | 'removed'> {
  const lastStates = new Map<string, object>();
  for (const item of items) {
    // By the thousand, so what can be seen at once is not put through a schema.
    const { id } = isIdentified(item) ? item : requireShape(identifiedSchema, item);
    // Deleting first moves the id to its last place, so that the order of last states is kept.
    lastStates.delete(id);
    lastStates.set(id, item as object);
  }
  const changed: T[] = [];
  const removed: RemovedItem[] = [];
  for (const item of lastStates.values()) {
    if (Object.hasOwn(item, '@removed')) {
      const entry = requireShape(removedSchema, item);
      removed.push({ id: entry.id, reason: entry['@removed'].reason });
    } else if (Object.hasOwn(item, 'deleted')) {
      // Drives and lists say it with a facet of their own.
      removed.push({ id: requireShape(identifiedSchema, item).id, reason: 'deleted' });
    } else {
      changed.push(requireShape(schema, item));
    }
  }
  return { changed, removed };
}
