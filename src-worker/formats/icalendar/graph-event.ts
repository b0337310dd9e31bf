/**
 * A stored event of Graph, as far as a calendar file shows it. The JSON is years old and not ours: what is odd counts as
 * absent, texts and lists are cut to what a file can bear, and nothing throws.
 */
import { z } from 'zod';

const nameLength = 1_000;
const bodyLength = 20_000_000;
const mostPeople = 10_000;
/** More occurrences than a daily series has in 50 years. */
const mostOccurrences = 20_000;

const lenient = <T>(schema: z.ZodType<T>) =>
  schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);

const text = (longest = nameLength) =>
  lenient(
    z.string().transform((value) => (value === '' ? undefined : value.slice(0, longest).toWellFormed())),
  );

const flag = lenient(z.boolean());
const count = (least: number, most: number) => lenient(z.int().min(least).max(most));

/** Entries that are odd are left out, the others stay. */
const list = <T>(schema: z.ZodType<T>, most: number) =>
  lenient(
    z.array(z.unknown()).transform((entries) =>
      entries.slice(0, most).flatMap((entry) => {
        const parsed = schema.safeParse(entry);
        return parsed.success ? [parsed.data] : [];
      }),
    ),
  );

const timeSchema = z.object({ dateTime: z.string().max(64), timeZone: text() });
const addressSchema = z.object({ name: text(), address: text() });
const personSchema = z.object({ emailAddress: addressSchema });
const attendeeSchema = z.object({
  emailAddress: addressSchema,
  type: text(),
  status: lenient(z.object({ response: text() })),
});
const locationSchema = z.object({ displayName: text(), locationUri: text() });
const attachmentSchema = z.object({
  '@odata.type': text(),
  name: text(),
  contentType: text(),
  sourceUrl: text(4_000),
});

const recurrenceSchema = z.object({
  pattern: z.object({
    type: z.enum([
      'daily',
      'weekly',
      'absoluteMonthly',
      'relativeMonthly',
      'absoluteYearly',
      'relativeYearly',
    ]),
    interval: count(1, 9_999),
    month: count(1, 12),
    dayOfMonth: count(1, 31),
    daysOfWeek: list(
      z.enum(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']),
      7,
    ),
    firstDayOfWeek: text(),
    index: text(),
  }),
  range: z.object({
    type: z.enum(['endDate', 'noEnd', 'numbered']),
    startDate: text(),
    endDate: text(),
    recurrenceTimeZone: text(),
    numberOfOccurrences: count(1, 99_999),
  }),
});

const occurrenceFields = {
  id: text(),
  iCalUId: text(),
  occurrenceId: text(4_000),
  originalStart: text(64),
  originalStartTimeZone: text(),
  originalEndTimeZone: text(),
  start: lenient(timeSchema),
  end: lenient(timeSchema),
  isAllDay: flag,
  isCancelled: flag,
  isReminderOn: flag,
  reminderMinutesBeforeStart: count(0, 5_000_000),
  allowNewTimeProposals: flag,
  createdDateTime: text(64),
  lastModifiedDateTime: text(64),
  subject: text(10_000),
  body: lenient(z.object({ contentType: text(), content: text(bodyLength) })),
  bodyPreview: text(),
  categories: list(z.string().min(1).max(nameLength), 1_000),
  importance: text(),
  sensitivity: text(),
  showAs: text(),
  location: lenient(locationSchema),
  locations: list(locationSchema, 1_000),
  organizer: lenient(personSchema),
  attendees: list(attendeeSchema, mostPeople),
  onlineMeeting: lenient(z.object({ joinUrl: text(4_000) })),
  onlineMeetingUrl: text(4_000),
  attachments: list(attachmentSchema, 10_000),
};
const occurrenceSchema = z.object(occurrenceFields);
const eventSchema = z.object({
  ...occurrenceFields,
  recurrence: lenient(recurrenceSchema),
  cancelledOccurrences: list(z.string().max(4_000), mostOccurrences),
  exceptionOccurrences: list(occurrenceSchema, mostOccurrences),
});

/** One event, or one exception of a series. */
export type GraphOccurrence = z.infer<typeof occurrenceSchema>;
export type GraphEvent = z.infer<typeof eventSchema>;
export type GraphRecurrence = z.infer<typeof recurrenceSchema>;
export type GraphTime = z.infer<typeof timeSchema>;
export type GraphAttachment = z.infer<typeof attachmentSchema>;

/** Never throws: of something that is no event nothing is left. */
export function parseGraphEvent(event: unknown): GraphEvent {
  const parsed = eventSchema.safeParse(event);
  return parsed.success ? parsed.data : eventSchema.parse({});
}
