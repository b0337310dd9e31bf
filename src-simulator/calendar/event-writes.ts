/**
 * Writing calendars and events. Attendees are invited by whatever makes or changes a meeting, and told of its end by
 * whatever deletes it: no request can prevent that (graph facts, section 6). The organization counts it.
 */
import { z } from 'zod';
import { badRequest, graphError, notFound } from '../graph/graph-call.ts';
import { attachmentItemSchema, openSession, sessionSizeProblem } from '../graph/attachment-writes.ts';
import { wantsImmutableIds } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { attachmentOf, attachmentSchema } from '../mail/message-input.ts';
import type { WrittenAttachment } from '../mail/written-message.ts';
import { entityAnswer, type Json } from '../outlook/answers.ts';
import type { ContainerState, ItemState } from '../outlook/item-box.ts';
import { blankWriting, type ItemWriting } from '../outlook/item-writings.ts';
import type { OutlookCall, OutlookOperation } from '../outlook/outlook-route.ts';
import { created, fullMailbox, noContent } from '../outlook/outlook-writes.ts';
import { propertiesSchema } from '../writes/extended-properties.ts';
import { onlyNames, withBody } from '../writes/request-shape.ts';
import { isFilledByOutlook, primaryCalendar } from './calendar-plan.ts';
import { calendarJson, noSuchCalendar } from './calendars.ts';
import { attachmentsOf } from './event-attachments.ts';
import { eventJson } from './event-json.ts';
import { findEvent, type CalendarPlace } from './event-operations.ts';
import { eventId, viewOf, type EventView } from './event-view.ts';
import { recurrenceSchema } from './recurrence-input.ts';
import { ruleName, writtenTimes } from './written-events.ts';
import { isKnownZone } from './zone-offset.ts';

const text = z.string().nullish();
const moment = z.object({
  dateTime: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?$/),
  timeZone: z.string().refine(isKnownZone, 'The time zone is not known.'),
});
const place = z.looseObject({ displayName: text });
const fields = {
  subject: text,
  body: z.object({ contentType: z.enum(['text', 'html', 'Text', 'HTML']), content: text }).nullish(),
  start: moment.optional(),
  end: moment.optional(),
  isAllDay: z.boolean().optional(),
  recurrence: recurrenceSchema.nullish(),
  attendees: z
    .array(z.looseObject({ emailAddress: z.object({ name: text, address: z.string() }) }))
    .max(500)
    .optional(),
  categories: z.array(z.string()).max(100).optional(),
  importance: z.enum(['low', 'normal', 'high']).optional(),
  sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']).optional(),
  showAs: z.enum(['unknown', 'free', 'tentative', 'busy', 'oof', 'workingElsewhere']).optional(),
  location: place.nullish(),
  locations: z.array(place).max(50).optional(),
  isReminderOn: z.boolean().optional(),
  reminderMinutesBeforeStart: z.number().int().optional(),
  responseRequested: z.boolean().nullish(),
  allowNewTimeProposals: z.boolean().nullish(),
  hideAttendees: z.boolean().nullish(),
  isOnlineMeeting: z.boolean().nullish(),
  transactionId: text,
};
const eventSchema = z
  .looseObject({ ...fields, singleValueExtendedProperties: propertiesSchema.optional() })
  .superRefine(onlyNames([...Object.keys(fields), 'singleValueExtendedProperties']));
type EventInput = z.output<typeof eventSchema>;

interface Writer extends CalendarPlace {
  readonly outlook: OutlookCall;
}

const never = '0001-01-01T00:00:00Z';

/** What is kept of an event as it was given. */
function valuesOf(input: EventInput): Json {
  const { recurrence, attendees, location, locations, ...rest } = input;
  const given = Object.entries(rest).filter(([name]) => Object.hasOwn(fields, name));
  return {
    ...Object.fromEntries(given),
    ...(input.body
      ? { body: { contentType: input.body.contentType.toLowerCase(), content: input.body.content ?? '' } }
      : {}),
    ...(recurrence === undefined ? {} : { [ruleName]: recurrence }),
    ...(attendees
      ? {
          attendees: attendees.map((one) => ({
            type: 'required',
            status: { response: 'none', time: never },
            ...one,
          })),
        }
      : {}),
    ...(location ? { location, locations: locations ?? [location] } : {}),
  };
}

/** The name under which a transaction is found again; no extended property has it. */
const transaction = 'transactionId';

function propertiesOf(input: EventInput): Map<string, string> {
  const properties = new Map(input.singleValueExtendedProperties ?? []);
  if (typeof input.transactionId === 'string') properties.set(transaction, input.transactionId);
  return properties;
}

const view = ({ world, box, outlook }: Writer, state: ItemState): EventView =>
  viewOf(world, box, { state, isImmutable: wantsImmutableIds(outlook.call) });

function eventAnswer({ outlook }: Writer, event: EventView, status: number): Answer {
  const context = `users('${outlook.person.id}')/events/$entity`;
  return { ...entityAnswer(outlook, context, eventJson(event, null)), status };
}

