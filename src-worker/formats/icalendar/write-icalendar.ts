/**
 * A stored event of Graph as an iCalendar file (RFC 5545) that any calendar program takes. METHOD is left out: with it
 * a program may take the file for an invitation, answer it, or send it on.
 */
import { createHash } from 'node:crypto';
import { AttachmentWriter, type AttachedContent } from './attachments.ts';
import { contentLine, textValue } from './content-line.ts';
import { alarmLines, detailLines, stampLines } from './event-details.ts';
import {
  occurrenceDate,
  originalDate,
  seriesOf,
  timesOf,
  type EventTimes,
  type Series,
} from './event-times.ts';
import { parseGraphEvent, type GraphEvent, type GraphOccurrence } from './graph-event.ts';
import { lastYearOf, recurrenceRule } from './recurrence-rule.ts';
import { dateOf } from './times.ts';
import { ZoneLedger } from './zone-ledger.ts';

/** What the events of one file share. */
interface Page {
  readonly zones: ZoneLedger;
  readonly attachments: AttachmentWriter;
  readonly uid: string;
}

/** A VEVENT, whose alarm follows its properties. */
interface Component {
  readonly properties: string[];
  readonly alarm: readonly string[];
}

/** Lines that only an event, or only an exception, has. */
interface Place {
  readonly uid: string;
  readonly times: EventTimes;
  readonly lines: readonly string[];
}

/**
 * The text of an .ics file. `event` is the JSON that a backup holds, for a series with `exceptionOccurrences` and
 * `cancelledOccurrences`; `attachments` are its contents in the order of the lists in it, the event's first, then those
 * of each exception, without links. Never throws; of odd properties none is written.
 */
export function writeICalendar(event: unknown, attachments: readonly AttachedContent[]): string {
  const parsed = parseGraphEvent(event);
  const page: Page = {
    zones: new ZoneLedger(),
    attachments: new AttachmentWriter(attachments),
    uid: parsed.iCalUId ?? parsed.id ?? uidOf(parsed),
  };
  const exceptions = parsed.exceptionOccurrences ?? [];
  const isSeries = parsed.recurrence !== undefined || exceptions.length > 0;
  const events = isSeries ? seriesEvents(parsed, page) : [singleEvent(parsed, page)];
  // Contents that no list names are known when all lists have had theirs, and belong to the event itself.
  events[0]?.properties.push(...page.attachments.restLines());
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Holdfast//Calendar file//EN',
    'CALSCALE:GREGORIAN',
    ...page.zones.zoneLines(),
    ...events.flatMap(({ properties, alarm }) => ['BEGIN:VEVENT', ...properties, ...alarm, 'END:VEVENT']),
    'END:VCALENDAR',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** UID must be there and stay the same (section 3.8.4.7). */
function uidOf(event: GraphEvent): string {
  return `${createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 32)}@holdfast`;
}

function singleEvent(event: GraphEvent, page: Page): Component {
  return componentOf(event, { uid: page.uid, times: timesOf(event), lines: [] }, page);
}

function seriesEvents(event: GraphEvent, page: Page): Component[] {
  const series = seriesOf(event);
  const lines = [...ruleLines(event, series, page), ...cancelledLines(event, series, page)];
  const master = componentOf(event, { uid: page.uid, times: series.times, lines }, page);
  const exceptions = (event.exceptionOccurrences ?? []).map((exception, index) =>
    exceptionEvent({ exception, index }, series, page),
  );
  return [master, ...exceptions];
}

function ruleLines({ recurrence }: GraphEvent, series: Series, { zones }: Page): string[] {
  const rule = recurrence && recurrenceRule(recurrence, series);
  if (!recurrence || rule === undefined) return [];
  zones.reach(lastYearOf(recurrence, series.times.startMs));
  return [contentLine('RRULE', rule)];
}

function cancelledLines({ cancelledOccurrences = [] }: GraphEvent, series: Series, page: Page): string[] {
  const dates = cancelledOccurrences.flatMap((id) => occurrenceDate(id) ?? []);
  return dates.length === 0 ? [] : [occurrenceLine('EXDATE', dates, { series, page })];
}

/** Days of a series, told by the clock that the pattern follows: an occurrence is named by its date and the usual time. */
function occurrenceLine(
  name: string,
  dates: readonly number[],
  { series, page }: { series: Series; page: Page },
): string {
  if (series.isAllDay) return page.zones.dateLine(name, dates);
  const timeOfDayMs = series.localMs - dateOf(series.localMs);
  return page.zones.localLine(
    name,
    dates.map((date) => date + timeOfDayMs),
    series.zone,
  );
}

function exceptionEvent(
  { exception, index }: { exception: GraphOccurrence; index: number },
  series: Series,
  page: Page,
): Component {
  const times = timesOf(exception);
  const date = originalDate(exception, series);
  // One that does not say which day it replaces stands by itself, under a name of its own.
  const place =
    date === undefined
      ? { uid: exception.iCalUId ?? `${page.uid}-${String(index + 1)}`, lines: [] }
      : { uid: page.uid, lines: [occurrenceLine('RECURRENCE-ID', [date], { series, page })] };
  return componentOf(exception, { ...place, times }, page);
}

function componentOf(event: GraphOccurrence, { uid, times, lines }: Place, page: Page): Component {
  const properties = [
    contentLine('UID', textValue(uid)),
    ...stampLines(event),
    ...timeLines(times, page),
    ...lines,
    ...detailLines(event),
    ...noteLines(times),
    ...page.attachments.linesOf(event),
  ];
  return { properties, alarm: alarmLines(event) };
}

function timeLines({ isAllDay, startMs, endMs, ...zones }: EventTimes, page: Page): string[] {
  if (isAllDay)
    return [
      page.zones.dateLine('DTSTART', [startMs]),
      ...(endMs === undefined ? [] : [page.zones.dateLine('DTEND', [endMs])]),
      'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
    ];
  return [
    page.zones.timeLine('DTSTART', startMs, zones.startZone),
    ...(endMs === undefined ? [] : [page.zones.timeLine('DTEND', endMs, zones.endZone)]),
  ];
}

function noteLines({ notes }: EventTimes): string[] {
  return notes.map((note) => contentLine('COMMENT', textValue(note)));
}
