/** What lists show of a task, and how it is named: Graph finds a task only below its list, so its id carries both. */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { listed, shorten } from '../item-info.ts';
import type { RawItem } from '../item-parts.ts';
import type { ItemHead } from '../workload.ts';

/** Ids of Exchange hold no spaces. */
const separator = ' ';

const text = z.string().nullish();

/** Only the id must be there: all of a task is stored, odd or not. */
export const taskSchema = z.object({
  id: z.string(),
  '@odata.etag': text.catch(undefined),
  title: text.catch(undefined),
  status: text.catch(undefined),
  dueDateTime: z.object({ dateTime: text }).nullish().catch(undefined),
  lastModifiedDateTime: text.catch(undefined),
  hasAttachments: z.boolean().nullish().catch(undefined),
});

/** The id of a task in a backup. */
export const taskKey = (list: string, task: string): string => list + separator + task;

/** List and task that such an id names. */
export function splitTaskKey(key: string): readonly [list: string, task: string] {
  const at = key.indexOf(separator);
  return [key.slice(0, Math.max(0, at)), key.slice(at + 1)];
}

export function taskPath(account: string, key: string): string {
  const [list, task] = splitTaskKey(key);
  return graphPath`/users/${account}/todo/lists/${list}/tasks/${task}`;
}

export function describeTask(raw: RawItem, list: string): ItemHead {
  const task = requireShape(taskSchema, raw);
  const title = shorten(task.title) ?? '';
  return {
    id: taskKey(list, task.id),
    collection: list,
    // Tasks have no changeKey.
    version: task['@odata.etag'] ?? task.lastModifiedDateTime ?? '',
    title,
    info: listed({
      title,
      due: task.dueDateTime?.dateTime?.slice(0, 10),
      status: task.status,
    }),
  };
}
