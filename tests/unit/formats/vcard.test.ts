import { describe, expect, test } from 'vitest';
import { longestList, longestText } from '../../../src-worker/formats/vcard/contact.ts';
import { writeVCard } from '../../../src-worker/formats/vcard/write-vcard.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';

const versions = ['3.0', '4.0'] as const;

/** Lines with the folding undone, without the ones around every card. */
function linesOf(text: string): string[] {
  const lines = text.replaceAll('\r\n ', '').split('\r\n');
  expect(lines.slice(0, 1)).toEqual(['BEGIN:VCARD']);
  expect(lines.slice(-2)).toEqual(['END:VCARD', '']);
  return lines.slice(1, -2);
}

const written = (contact: unknown, version: (typeof versions)[number] = '3.0'): string[] =>
  linesOf(writeVCard(contact, undefined, version));

const whole = {
  '@odata.etag': 'W/"1"',
  id: 'AAMkAGI2=',
  changeKey: 'EQAA',
  createdDateTime: '2026-01-30T09:30:00Z',
  lastModifiedDateTime: '2026-01-31T09:30:00.1234567Z',
  parentFolderId: 'AQMk',
  displayName: 'Dr. Anna M. Müller jr.',
  givenName: 'Anna',
  middleName: 'Maria',
  surname: 'Müller',
  title: 'Dr.',
  generation: 'jr.',
  initials: 'A.M.M.',
  nickName: 'Anni',
  fileAs: 'Müller, Anna',
  yomiGivenName: 'あんな',
  yomiSurname: 'みゅら',
  yomiCompanyName: 'わるつ',
  companyName: 'Walzwerk; Süd',
  department: 'Einkauf',
  jobTitle: 'Leiterin',
  profession: 'Kauffrau',
  officeLocation: 'Halle 4',
  manager: 'Ben',
  assistantName: 'Cleo',
  spouseName: 'Dan',
  children: ['Eva', 'Finn'],
  birthday: '1980-05-12T11:59:00Z',
  emailAddresses: [
    { name: 'Dr. Anna M. Müller jr.', address: 'anna@partner.example' },
    { name: 'Anna at home', address: 'anna@home.example' },
  ],
  primaryEmailAddress: { name: null, address: 'anna@partner.example' },
  tertiaryEmailAddress: { name: null, address: 'third@partner.example' },
  homePhones: ['+49 40 1'],
  businessPhones: ['+49 40 2', '+49 40 3'],
  mobilePhone: '+49 170 4',
  homeAddress: {
    street: 'Weg 1\r\nHinterhaus',
    city: 'Köln',
    postalCode: '50667',
    countryOrRegion: 'Germany',
  },
  businessAddress: { street: 'Allee 2', city: 'Hamburg', state: 'HH' },
  otherAddress: { city: 'Lyon' },
  businessHomePage: 'https://partner.example/a,b',
  imAddresses: ['sip:anna@partner.example', 'anna on Skype'],
  personalNotes: 'Messe,\r\nHalle 4\\5',
  categories: ['Blue category', 'a, b'],
};

const common = [
  'N:Müller;Anna;Maria;Dr.;jr.',
  'FN:Dr. Anna M. Müller jr.',
  'NICKNAME:Anni',
  'X-PHONETIC-FIRST-NAME:あんな',
  'X-PHONETIC-LAST-NAME:みゅら',
  'X-HOLDFAST-INITIALS:A.M.M.',
  'X-HOLDFAST-FILE-AS:Müller\\, Anna',
  'ORG:Walzwerk\\; Süd;Einkauf',
  'X-PHONETIC-ORG:わるつ',
  'TITLE:Leiterin',
  'ROLE:Kauffrau',
  'X-MS-MANAGER:Ben',
  'X-MS-ASSISTANT:Cleo',
  'URL;TYPE=WORK:https://partner.example/a,b',
  'X-HOLDFAST-EMAIL-NAME:anna@home.example;Anna at home',
  'TEL;TYPE=WORK,VOICE:+49 40 2',
  'TEL;TYPE=WORK,VOICE:+49 40 3',
  'TEL;TYPE=HOME,VOICE:+49 40 1',
  'TEL;TYPE=CELL,VOICE:+49 170 4',
  'IMPP:sip:anna@partner.example',
  'X-MS-IMADDRESS:anna on Skype',
  'ADR;TYPE=HOME:;;Weg 1\\nHinterhaus;Köln;;50667;Germany',
  'NOTE:Messe\\,\\nHalle 4\\\\5',
  'CATEGORIES:Blue category,a\\, b',
];

