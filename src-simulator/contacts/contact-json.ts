/** What a contact is, a pure function of the seed, the mailbox, its number and version, and how Graph shows it. */
import { mix, shareOf } from '../chance.ts';
import { namePools, type NamePool } from '../directory/names.ts';
import { firstLogo, logoCount, type Documents } from '../mail/documents.ts';
import { epochMs } from '../mail/message-facts.ts';
import type { Json } from '../outlook/answers.ts';
import type { BoxStore } from '../outlook/box-store.ts';
import type { ItemBox, ItemState } from '../outlook/item-box.ts';

/** What all contacts are made from. */
export interface ContactWorld {
  readonly seed: number;
  readonly store: BoxStore;
  readonly photoShare: number;
}

export interface ContactView {
  readonly world: ContactWorld;
  readonly box: ItemBox;
  readonly state: ItemState;
  readonly isImmutable: boolean;
}

interface Person {
  readonly given: string;
  readonly family: string;
  readonly address: string;
  readonly company: string;
  readonly isFamilyFirst: boolean;
}

const historyMs = 900 * 86_400_000;
const companies = [
  'Walzwerk Süd GmbH',
  'Harbour Logistics Ltd',
  'Ateliers du Rhône',
  '精密機械株式会社',
  'Балтийский Завод',
  'أطلس للتجارة',
];
const cities = [
  ['Hamburg', 'Germany', '20457', 'Am Sandtorkai'],
  ['Lyon', 'France', '69002', 'Rue de la République'],
  ['Tokyo', 'Japan', '100-0005', 'Marunouchi'],
  ['Leeds', 'United Kingdom', 'LS1 4AP', 'Park Row'],
] as const;
const titles = ['Dr.', 'Prof.', '', '', '', ''];

const lifeOf = ({ world, box, state }: ContactView) => mix(mix(world.seed, 801), box.mailbox, state.number);
const hashOf = (view: ContactView) =>
  view.state.version === 0 ? lifeOf(view) : mix(lifeOf(view), view.state.version);

function personOf(view: ContactView): Person {
  const life = lifeOf(view);
  const pool = namePools[life % namePools.length] as NamePool;
  const given = pool.given[(life >>> 4) % pool.given.length] ?? ['', ''];
  const family = pool.family[(life >>> 12) % pool.family.length] ?? ['', ''];
  const company = companies[(life >>> 18) % companies.length] ?? '';
  return {
    given: given[0],
    family: family[0],
    address: `${given[1]}.${family[1]}${life % 97}@partner${life % 13}.example`,
    company,
    isFamilyFirst: pool.isFamilyFirst,
  };
}

function displayNameOf(view: ContactView): string {
  const { given, family, isFamilyFirst } = personOf(view);
  return isFamilyFirst ? `${family} ${given}` : `${given} ${family}`;
}

function phone(view: ContactView, kind: number): string {
  return `+49 40 ${String(mix(hashOf(view), kind) % 10_000_000).padStart(7, '0')}`;
}

function addressOf(view: ContactView, kind: number): Json {
  const hash = mix(lifeOf(view), kind);
  if (hash % 2 === 0) return {};
  const [city, countryOrRegion, postalCode, street] = cities[(hash >>> 3) % cities.length] ?? cities[0];
  return { city, countryOrRegion, postalCode, state: '', street: `${street} ${1 + (hash % 90)}` };
}

