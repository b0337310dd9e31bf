/** Contacts as Graph gives them, drawn from a seed, with the characters that a format of lines gets wrong. */
import type { VCardPhoto } from '../../src-worker/formats/vcard/write-vcard.ts';
import { seededChance, type Chance } from './chance.ts';
import { pseudoRandomBytes } from './pseudo-random.ts';

const scraps = [
  ...['Anna', 'Müller', 'Zoë', 'straße', 'x', 'END:VCARD', 'TEL:1', 'BEGIN:VCARD', '=0D=0A='],
  ...[' ', '  ', '\t', ' '.repeat(90), '\r\n', '\n', '\n\n', '\n ', '\r', '\v'],
  ...[',', ';', ':', '\\', '\\n', '\\N', '\\,', '\\;', '\\\\', '"', "'", '^', '^n', '=', ';;', ',,', '%2C'],
  ...['佐藤 健太', '精密機械', 'محمد', 'שלום', '\u202eabc\u202c', '\u200b', '\u2028', '\u00a0', '\u0085'],
  ...['😀', '👩‍👩‍👧‍👦', '🇩🇪', 'e\u0301', 'ﬃ', '\ufeff', '\uffff'],
];
const addresses = [
  'anna@partner.example',
  'o,brien;x@partner.example',
  '"a b"@x.example',
  'ß@müller.example',
];
const pages = [
  'https://partner.example/a,b;c?d=%2C#e',
  'www.partner.example',
  'http://müller.example',
  'a, or b',
];
const messengers = ['sip:anna@partner.example', 'xmpp:a,b@x.example', 'live:anna', 'anna on Skype; evenings'];
const birthdays = [
  '1980-05-12T11:59:00Z',
  '1604-02-29T00:00:00Z',
  '1999-12-31T23:00:00Z',
  '0001-01-01T00:00:00Z',
  'soon, 5',
];

export interface NastyContact {
  readonly contact: Record<string, unknown>;
  readonly photo: VCardPhoto | undefined;
}

export function nastyContacts(count: number, seed: number): NastyContact[] {
  const chance = seededChance(seed);
  return Array.from({ length: count }, (_, index) => ({
    contact: contactOf(chance, index),
    photo: photoOf(chance, index),
  }));
}

/** Always with something to see in it: what is only white may be left out. */
function textOf(chance: Chance): string | null {
  if (chance.below(4) === 0) return chance.pick([null, '']);
  const length = chance.below(30) === 0 ? 400 : 1 + chance.below(8);
  const words = Array.from({ length }, () => chance.pick(scraps));
  return words.toSpliced(chance.below(length + 1), 0, 'q').join('');
}

function some<T>(chance: Chance, make: () => T): T[] {
  return Array.from({ length: chance.below(4) }, make);
}

const textsOf = (chance: Chance): string[] => some(chance, () => textOf(chance) ?? '');

function addressOf(chance: Chance): Record<string, string | null> {
  if (chance.below(3) === 0) return {};
  return Object.fromEntries(
    ['street', 'city', 'state', 'postalCode', 'countryOrRegion'].map((part) => [part, textOf(chance)]),
  );
}

const textNames = [
  ...['displayName', 'givenName', 'middleName', 'surname', 'title', 'generation', 'initials', 'nickName'],
  ...['fileAs', 'yomiGivenName', 'yomiSurname', 'yomiCompanyName', 'companyName', 'department', 'jobTitle'],
  ...[
    'profession',
    'officeLocation',
    'manager',
    'assistantName',
    'spouseName',
    'mobilePhone',
    'personalNotes',
  ],
];

function contactOf(chance: Chance, index: number): Record<string, unknown> {
  return {
    '@odata.etag': 'W/"x"',
    id: `AAMkAGI${index}-_==`,
    lastModifiedDateTime: '2026-01-31T09:30:00Z',
    ...Object.fromEntries(textNames.map((name) => [name, textOf(chance)])),
    birthday: chance.pick([null, ...birthdays]),
    businessHomePage: chance.pick([null, ...pages]),
    emailAddresses: some(chance, () => ({ address: chance.pick(addresses), name: textOf(chance) })),
    imAddresses: some(chance, () => chance.pick(messengers)),
    homePhones: textsOf(chance),
    businessPhones: textsOf(chance),
    children: textsOf(chance),
    categories: textsOf(chance),
    homeAddress: addressOf(chance),
    businessAddress: addressOf(chance),
    otherAddress: addressOf(chance),
  };
}

function photoOf(chance: Chance, index: number): VCardPhoto | undefined {
  if (chance.below(3) !== 0) return undefined;
  const bytes = pseudoRandomBytes(1 + chance.below(5_000), index + 1);
  return { mediaType: chance.pick(['image/jpeg', 'image/png'] as const), bytes };
}
