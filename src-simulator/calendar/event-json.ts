/** Events as Graph shows them. Times are UTC, as they are without a time zone in Prefer. */
import { mix } from '../chance.ts';
import type { MailAddress } from '../directory/people.ts';
import { contentIdOf } from '../mail/mime-bodies.ts';
import { epochMs } from '../mail/message-facts.ts';
import { stationeryText } from '../mail/stationery.ts';
import { decodedText } from '../mail/text-blocks.ts';
import { selectFrom, type Json } from '../outlook/answers.ts';
import { plannedStart } from './event-facts.ts';
import {
  cancelledNames,
  eventId,
  exceptionsOf,
  modifiedMs,
  seriesId,
  startOf,
  type EventView,
} from './event-view.ts';
import { recurrenceJson } from './recurrence.ts';

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const utc = (ms: number) => ({
  dateTime: `${new Date(ms).toISOString().slice(0, 19)}.0000000`,
  timeZone: 'UTC',
});
const recipient = ({ name, address }: MailAddress) => ({ emailAddress: { name, address } });
const rooms = ['Besprechung 2.14', 'Room Atlantic', 'Salle Lumière', '会議室 富士', ''];
const responses = ['accepted', 'tentativelyAccepted', 'declined', 'notResponded', 'none'];
const never = '0001-01-01T00:00:00Z';

const changeKeyOf = ({ world, box, state }: EventView) =>
  `DwAAABYAAAAsq${mix(mix(world.seed, box.mailbox), state.number, state.changedAt).toString(36).padStart(7, '0')}${state.changedAt.toString(36).padStart(6, '0')}AAA`;

function bodyOf({ facts }: EventView): Json {
  const { language, form, lineCount, hash } = facts;
  const text = decodedText({ language, form }, hash, lineCount);
  if (form === 'plain') return { contentType: 'text', content: text };
  const picture = facts.attachments.find((one) => one.kind === 'file' && one.isInline);
  const source = picture?.kind === 'file' ? `cid:${contentIdOf(picture.document)}` : undefined;
  const style = { language, form, charset: 'utf-8', encoding: '8bit' } as const;
  const { head, tail } = stationeryText(style, source);
  return { contentType: 'html', content: head + text + tail };
}

function typeOf({ facts, occurrence }: EventView): string {
  if (occurrence) return occurrence.isException ? 'exception' : 'occurrence';
  return facts.recurrence ? 'seriesMaster' : 'singleInstance';
}

function locationOf({ facts, occurrence }: EventView): Json {
  const name = rooms[mix(facts.hash, 51, occurrence?.isException === true ? 1 : 0) % rooms.length] ?? '';
  return { displayName: name, locationType: 'default', uniqueId: name, uniqueIdType: 'private' };
}

function attendeesOf({ facts }: EventView): Json[] {
  return facts.attendees.map((attendee, i) => ({
    type: i === 2 ? 'optional' : 'required',
    status: { response: responses[mix(facts.hash, 52, i) % responses.length], time: never },
    ...recipient(attendee),
  }));
}

function meetingOf({ facts }: EventView): Json | null {
  if (!facts.isOnline) return null;
  const thread = mix(facts.hash, 53).toString(36);
  return {
    joinUrl: `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${thread}%40thread.v2/0`,
    conferenceId: String(mix(facts.hash, 54) % 1_000_000_000),
    tollNumber: '+49 40 5550199',
  };
}

type Property = (view: EventView) => unknown;

