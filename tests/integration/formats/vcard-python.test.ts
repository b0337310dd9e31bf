/** Contact files as another program reads them: Debian's python3-vobject must give back what went in. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VCardVersion } from '../../../src-worker/formats/vcard/content-line.ts';
import { writeVCard, type VCardPhoto } from '../../../src-worker/formats/vcard/write-vcard.ts';
import { hasPython, pythonPath } from '../../support/other-programs.ts';
import { nastyContacts, type NastyContact } from '../../support/nasty-contacts.ts';

/** Name, parameters, value: as tests/support/read-vcards.py prints them. */
type Property = [string, Record<string, string[]>, unknown];
type Contact = Record<string, unknown>;

const script = join(import.meta.dirname, '../../support/read-vcards.py');
const versions = ['3.0', '4.0'] as const;
const contacts = nastyContacts(400, 20_260_131);

const folder = mkdtempSync(join(tmpdir(), 'holdfast-vcards-'));
let cards: Record<string, Property[]> = {};

const fileOf = (index: number, version: VCardVersion): string => `${index}-${version}.vcf`;

const isMissing = !hasPython('vobject');
beforeAll(() => {
  if (isMissing) return;
  for (const [index, { contact, photo }] of contacts.entries())
    for (const version of versions)
      writeFileSync(join(folder, fileOf(index, version)), writeVCard(contact, photo, version));
  const output = execFileSync(pythonPath, [script, folder], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  cards = JSON.parse(output) as Record<string, Property[]>;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(isMissing).each(versions)('a vCard %s, read by vobject', (version) => {
  const groups = expectedBy(version);
  test.each(Object.keys(groups))('has %s as it went in', (group) => {
    const { names, expected } = groups[group]!;
    for (const [index, nasty] of contacts.entries()) {
      const read = (cards[fileOf(index, version)] ?? []).filter(([name]) => names.includes(name));
      expect(sorted(read), `contact ${index}`).toEqual(sorted(expected(nasty)));
    }
  });

  test('has no property that is not accounted for', () => {
    const known = new Set(['VERSION', ...Object.values(groups).flatMap(({ names }) => names)]);
    const all = contacts.flatMap((_, index) => cards[fileOf(index, version)] ?? []);
    expect(all.length).toBeGreaterThan(contacts.length * 10);
    expect(all.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
  });
});

interface Group {
  readonly names: readonly string[];
  readonly expected: (nasty: NastyContact) => Property[];
}

/** What should be read, made from the contact in a way of its own: by property here, by line in the writer. */
function expectedBy(version: VCardVersion): Record<string, Group> {
  const isOld = version === '3.0';
  const text = (field: string, name: string, params: Record<string, string[]> = {}): Group => ({
    names: [name],
    expected: ({ contact }) => filled([asRead(contact[field])]).map((value) => [name, params, value]),
  });
  const relation = (type: string): Record<string, string[]> => ({ TYPE: [type], VALUE: ['text'] });
  return {
    'the name': { names: ['N'], expected: ({ contact }) => [['N', {}, partsOf(contact, nameParts)]] },
    'the formatted name': { names: ['FN'], expected: ({ contact }) => [['FN', {}, formattedName(contact)]] },
    'the nickname': text('nickName', 'NICKNAME'),
    'the phonetic given name': text('yomiGivenName', 'X-PHONETIC-FIRST-NAME'),
    'the phonetic surname': text('yomiSurname', 'X-PHONETIC-LAST-NAME'),
    'the phonetic company': text('yomiCompanyName', 'X-PHONETIC-ORG'),
    'the initials': text('initials', 'X-HOLDFAST-INITIALS'),
    'the name in the files': text('fileAs', 'X-HOLDFAST-FILE-AS'),
    'company and department': { names: ['ORG'], expected: organizationOf },
    'the job title': text('jobTitle', 'TITLE'),
    'the profession': text('profession', 'ROLE'),
    'the manager': text('manager', 'X-MS-MANAGER'),
    'the assistant': text('assistantName', 'X-MS-ASSISTANT'),
    'spouse and children': isOld
      ? family(['X-MS-SPOUSE', {}], ['X-MS-CHILD', {}])
      : family(['RELATED', relation('spouse')], ['RELATED', relation('child')]),
    'the office': isOld
      ? { names: [], expected: () => [] }
      : text('officeLocation', 'X-HOLDFAST-OFFICE-LOCATION'),
    'the notes': text('personalNotes', 'NOTE'),
    'the id': text('id', 'UID', isOld ? {} : { VALUE: ['text'] }),
    revision: {
      names: ['REV'],
      expected: () => [['REV', {}, isOld ? '2026-01-31T09:30:00Z' : '20260131T093000Z']],
    },
    categories: { names: ['CATEGORIES'], expected: categoriesOf },
    'telephone numbers': { names: ['TEL'], expected: phonesOf },
    'mail addresses': { names: ['EMAIL'], expected: ({ contact }) => mailsOf(contact, isOld) },
    'names of mail addresses': { names: ['X-HOLDFAST-EMAIL-NAME'], expected: mailNamesOf },
    messengers: {
      names: ['IMPP', 'X-MS-IMADDRESS'],
      expected: ({ contact }) => messengersOf(contact, isOld),
    },
    addresses: { names: ['ADR'], expected: ({ contact }) => addressesOf(contact, isOld) },
    'the home page': { names: ['URL', 'X-HOLDFAST-HOME-PAGE'], expected: pageOf },
    'the birthday': {
      names: ['BDAY', 'X-HOLDFAST-BIRTHDAY'],
      expected: ({ contact }) => birthdayOf(contact, isOld ? '$1-$2-$3' : '$1$2$3'),
    },
    'the photo, byte by byte': { names: ['PHOTO'], expected: ({ photo }) => photoOf(photo, isOld) },
  };
}

/** The text as every reader should give it back: one kind of line break. */
function asRead(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').replace(/[\r\v]/g, '\n') : '';
}

const filled = (values: readonly string[]): string[] => values.filter((value) => value !== '');
const listOf = (value: unknown): string[] => filled((value as unknown[]).map(asRead));
const sorted = (properties: Property[]): string[] =>
  properties.map((property) => JSON.stringify(property)).sort();

const nameParts = ['surname', 'givenName', 'middleName', 'title', 'generation'];
const placeParts = ['street', 'city', 'state', 'postalCode', 'countryOrRegion'];
const partsOf = (object: unknown, names: readonly string[]): string[] =>
  names.map((name) => asRead((object as Contact)[name]));

function mailListOf(contact: Contact): { name: string; address: string }[] {
  return (contact['emailAddresses'] as { name: string | null; address: string }[]).map(
    ({ name, address }) => ({ name: asRead(name), address }),
  );
}

function formattedName(contact: Contact): string {
  const [surname, given, middle, title, generation] = partsOf(contact, nameParts);
  const spoken = filled([title!, given!, middle!, surname!, generation!]).join(' ');
  const [mail] = mailListOf(contact);
  const choices = [
    asRead(contact['displayName']),
    spoken,
    asRead(contact['companyName']),
    mail?.address ?? '',
  ];
  return filled([...choices, 'no name'])[0]!;
}

function organizationOf({ contact }: NastyContact): Property[] {
  const [company, department] = partsOf(contact, ['companyName', 'department']);
  if (company === '' && department === '') return [];
  return [['ORG', {}, department === '' ? [company] : [company, department]]];
}

function family(spouse: [string, Property[1]], child: [string, Property[1]]): Group {
  return {
    names: [spouse[0], child[0]],
    expected: ({ contact }) => [
      ...filled([asRead(contact['spouseName'])]).map((name): Property => [...spouse, name]),
      ...listOf(contact['children']).map((name): Property => [...child, name]),
    ],
  };
}

function categoriesOf({ contact }: NastyContact): Property[] {
  const names = listOf(contact['categories']);
  return names.length === 0 ? [] : [['CATEGORIES', {}, names]];
}

function phonesOf({ contact }: NastyContact): Property[] {
  const typed = (type: string, numbers: string[]): Property[] =>
    numbers.map((number) => ['TEL', { TYPE: [type, 'VOICE'] }, number]);
  return [
    ...typed('WORK', listOf(contact['businessPhones'])),
    ...typed('HOME', listOf(contact['homePhones'])),
    ...typed('CELL', filled([asRead(contact['mobilePhone'])])),
  ];
}

function mailsOf(contact: Contact, isOld: boolean): Property[] {
  const addresses = [...new Set(mailListOf(contact).map(({ address }) => address))];
  return addresses.map((address, index) => {
    if (isOld) return ['EMAIL', { TYPE: index === 0 ? ['INTERNET', 'PREF'] : ['INTERNET'] }, address];
    return ['EMAIL', index === 0 ? { PREF: ['1'] } : {}, address];
  });
}

/** vobject does not know our property, so it undoes the escapes of one text and knows nothing of parts. */
function mailNamesOf({ contact }: NastyContact): Property[] {
  return mailListOf(contact)
    .filter(({ name }) => name !== '' && name !== asRead(contact['displayName']))
    .map(({ name, address }) => ['X-HOLDFAST-EMAIL-NAME', {}, `${address};${name}`]);
}

function messengersOf(contact: Contact, isOld: boolean): Property[] {
  return listOf(contact['imAddresses']).flatMap((address): Property[] => {
    const isUri = /^(sip|xmpp|live):/.test(address);
    const plain: Property[] = isUri && !isOld ? [] : [['X-MS-IMADDRESS', {}, address]];
    return isUri ? [['IMPP', {}, address], ...plain] : plain;
  });
}

function addressesOf(contact: Contact, isOld: boolean): Property[] {
  const office = isOld ? asRead(contact['officeLocation']) : '';
  const otherParams: Property[1] = isOld ? { TYPE: ['POSTAL'] } : {};
  const all: Property[] = [
    ['ADR', { TYPE: ['WORK'] }, ['', office, ...partsOf(contact['businessAddress'], placeParts)]],
    ['ADR', { TYPE: ['HOME'] }, ['', '', ...partsOf(contact['homeAddress'], placeParts)]],
    ['ADR', otherParams, ['', '', ...partsOf(contact['otherAddress'], placeParts)]],
  ];
  return all.filter(([, , parts]) => filled(parts as string[]).length > 0);
}

function pageOf({ contact }: NastyContact): Property[] {
  const page = asRead(contact['businessHomePage']);
  if (page === '') return [];
  if (/[ü ]/.test(page)) return [['X-HOLDFAST-HOME-PAGE', {}, page]];
  return [['URL', { TYPE: ['WORK'] }, page]];
}

function birthdayOf(contact: Contact, pattern: string): Property[] {
  const birthday = asRead(contact['birthday']);
  if (birthday === '') return [];
  const whole: Property = ['X-HOLDFAST-BIRTHDAY', {}, birthday];
  if (!birthday.includes('T')) return [whole];
  const date: Property = ['BDAY', {}, birthday.slice(0, 10).replace(/(.*)-(.*)-(.*)/, pattern)];
  return birthday.includes('T23') ? [date, whole] : [date];
}

function photoOf(photo: VCardPhoto | undefined, isOld: boolean): Property[] {
  if (photo === undefined) return [];
  const base64 = Buffer.from(photo.bytes).toString('base64');
  if (!isOld) return [['PHOTO', {}, `data:${photo.mediaType};base64,${base64}`]];
  const type = photo.mediaType === 'image/png' ? 'PNG' : 'JPEG';
  return [['PHOTO', { ENCODING: ['b'], TYPE: [type] }, { base64 }]];
}
