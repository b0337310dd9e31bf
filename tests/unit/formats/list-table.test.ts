import { expect, test } from 'vitest';
import { csvLine } from '../../../src-worker/formats/csv.ts';
import { listColumns, listRow } from '../../../src-worker/formats/list-table.ts';

const columns = listColumns({
  columns: [
    { name: 'Title', displayName: 'Titel' },
    { name: 'Secret', displayName: 'Secret', hidden: true },
    { name: 'Owner', displayName: 'Owner' },
    { name: 'ID', displayName: 'ID' },
    'odd',
    { name: 'Tags', displayName: null },
  ],
});

test('the columns are those that the list shows, by the names that people gave them', () => {
  expect(columns.map(({ title }) => title)).toEqual(['Titel', 'Owner', 'ID', 'Tags']);
  expect(listColumns({ columns: 'none' })).toEqual([]);
  expect(listColumns(undefined)).toEqual([]);
});

test.each([
  [{ Title: 'a', OwnerLookupId: '7', id: '1', Tags: ['x', 'y'] }, ['a', '7', '1', 'x; y']],
  [{ Title: null, Owner: { LookupId: 7, LookupValue: 'Anna' }, ID: 2 }, ['', 'Anna', 2, '']],
  [{ Tags: [{ Label: 'red' }, { odd: 1 }] }, ['', '', '', 'red; {"odd":1}']],
  [
    { Title: { Description: 'Here', Url: 'https://x.example' }, Tags: false },
    ['Here https://x.example', '', '', 'false'],
  ],
])('an item with %j is a row', (fields, row) => {
  expect(listRow(columns, { fields })).toEqual(row);
});

test('what has no fields is no row', () => {
  expect(listRow(columns, { id: 1 })).toBeUndefined();
  expect(listRow(columns, undefined)).toBeUndefined();
});

test('a cell that a spreadsheet would run begins with an apostrophe, and a number does not', () => {
  expect(csvLine(['=1+1', '@x', '-2', -2, '\t=', '＝1', 'a "b", c\nd'])).toBe(
    `'=1+1,'@x,'-2,-2,'\t=,'＝1,"a ""b"", c\nd"\r\n`,
  );
});

test('a cell with an end of a line stands in quotes', () => {
  expect(csvLine(['a\nb', 'c\rd', 'e'])).toBe('"a\nb","c\rd",e\r\n');
});
