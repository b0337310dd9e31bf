/** What an event says, apart from when it is. */
import { contentLine, textValue } from './content-line.ts';
import type { GraphOccurrence } from './graph-event.ts';
import { peopleLines } from './people.ts';
import { plainTextOf } from '../plain-text.ts';
import { instantOf, utcValue } from './times.ts';
import { webAddress } from './web-address.ts';

type Words = Readonly<Record<string, string>>;

const classes: Words = {
  normal: 'PUBLIC',
  personal: 'PRIVATE',
  private: 'PRIVATE',
  confidential: 'CONFIDENTIAL',
};
/** Section 3.8.1.9: 1 is the highest, 9 the lowest. */
const priorities: Words = { high: '1', normal: '5', low: '9' };
const busyStates: Words = {
  free: 'FREE',
  tentative: 'TENTATIVE',
  busy: 'BUSY',
  oof: 'OOF',
  workingElsewhere: 'WORKINGELSEWHERE',
};
const freeStates: readonly (string | undefined)[] = ['free', 'workingElsewhere'];

export function detailLines(event: GraphOccurrence): string[] {
  return [
    ...textLine('SUMMARY', event.subject),
    ...textLine('LOCATION', placesOf(event)),
    ...bodyLines(event),
    ...categoryLines(event),
    ...wordLine('CLASS', classes[event.sensitivity ?? '']),
    ...wordLine('PRIORITY', priorities[event.importance ?? '']),
    ...stateLines(event),
    ...wordLine('URL', webAddress(event.onlineMeeting?.joinUrl ?? event.onlineMeetingUrl)),
    ...peopleLines(event),
    ...(event.allowNewTimeProposals === false ? ['X-MICROSOFT-DISALLOW-COUNTER:TRUE'] : []),
  ];
}

/** DTSTAMP must be there (section 3.6.1): when the event last changed, so that the same event gives the same file. */
export function stampLines({ createdDateTime, lastModifiedDateTime }: GraphOccurrence): string[] {
  const createdMs = instantOf(createdDateTime);
  const modifiedMs = instantOf(lastModifiedDateTime);
  return [
    contentLine('DTSTAMP', utcValue(modifiedMs ?? createdMs ?? 0)),
    ...wordLine('CREATED', createdMs === undefined ? undefined : utcValue(createdMs)),
    ...wordLine('LAST-MODIFIED', modifiedMs === undefined ? undefined : utcValue(modifiedMs)),
  ];
}

export function alarmLines({
  isReminderOn,
  reminderMinutesBeforeStart: minutes,
  subject,
}: GraphOccurrence): string[] {
  if (isReminderOn !== true || minutes === undefined) return [];
  return [
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    contentLine('DESCRIPTION', textValue(subject ?? 'Reminder')),
    `TRIGGER:-PT${String(minutes)}M`,
    'END:VALARM',
  ];
}

function textLine(name: string, text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : [contentLine(name, textValue(text))];
}

function wordLine(name: string, word: string | undefined): string[] {
  return word === undefined ? [] : [contentLine(name, word)];
}

function placesOf({ location, locations = [] }: GraphOccurrence): string {
  const all = locations.length > 0 ? locations : location ? [location] : [];
  const names = all.flatMap(({ displayName, locationUri }) => displayName ?? locationUri ?? []);
  return [...new Set(names)].join('; ');
}

/** HTML stands twice: as it is for programs that show it, which is how Outlook writes it, and as text for all others. */
function bodyLines({ body, bodyPreview }: GraphOccurrence): string[] {
  const content = body?.content;
  if (content === undefined) return textLine('DESCRIPTION', bodyPreview);
  if (body?.contentType?.toLowerCase() !== 'html') return textLine('DESCRIPTION', content);
  return [
    ...textLine('DESCRIPTION', plainTextOf(content)),
    contentLine('X-ALT-DESC', textValue(content), { FMTTYPE: 'text/html' }),
  ];
}

function categoryLines({ categories = [] }: GraphOccurrence): string[] {
  return categories.length === 0 ? [] : [contentLine('CATEGORIES', categories.map(textValue).join(','))];
}

function stateLines({ isCancelled, showAs }: GraphOccurrence): string[] {
  const busyState = busyStates[showAs ?? ''];
  const status = isCancelled === true ? 'CANCELLED' : showAs === 'tentative' ? 'TENTATIVE' : 'CONFIRMED';
  return [
    `STATUS:${status}`,
    `TRANSP:${freeStates.includes(showAs) ? 'TRANSPARENT' : 'OPAQUE'}`,
    ...wordLine('X-MICROSOFT-CDO-BUSYSTATUS', busyState),
  ];
}
