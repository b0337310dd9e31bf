/** The columns of lists: every kind SharePoint knows, and how Graph describes them. */
import { hashText, mix } from '../chance.ts';
import { objectIdOf } from '../directory/object-id.ts';
import { plannedLists } from './site-plan.ts';

export type ColumnKind =
  | 'text'
  | 'note'
  | 'number'
  | 'currency'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'dateTime'
  | 'person'
  | 'people'
  | 'lookup'
  | 'lookups'
  | 'hyperlink'
  | 'picture'
  | 'term'
  | 'terms'
  | 'location'
  | 'calculated'
  | 'thumbnail';

export interface Column {
  /** Internal name: letters, digits and what SharePoint makes of the others. */
  name: string;
  displayName: string;
  kind: ColumnKind;
  isReadOnly: boolean;
  isHidden: boolean;
}

const column = (name: string, displayName: string, kind: ColumnKind): Column => ({
  name,
  displayName,
  kind,
  isReadOnly: false,
  isHidden: false,
});
const system = (name: string, displayName: string, kind: ColumnKind): Column => ({
  ...column(name, displayName, kind),
  isReadOnly: true,
});

const title = column('Title', 'Title', 'text');
const systemColumns: readonly Column[] = [
  system('ID', 'ID', 'number'),
  system('ContentType', 'Content Type', 'text'),
  system('Modified', 'Modified', 'dateTime'),
  system('Created', 'Created', 'dateTime'),
  system('Author', 'Created By', 'person'),
  system('Editor', 'Modified By', 'person'),
  system('_UIVersionString', 'Version', 'text'),
  system('Attachments', 'Attachments', 'boolean'),
  { ...system('_ComplianceFlags', 'Label setting', 'text'), isHidden: true },
];

const inventory: readonly Column[] = [
  column('Beschreibung', 'Beschreibung', 'note'),
  column('Anzahl', 'Anzahl', 'number'),
  column('Preis_x0020_netto', 'Preis netto', 'currency'),
  column('Aktiv', 'Aktiv?', 'boolean'),
  column('Status', 'Status', 'choice'),
  column('Merkmale', 'Merkmale', 'choices'),
  column('F_x00e4_llig', 'Fällig', 'dateTime'),
  column('Verantwortlich', 'Verantwortlich', 'person'),
  column('Beteiligte', 'Beteiligte', 'people'),
  column('Aufgabe', 'Aufgabe', 'lookup'),
  column('Aufgaben', 'Aufgaben', 'lookups'),
  column('Seite', 'Seite', 'hyperlink'),
  column('Bild', 'Bild', 'picture'),
  column('Schlagwort', 'Schlagwort', 'term'),
  column('Schlagworte', 'Schlagworte', 'terms'),
  column('Standort', 'Standort', 'location'),
  system('Brutto', 'Brutto', 'calculated'),
  column('Vorschau', 'Vorschau', 'thumbnail'),
];
const tasks: readonly Column[] = [
  column('Body', 'Description', 'note'),
  column('DueDate', 'Due Date', 'dateTime'),
  column('AssignedTo', 'Assigned To', 'people'),
  column('Priority', 'Priority', 'choice'),
  column('PercentComplete', '% Complete', 'number'),
];
const partners: readonly Column[] = [
  column('Company', 'Company', 'text'),
  column('WebPage', 'Web Page', 'hyperlink'),
  column('WorkAddress', 'Address', 'location'),
];
const users: readonly Column[] = [column('EMail', 'Work email', 'text'), column('Name', 'Account', 'text')];
const library: readonly Column[] = [
  column('FileLeafRef', 'Name', 'text'),
  system('FileSizeDisplay', 'File Size', 'text'),
];
/** What people say of documents beside their content. */
export const recordColumns: readonly Column[] = [
  column('Kategorie', 'Kategorie', 'choice'),
  column('Projekt', 'Projekt', 'text'),
  column('Pr_x00fc_fer', 'Prüfer', 'person'),
  column('Stichworte', 'Stichworte', 'terms'),
];
const created: readonly Column[] = [column('Notiz', 'Notiz', 'note'), column('Wahl', 'Wahl', 'choice')];