const of3 = [
  'VERSION:3.0',
  'EMAIL;TYPE=INTERNET,PREF:anna@partner.example',
  'EMAIL;TYPE=INTERNET:anna@home.example',
  'EMAIL;TYPE=INTERNET:third@partner.example',
  'X-MS-IMADDRESS:sip:anna@partner.example',
  'ADR;TYPE=WORK:;Halle 4;Allee 2;Hamburg;HH;;',
  'ADR;TYPE=POSTAL:;;;Lyon;;;',
  'X-MS-SPOUSE:Dan',
  'X-MS-CHILD:Eva',
  'X-MS-CHILD:Finn',
  'BDAY:1980-05-12',
  'UID:AAMkAGI2=',
  'REV:2026-01-31T09:30:00Z',
];

const of4 = [
  'VERSION:4.0',
  'X-HOLDFAST-OFFICE-LOCATION:Halle 4',
  'EMAIL;PREF=1:anna@partner.example',
  'EMAIL:anna@home.example',
  'EMAIL:third@partner.example',
  'ADR;TYPE=WORK:;;Allee 2;Hamburg;HH;;',
  'ADR:;;;Lyon;;;',
  'RELATED;TYPE=spouse;VALUE=text:Dan',
  'RELATED;TYPE=child;VALUE=text:Eva',
  'RELATED;TYPE=child;VALUE=text:Finn',
  'BDAY:19800512',
  'UID;VALUE=text:AAMkAGI2=',
  'REV:20260131T093000Z',
];

describe('a contact with all fields', () => {
  test('has every field in 3.0, and nothing else', () => {
    expect(written(whole).sort()).toEqual([...common, ...of3].sort());
  });

  test('has every field in 4.0, and nothing else', () => {
    expect(written(whole, '4.0').sort()).toEqual([...common, ...of4].sort());
  });

  test.each(versions)('begins with the version in %s', (version) => {
    expect(written(whole, version)[0]).toBe(`VERSION:${version}`);
  });
});

describe('a contact without a name', () => {
  test('has the names that a vCard must have, and nothing else', () => {
    expect(written({})).toEqual(['VERSION:3.0', 'N:;;;;', 'FN:no name']);
    expect(written({}, '4.0')).toEqual(['VERSION:4.0', 'N:;;;;', 'FN:no name']);
  });

  test.each([
    [{ displayName: ' ', givenName: 'Anna', surname: 'Müller', companyName: 'Walzwerk' }, 'FN:Anna Müller'],
    [{ displayName: null, companyName: 'Walzwerk' }, 'FN:Walzwerk'],
    [{ displayName: '', emailAddresses: [{ name: null, address: 'a@x.example' }] }, 'FN:a@x.example'],
  ])('goes by what there is: %#', (contact, line) => {
    expect(written(contact)).toContain(line);
  });
});

describe('odd properties', () => {
  test.each([null, undefined, 'text', 7, [], [whole]])(
    'what is no contact at all is an empty one: %#',
    (odd) => {
      expect(written(odd)).toEqual(['VERSION:3.0', 'N:;;;;', 'FN:no name']);
    },
  );

  test('one of another type is left out, its neighbours stay', () => {
    const odd = {
      displayName: 7,
      givenName: { text: 'x' },
      surname: 'Müller',
      children: 'Eva',
      categories: [null, 3, 'Blue', ''],
      emailAddresses: [null, 'a@x.example', { address: 5, name: [] }, { address: 'b@x.example' }],
      homeAddress: 'Köln',
      otherAddress: { city: 'Lyon', street: 3 },
      birthday: '1980-13-01T00:00:00Z',
      lastModifiedDateTime: 'yesterday',
    };
    expect(written(odd)).toEqual([
      'VERSION:3.0',
      'N:Müller;;;;',
      'FN:Müller',
      'EMAIL;TYPE=INTERNET,PREF:b@x.example',
      'ADR;TYPE=POSTAL:;;;Lyon;;;',
      'X-HOLDFAST-BIRTHDAY:1980-13-01T00:00:00Z',
      'CATEGORIES:Blue',
    ]);
  });

  test('a birthday with a time of day keeps it next to the date', () => {
    const lines = written({ birthday: '1980-05-11T22:00:00Z' });
    expect(lines).toContain('BDAY:1980-05-11');
    expect(lines).toContain('X-HOLDFAST-BIRTHDAY:1980-05-11T22:00:00Z');
  });

  test.each([
    ['www.partner.example', 'URL;TYPE=WORK:www.partner.example'],
    ['http://müller.example', 'X-HOLDFAST-HOME-PAGE:http://müller.example'],
    ['one, or the other', 'X-HOLDFAST-HOME-PAGE:one\\, or the other'],
    ['http://x.example\r\nEND:VCARD', 'X-HOLDFAST-HOME-PAGE:http://x.example\\nEND:VCARD'],
  ])('the home page %j is a URL only where it can be one', (businessHomePage, line) => {
    expect(written({ businessHomePage })).toContain(line);
  });
});

