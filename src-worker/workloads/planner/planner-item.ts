/**
 * Plans and tasks as items: ids say which of the two, because Planner finds either by its own id alone; versions are the
 * hash of all that is stored. Planner's etags would not do: that of a task stays when its details are edited.
 */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { listed, shorten } from '../item-info.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import { hashOf } from '../teams-messages.ts';
import type { FetchedPart, ItemHead } from '../workload.ts';

export type PlannerKind = 'plan' | 'task';

const separator = '/';
const text = z.string().nullish().catch(undefined);

/** Only the id must be there: all of a plan or task is stored, odd or not. */
const shownSchema = z.object({
  title: text,
  dueDateTime: text,
  percentComplete: z.number().nullish().catch(undefined),
});

const detailedSchema = z.looseObject({ id: z.string(), details: rawItemSchema });
/** A plan or task with its details inside. */
type Detailed = z.infer<typeof detailedSchema>;

const planKey = (plan: string): string => `plan${separator}${plan}`;
const taskKey = (task: string): string => `task${separator}${task}`;

/** What an item's id names; null for an id of something else. */
export function splitKey(key: string): readonly [kind: PlannerKind, id: string] | null {
  const at = key.indexOf(separator);
  const [kind, id] = [key.slice(0, Math.max(0, at)), key.slice(at + 1)];
  return kind === 'plan' || kind === 'task' ? [kind, id] : null;
}

export function hasDetails(raw: RawItem): raw is Detailed {
  return detailedSchema.safeParse(raw).success;
}

/** A plan with its buckets. Their order is no property of the plan: each tells its place by its own hint. */
export function describePlan(plan: RawItem, buckets: readonly RawItem[]): ItemHead {
  const sorted = buckets.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const part = jsonPart('plan.json', { ...plan, buckets: sorted });
  const { title } = titleOf(plan);
  const info = listed({ title, type: 'plan', buckets: buckets.length });
  return { ...contentOf(part), id: planKey(plan.id), collection: plan.id, title, info };
}

/** A plan of which not everything could be read: `fetch` finds out why. */
export function describeUnreadPlan(plan: RawItem): ItemHead {
  const { title } = titleOf(plan);
  return { id: planKey(plan.id), collection: plan.id, version: '', title, info: { title, type: 'plan' } };
}

/** A task, and all of it where its details are there; otherwise `fetch` finds out why not. */
export function describeTask(task: RawItem, plan: string): ItemHead {
  const { title, shown } = titleOf(task);
  const info = listed({
    title,
    due: shown.dueDateTime?.slice(0, 10),
    status: statusOf(shown.percentComplete),
  });
  const content = hasDetails(task) ? contentOf(jsonPart('task.json', task)) : { version: '' };
  return { ...content, id: taskKey(task.id), collection: plan, title, info };
}

function titleOf(raw: RawItem): { title: string; shown: z.infer<typeof shownSchema> } {
  const shown = requireShape(shownSchema, raw);
  return { title: shorten(shown.title) ?? '', shown };
}

const contentOf = (part: FetchedPart): Pick<ItemHead, 'version' | 'content'> => ({
  version: hashOf(part.bytes),
  content: { kind: 'parts', parts: [part] },
});

/** In the words of To Do, as Planner shows the number to people. */
function statusOf(percentComplete: number | null | undefined): string | undefined {
  if (percentComplete === null || percentComplete === undefined) return undefined;
  if (percentComplete === 0) return 'notStarted';
  return percentComplete < 100 ? 'inProgress' : 'completed';
}
