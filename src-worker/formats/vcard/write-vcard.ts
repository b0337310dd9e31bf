/**
 * A contact as a vCard: 3.0 (RFC 2426), which Outlook imports, or 4.0 (RFC 6350).
 *
 * What a person typed is all in it. What has no property of its own stands where Outlook puts it (X-MS-SPOUSE and X-MS-CHILD
 * in 3.0, X-MS-MANAGER, X-MS-ASSISTANT, X-MS-IMADDRESS; the office is the second part of the business address in 3.0),
 * where other address books put it (X-PHONETIC-FIRST-NAME, X-PHONETIC-LAST-NAME, X-PHONETIC-ORG), or else in ours:
 * X-HOLDFAST-INITIALS, X-HOLDFAST-FILE-AS, X-HOLDFAST-OFFICE-LOCATION (4.0, where RFC 6350, 6.3.1 wants the second part of
 * an address empty), X-HOLDFAST-EMAIL-NAME (mail address; name, where it is not the contact's), X-HOLDFAST-HOME-PAGE (text
 * that cannot be a URI) and X-HOLDFAST-BIRTHDAY (a birthday that a date does not tell whole).
 *
 * Left out, because it is the mailbox's bookkeeping and nobody typed it: @odata.*, changeKey, createdDateTime,
 * parentFolderId. Control characters have no place in a vCard and are dropped.
 */
import { readContact, type VCardContact } from './contact.ts';
import {
  foldedText,
  listLine,
  rawLine,
  structuredLine,
  textLine,
  type VCardVersion,
} from './content-line.ts';
import { addressLines, isUriText, mailAddressesOf, reachLines } from './reach.ts';

/** As Graph gave it; whoever fetches it bounds its size. */
export interface VCardPhoto {
  readonly mediaType: 'image/jpeg' | 'image/png';
  readonly bytes: Uint8Array;
}

/**
 * Year, month, day and what follows. Outlook keeps a birthday at a minute before noon, UTC, so that no time zone moves it
 * to another day; other programs keep it at midnight.
 */
const birthdayShape = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(.*)$/s;
const plainTime = /^(T(11:59|00:00)(:00(\.0+)?)?Z?)?$/;
const timeShape = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/;

/**
 * The text of one .vcf file, to be written as UTF-8: folded at 75 octets, with CRLF. `contact` is JSON of Graph; whatever
 * is odd in it is left out, never thrown. N, FN and VERSION are always there.
 */
export function writeVCard(contact: unknown, photo: VCardPhoto | undefined, version: VCardVersion): string {
  const known = readContact(contact);
  return foldedText([
    'BEGIN:VCARD',
    // RFC 6350, 6.7.9: directly after BEGIN.
    `VERSION:${version}`,
    ...nameLines(known),
    ...workLines(known, version),
    ...reachLines(known, version),
    ...addressLines(known, version),
    ...familyLines(known, version),
    ...birthdayLines(known.birthday, version),
    ...textLine('NOTE', known.personalNotes),
    ...listLine('CATEGORIES', known.categories),
    ...(photo === undefined ? [] : photoLine(photo, version)),
    // RFC 6350, 6.7.6: a URI, unless it says that it is text.
    ...textLine(version === '3.0' ? 'UID' : 'UID;VALUE=text', known.id),
    ...revisionLine(known.lastModifiedDateTime, version),
    'END:VCARD',
  ]);
}

function nameLines(contact: VCardContact): string[] {
  const { surname, givenName, middleName, title, generation } = contact;
  const name = structuredLine('N', [surname, givenName, middleName, title, generation]);
  return [
    ...(name.length === 0 ? ['N:;;;;'] : name),
    ...textLine('FN', formattedName(contact)),
    ...textLine('NICKNAME', contact.nickName),
    ...textLine('X-PHONETIC-FIRST-NAME', contact.yomiGivenName),
    ...textLine('X-PHONETIC-LAST-NAME', contact.yomiSurname),
    ...textLine('X-HOLDFAST-INITIALS', contact.initials),
    ...textLine('X-HOLDFAST-FILE-AS', contact.fileAs),
  ];
}