/** Counts the invitations or updates that the organizer's mailbox sends. */
function invite({ outlook }: Writer, { facts }: EventView): void {
  if (facts.isOrganizer) outlook.organization.tallies.invitations += facts.attendees.length;
}

function timesProblem({ outlook: { call } }: Writer, values: Json): Answer | null {
  const { startMs, durationMs } = writtenTimes(values);
  if (startMs !== undefined && durationMs !== undefined && durationMs >= 0) return null;
  return graphError(call, 400, {
    code: 'ErrorPropertyValidationFailure',
    message: 'An event needs a start and an end that does not come before it.',
  });
}

const createEvent = (writer: Writer, calendar: ContainerState): Answer =>
  fullMailbox(writer.outlook) ??
  withBody(writer.outlook.call, eventSchema, (input) => {
    const { box, world, outlook } = writer;
    if (isFilledByOutlook(calendar.number, world.isRich)) return readOnly(writer);
    const values = valuesOf(input);
    const problem = timesProblem(writer, values);
    if (problem) return problem;
    const [first] =
      typeof input.transactionId === 'string'
        ? box.writings.withProperty(transaction, input.transactionId)
        : [];
    const known = first === undefined ? null : box.item(first);
    if (known && !known.isDeleted) return eventAnswer(writer, view(writer, known), created);
    const state = box.createItem(calendar.number);
    box.writings.add(state.number, { isWhole: true, values, properties: propertiesOf(input) });
    const made = view(writer, state);
    invite({ ...writer, outlook }, made);
    return eventAnswer(writer, made, created);
  });

const readOnly = ({ outlook }: Writer): Answer =>
  graphError(outlook.call, 403, {
    code: 'ErrorAccessDenied',
    message: 'Outlook fills this calendar itself.',
  });

/** Runs `act` on the event or occurrence that a path names. */
function onEvent(writer: Writer, id: string, act: (event: EventView) => Answer): Answer {
  const event = findEvent(writer, writer.outlook.call, id);
  if (!event) return notFound(writer.outlook.call);
  return isFilledByOutlook(event.state.container, writer.world.isRich) ? readOnly(writer) : act(event);
}

const updateEvent = (writer: Writer, id: string): Answer =>
  onEvent(writer, id, (event) =>
    withBody(writer.outlook.call, eventSchema, (input) => {
      const { box } = writer;
      const { number, marks } = event.state;
      const values = valuesOf(input);
      const properties = propertiesOf(input);
      if (!event.occurrence) {
        box.writings.add(number, { values, properties });
        const after = view(writer, box.changeItem(number, {}));
        invite(writer, after);
        return eventAnswer(writer, after, 200);
      }
      if (input.recurrence) return badRequest(writer.outlook.call, 'An occurrence has no recurrence.');
      const { index } = event.occurrence;
      const { occurrences } = box.writings.get(number) ?? blankWriting;
      const all = new Map(occurrences).set(index, { ...occurrences.get(index), ...values });
      box.writings.add(number, { occurrences: all, properties });
      box.changeItem(number, { marks: [...marks, `x${index}`] });
      const after = findEvent(writer, writer.outlook.call, id) ?? event;
      invite(writer, after);
      return eventAnswer(writer, after, 200);
    }),
  );

/** Deletes an event, or cancels one occurrence of a series. */
const deleteEvent = (writer: Writer, id: string): Answer =>
  onEvent(writer, id, (event) => {
    const { box, outlook } = writer;
    const { facts, state, occurrence } = event;
    if (facts.isOrganizer) outlook.organization.tallies.cancellations += facts.attendees.length;
    if (occurrence) {
      box.changeItem(state.number, { marks: [...state.marks, `c${occurrence.index}`] });
    } else {
      box.changeItem(state.number, { isDeleted: true });
      box.writings.drop(state.number);
    }
    return noContent;
  });

/** Stores the attachment that `make` makes of the next number; returns its JSON. */
function attach(writer: Writer, event: EventView, make: (number: number) => WrittenAttachment): Json {
  const { box } = writer;
  const { number } = event.state;
  const before: ItemWriting = box.writings.get(number) ?? blankWriting;
  box.writings.add(number, {
    attachments: [...before.attachments, make(before.attachmentCount)],
    attachmentCount: before.attachmentCount + 1,
  });
  const after = view(writer, box.changeItem(number, {}));
  return attachmentsOf({ ...after, occurrence: event.occurrence }).at(-1)?.json ?? {};
}

const addAttachment = (writer: Writer, id: string): Answer =>
  onEvent(writer, id, (event) =>
    withBody(writer.outlook.call, attachmentSchema, (input) => {
      const { outlook } = writer;
      const scene = { owner: outlook.person.mailAddress, nowMs: Date.now() };
      const full = fullMailbox(outlook);
      if (full) return full;
      const json = attach(writer, event, (number) => attachmentOf(input, number, scene));
      return { ...entityAnswer(outlook, 'attachments/$entity', json), status: created };
    }),
  );

