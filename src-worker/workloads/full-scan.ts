/**
 * Changes of a collection in a cloud that does not tell them: all items are listed in each run, with their change keys,
 * and the backup compares those with what it has. Which way a cloud offers is found out by asking it, once a run and
 * kind of collection; one that learns delta later is followed by delta from then on.
 */
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { GraphClient } from '../graph/graph-client.ts';
import type { ItemChanges, ItemHead } from './workload.ts';

/** The position of what was listed in full: there is nothing to go on from. */
export const scanLink = 'scanned';

/** Items of a page; Graph takes up to 1,000, and a page of messages with their fields has about half a megabyte so. */
export const scanPageSize = 500;

/** Kinds of collections of which an organization's Graph has said that it has no delta, by client. */
const lacking = new WeakMap<GraphClient, Set<string>>();

/** Remembers for the life of a client that there is no delta of `kind`. */
export function noteNoDelta(graph: GraphClient, kind: string): void {
  const kinds = lacking.get(graph) ?? new Set();
  lacking.set(graph, kinds.add(kind));
}

export function hasNoDelta(graph: GraphClient, kind: string): boolean {
  return lacking.get(graph)?.has(kind) === true;
}

/** For `Workload.listsEverything`: after a scan, the next run lists everything, too, in one way or the other. */
export function isScanned(_collection: string, link: string): boolean {
  return link === scanLink;
}

/** The two ways to read a collection of some kind. */
export interface ChangesOrScan {
  readonly kind: string;
  readonly delta: (link: string | undefined) => AsyncIterable<ItemChanges>;
  /** All items, without content: most of them the backup has already. */
  readonly scan: () => AsyncIterable<readonly ItemHead[]>;
}

/**
 * Pages of changes since `link`, or of all items. Throws `delta-unsupported` only for the link of a delta, which means that
 * the collection is to be read without it.
 */
export async function* changesOrScan(
  graph: GraphClient,
  link: string | undefined,
  { kind, delta, scan }: ChangesOrScan,
): AsyncIterable<ItemChanges> {
  const start = link === scanLink ? undefined : link;
  if (start !== undefined || !hasNoDelta(graph, kind)) {
    try {
      yield* delta(start);
      return;
    } catch (error) {
      if (start !== undefined || !isAppError(error, 'delta-unsupported')) throw error;
      noteNoDelta(graph, kind);
    }
  }
  // Without links to go on from: after an interruption the list starts over, and what is saved is not fetched again.
  for await (const changed of scan())
    yield { changed, removed: [], nextLink: undefined, deltaLink: undefined };
  yield { changed: [], removed: [], nextLink: undefined, deltaLink: scanLink };
}
