/**
 * All of a task: its JSON with steps and links inside, and the attachments. In the stored JSON `attachments` is their
 * list without content, in the order of the parts after the first.
 */
import { requireShape } from '../../graph/json-body.ts';
import type { BatchAnswer } from '../../graph/batch.ts';
import { withQuery } from '../../graph/paths.ts';
import { fetchAttachments } from '../attachments.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent } from '../workload.ts';
import { taskKey, taskPath, taskSchema } from './task.ts';

const below = ['checklistItems', 'linkedResources'] as const;
const expansion = { $expand: below.join(',') };
const partPageSize = 100;

export async function fetchTask(scope: AccountScope, key: string): Promise<FetchedContent> {
  const { graph, accountId, signal } = scope;
  const path = taskPath(accountId, key);
  const call = { schema: rawItemSchema, mailbox: accountId, target: 'item' as const, signal };
  const task = await graph.getJson(path, { ...call, query: expansion });
  for (const name of below.filter((one) => isCutShort(task, one))) {
    const parts: RawItem[] = [];
    for await (const page of graph.pages(`${path}/${name}`, { ...call, query: { $top: partPageSize } }))
      parts.push(...page);
    task[name] = parts;
  }
  if (requireShape(taskSchema, task).hasAttachments === false) return contentOf(task);
  // To Do lists attachments without content, whatever is asked for.
  const { listed, parts } = await fetchAttachments(scope, `${path}/attachments`);
  const whole = listed.length === 0 ? task : { ...task, attachments: listed };
  return { kind: 'parts', parts: [jsonPart('task.json', whole), ...parts] };
}

/** The contents of at most twenty tasks of a list; undefined for one that has more than a batch brings. */
export async function completeTasks(
  { graph, accountId, signal }: AccountScope,
  list: string,
  tasks: readonly RawItem[],
): Promise<(FetchedContent | undefined)[]> {
  if (tasks.length === 0) return [];
  const requests = tasks.map(({ id }) => ({
    path: withQuery(taskPath(accountId, taskKey(list, id)), expansion),
  }));
  const answers = await graph.batch(requests, { mailbox: accountId, target: 'item', signal });
  return tasks.map((task, index) => contentOfAnswer(task, answers[index]));
}

function contentOfAnswer(told: RawItem, answer: BatchAnswer | undefined): FetchedContent | undefined {
  const task = rawItemSchema.safeParse(answer?.isOk === true ? answer.body : undefined);
  if (!task.success || below.some((name) => isCutShort(task.data, name))) return undefined;
  const { hasAttachments, ...now } = requireShape(taskSchema, task.data);
  // Changed again since the delta told of it: the content must be that of the version it is stored under.
  const isSame = now['@odata.etag'] === requireShape(taskSchema, told)['@odata.etag'];
  return isSame && hasAttachments === false ? contentOf(task.data) : undefined;
}

const contentOf = (task: RawItem): FetchedContent => ({
  kind: 'parts',
  parts: [jsonPart('task.json', task)],
});

/** True when Graph expanded only the first part of a list. */
const isCutShort = (task: RawItem, name: string): boolean => task[`${name}@odata.nextLink`] !== undefined;