function emailsOf(view: ContactView): Json[] {
  const { address } = personOf(view);
  const name = displayNameOf(view);
  const second = { name, address: address.replace('@', '.privat@') };
  return lifeOf(view) % 3 === 0 ? [{ name, address }, second] : [{ name, address }];
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const createdMs = (view: ContactView) => epochMs - 86_400_000 - (lifeOf(view) % historyMs);
const changeMs = (changes: number) => epochMs + changes * 1_000;

function changeKeyOf({ world, box, state }: ContactView): string {
  const hash = mix(mix(world.seed, box.mailbox), state.number, state.changedAt);
  return `EQAAABYAAAAsq${hash.toString(36).padStart(7, '0')}${state.changedAt.toString(36).padStart(6, '0')}AAA`;
}

type Property = (view: ContactView) => unknown;
const oneIn = (count: number, kind: number, make: (view: ContactView) => string): Property => {
  return (view) => (mix(lifeOf(view), kind) % count === 0 ? make(view) : null);
};

const properties: Readonly<Record<string, Property>> = {
  createdDateTime: (view) =>
    iso(view.state.createdAt === 0 ? createdMs(view) : changeMs(view.state.createdAt)),
  lastModifiedDateTime: (view) =>
    iso(view.state.changedAt === 0 ? createdMs(view) + 60_000 : changeMs(view.state.changedAt)),
  changeKey: changeKeyOf,
  categories: (view) => (lifeOf(view) % 5 === 0 ? ['Blue category'] : []),
  parentFolderId: ({ box, state }) => box.ids.container(state.container),
  birthday: oneIn(4, 61, (view) => `${1950 + (lifeOf(view) % 55)}-0${1 + (lifeOf(view) % 9)}-12T11:59:00Z`),
  fileAs: (view) => `${personOf(view).family}, ${personOf(view).given}`,
  displayName: displayNameOf,
  givenName: (view) => personOf(view).given,
  initials: () => null,
  middleName: () => null,
  nickName: oneIn(9, 62, (view) => personOf(view).given.slice(0, 3)),
  surname: (view) => personOf(view).family,
  title: (view) => titles[lifeOf(view) % titles.length],
  yomiGivenName: (view) => (personOf(view).isFamilyFirst ? 'けんた' : null),
  yomiSurname: (view) => (personOf(view).isFamilyFirst ? 'さとう' : null),
  yomiCompanyName: () => null,
  generation: () => null,
  imAddresses: () => [],
  jobTitle: oneIn(2, 63, () => 'Einkauf'),
  companyName: (view) => personOf(view).company,
  department: oneIn(3, 64, () => 'Vertrieb'),
  officeLocation: () => null,
  profession: () => null,
  businessHomePage: oneIn(5, 65, (view) => `https://partner${lifeOf(view) % 13}.example/`),
  assistantName: () => null,
  manager: () => null,
  homePhones: (view) => (lifeOf(view) % 4 === 0 ? [phone(view, 71)] : []),
  mobilePhone: (view) => phone(view, 72),
  businessPhones: (view) => [phone(view, 73)],
  spouseName: () => null,
  personalNotes: (view) => (hashOf(view) % 3 === 0 ? `Messe ${2020 + (hashOf(view) % 7)}, Halle 4\r\n` : ''),
  children: () => [],
  emailAddresses: emailsOf,
  homeAddress: (view) => addressOf(view, 81),
  businessAddress: (view) => addressOf(view, 82),
  otherAddress: () => ({}),
};

export const isContactProperty = (name: string): boolean => Object.hasOwn(properties, name);

/** A contact; `names` null means all properties. */
export function contactJson(view: ContactView, names: readonly string[] | null): Json {
  const { box, state, isImmutable } = view;
  const wanted = (names ?? Object.keys(properties)).filter((name) => name !== 'id');
  return {
    '@odata.etag': `W/"${changeKeyOf(view)}"`,
    id: box.idOf(state, isImmutable),
    ...Object.fromEntries(wanted.map((name) => [name, valueOf(view, name)])),
  };
}

/** What nobody can write. */
const computed: ReadonlySet<string> = new Set([
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'parentFolderId',
]);
const lists = /^(?:categories|children|imAddresses|emailAddresses|homePhones|businessPhones)$/;
const addresses = /^(?:home|business|other)Address$/;

/** A property as it was written, otherwise as planned; blank of a contact that a client created. */
function valueOf(view: ContactView, name: string): unknown {
  const writing = view.box.writings.get(view.state.number);
  if (!writing || computed.has(name)) return properties[name]?.(view);
  if (Object.hasOwn(writing.values, name)) return writing.values[name];
  if (!writing.isWhole) return properties[name]?.(view);
  if (lists.test(name)) return [];
  if (addresses.test(name)) return {};
  return name === 'displayName' || name === 'fileAs' ? nameOf(writing.values) : null;
}

/** What Outlook calls a contact that came without a name of its own. */
const nameOf = ({ givenName, surname, companyName }: Json): string =>
  [givenName, surname].filter((part) => typeof part === 'string' && part !== '').join(' ') ||
  (typeof companyName === 'string' ? companyName : '');

export interface Photo {
  readonly contentType: string;
  readonly bytes: (documents: Documents) => Buffer;
}

/** The picture of a contact, or null. Every change of the photo is a mark. */
export function photoOf(view: ContactView): Photo | null {
  const { world, state } = view;
  const writing = view.box.writings.get(state.number);
  if (writing?.photo) {
    const { bytes, contentType } = writing.photo;
    return { contentType, bytes: () => bytes };
  }
  if (writing?.isWhole === true) return null;
  const hasPhoto = state.marks.length > 0 || shareOf(mix(lifeOf(view), 91)) < world.photoShare;
  const picture = firstLogo + ((lifeOf(view) + state.marks.length) % logoCount);
  return hasPhoto ? { contentType: 'image/png', bytes: (documents) => documents.bytes(picture) } : null;
}
