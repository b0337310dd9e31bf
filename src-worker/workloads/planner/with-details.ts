/**
 * Lists of plans and tasks with the details of each. Graph's metadata lets a list expand them, its documentation is
 * silent, and reports differ: given, left out, or refused. So they are asked for with the list, and those that do not
 * come are read twenty at a time.
 */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { longestBatch } from '../../graph/batch.ts';
import type { CallTarget } from '../../graph/failure.ts';
import type { GraphClient } from '../../graph/graph-client.ts';
import { rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope } from '../workload.ts';
import { hasDetails } from './planner-item.ts';

const expansion = { $expand: 'details' };

/** Clients whose Graph has refused to expand details. */
const refusing = new WeakSet<GraphClient>();

interface DetailedList {
  readonly path: string;
  readonly target: CallTarget;
  readonly detailsPath: (id: string) => string;
}

/** Pages of a list. An entry whose details cannot be read comes without them. */
export async function* pagesWithDetails(
  scope: AccountScope,
  list: DetailedList,
): AsyncIterable<readonly RawItem[]> {
  const { graph } = scope;
  const told = new Set<string>();
  if (!refusing.has(graph)) {
    try {
      for await (const page of pagesOf(scope, list, expansion)) {
        page.forEach(({ id }) => told.add(id));
        yield await completed(scope, list, page);
      }
      return;
    } catch (error) {
      // Details make a page many times as long, and how long it may be is not ours to choose.
      if (!isAppError(error, 'request-rejected', 'item-too-large')) throw error;
      if (error.code === 'request-rejected') refusing.add(graph);
    }
  }
  for await (const page of pagesOf(scope, list, undefined)) {
    const rest = page.filter(({ id }) => !told.has(id));
    yield await completed(scope, list, rest);
  }
}

function pagesOf(
  { graph, signal }: AccountScope,
  { path, target }: DetailedList,
  query: typeof expansion | undefined,
): AsyncIterable<readonly RawItem[]> {
  return graph.pages(path, { schema: rawItemSchema, service: 'planner', target, signal, query });
}

async function completed(
  { graph, signal }: AccountScope,
  { detailsPath }: DetailedList,
  page: readonly RawItem[],
): Promise<RawItem[]> {
  const details = new Map<string, RawItem>();
  const lacking = page.filter((entry) => !hasDetails(entry));
  for (let first = 0; first < lacking.length; first += longestBatch) {
    const some = lacking.slice(first, first + longestBatch);
    const requests = some.map(({ id }) => ({ path: detailsPath(id) }));
    const answers = await graph.batch(requests, { service: 'planner', target: 'item', signal });
    for (const [index, { id }] of some.entries()) {
      const answer = answers[index];
      const read = rawItemSchema.safeParse(answer?.isOk === true ? answer.body : undefined);
      if (read.success) details.set(id, read.data);
    }
  }
  return page.map((entry) => {
    const read = details.get(entry.id);
    return read === undefined ? entry : { ...entry, details: read };
  });
}
