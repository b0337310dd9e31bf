/** The lines of a vCard that say how to reach a person: mail, telephone, messengers, postal addresses. */
import type { VCardAddress, VCardContact, VCardMail } from './contact.ts';
import { rawLine, structuredLine, textLine, type VCardVersion } from './content-line.ts';

/** RFC 3986, 2: the characters of a URI, without the brackets, which stand around some hosts only. */
const uriText = /^[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+$/;
const schemeStart = /^[a-z][a-z0-9+.-]*:./i;

/** Whether `text` may stand where a vCard wants a URI, with a scheme or without. */
export const isUriText = (text: string): boolean => uriText.test(text);

/** Each address once, in the order of the contact. */
export function mailAddressesOf(contact: VCardContact): string[] {
  return [...new Set(mailsOf(contact).map(({ address }) => address))].filter((address) => address !== '');
}

export function reachLines(contact: VCardContact, version: VCardVersion): string[] {
  const [first = '', ...others] = mailAddressesOf(contact);
  // 4.0 has no INTERNET, and PREF is a number there (RFC 6350, 5.3).
  const [preferred, usual] =
    version === '3.0'
      ? (['EMAIL;TYPE=INTERNET,PREF', 'EMAIL;TYPE=INTERNET'] as const)
      : (['EMAIL;PREF=1', 'EMAIL'] as const);
  return [
    ...textLine(preferred, first),
    ...others.flatMap((address) => textLine(usual, address)),
    ...mailNameLines(contact),
    ...contact.businessPhones.flatMap((number) => textLine('TEL;TYPE=WORK,VOICE', number)),
    ...contact.homePhones.flatMap((number) => textLine('TEL;TYPE=HOME,VOICE', number)),
    ...textLine('TEL;TYPE=CELL,VOICE', contact.mobilePhone),
    ...contact.imAddresses.flatMap((address) => messengerLines(address, version)),
  ];
}

/** The parts of an address are: box, office, street, city, region, code, country (RFC 2426, 3.2.1). */
export function addressLines(contact: VCardContact, version: VCardVersion): string[] {
  const { businessAddress, homeAddress, otherAddress, officeLocation } = contact;
  const office = version === '3.0' ? officeLocation : '';
  // 3.0 takes an address without a type for one at work, and Outlook takes POSTAL for its third.
  const other = version === '3.0' ? 'ADR;TYPE=POSTAL' : 'ADR';
  return [
    ...structuredLine('ADR;TYPE=WORK', ['', office, ...placeOf(businessAddress)]),
    ...structuredLine('ADR;TYPE=HOME', ['', '', ...placeOf(homeAddress)]),
    ...structuredLine(other, ['', '', ...placeOf(otherAddress)]),
  ];
}

function placeOf({ street, city, state, postalCode, countryOrRegion }: VCardAddress): string[] {
  return [street, city, state, postalCode, countryOrRegion];
}

/** The named addresses of newer contacts repeat those of the list, mostly. */
function mailsOf(contact: VCardContact): VCardMail[] {
  const { emailAddresses, primaryEmailAddress, secondaryEmailAddress, tertiaryEmailAddress } = contact;
  return [...emailAddresses, primaryEmailAddress, secondaryEmailAddress, tertiaryEmailAddress];
}

/** Outlook fills the name with that of the contact or with the address; another one was typed. */
function mailNameLines(contact: VCardContact): string[] {
  const isTyped = ({ name, address }: VCardMail): boolean =>
    name.trim() !== '' && name !== address && name !== contact.displayName;
  const lines = mailsOf(contact)
    .filter(isTyped)
    .flatMap(({ name, address }) => structuredLine('X-HOLDFAST-EMAIL-NAME', [address, name]));
  return [...new Set(lines)];
}

/** IMPP is a URI (RFC 4770 for 3.0; RFC 6350, 6.4.3). Outlook reads its own property alone. */
function messengerLines(address: string, version: VCardVersion): string[] {
  const isUri = isUriText(address) && schemeStart.test(address);
  return [
    ...(isUri ? rawLine('IMPP', address) : []),
    ...(isUri && version === '4.0' ? [] : textLine('X-MS-IMADDRESS', address)),
  ];
}