const openAttachment = (writer: Writer, id: string): Answer =>
  onEvent(writer, id, () =>
    withBody(writer.outlook.call, attachmentItemSchema, (item) => {
      const { outlook } = writer;
      const finish = (bytes: Buffer): Answer =>
        onEvent(writer, id, (event) => {
          const json = attach(writer, event, (number) => ({
            number,
            kind: 'file',
            name: item.name,
            contentType: item.contentType ?? 'application/octet-stream',
            isInline: item.isInline ?? false,
            contentId: item.contentId ?? null,
            lastModifiedMs: Date.now(),
            bytes,
            item: null,
          }));
          const path = `/api/v2.0/Users('${outlook.person.id}')/Events('${eventId(event)}')/Attachments('${String(json['id'])}')`;
          return { status: created, body: '', headers: { Location: outlook.organization.origin() + path } };
        });
      return (
        sessionSizeProblem(outlook, item.size) ??
        fullMailbox(outlook) ??
        openSession(outlook, item.size, finish)
      );
    }),
  );

const calendarSchema = z.looseObject({ name: z.string().trim().min(1).max(255) });

function calendarAnswer({ outlook, world, box }: Writer, number: number, status: number): Answer {
  const context = `users('${outlook.person.id}')/calendars/$entity`;
  return { ...entityAnswer(outlook, context, calendarJson({ world, box }, number)), status };
}

const createCalendar = (writer: Writer): Answer =>
  withBody(writer.outlook.call, calendarSchema, ({ name }) => {
    const { box, outlook } = writer;
    const isTaken = box.containers().some((one) => one.name.toLowerCase() === name.toLowerCase());
    return isTaken
      ? graphError(outlook.call, 409, {
          code: 'ErrorFolderExists',
          message: 'A calendar with the specified name already exists.',
        })
      : calendarAnswer(writer, box.createContainer(0, name).number, created);
  });

function changeCalendar(writer: Writer, { number }: ContainerState): Answer {
  const { box, outlook, world } = writer;
  if (number === primaryCalendar || isFilledByOutlook(number, world.isRich)) return readOnly(writer);
  if (outlook.call.method === 'DELETE') {
    box.deleteContainer(number);
    return noContent;
  }
  return withBody(outlook.call, calendarSchema, ({ name }) => {
    box.renameContainer(number, name);
    return calendarAnswer(writer, number, 200);
  });
}

function calendarWrite(writer: Writer, rest: readonly string[]): OutlookOperation | null {
  const { method } = writer.outlook.call;
  const [id, part] = rest;
  const calendar = writer.box.findContainer(id ?? '');
  const inCalendar = (act: (place: Writer, calendar: ContainerState) => Answer) => () =>
    calendar ? act(writer, calendar) : noSuchCalendar(writer.outlook.call);
  if (id === undefined)
    return method === 'POST'
      ? { operation: 'users.CreateCalendars', run: () => createCalendar(writer) }
      : null;
  if (part === 'events' && rest.length === 2 && method === 'POST')
    return { operation: 'users.calendars.CreateEvents', run: inCalendar(createEvent) };
  if (rest.length > 1 || (method !== 'PATCH' && method !== 'DELETE')) return null;
  const operation = method === 'PATCH' ? 'users.UpdateCalendars' : 'users.DeleteCalendars';
  return { operation, run: inCalendar(changeCalendar) };
}

const acts: Readonly<Record<string, readonly [string, (writer: Writer, id: string) => Answer]>> = {
  PATCH: ['users.UpdateEvents', updateEvent],
  DELETE: ['users.DeleteEvents', deleteEvent],
  'POST permanentDelete': ['users.events.permanentDelete', deleteEvent],
  'POST attachments': ['users.events.CreateAttachments', addAttachment],
  'POST attachments createUploadSession': ['users.events.attachments.createUploadSession', openAttachment],
};

/** The operation that writes calendars or events; null for a method that a path has not. */
export function calendarWrites(place: CalendarPlace, outlook: OutlookCall): OutlookOperation | null {
  const writer: Writer = { ...place, outlook };
  const { call } = outlook;
  const [first, ...rest] = outlook.segments;
  if (first === 'calendars') return calendarWrite(writer, rest);
  const isPrimary = first === 'calendar' && rest[0] === 'events';
  if (first !== 'events' && !isPrimary) return null;
  const [id, ...more] = isPrimary ? rest.slice(1) : rest;
  const primary = place.box.container(primaryCalendar);
  if (id === undefined)
    return call.method === 'POST' && primary
      ? { operation: 'users.CreateEvents', run: () => createEvent(writer, primary) }
      : null;
  const [operation, act] = acts[[call.method, ...more].join(' ')] ?? [];
  return operation !== undefined && act ? { operation, about: 'item', run: () => act(writer, id) } : null;
}
