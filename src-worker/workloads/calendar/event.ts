/** What lists show of an event, and the properties that enumerations ask for when they need nothing else. */
import { z } from 'zod';
import { requireShape } from '../../graph/json-body.ts';
import { addressText, listed, recipientSchema, shorten } from '../item-info.ts';
import type { RawItem } from '../item-parts.ts';
import type { ItemHead } from '../workload.ts';

/** Enough for the row of an event. */
export const eventFields = [
  'changeKey',
  'subject',
  'start',
  'end',
  'organizer',
  'location',
  'isAllDay',
  'type',
].join(',');

const text = z.string().nullish();
const moment = z.object({ dateTime: text, timeZone: text }).nullish();

/** Only the id must be there: an event whose other properties are odd is still an event, and all of it is stored. */
export const eventSchema = z.object({
  id: z.string(),
  changeKey: text.catch(undefined),
  subject: text.catch(undefined),
  start: moment.catch(undefined),
  end: moment.catch(undefined),
  organizer: recipientSchema.catch(undefined),
  location: z.object({ displayName: text }).nullish().catch(undefined),
  isAllDay: z.boolean().nullish().catch(undefined),
  type: text.catch(undefined),
  hasAttachments: z.boolean().nullish().catch(undefined),
  body: z.object({ content: text }).nullish().catch(undefined),
  calendar: z.object({ id: text }).nullish().catch(undefined),
});
type GraphEvent = z.infer<typeof eventSchema>;

/** The row of an event; `calendar` is the id of the calendar it is in. */
export function describeEvent(raw: RawItem, calendar: string): ItemHead {
  const event = requireShape(eventSchema, raw);
  const title = shorten(event.subject) ?? '';
  return {
    id: event.id,
    collection: calendar,
    version: event.changeKey ?? '',
    title,
    info: listed({
      subject: title,
      start: momentText(event.start),
      end: momentText(event.end),
      organizer: addressText(event.organizer),
      location: shorten(event.location?.displayName) || undefined,
      isAllDay: event.isAllDay === true || undefined,
      recurring: isSeries(event) || undefined,
    }),
  };
}

export const isSeries = (event: GraphEvent): boolean => event.type === 'seriesMaster';

/** Pictures inside a body are attachments that `hasAttachments` does not count (graph facts, section 5). */
export const mayHaveAttachments = (event: GraphEvent): boolean =>
  event.hasAttachments !== false || event.body?.content?.includes('cid:') === true;

/** Times come as UTC unless asked for otherwise, with more digits than anybody needs. */
function momentText(value: GraphEvent['start']): string | undefined {
  const { dateTime, timeZone } = value ?? {};
  if (dateTime === null || dateTime === undefined) return undefined;
  return timeZone === 'UTC' ? `${dateTime.slice(0, 19)}Z` : shorten(`${dateTime} ${timeZone ?? ''}`);
}
