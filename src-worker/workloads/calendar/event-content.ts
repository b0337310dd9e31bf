/**
 * All of an event: its JSON, for a series also the exceptions and the cancelled occurrences, and the attachments. In the
 * stored JSON `attachments` is the list without content; the parts after the first are the contents in the order of that
 * list (links have none), those of the event first, then those of each exception.
 */
import { z } from 'zod';
import { graphPath, withQuery } from '../../graph/paths.ts';
import { fetchAttachments } from '../attachments.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, FetchedPart } from '../workload.ts';
import { eventSchema, isSeries, mayHaveAttachments } from './event.ts';

const attachmentFields =
  'id,name,contentType,size,isInline,lastModifiedDateTime,microsoft.graph.fileAttachment/contentId';

const seriesSchema = z.object({
  cancelledOccurrences: z.array(z.unknown()).optional(),
  exceptionOccurrences: z.array(rawItemSchema).optional(),
});

/** The content of an event that an enumeration showed, or undefined when there is more than it shows. */
export function contentOf(raw: RawItem): FetchedContent | undefined {
  const event = eventSchema.parse(raw);
  // An event that Exchange cannot read comes without a body.
  const isWhole = event.body !== null && event.body !== undefined;
  if (!isWhole || isSeries(event) || mayHaveAttachments(event)) return undefined;
  return { kind: 'parts', parts: [jsonPart('event.json', raw)] };
}

export async function fetchEvent(scope: AccountScope, id: string): Promise<FetchedContent> {
  const path = graphPath`/users/${scope.accountId}/events/${id}`;
  const event = await getItem(scope, path, rawItemSchema);
  const series = isSeries(eventSchema.parse(event)) ? await fetchSeries(scope, path) : {};
  const parts: FetchedPart[] = [];
  for (const one of [event, ...(series.exceptionOccurrences ?? [])])
    parts.push(...(await attach(scope, one)));
  return { kind: 'parts', parts: [jsonPart('event.json', { ...event, ...series }), ...parts] };
}

function getItem<T>(scope: AccountScope, path: string, schema: z.ZodType<T>): Promise<T> {
  const { graph, accountId, signal } = scope;
  return graph.getJson(path, { schema, mailbox: accountId, target: 'item', signal });
}

/** Graph gives these two only when they are asked for, one by $select and one by $expand. */
async function fetchSeries(scope: AccountScope, path: string): Promise<z.infer<typeof seriesSchema>> {
  const query = { $select: 'cancelledOccurrences', $expand: 'exceptionOccurrences' };
  return getItem(scope, withQuery(path, query), seriesSchema);
}

/** Fetches the attachments of an event and notes their list in it. */
async function attach(scope: AccountScope, event: RawItem): Promise<readonly FetchedPart[]> {
  if (!mayHaveAttachments(eventSchema.parse(event))) return [];
  const path = graphPath`/users/${scope.accountId}/events/${event.id}/attachments`;
  const { listed, parts } = await fetchAttachments(scope, path, attachmentFields);
  if (listed.length > 0) event['attachments'] = listed;
  return parts;
}
