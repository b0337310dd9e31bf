/**
 * A workload whose collections tell exactly what a test says, page by page: for orders of news that a service shows too
 * seldom to wait for.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { ItemChanges, ItemHead, Workload } from '../../src-worker/workloads/workload.ts';

/** What a page tells; `before` is run first. */
interface ToldPage {
  readonly changed?: readonly ItemHead[];
  readonly removed?: readonly string[];
  readonly before?: () => unknown;
}

export interface Told {
  /** Pages of the next enumeration, by collection. */
  pages: Readonly<Record<string, readonly ToldPage[]>>;
  /** What a look-up finds, by id. */
  present: ReadonlyMap<string, ItemHead>;
}

/** An item with content of its own. */
export function itemIn(collection: string, id: string, more: Partial<ItemHead> = {}): ItemHead {
  const content = { kind: 'bytes' as const, bytes: new TextEncoder().encode(`content of ${id}`) };
  return { id, collection, version: '1', title: id, info: {}, content, ...more };
}

export function toldWorkload(told: Told, more: Partial<Workload> = {}): Workload {
  return {
    name: 'contacts',
    accountKinds: ['user'],
    collections: () => {
      const found = Object.keys(told.pages).map((id) => ({
        id,
        parent: null,
        name: `Name of ${id}`,
        isHidden: false,
        itemCount: null,
      }));
      return Promise.resolve({ found, removed: [], isComplete: true, link: 'position' });
    },
    async *changes(_scope, collection) {
      const pages = told.pages[collection];
      if (pages === undefined) throw new AppError('collection-gone', 'The folder was not found.');
      for (const page of pages) {
        await page.before?.();
        yield { ...emptyPage, ...page, nextLink: 'next' };
      }
      yield { ...emptyPage, deltaLink: 'end' };
    },
    async *lookUp(_scope, ids) {
      for (const id of ids) yield await Promise.resolve({ id, head: told.present.get(id) });
    },
    fetch: () => Promise.reject(new Error('all content comes with the lists')),
    ...more,
  };
}

const emptyPage: ItemChanges = { changed: [], removed: [], nextLink: undefined, deltaLink: undefined };
