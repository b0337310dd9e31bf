/** ORGANIZER and ATTENDEE (RFC 5545, section 3.8.4). */
import { contentLine, type Parameters } from './content-line.ts';
import type { GraphOccurrence } from './graph-event.ts';

type Attendee = NonNullable<GraphOccurrence['attendees']>[number];
type Address = Attendee['emailAddress'];

const answers: Readonly<Record<string, string>> = {
  organizer: 'ACCEPTED',
  accepted: 'ACCEPTED',
  tentativelyAccepted: 'TENTATIVE',
  declined: 'DECLINED',
};
const roles: Readonly<Record<string, readonly [role: string, kind: string]>> = {
  required: ['REQ-PARTICIPANT', 'INDIVIDUAL'],
  optional: ['OPT-PARTICIPANT', 'INDIVIDUAL'],
  resource: ['NON-PARTICIPANT', 'RESOURCE'],
};

/** A calendar server that is given the file must not write to anybody (RFC 6638, section 7.1). */
const silent: Parameters = { 'SCHEDULE-AGENT': 'NONE' };

/** Those without an address cannot be written: the value of both properties is one. */
export function peopleLines({ organizer, attendees = [] }: GraphOccurrence): string[] {
  return [
    ...personLine('ORGANIZER', organizer?.emailAddress, {}),
    ...attendees.flatMap((attendee) =>
      personLine('ATTENDEE', attendee.emailAddress, attendeeParameters(attendee)),
    ),
  ];
}

function attendeeParameters({ type, status }: Attendee): Parameters {
  const [role, kind] = roles[type ?? ''] ?? ['REQ-PARTICIPANT', 'UNKNOWN'];
  return {
    CUTYPE: kind,
    ROLE: role,
    PARTSTAT: answers[status?.response ?? ''] ?? 'NEEDS-ACTION',
    RSVP: 'FALSE',
  };
}

function personLine(property: string, person: Address | undefined, parameters: Parameters): string[] {
  if (person?.address === undefined) return [];
  const uri = `mailto:${person.address.replace(/[^\w.!$'*+=^`{|}~@/-]/gu, encodedLetter)}`;
  return [contentLine(property, uri, { CN: person.name, ...parameters, ...silent })];
}

/** In UTF-8 with percent signs (RFC 6068). */
function encodedLetter(letter: string): string {
  return encodeURIComponent(letter.toWellFormed());
}
