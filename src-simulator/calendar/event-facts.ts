/**
 * What an event is: a pure function of the seed, the mailbox, the event's number and its version. A series is one event
 * with exceptions and cancelled occurrences; later ones are in its marks. Times of day follow the clock of the zone.
 */
import { mix, shareOf } from '../chance.ts';
import type { Language } from '../directory/names.ts';
import type { Directory, MailAddress, Person } from '../directory/people.ts';
import { firstLogo, logoCount, type Documents } from '../mail/documents.ts';
import { epochMs } from '../mail/message-facts.ts';
import { vocabularies } from '../mail/vocabulary.ts';
import { chooseRecurrence, dayMs, everyYear, occurrenceDays, type Recurrence } from './recurrence.ts';
import { offsetOn } from './zone-offset.ts';

/** What all events are made from. */
export interface EventWorld {
  readonly seed: number;
  readonly directory: Directory;
  readonly documents: Documents;
}

export type EventAttachment =
  | { readonly kind: 'file'; readonly document: number; readonly isInline: boolean }
  | { readonly kind: 'item'; readonly person: number }
  | { readonly kind: 'reference'; readonly name: string };

export interface EventFacts {
  /** Seed of everything about this version. */
  readonly hash: number;
  readonly language: Language;
  readonly form: 'html' | 'plain';
  readonly lineCount: number;
  readonly subject: string;
  readonly isAllDay: boolean;
  /** Windows name. */
  readonly timeZone: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly createdMs: number;
  readonly recurrence: Recurrence | null;
  /** By the clock of the zone. */
  readonly timeOfDayMs: number;
  readonly organizer: MailAddress;
  readonly isOrganizer: boolean;
  readonly attendees: readonly MailAddress[];
  readonly isOnline: boolean;
  readonly attachments: readonly EventAttachment[];
  /** Numbers of occurrences. */
  readonly exceptions: readonly number[];
  readonly cancelled: readonly number[];
}

export interface EventKey {
  readonly number: number;
  readonly version: number;
  readonly marks: readonly string[];
  /** `day`: a birthday or holiday. `future`: made after the start of the simulation. */
  readonly kind: 'day' | 'planned' | 'future';
}

const hourMs = 3_600_000;
const historyDays = 500;
const aheadDays = 120;
const seriesShare = 0.33;
const allDayShare = 0.12;
/** Occurrences that can be exceptions or cancelled from the start; changes touch later ones. */
const earlyOccurrences = 7;

const zones: Readonly<Record<Language, readonly string[]>> = {
  de: ['W. Europe Standard Time'],
  fr: ['Romance Standard Time'],
  ja: ['Tokyo Standard Time'],
  ru: ['Russian Standard Time'],
  ar: ['Morocco Standard Time'],
  en: ['GMT Standard Time', 'Pacific Standard Time', 'India Standard Time'],
};

const numbersOf = (marks: readonly string[], letter: string) =>
  marks.filter((mark) => mark.startsWith(letter)).map((mark) => Number(mark.slice(1)));

function attachmentsOf(documents: Documents, hash: number): EventAttachment[] {
  const kind = hash % 16;
  const document = () => documents.choose(shareOf(mix(hash, 13)));
  if (kind === 0) return [{ kind: 'file', document: document(), isInline: false }];
  if (kind === 1)
    return [
      { kind: 'file', document: document(), isInline: false },
      { kind: 'item', person: hash >>> 8 },
    ];
  if (kind === 2) return [{ kind: 'reference', name: `Protokoll ${hash % 97}.docx` }];
  if (kind === 3) return [{ kind: 'file', document: firstLogo + (hash % logoCount), isInline: true }];
  return [];
}

function attendeesOf(directory: Directory, owner: Person, hash: number): MailAddress[] {
  const count = hash % 5;
  const people = Array.from({ length: count }, (_, i) => directory.person(mix(hash, 21, i) % directory.size));
  const others = people.filter((person) => person.number !== owner.number).map((one) => one.mailAddress);
  return hash % 11 === 0
    ? [...others, { name: 'Élodie Caron', address: 'e.caron@ateliers.example' }]
    : others;
}

function subjectOf(language: Language, hash: number, version: number): string {
  const { subjects } = vocabularies[language];
  const text = `${subjects[(hash >>> 3) % subjects.length] ?? ''} ${(hash >>> 9) % 997}`;
  return version === 0 ? text : `${text} (${version + 1})`;
}

/** Which occurrences of a series are no longer as planned; a cancelled one is no exception any more. */
function departures(life: number, recurrence: Recurrence | null, marks: readonly string[]) {
  if (!recurrence) return { exceptions: [], cancelled: [] };
  const some = [1, 2, 3, 4, 5].filter((index) => mix(life, 31, index) % 3 === 0);
  const cancelled = [...new Set([...some.filter((index) => index % 2 === 0), ...numbersOf(marks, 'c')])].sort(
    (a, b) => a - b,
  );
  const exceptions = [...new Set([...some, ...numbersOf(marks, 'x')])].filter(
    (index) => !cancelled.includes(index),
  );
  return { exceptions: exceptions.sort((a, b) => a - b), cancelled };
}

