/**
 * A contact as Microsoft Graph gives it (`contact`, v1.0), made safe to write: every property is there, texts are clean,
 * lists are short and hold no empty entries. A property of an odd type is left out; nothing here throws.
 */
import { z } from 'zod';

/** UTF-16 units of one text; notes that people write end far below. Longer ones are cut. */
export const longestText = 1_000_000;
/** Entries of one list, more than an address book shows of a person. The rest is cut. */
export const longestList = 1_000;

/** RFC 6350, 3.3 knows no control characters but tab and line break. Lone surrogates have no UTF-8. */
const text = z
  .string()
  .catch('')
  .transform((value) =>
    cut(value)
      .toWellFormed()
      // Outlook's soft line break is a vertical tab.
      .replace(/\r\n?|\v/g, '\n')
      // eslint-disable-next-line no-control-regex -- these are what is looked for
      .replace(/[\0-\x08\x0c\x0e-\x1f\x7f]/g, ''),
  );

/** Of values that are one line by nature: a stray break around them would only stand in a reader's way. */
const trimmed = text.transform((value) => value.trim());

const list = z
  .array(z.unknown())
  .catch([])
  .transform((values) => values.slice(0, longestList));
const texts = list.pipe(z.array(text)).transform((values) => values.filter((value) => value.trim() !== ''));

const mail = z.object({ name: text, address: trimmed }).catch({ name: '', address: '' });
const mails = list.pipe(z.array(mail));

const noAddress = { street: '', city: '', state: '', postalCode: '', countryOrRegion: '' };
const address = z
  .object({ street: text, city: text, state: text, postalCode: text, countryOrRegion: text })
  .catch(noAddress);

const contactSchema = z.object({
  id: trimmed,
  lastModifiedDateTime: trimmed,
  displayName: text,
  givenName: text,
  middleName: text,
  surname: text,
  title: text,
  generation: text,
  initials: text,
  nickName: text,
  fileAs: text,
  yomiGivenName: text,
  yomiSurname: text,
  yomiCompanyName: text,
  companyName: text,
  department: text,
  jobTitle: text,
  profession: text,
  officeLocation: text,
  manager: text,
  assistantName: text,
  spouseName: text,
  children: texts,
  birthday: trimmed,
  emailAddresses: mails,
  primaryEmailAddress: mail,
  secondaryEmailAddress: mail,
  tertiaryEmailAddress: mail,
  homePhones: texts,
  businessPhones: texts,
  mobilePhone: text,
  homeAddress: address,
  businessAddress: address,
  otherAddress: address,
  businessHomePage: text,
  imAddresses: texts,
  personalNotes: text,
  categories: texts,
});

/** Texts are '' where there is none, with line feeds for line breaks; dates are as Graph wrote them. */
export type VCardContact = z.infer<typeof contactSchema>;
export type VCardMail = z.infer<typeof mail>;
export type VCardAddress = z.infer<typeof address>;

export function readContact(contact: unknown): VCardContact {
  const read = contactSchema.safeParse(contact);
  return read.success ? read.data : contactSchema.parse({});
}

/** Never between the halves of a surrogate pair. */
function cut(value: string): string {
  if (value.length <= longestText) return value;
  const isPairCut = /[\ud800-\udbff]/.test(value.charAt(longestText - 1));
  return value.slice(0, isPairCut ? longestText - 1 : longestText);
}
