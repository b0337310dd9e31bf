/** An item as a terminal shows it. All of it was written by strangers, so every text passes `plainLine` or `plainText`. */
import type {
  EventPreview,
  Preview,
  PreviewAttachment,
  PreviewMessage,
  PreviewNote,
  PreviewPeople,
  PreviewPerson,
} from '../../src-shared/contract/preview-contract.ts';
import { assertNever } from '../../src-shared/errors/assert-never.ts';
import { noteText } from '../../src-shared/words/preview-words.ts';
import { dateText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import { listText, plainLine, plainText, tableText } from './table.ts';

type Facts = readonly (readonly [string, string])[];

const shownPeople = 20;
const longestName = 48;
const longestType = 32;

/** Facts, text, attachments, notes: what there is of them, with an empty line between. */
export function previewText(preview: Preview): string {
  const facts = factsOf(preview).filter(([, value]) => value !== '');
  return [
    facts.length === 0 ? '' : listText(facts.map(([name, value]) => [plainLine(name), plainLine(value)])),
    plainText(textOf(preview)).trimEnd(),
    attachmentsText(preview.attachments),
    notesText(preview.notes),
  ]
    .filter((passage) => passage !== '')
    .join('\n\n');
}

function factsOf(preview: Preview): Facts {
  switch (preview.kind) {
    case 'mail':
      return [
        ['Subject', preview.subject],
        ['From', peopleText(preview.from)],
        ['To', peopleText(preview.to)],
        ['Cc', peopleText(preview.cc)],
        ['Bcc', peopleText(preview.bcc)],
        ['Date', dateText(preview.sentAt ?? '')],
      ];
    case 'event':
      return eventFacts(preview);
    case 'contact':
      return [['Contact', preview.name], ...preview.fields.map(({ name, value }) => [name, value] as const)];
    case 'list-item':
      return [['Title', preview.title], ...preview.columns.map(({ name, value }) => [name, value] as const)];
    case 'file':
      return [
        ['File', preview.name],
        ['Kind', preview.type],
        ['Size', sizeText(preview.sizeBytes)],
      ];
    case 'messages':
    case 'page':
    case 'other':
      return [['Title', preview.title]];
    default:
      return assertNever(preview);
  }
}

function eventFacts(event: EventPreview): Facts {
  const { subject, isAllDay, organizer } = event;
  return [
    ['Event', subject],
    ['Begins', zonedText(event.start, isAllDay)],
    ['Ends', zonedText(event.end, isAllDay)],
    ['Repeats', event.repeats ?? ''],
    ['Place', event.place],
    ['Organizer', organizer === null ? '' : personText(organizer)],
    ['Attendees', peopleText(event.attendees)],
    ['State', event.isCancelled ? 'cancelled' : ''],
  ];
}

function textOf(preview: Preview): string {
  switch (preview.kind) {
    case 'mail':
    case 'event':
    case 'page':
    case 'other':
      return preview.text;
    case 'messages':
      return preview.messages.map(messageText).join('\n\n');
    case 'contact':
    case 'list-item':
    case 'file':
      return '';
    default:
      return assertNever(preview);
  }
}

function messageText({ from, at, subject, text }: PreviewMessage): string {
  const head = [from, dateText(at ?? '')].filter((word) => word !== '').join(', ');
  return [head, subject, text].filter((passage) => passage !== '').join('\n');
}

function personText({ name, address }: PreviewPerson): string {
  return name === '' || name === address ? address : `${name} <${address}>`;
}

function peopleText({ shown, total }: PreviewPeople): string {
  const named = shown.slice(0, shownPeople);
  const rest = total - named.length;
  return named.map(personText).join(', ') + (rest > 0 ? `, and ${pluralText(rest, 'more', 'more')}` : '');
}

/** Graph writes seven digits of a second, and midnight for whole days. */
function zonedText(time: { dateTime: string; timeZone: string } | null, isAllDay: boolean): string {
  if (time === null) return '';
  const [day = '', clock = ''] = time.dateTime.split('T');
  return isAllDay ? day : `${day} ${clock.slice(0, 5)} ${time.timeZone}`;
}

function attachmentsText(attachments: readonly PreviewAttachment[]): string {
  if (attachments.length === 0) return '';
  const rows = attachments.map(({ name, mediaType, sizeBytes, isInline }) => [
    name === '' ? '(no name)' : name,
    isInline ? `${mediaType}, in the text` : mediaType,
    sizeBytes === null ? '' : sizeText(sizeBytes),
  ]);
  return tableText(
    [
      { title: 'Attachment', maxWidth: longestName },
      { title: 'Type', maxWidth: longestType },
      { title: 'Size', align: 'right' },
    ],
    rows,
  );
}

const notesText = (notes: readonly PreviewNote[]): string => notes.map(noteText).join('\n');