const byList: Readonly<Record<number, readonly Column[]>> = {
  [plannedLists.documents]: library,
  [plannedLists.records]: [...library, ...recordColumns],
  [plannedLists.pages]: library,
  [plannedLists.inventory]: inventory,
  [plannedLists.tasks]: tasks,
  [plannedLists.partners]: partners,
  [plannedLists.users]: users,
  [plannedLists.masterPages]: library,
};

/** A column somebody added to a list; the first has number 1. */
const addedColumn = (number: number): Column => column(`Zusatz${number}`, `Zusatz ${number}`, 'text');

/** The columns of a list that hold what people wrote. */
export function ownColumns(list: number, addedCount: number): Column[] {
  const added = Array.from({ length: addedCount }, (_, i) => addedColumn(i + 1));
  return [title, ...(byList[list] ?? created), ...added];
}

/** The columns of a list, SharePoint's own included. */
export const allColumns = (list: number, addedCount: number): Column[] => [
  ...ownColumns(list, addedCount),
  ...systemColumns,
];

/** What choice columns offer. */
export const choices = ['Neu', 'In Arbeit', 'Fertig & geprüft', 'Zurückgestellt'] as const;

type Facet = (lookupListId: string) => object;
const person =
  (isMultiple: boolean): Facet =>
  () => ({
    personOrGroup: {
      allowMultipleSelection: isMultiple,
      chooseFromType: 'peopleOnly',
      displayAs: 'nameWithPresence',
    },
  });
const lookup =
  (isMultiple: boolean): Facet =>
  (listId) => ({
    lookup: { allowMultipleValues: isMultiple, allowUnlimitedLength: false, columnName: 'Title', listId },
  });
const choice =
  (isMultiple: boolean): Facet =>
  () => ({
    choice: { allowTextEntry: false, choices, displayAs: isMultiple ? 'checkBoxes' : 'dropDownMenu' },
  });
const link =
  (isPicture: boolean): Facet =>
  () => ({ hyperlinkOrPicture: { isPicture } });
const term =
  (allowMultipleValues: boolean): Facet =>
  () => ({
    term: { allowMultipleValues, showFullyQualifiedName: false },
  });
const text =
  (allowMultipleLines: boolean): Facet =>
  () => ({
    text: {
      allowMultipleLines,
      appendChangesToExistingText: false,
      linesForEditing: allowMultipleLines ? 6 : 0,
      ...(allowMultipleLines ? { textType: 'richText' } : { maxLength: 255 }),
    },
  });

const facets: Readonly<Record<ColumnKind, Facet>> = {
  text: text(false),
  note: text(true),
  number: () => ({ number: { decimalPlaces: 'automatic', displayAs: 'number' } }),
  currency: () => ({ currency: { locale: 'de-de' } }),
  boolean: () => ({ boolean: {} }),
  choice: choice(false),
  choices: choice(true),
  dateTime: () => ({ dateTime: { displayAs: 'default', format: 'dateTime' } }),
  person: person(false),
  people: person(true),
  lookup: lookup(false),
  lookups: lookup(true),
  hyperlink: link(false),
  picture: link(true),
  term: term(false),
  terms: term(true),
  location: () => ({ geolocation: {} }),
  calculated: () => ({
    calculated: { format: 'dateTime', formula: '=[Preis netto]*1.19', outputType: 'number' },
  }),
  thumbnail: () => ({ thumbnail: {} }),
};

/** A columnDefinition; `lookupListId` is the list lookups point to. */
export function columnJson(seed: number, { name, displayName, kind, ...is }: Column, lookupListId: string) {
  return {
    columnGroup: is.isReadOnly ? '_Hidden' : 'Custom Columns',
    description: '',
    displayName,
    enforceUniqueValues: false,
    hidden: is.isHidden,
    id: objectIdOf(mix(seed, hashText(name)), 47, 1),
    indexed: false,
    name,
    readOnly: is.isReadOnly,
    required: name === 'Title',
    ...facets[kind](lookupListId),
  };
}
