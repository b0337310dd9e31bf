/**
 * A SharePoint list as a table: a column for each that the list shows, a row for each item. What Graph gave years ago may
 * be odd, and an odd value is a cell with its JSON.
 */
import { z } from 'zod';
import type { CsvCell } from './csv.ts';

const mostColumns = 2_000;

const columnSchema = z.object({
  name: z.string().min(1),
  displayName: z.string().nullish().catch(undefined),
  hidden: z.boolean().nullish().catch(undefined),
});
const listSchema = z.object({ columns: z.array(z.unknown()) });
const itemSchema = z.object({ fields: z.record(z.string(), z.unknown()) });

export interface ListColumn {
  /** As fields bear it. */
  readonly name: string;
  readonly title: string;
}

/** The columns that a list shows, in its order; none where the definition is none. */
export function listColumns(definition: unknown): ListColumn[] {
  const { data } = listSchema.safeParse(definition);
  return (data?.columns ?? []).slice(0, mostColumns).flatMap((raw) => {
    const { data: column } = columnSchema.safeParse(raw);
    if (column === undefined || column.hidden === true) return [];
    return [{ name: column.name, title: column.displayName ?? column.name }];
  });
}

/** The cells of an item; undefined for what is no item of a list. */
export function listRow(columns: readonly ListColumn[], item: unknown): CsvCell[] | undefined {
  const { data } = itemSchema.safeParse(item);
  if (data === undefined) return undefined;
  const { fields } = data;
  // Single people and lookups are told by their number only, under another name; the number of an item in lower case.
  return columns.map(({ name }) =>
    cellOf(fields[name] ?? fields[`${name}LookupId`] ?? (name === 'ID' ? fields['id'] : undefined)),
  );
}

/** What says most of a value with several properties, the best first. */
const tellingKeys = ['LookupValue', 'Label', 'DisplayName', 'Description', 'Url'];

function cellOf(value: unknown): CsvCell {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map((one) => String(cellOf(one))).join('; ');
  if (typeof value !== 'object') return JSON.stringify(value);
  const telling = tellingKeys.map((key) => (value as Record<string, unknown>)[key]);
  const texts = telling.filter((text): text is string => typeof text === 'string' && text !== '');
  return texts.join(' ') || JSON.stringify(value);
}
