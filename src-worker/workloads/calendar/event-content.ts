/**
 * All of an event: its JSON, for a series also the exceptions and the cancelled occurrences, and the attachments. In the
 * stored JSON `attachments` is the list without content; the parts after the first are the contents in the order of that
 * list (links have none), those of the event first, then those of each exception.
 */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { longestBatch } from '../../graph/batch.ts';
import { graphPath, withQuery } from '../../graph/paths.ts';
import { fetchAttachments } from '../attachments.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, FetchedPart } from '../workload.ts';
import { eventSchema, isSeries, mayHaveAttachments } from './event.ts';

const attachmentFields =
  'id,name,contentType,size,isInline,lastModifiedDateTime,microsoft.graph.fileAttachment/contentId';

const seriesSchema = z.object({
  '@odata.etag': z.unknown().optional(),
  cancelledOccurrences: z.array(z.unknown()).optional(),
  exceptionOccurrences: z.array(rawItemSchema).optional(),
});
type Series = Partial<z.infer<typeof seriesSchema>>;

const eventPath = (account: string, id: string) => graphPath`/users/${account}/events/${id}`;

/** Graph gives these two only when they are asked for, one by $select and one by $expand. */
const seriesQuery = { $select: 'cancelledOccurrences', $expand: 'exceptionOccurrences' };

/**
 * The contents of events that a list shows whole; undefined for one that has attachments. What a list leaves out of
 * series is asked for in batches.
 */
export async function completeEvents(
  scope: AccountScope,
  events: readonly RawItem[],
): Promise<(FetchedContent | undefined)[]> {
  const plain = events.filter((raw) => isWhole(raw) && !mayHaveAttachments(requireShape(eventSchema, raw)));
  const series = plain.filter((raw) => isSeries(requireShape(eventSchema, raw)));
  const details = new Map<string, Series | undefined>();
  for (let first = 0; first < series.length; first += longestBatch)
    await askForSeries(scope, series.slice(first, first + longestBatch), details);
  return events.map((raw) => {
    if (!plain.includes(raw)) return undefined;
    if (!series.includes(raw)) return asContent(raw);
    const detail = details.get(raw.id);
    return detail && asContent({ ...raw, ...detail });
  });
}

const asContent = (event: object): FetchedContent => ({
  kind: 'parts',
  parts: [jsonPart('event.json', event)],
});

/** An event that Exchange cannot read comes without a body. */
function isWhole(raw: RawItem): boolean {
  const { body } = requireShape(eventSchema, raw);
  return body !== null && body !== undefined;
}

/** Notes what belongs to series; nothing for one that has changed meanwhile or whose exceptions have attachments. */
async function askForSeries(
  { graph, accountId, signal }: AccountScope,
  series: readonly RawItem[],
  details: Map<string, Series | undefined>,
): Promise<void> {
  const requests = series.map(({ id }) => ({ path: withQuery(eventPath(accountId, id), seriesQuery) }));
  const answers = await graph.batch(requests, { mailbox: accountId, target: 'item', signal });
  for (const [index, raw] of series.entries()) {
    const answer = answers[index];
    const parsed = seriesSchema.safeParse(answer?.isOk === true ? answer.body : undefined);
    if (!parsed.success || parsed.data['@odata.etag'] !== raw['@odata.etag']) continue;
    const exceptions = parsed.data.exceptionOccurrences ?? [];
    const isPlain = exceptions.every((one) => !mayHaveAttachments(requireShape(eventSchema, one)));
    if (isPlain) details.set(raw.id, parsed.data);
  }
}

export async function fetchEvent(scope: AccountScope, id: string): Promise<FetchedContent> {
  const path = eventPath(scope.accountId, id);
  const event = await getItem(scope, path, rawItemSchema);
  const series: Series = isSeries(requireShape(eventSchema, event))
    ? await getItem(scope, withQuery(path, seriesQuery), seriesSchema)
    : {};
  const parts: FetchedPart[] = [];
  for (const one of [event, ...(series.exceptionOccurrences ?? [])])
    parts.push(...(await attach(scope, one)));
  return { kind: 'parts', parts: [jsonPart('event.json', { ...event, ...series }), ...parts] };
}

function getItem<T>(scope: AccountScope, path: string, schema: z.ZodType<T>): Promise<T> {
  const { graph, accountId, signal } = scope;
  return graph.getJson(path, { schema, mailbox: accountId, target: 'item', signal });
}

/** Fetches the attachments of an event and notes their list in it. */
async function attach(scope: AccountScope, event: RawItem): Promise<readonly FetchedPart[]> {
  if (!mayHaveAttachments(requireShape(eventSchema, event))) return [];
  const path = `${eventPath(scope.accountId, event.id)}/attachments`;
  const { listed, parts } = await fetchAttachments(scope, path, attachmentFields);
  if (listed.length > 0) event['attachments'] = listed;
  return parts;
}
