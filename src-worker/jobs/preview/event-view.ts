/** An event as people look at it. */
import type { EventPreview, PreviewAttachment } from '../../../src-shared/contract/preview-contract.ts';
import {
  body,
  flag,
  lenient,
  lineText,
  listOf,
  partAttachments,
  partNotes,
  peopleOf,
  person,
  type StoredJson,
} from './json-fields.ts';

const reference = '#microsoft.graph.referenceAttachment';
const zonedTime = lenient({ dateTime: lineText, timeZone: lineText }).transform((time) =>
  time.dateTime === '' ? null : time,
);
const place = lenient({ displayName: lineText });

const eventSchema = lenient({
  subject: lineText,
  start: zonedTime,
  end: zonedTime,
  isAllDay: flag,
  isCancelled: flag,
  recurrence: lenient({ pattern: lenient({ type: lineText }) }),
  location: place,
  locations: listOf(place),
  organizer: person,
  attendees: listOf(person),
  body,
  attachments: listOf(
    lenient({ '@odata.type': lineText, name: lineText, contentId: lineText, isInline: flag }),
  ),
});
type Event = ReturnType<typeof eventSchema.parse>;

export function eventView({ json, others }: StoredJson): EventPreview {
  const event = eventSchema.parse(json);
  const { recurrence, location, locations, organizer } = event;
  const places = [location, ...locations].map(({ displayName }) => displayName).filter((name) => name !== '');
  return {
    kind: 'event',
    subject: event.subject,
    start: event.start,
    end: event.end,
    isAllDay: event.isAllDay,
    isCancelled: event.isCancelled,
    repeats: recurrence.pattern.type === '' ? null : recurrence.pattern.type,
    place: [...new Set(places)].join('; '),
    organizer: organizer.name === '' && organizer.address === '' ? null : organizer,
    attendees: peopleOf(event.attendees),
    ...event.body,
    attachments: [...withIds(partAttachments(others), event), ...links(event)],
    notes: partNotes(others),
  };
}

/** The parts stand in the order of the event's own list, and those of its exceptions behind them. */
function withIds(parts: readonly PreviewAttachment[], { attachments }: Event): PreviewAttachment[] {
  const held = attachments.filter((one) => one['@odata.type'] !== reference);
  return parts.map((part, at) => {
    const { contentId = '', isInline = false } = held[at] ?? {};
    return { ...part, contentId: contentId === '' ? null : contentId, isInline };
  });
}

/** What is attached as a link to a file elsewhere has no bytes here. */
function links({ attachments }: Event): PreviewAttachment[] {
  return attachments
    .filter((one) => one['@odata.type'] === reference)
    .slice(0, 500)
    .map(({ name }) => ({
      part: null,
      name,
      mediaType: '',
      sizeBytes: null,
      contentId: null,
      isInline: false,
    }));
}
