/**
 * Extended properties of Outlook items (MAPI by tag or by name), as Graph takes, tells and filters them. Ids are kept in
 * the one form that Graph tells: the type as written, tags in lower-case hexadecimal without leading zeros.
 */
import { z } from 'zod';

/** Id in its one form to value. */
export type Properties = ReadonlyMap<string, string>;

const types = [
  'String',
  'Integer',
  'Boolean',
  'SystemTime',
  'Binary',
  'Short',
  'Long',
  'Double',
  'Float',
  'Currency',
  'CLSID',
];
const guid = '\\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\}';
const tagPattern = /^(\w+)\s+0x([0-9a-f]{1,4})$/i;
const namedPattern = new RegExp(`^(\\w+)\\s+(${guid})\\s+(?:Name\\s+(.+)|Id\\s+0x([0-9a-f]{1,8}))$`, 'i');
/** From here on tags are given out by each mailbox, so that a tag alone names nothing. */
const firstNamedTag = 0x8000;

/** The one form of a property's id; null for a text that is none. Names are case-sensitive. */
function propertyId(text: string): string | null {
  const typeOf = (word: string) => types.find((type) => type.toLowerCase() === word.toLowerCase());
  const tagged = tagPattern.exec(text);
  if (tagged) {
    const [, word = '', digits = ''] = tagged;
    const tag = parseInt(digits, 16);
    const type = typeOf(word);
    return type === undefined || tag >= firstNamedTag ? null : `${type} 0x${tag.toString(16)}`;
  }
  const [, word = '', set = '', name, number] = namedPattern.exec(text) ?? [];
  const type = typeOf(word);
  if (type === undefined) return null;
  const key = name === undefined ? `Id 0x${parseInt(number ?? '', 16).toString(16)}` : `Name ${name}`;
  return `${type} ${set.toLowerCase()} ${key}`;
}

const valuePatterns: Readonly<Record<string, RegExp>> = {
  Integer: /^-?\d{1,10}$/,
  Short: /^-?\d{1,5}$/,
  Long: /^-?\d{1,19}$/,
  Boolean: /^(?:true|false)$/i,
  SystemTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)?$/,
};

const isValueOf = (id: string, value: string): boolean =>
  valuePatterns[id.slice(0, id.indexOf(' '))]?.test(value) ?? true;

/** `singleValueExtendedProperties` of a request, as a map by their ids in one form. */
export const propertiesSchema = z
  .array(z.object({ id: z.string().max(400), value: z.string() }))
  .max(200)
  .transform((list, context) => {
    const properties = new Map<string, string>();
    for (const { id, value } of list) {
      const known = propertyId(id);
      if (known === null || !isValueOf(known, value)) {
        context.addIssue({ code: 'custom', message: `The extended property '${id}' is not valid.` });
        return z.NEVER;
      }
      properties.set(known, value);
    }
    return properties;
  });

const quoted = "'((?:[^']|'')*)'";
const expandPattern = /^singleValueExtendedProperties\(\s*\$filter\s*=\s*(.+)\)$/is;
const idPattern = new RegExp(`^id\\s+eq\\s+${quoted}$`, 'i');
const anyPattern = new RegExp(
  `^singleValueExtendedProperties/any\\(\\s*(\\w+)\\s*:\\s*\\1/id\\s+eq\\s+${quoted}\\s+and\\s+\\1/value\\s+eq\\s+${quoted}\\s*\\)$`,
  'i',
);
const unquoted = (text: string) => text.replaceAll("''", "'");

/** The ids that `$expand=singleValueExtendedProperties($filter=id eq '..' or ..)` asks for; null for anything else. */
export function expandedProperties(expand: string): string[] | null {
  const [, filter] = expandPattern.exec(expand.trim()) ?? [];
  if (filter === undefined) return null;
  const ids: string[] = [];
  for (const part of filter.trim().split(/\s+or\s+(?=id\s+eq\s+')/i)) {
    const text = idPattern.exec(part.trim())?.[1];
    const id = text === undefined ? null : propertyId(unquoted(text));
    if (id === null) return null;
    ids.push(id);
  }
  return ids;
}

/** What `$filter=singleValueExtendedProperties/Any(ep: ep/id eq '..' and ep/value eq '..')` asks for, or null. */
export function filteredProperty(filter: string): { id: string; value: string } | null {
  const [, , id, value] = anyPattern.exec(filter.trim()) ?? [];
  const known = id === undefined ? null : propertyId(unquoted(id));
  return known === null || value === undefined ? null : { id: known, value: unquoted(value) };
}

/** The one value of `name eq '..'`, or null when the filter is another. */
export function filteredText(filter: string, name: string): string | null {
  const [, text] = new RegExp(`^${name}\\s+eq\\s+${quoted}$`, 'i').exec(filter.trim()) ?? [];
  return text === undefined ? null : unquoted(text);
}

/** The value of $expand as Graph answers it: only the properties that there are, and nothing when there are none. */
export function expandedJson(
  ids: readonly string[],
  valueOf: (id: string) => string | null,
): { singleValueExtendedProperties?: { id: string; value: string }[] } {
  const found = ids.flatMap((id) => {
    const value = valueOf(id);
    return value === null ? [] : [{ id, value }];
  });
  return found.length === 0 ? {} : { singleValueExtendedProperties: found };
}