describe('texts', () => {
  test.each([
    ['a;b,c\\d', 'NOTE:a\\;b\\,c\\\\d'],
    ['a\\nb', 'NOTE:a\\\\nb'],
    ['a\r\nb\rc\nd\ve', 'NOTE:a\\nb\\nc\\nd\\ne'],
    ['a:b"c\td', 'NOTE:a:b"c\td'],
    ['a\0b\x1b\x7fc', 'NOTE:abc'],
    ['a\ud800b', 'NOTE:a\ufffdb'],
    ['x\r\nEND:VCARD\r\nBEGIN:VCARD', 'NOTE:x\\nEND:VCARD\\nBEGIN:VCARD'],
    ['佐藤 健太 محمد שלום 👩‍👩‍👧‍👦', 'NOTE:佐藤 健太 محمد שלום 👩‍👩‍👧‍👦'],
  ])('%j stands on one line, escaped', (personalNotes, line) => {
    expect(written({ personalNotes })).toContain(line);
  });

  test('a text of millions of letters is cut, never in the middle of one', () => {
    const personalNotes = `${'x'.repeat(longestText - 1)}😀${'x'.repeat(1_000_000)}`;
    const line = written({ personalNotes }).find((one) => one.startsWith('NOTE:'));
    expect(line).toBe(`NOTE:${'x'.repeat(longestText - 1)}`);
  });

  test('a list of many thousands is cut', () => {
    const homePhones = Array.from({ length: 5_000 }, (_, index) => String(index));
    expect(written({ homePhones }).filter((line) => line.startsWith('TEL'))).toHaveLength(longestList);
  });
});

describe('lines', () => {
  const notes = ['x', 'ü', '健', '😀', '; ', 'ab健ü😀\r\n'].map((piece) => piece.repeat(300));

  test.each(notes)('are at most 75 octets of whole letters: %#', (personalNotes) => {
    for (let shift = 0; shift < 5; shift += 1) {
      const text = writeVCard({ personalNotes: 'x'.repeat(shift) + personalNotes }, undefined, '3.0');
      const lines = text.split('\r\n');
      expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
      // What is left of a letter that was cut.
      expect(text).not.toContain('\ufffd');
    }
  });

  test('are filled: no octet is left free where letters have one', () => {
    const lines = writeVCard({ personalNotes: 'x'.repeat(300) }, undefined, '3.0').split('\r\n');
    const ofNote = lines.slice(
      lines.findIndex((line) => line.startsWith('NOTE')),
      -2,
    );
    expect(ofNote.map((line) => line.length)).toEqual([75, 75, 75, 75, 9]);
  });

  test('end with CRLF, and hold no other line break', () => {
    const text = writeVCard(whole, undefined, '3.0');
    expect(text.endsWith('END:VCARD\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });
});

describe('a photo', () => {
  const bytes = pseudoRandomBytes(5_000, 3).subarray(7);

  test.each([
    ['image/jpeg', 'PHOTO;ENCODING=b;TYPE=JPEG:'],
    ['image/png', 'PHOTO;ENCODING=b;TYPE=PNG:'],
  ] as const)('of %s is base64 in 3.0', (mediaType, head) => {
    const line = linesOf(writeVCard({}, { mediaType, bytes }, '3.0')).find((one) => one.startsWith('PHOTO'))!;
    expect(line.startsWith(head)).toBe(true);
    expect(Buffer.from(line.slice(head.length), 'base64').equals(bytes)).toBe(true);
  });

  test('is a data URI in 4.0, its comma not escaped', () => {
    const photo = { mediaType: 'image/png', bytes } as const;
    const line = linesOf(writeVCard({}, photo, '4.0')).find((one) => one.startsWith('PHOTO'));
    expect(line).toBe(`PHOTO:data:image/png;base64,${Buffer.from(bytes).toString('base64')}`);
  });

  test('without bytes is none', () => {
    const empty = { mediaType: 'image/png', bytes: new Uint8Array() } as const;
    expect(writeVCard({}, empty, '3.0')).not.toContain('PHOTO');
  });
});