/** Never empty (RFC 2426, 3.1.1; RFC 6350, 6.2.1). */
function formattedName(contact: VCardContact): string {
  const { displayName, title, givenName, middleName, surname, generation, companyName } = contact;
  const parts = [title, givenName, middleName, surname, generation].filter((part) => part.trim() !== '');
  const choices = [displayName, parts.join(' '), companyName, ...mailAddressesOf(contact)];
  return choices.find((choice) => choice.trim() !== '') ?? 'no name';
}

function workLines(contact: VCardContact, version: VCardVersion): string[] {
  const { companyName, department, businessHomePage } = contact;
  const page = businessHomePage.trim();
  return [
    ...structuredLine('ORG', department === '' ? [companyName] : [companyName, department]),
    ...textLine('X-PHONETIC-ORG', contact.yomiCompanyName),
    ...textLine('TITLE', contact.jobTitle),
    ...textLine('ROLE', contact.profession),
    ...textLine('X-MS-MANAGER', contact.manager),
    ...textLine('X-MS-ASSISTANT', contact.assistantName),
    ...(version === '4.0' ? textLine('X-HOLDFAST-OFFICE-LOCATION', contact.officeLocation) : []),
    // A page without a scheme stands as it was typed: readers take it, and https:// would be a guess.
    ...(isUriText(page)
      ? rawLine('URL;TYPE=WORK', page)
      : textLine('X-HOLDFAST-HOME-PAGE', businessHomePage)),
  ];
}

/** 4.0 has a property for relatives, 6.6.6, which knows neither managers nor assistants. */
function familyLines({ spouseName, children }: VCardContact, version: VCardVersion): string[] {
  const [spouse, child] =
    version === '3.0'
      ? (['X-MS-SPOUSE', 'X-MS-CHILD'] as const)
      : (['RELATED;TYPE=spouse;VALUE=text', 'RELATED;TYPE=child;VALUE=text'] as const);
  return [...textLine(spouse, spouseName), ...children.flatMap((name) => textLine(child, name))];
}

/** `1980-05-12` in 3.0, `19800512` in 4.0, whose dates have no hyphens (RFC 6350, 4.3.1). */
function birthdayLines(birthday: string, version: VCardVersion): string[] {
  const [, year = '', month = '', day = '', time = ''] = birthdayShape.exec(birthday) ?? [];
  const hyphen = version === '3.0' ? '-' : '';
  const isWhole = year !== '' && plainTime.test(time);
  return [
    ...rawLine('BDAY', year === '' ? '' : [year, month, day].join(hyphen)),
    ...(isWhole ? [] : textLine('X-HOLDFAST-BIRTHDAY', birthday)),
  ];
}

/** RFC 2426, 3.1.4 as Outlook writes it; RFC 6350, 6.2.4 with a `data:` URI. */
function photoLine({ mediaType, bytes }: VCardPhoto, version: VCardVersion): string[] {
  if (bytes.length === 0) return [];
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  if (version === '4.0') return rawLine('PHOTO', `data:${mediaType};base64,${base64}`);
  return rawLine(`PHOTO;ENCODING=b;TYPE=${mediaType === 'image/png' ? 'PNG' : 'JPEG'}`, base64);
}

/** `2026-01-31T09:30:00Z` in 3.0, `20260131T093000Z` in 4.0 (RFC 6350, 4.3.5); no fractions of a second in either. */
function revisionLine(modified: string, version: VCardVersion): string[] {
  const [, date = '', time = ''] = timeShape.exec(modified) ?? [];
  if (date === '') return [];
  const stamp = `${date}T${time}Z`;
  return rawLine('REV', version === '3.0' ? stamp : stamp.replace(/[-:]/g, ''));
}
