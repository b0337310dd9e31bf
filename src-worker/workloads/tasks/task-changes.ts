/** Changes of one To Do list: task delta, which Graph keeps per list and which leaves out what hangs below a task. */
import { longestBatch } from '../../graph/batch.ts';
import { graphPath } from '../../graph/paths.ts';
import { rawItemSchema } from '../item-parts.ts';
import type { AccountScope, FetchedContent, ItemChanges } from '../workload.ts';
import { completeTasks } from './task-content.ts';
import { describeTask, taskKey } from './task.ts';

/** Pages of changes since `link`, or of all tasks. Throws `delta-expired` and `collection-gone`. */
export async function* taskChanges(
  scope: AccountScope,
  list: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const start = link ?? graphPath`/users/${scope.accountId}/todo/lists/${list}/tasks/delta`;
  const pages = scope.graph.deltaPages(start, {
    schema: rawItemSchema,
    mailbox: scope.accountId,
    target: 'collection',
    pageSize: longestBatch,
    signal: scope.signal,
  });
  for await (const page of pages) {
    const contents: (FetchedContent | undefined)[] = [];
    // The size of a page is a wish; what comes may be longer.
    for (let first = 0; first < page.changed.length; first += longestBatch)
      contents.push(...(await completeTasks(scope, list, page.changed.slice(first, first + longestBatch))));
    yield {
      changed: page.changed.map((task, index) => ({ ...describeTask(task, list), content: contents[index] })),
      removed: page.removed.map(({ id }) => taskKey(list, id)),
      nextLink: page.nextLink,
      deltaLink: page.deltaLink,
    };
  }
}
