/** Changes of one To Do list: task delta, which Graph keeps per list and which leaves out what hangs below a task. */
import { graphPath } from '../../graph/paths.ts';
import { deltaInBatches } from '../delta-in-batches.ts';
import type { AccountScope, ItemChanges } from '../workload.ts';
import { completeTasks } from './task-content.ts';
import { describeTask, taskKey } from './task.ts';

/** Pages of changes since `link`, or of all tasks. Throws `delta-expired` and `collection-gone`. */
export function taskChanges(
  scope: AccountScope,
  list: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const start = link ?? graphPath`/users/${scope.accountId}/todo/lists/${list}/tasks/delta`;
  return deltaInBatches(scope, start, {
    describe: (task) => describeTask(task, list),
    complete: (tasks) => completeTasks(scope, list, tasks),
    keyOf: (id) => taskKey(list, id),
  });
}
