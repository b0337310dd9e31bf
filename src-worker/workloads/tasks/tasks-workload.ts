/** All To Do tasks of one mailbox, as the backup sees them. */
import { lookUpInBatches } from '../look-up.ts';
import type { Workload } from '../workload.ts';
import { taskChanges } from './task-changes.ts';
import { fetchTask } from './task-content.ts';
import { findTaskLists } from './task-lists.ts';
import { describeTask, splitTaskKey, taskPath } from './task.ts';

export const tasksWorkload: Workload = {
  name: 'tasks',
  accountKinds: ['user'],
  collections: findTaskLists,
  changes: taskChanges,
  fetch: fetchTask,

  lookUp: (scope, keys) =>
    lookUpInBatches(scope, keys, {
      pathOf: (key) => taskPath(scope.accountId, key),
      describe: (task, key) => describeTask(task, splitTaskKey(key)[0]),
    }),
};
