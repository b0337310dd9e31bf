/** What list items hold: values for every kind of column, as Graph spells them in `fields`. */
import { mix } from '../chance.ts';
import { objectIdOf } from '../directory/object-id.ts';
import type { Directory } from '../directory/people.ts';
import { choices, type Column, type ColumnKind } from './list-columns.ts';

/** What fixes the values of one version of an item. */
export interface ItemSeed {
  /** Fixes the values together with the column's name. */
  hash: number;
  seed: number;
  directory: Directory;
  origin: string;
}

const phrases = [
  'Prüfung abgeschlossen',
  'Livraison à confirmer',
  'Förderband Halle 3',
  'Price review',
  '在庫確認',
  'Согласовать',
  'Quotes " and \\ and <tags> & more',
  'Emoji 🚀 zeile',
] as const;
const places = [
  { DisplayName: 'Hamburg', CountryOrRegion: 'Germany', Latitude: 53.5511, Longitude: 9.9937 },
  { DisplayName: 'Lyon', CountryOrRegion: 'France', Latitude: 45.764, Longitude: 4.8357 },
  { DisplayName: '東京', CountryOrRegion: 'Japan', Latitude: 35.6762, Longitude: 139.6503 },
] as const;

/** A few words in one of many scripts. */
export const phrase = (hash: number): string => phrases[hash % phrases.length] ?? '';
/** Id of a person in the user list of every site. */
export const siteUserId = (person: number): number => person + 1;
const several = (hash: number): number[] => Array.from({ length: hash % 3 }, (_, i) => mix(hash, 761, i));

function personValue({ directory }: ItemSeed, hash: number) {
  const { number, displayName, userPrincipalName } = directory.person(hash % directory.size);
  return { LookupId: siteUserId(number), LookupValue: displayName, Email: userPrincipalName };
}

const termValue = ({ seed }: ItemSeed, hash: number) => ({
  Label: phrase(hash),
  TermGuid: objectIdOf(seed, 48, hash % phrases.length),
  WssId: 1 + (hash % phrases.length),
});

const linkValue = ({ origin }: ItemSeed, hash: number) => ({
  Description: phrase(hash),
  Url: `${origin}/sites/vertrieb/SitePages/Home.aspx?id=${hash % 1_000}&x=%20`,
});

function locationValue(hash: number) {
  const { DisplayName, CountryOrRegion, Latitude, Longitude } = places[
    hash % places.length
  ] as (typeof places)[number];
  return {
    DisplayName,
    LocationUri: `https://www.bingapis.com/api/v6/localbusinesses/YN${hash}`,
    Address: { City: DisplayName, CountryOrRegion },
    Coordinates: { Latitude, Longitude },
  };
}

const dateText = (hash: number) =>
  new Date(Date.UTC(2026, hash % 12, 1 + (hash % 28), hash % 24)).toISOString();

/** Value of a column; undefined where the item has none. The name may get a suffix, see `fieldName`. */
type Value = (item: ItemSeed, hash: number) => unknown;

const values: Readonly<Record<ColumnKind, Value>> = {
  text: (_, hash) => `${phrase(hash)} ${hash % 10_000}`,
  note: (_, hash) =>
    `<div>${phrase(hash >>> 3)}<br/>\n${phrase(hash >>> 5)}&nbsp;${'wichtig '.repeat(hash % 40)}</div>`,
  number: (_, hash) => (hash % 100_000) / 8,
  currency: (_, hash) => (hash % 1_000_000) / 100,
  boolean: (_, hash) => hash % 2 === 0,
  choice: (_, hash) => choices[hash % choices.length],
  choices: (_, hash) => choices.filter((__, i) => ((hash >>> i) & 1) === 1),
  dateTime: (_, hash) => `${dateText(hash).slice(0, 19)}Z`,
  person: ({ directory }, hash) => String(siteUserId(hash % directory.size)),
  people: (item, hash) => several(hash).map((one) => personValue(item, one)),
  lookup: (_, hash) => String(1 + (hash % 5)),
  lookups: (_, hash) => several(hash).map((one) => ({ LookupId: 1 + (one % 5), LookupValue: phrase(one) })),
  hyperlink: linkValue,
  picture: linkValue,
  term: termValue,
  terms: (item, hash) => several(hash).map((one) => termValue(item, one)),
  location: (_, hash) => locationValue(hash),
  calculated: (_, hash) => (hash % 1_000_000) / 84,
  thumbnail: (_, hash) =>
    JSON.stringify({ type: 'thumbnail', fileName: `Reserved_ImageAttachment_${hash % 100}.png` }),
};

/** Single people and lookups are told by their number, under another name. */
const fieldName = ({ name, kind }: Column): string =>
  kind === 'person' || kind === 'lookup' ? `${name}LookupId` : name;
/** One value in so many is missing. */
const missingOneIn = 6;

/** The values of the columns people fill. Empty ones are left out, as Graph does. */
export function columnValues(item: ItemSeed, columns: readonly Column[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  columns.forEach((column, i) => {
    const hash = mix(item.hash, 762, i);
    if (column.name !== 'Title' && hash % missingOneIn === 0) return;
    fields[fieldName(column)] = values[column.kind](item, hash >>> 3);
  });
  return fields;
}