interface Timing {
  startMs: number;
  durationMs: number;
  isAllDay: boolean;
  recurrence: Recurrence | null;
  timeZone: string;
  timeOfDayMs: number;
}

/** When an event, or an occurrence of a series, begins if it is on `day`. Whole days float: they are the same in UTC. */
export const plannedStart = (
  { isAllDay, timeZone, timeOfDayMs }: Pick<Timing, 'isAllDay' | 'timeZone' | 'timeOfDayMs'>,
  day: number,
): number => day * dayMs + timeOfDayMs - (isAllDay ? 0 : offsetOn(timeZone, day));

function timingOf(language: Language, life: number, kind: EventKey['kind']): Timing {
  const list = zones[language];
  const timeZone = list[(life >>> 5) % list.length] as string;
  const epochDay = Math.floor(epochMs / dayMs);
  const spread = kind === 'future' ? aheadDays : historyDays + aheadDays;
  const day = epochDay - (kind === 'future' ? 0 : historyDays) + (mix(life, 2) % spread);
  const isAllDay = kind === 'day' || shareOf(mix(life, 3)) < allDayShare;
  const isSeries = shareOf(mix(life, 4)) < seriesShare;
  const timeOfDayMs = isAllDay ? 0 : (8 + (mix(life, 6) % 20) / 2) * hourMs;
  const recurrence = kind === 'day' ? everyYear(day) : isSeries ? chooseRecurrence(mix(life, 5), day) : null;
  const minutes = [15, 30, 30, 60, 60, 90, 120, 480][mix(life, 7) % 8] as number;
  const days = kind === 'day' || isSeries ? 1 : 1 + (mix(life, 8) % 4);
  return {
    startMs: plannedStart({ isAllDay, timeZone, timeOfDayMs }, day),
    durationMs: isAllDay ? days * dayMs : minutes * 60_000,
    isAllDay,
    recurrence,
    timeZone,
    timeOfDayMs,
  };
}

const hasPicture = (attachments: readonly EventAttachment[]) =>
  attachments.some((one) => one.kind === 'file' && one.isInline);

/** Who takes part and what is attached. Nobody and nothing on a birthday or holiday. */
function companyOf(world: EventWorld, owner: Person, life: number) {
  const isOrganizer = life % 5 < 3;
  return {
    isOrganizer,
    organizer: isOrganizer
      ? owner.mailAddress
      : world.directory.person((life >>> 7) % world.directory.size).mailAddress,
    attendees: attendeesOf(world.directory, owner, mix(life, 9)),
    attachments: attachmentsOf(world.documents, mix(life, 10)),
    lineCount: 2 + (mix(life, 11) % 18),
  };
}

const alone = (owner: Person) => ({
  isOrganizer: true,
  organizer: owner.mailAddress,
  attendees: [],
  attachments: [],
  lineCount: 0,
});

/** Describes one version of one event. */
export function describeEvent(world: EventWorld, mailbox: number, key: EventKey): EventFacts {
  const owner = world.directory.person(mailbox);
  const life = mix(mix(world.seed, 801), mailbox, key.number);
  const isDay = key.kind === 'day';
  const language = shareOf(mix(life, 1)) < 0.75 ? owner.language : 'en';
  const timing = timingOf(language, life, key.kind);
  const company = isDay ? alone(owner) : companyOf(world, owner, life);
  return {
    ...timing,
    ...company,
    hash: key.version === 0 ? life : mix(life, key.version),
    language,
    form: hasPicture(company.attachments) || life % 3 > 0 ? 'html' : 'plain',
    subject: subjectOf(language, life, key.version),
    createdMs: Math.min(timing.startMs - ((life % 60) + 1) * hourMs, epochMs - hourMs),
    isOnline: company.attendees.length > 0 && life % 2 === 0,
    ...departures(life, isDay ? null : timing.recurrence, key.marks),
  };
}

/** An occurrence of a series that a change may still touch, or -1. */
export function untouchedOccurrence(facts: EventFacts, hash: number): number {
  if (!facts.recurrence || facts.exceptions.length + facts.cancelled.length > 40) return -1;
  const days = occurrenceDays(facts.recurrence, facts.recurrence.startDay + 60 * 370);
  const free = Array.from(
    { length: Math.min(60, days.length) - earlyOccurrences },
    (_, i) => i + earlyOccurrences,
  );
  const untouched = free.filter(
    (index) => !facts.exceptions.includes(index) && !facts.cancelled.includes(index),
  );
  return untouched.length === 0 ? -1 : (untouched[hash % untouched.length] as number);
}