const properties: Readonly<Record<string, Property>> = {
  createdDateTime: ({ state, facts }) =>
    iso(state.createdAt === 0 ? facts.createdMs : epochMs + state.createdAt * 1_000),
  lastModifiedDateTime: (view) => iso(modifiedMs(view)),
  changeKey: changeKeyOf,
  categories: ({ facts }) => (facts.hash % 7 === 0 ? ['Blue category'] : []),
  transactionId: ({ facts }) => (facts.hash % 3 === 0 ? `localevent:${facts.hash.toString(16)}` : null),
  originalStartTimeZone: ({ facts }) => (facts.isAllDay ? 'UTC' : facts.timeZone),
  originalEndTimeZone: ({ facts }) => (facts.isAllDay ? 'UTC' : facts.timeZone),
  iCalUId: ({ world, box, state }) =>
    `040000008200E00074C5B7101A82E008${mix(world.seed, box.mailbox, state.number).toString(16).padStart(8, '0').toUpperCase()}`,
  reminderMinutesBeforeStart: () => 15,
  isReminderOn: ({ facts }) => !facts.isAllDay,
  hasAttachments: ({ facts, box, state }) =>
    facts.attachments.some((one) => one.kind !== 'file' || !one.isInline) ||
    (box.writings.get(state.number)?.attachments ?? []).some(({ isInline }) => !isInline),
  subject: ({ facts, occurrence }) =>
    occurrence?.isException === true ? `${facts.subject} *` : facts.subject,
  bodyPreview: ({ facts }) =>
    decodedText({ language: facts.language, form: 'plain' }, facts.hash, Math.min(3, facts.lineCount)).slice(
      0,
      255,
    ),
  importance: ({ facts }) => (facts.hash % 31 === 0 ? 'high' : 'normal'),
  sensitivity: ({ facts }) => (facts.hash % 13 === 0 ? 'private' : 'normal'),
  originalStart: ({ facts, occurrence }) => (occurrence ? iso(plannedStart(facts, occurrence.day)) : null),
  isAllDay: ({ facts }) => facts.isAllDay,
  isCancelled: () => false,
  isOrganizer: ({ facts }) => facts.isOrganizer,
  responseRequested: () => true,
  seriesMasterId: (view) => (view.occurrence ? seriesId(view) : null),
  showAs: ({ facts }) => (facts.isAllDay ? 'free' : facts.hash % 9 === 0 ? 'oof' : 'busy'),
  type: typeOf,
  webLink: (view) =>
    `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(eventId(view))}&exvsurl=1&path=/calendar/item`,
  onlineMeetingUrl: () => null,
  isOnlineMeeting: ({ facts }) => facts.isOnline,
  onlineMeetingProvider: ({ facts }) => (facts.isOnline ? 'teamsForBusiness' : 'unknown'),
  allowNewTimeProposals: () => true,
  isDraft: () => false,
  hideAttendees: () => false,
  responseStatus: ({ facts }) => ({ response: facts.isOrganizer ? 'organizer' : 'accepted', time: never }),
  body: (view) => (isUnreadable(view) ? null : bodyOf(view)),
  start: (view) => utc(startOf(view)),
  end: (view) => utc(startOf(view) + view.facts.durationMs),
  location: locationOf,
  locations: (view) => (locationOf(view)['displayName'] === '' ? [] : [locationOf(view)]),
  recurrence: ({ facts, occurrence }) =>
    facts.recurrence && !occurrence ? recurrenceJson(facts.recurrence, facts.timeZone) : null,
  attendees: attendeesOf,
  organizer: ({ facts }) => recipient(facts.organizer),
  onlineMeeting: meetingOf,
};

/** Given only where $select names them. */
const onRequest: Readonly<Record<string, Property>> = { cancelledOccurrences: cancelledNames };

/** True for an event whose content can never be read. Lists show it without a body. */
export const isUnreadable = ({ world, box, state }: EventView): boolean =>
  world.store.isUnreadable(box, state.number);

export const isEventProperty = (name: string): boolean =>
  Object.hasOwn(properties, name) || Object.hasOwn(onRequest, name);

/** What is computed of every event, whatever was written. */
const computed =
  /^(?:id|createdDateTime|lastModifiedDateTime|changeKey|iCalUId|start|end|isAllDay|original\w+|type|seriesMasterId|hasAttachments|webLink|recurrence|cancelledOccurrences)$/;
/** What an event has that a client created and said nothing of. */
const blanks: Json = {
  categories: [],
  subject: '',
  bodyPreview: '',
  importance: 'normal',
  sensitivity: 'normal',
  showAs: 'busy',
  transactionId: null,
  reminderMinutesBeforeStart: 15,
  isReminderOn: true,
  body: { contentType: 'text', content: '' },
  location: { displayName: '', locationType: 'default', uniqueIdType: 'unknown' },
  locations: [],
  attendees: [],
  isOnlineMeeting: false,
};

/** A property as it was written, otherwise as planned; blank of an event that a client created. */
function valueOf(view: EventView, name: string): unknown {
  const writing = view.box.writings.get(view.state.number);
  const planned = () => (properties[name] ?? onRequest[name])?.(view);
  if (!writing || computed.test(name)) return planned();
  const own = view.occurrence ? writing.occurrences.get(view.occurrence.index) : undefined;
  const values = { ...writing.values, ...own };
  if (Object.hasOwn(values, name)) return values[name];
  if (name === 'bodyPreview' && Object.hasOwn(values, 'body')) return previewOf(values['body']);
  return writing.isWhole && Object.hasOwn(blanks, name) ? blanks[name] : planned();
}

const previewOf = (body: unknown): string =>
  (body as { content: string }).content
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 255);

/** An event; `names` null means all usual properties. */
export function eventJson(view: EventView, names: readonly string[] | null): Json {
  const wanted = names ?? Object.keys(properties);
  const values = wanted.filter((name) => name !== 'id').map((name) => [name, valueOf(view, name)] as const);
  return {
    '@odata.etag': `W/"${changeKeyOf(view)}"`,
    id: eventId(view),
    ...Object.fromEntries(values),
  };
}

/** What a calendar view shows of an occurrence that is as planned: the rest is in the series. */
export function occurrenceJson(view: EventView): Json {
  const names = ['type', 'seriesMasterId', 'start', 'end'];
  return selectFrom(eventJson(view, names), names);
}

/** All of an event that a backup must hold, apart from its attachments. */
export function completeEventJson(view: EventView): Json {
  const json = eventJson(view, null);
  if (!view.facts.recurrence) return json;
  return {
    ...json,
    cancelledOccurrences: cancelledNames(view),
    exceptionOccurrences: exceptionsOf(view).map((exception) => eventJson(exception, null)),
  };
}
