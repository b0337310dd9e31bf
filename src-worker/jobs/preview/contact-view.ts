/** A contact as people look at it: what it says, in the order in which an address book shows it. */
import type { ContactPreview, PreviewField } from '../../../src-shared/contract/preview-contract.ts';
import { plainLine } from '../../formats/mime/plain-line.ts';
import { readContact, type VCardAddress, type VCardContact } from '../../formats/vcard/contact.ts';
import { mailAddressesOf } from '../../formats/vcard/reach.ts';
import { partAttachments, partNotes, type StoredJson } from './json-fields.ts';

const longestField = 64 * 1024;

export function contactView({ json, others }: StoredJson): ContactPreview {
  const contact = readContact(json);
  const photoAt = others.findIndex(({ mediaType }) => mediaType.startsWith('image/'));
  const fullName = [contact.givenName, contact.middleName, contact.surname].filter((name) => name !== '');
  return {
    kind: 'contact',
    name: plainLine(contact.displayName || fullName.join(' ') || contact.companyName),
    fields: fieldsOf(contact),
    photo: photoAt < 0 ? null : photoAt + 1,
    attachments: partAttachments(others),
    notes: partNotes(others),
  };
}

function fieldsOf(contact: VCardContact): PreviewField[] {
  const entries: [string, string][] = [
    ['Company', contact.companyName],
    ['Department', contact.department],
    ['Job title', contact.jobTitle],
    ...valuesOf('E-mail', mailAddressesOf(contact)),
    ...valuesOf('Business phone', contact.businessPhones),
    ...valuesOf('Home phone', contact.homePhones),
    ['Mobile phone', contact.mobilePhone],
    ...valuesOf('Messenger', contact.imAddresses),
    ['Business address', addressText(contact.businessAddress)],
    ['Home address', addressText(contact.homeAddress)],
    ['Other address', addressText(contact.otherAddress)],
    ['Web page', contact.businessHomePage],
    ['Birthday', contact.birthday.slice(0, 10)],
    ['Nickname', contact.nickName],
    ['Manager', contact.manager],
    ['Assistant', contact.assistantName],
    ['Partner', contact.spouseName],
    ...valuesOf('Child', contact.children),
    ['Office', contact.officeLocation],
    ['Profession', contact.profession],
    ['Categories', contact.categories.join(', ')],
    ['Notes', contact.personalNotes],
  ];
  return entries
    .filter(([, value]) => value.trim() !== '')
    .map(([name, value]) => ({ name, value: value.slice(0, longestField).toWellFormed() }));
}

function valuesOf(name: string, values: readonly string[]): [string, string][] {
  return values.map((value) => [name, value]);
}

function addressText({ street, postalCode, city, state, countryOrRegion }: VCardAddress): string {
  const town = [postalCode, city, state].filter((word) => word !== '').join(' ');
  return [street, town, countryOrRegion].filter((line) => line !== '').join('\n');
}
