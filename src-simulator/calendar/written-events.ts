/** What clients wrote of events, as facts: times by the clock they were given in, people, and what was cancelled. */
import type { MailAddress } from '../directory/people.ts';
import type { Json } from '../outlook/answers.ts';
import type { ItemWriting } from '../outlook/item-writings.ts';
import type { EventFacts } from './event-facts.ts';
import { dayMs, type Recurrence } from './recurrence.ts';
import { offsetOn } from './zone-offset.ts';

/** A time with its zone, as Graph takes it. */
interface ZonedTime {
  readonly dateTime: string;
  readonly timeZone: string;
}

/** Values that are kept beside those that Graph tells back, under names that Graph does not have. */
export const ruleName = 'simulator.recurrence';

interface Rule {
  readonly rule: Recurrence;
  readonly timeZone: string | null;
}

function utcMs({ dateTime, timeZone }: ZonedTime): number {
  const localMs = Date.parse(`${dateTime.replace(/\.(\d{3})\d*$/, '.$1')}Z`);
  return localMs - offsetOn(timeZone, Math.floor(localMs / dayMs));
}

const zoned = (value: unknown): ZonedTime | null =>
  typeof value === 'object' && value !== null && 'dateTime' in value ? (value as ZonedTime) : null;

/** When what was written begins and how long it lasts, as far as it says. */
export function writtenTimes(values: Json): { startMs?: number; durationMs?: number } {
  const [start, end] = [zoned(values['start']), zoned(values['end'])];
  if (!start) return {};
  const startMs = utcMs(start);
  return end ? { startMs, durationMs: utcMs(end) - startMs } : { startMs };
}

function timing({ values }: ItemWriting, facts: EventFacts): Partial<EventFacts> {
  const rule = values[ruleName] as Rule | null | undefined;
  const start = zoned(values['start']);
  const isAllDay = typeof values['isAllDay'] === 'boolean' ? values['isAllDay'] : facts.isAllDay;
  const times = writtenTimes(values);
  const timeZone = rule?.timeZone ?? start?.timeZone ?? facts.timeZone;
  const startMs = times.startMs ?? facts.startMs;
  const day = Math.floor(startMs / dayMs);
  const localMs = startMs + (isAllDay ? 0 : offsetOn(timeZone, day));
  return {
    ...times,
    isAllDay,
    timeZone,
    timeOfDayMs: ((localMs % dayMs) + dayMs) % dayMs,
    ...(rule === undefined ? {} : { recurrence: rule === null ? null : rule.rule }),
  };
}

const addressOf = (attendee: Json): MailAddress => {
  const { name, address } = attendee['emailAddress'] as { name?: string; address?: string };
  return { name: name ?? address ?? '', address: address ?? '' };
};

const numbersOf = (marks: readonly string[], letter: string) =>
  [...new Set(marks.filter((mark) => mark.startsWith(letter)).map((mark) => Number(mark.slice(1))))].sort(
    (a, b) => a - b,
  );

/** The facts of an event over which a client wrote. */
export function writtenFacts(
  facts: EventFacts,
  writing: ItemWriting,
  { owner, marks }: { owner: MailAddress; marks: readonly string[] },
): EventFacts {
  const { values, isWhole } = writing;
  const attendees = Array.isArray(values['attendees'])
    ? (values['attendees'] as Json[]).map(addressOf)
    : null;
  const told = { ...timing(writing, facts), ...(attendees ? { attendees } : {}) };
  if (!isWhole) return { ...facts, ...told };
  const cancelled = numbersOf(marks, 'c');
  const blank = {
    subject: '',
    organizer: owner,
    isOrganizer: true,
    attendees: [],
    isOnline: false,
    attachments: [],
    lineCount: 0,
    recurrence: null,
    cancelled,
    exceptions: numbersOf(marks, 'x').filter((index) => !cancelled.includes(index)),
  };
  return { ...facts, ...blank, ...told };
}
