/** The header of a message or of a part (RFC 5322, 2.2; RFC 2045, 3), as far as reading what is below it needs. */

/** A field of a header, unfolded; the name in small letters. */
interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** What the fields say of the content. */
export interface ContentHeader {
  /** Small letters, without parameters; empty where nothing says. */
  readonly mediaType: string;
  /** Small letters; empty where nothing says. */
  readonly encoding: string;
  readonly charset: string;
  /** Undefined for what has none, multipart or not. */
  readonly boundary: string | undefined;
  readonly isAttachment: boolean;
  /** Whether the sender calls it something: what has a name is a file. */
  readonly hasName: boolean;
  /** The fields that tell of a file: name, type, id. */
  readonly fields: readonly HeaderField[];
}

/** Longer values are cut: RFC 2231 lets a name go on without an end. */
const longestValue = 4096;
/** RFC 2046, 5.1.1 allows 70 characters. */
const longestBoundary = 200;
const contentField = /^content-(?:type|disposition|id|transfer-encoding)$/;

/** The fields of a header whose bytes were read one letter a byte; the first of a name counts, as senders are told. */
export function contentHeader(header: string): ContentHeader {
  const fields = headerFields(header);
  const valueOf = (name: string): string => fields.find((field) => field.name === name)?.value ?? '';
  const [type, disposition] = [valueOf('content-type'), valueOf('content-disposition')];
  const boundary = parameter(type, 'boundary');
  return {
    mediaType: firstToken(type),
    encoding: firstToken(valueOf('content-transfer-encoding')),
    charset: parameter(type, 'charset') ?? '',
    boundary: boundary === undefined || boundary.length > longestBoundary ? undefined : boundary,
    isAttachment: firstToken(disposition) === 'attachment',
    hasName: /;\s*(?:file)?name\*?/i.test(`${disposition} ${type}`),
    fields,
  };
}

/** Content fields only: a header can have thousands of others. */
function headerFields(header: string): HeaderField[] {
  const fields: HeaderField[] = [];
  for (const line of header.replace(/\r?\n(?=[ \t])/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (contentField.test(name)) fields.push({ name, value: line.slice(colon + 1, colon + longestValue) });
  }
  return fields;
}

function firstToken(value: string): string {
  return /^[\s"]*([a-z0-9!#$&^_.+/-]{1,127})/i.exec(value)?.[1]?.toLowerCase() ?? '';
}

function parameter(value: string, name: string): string | undefined {
  const written = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i').exec(value);
  const found = written?.[1]?.replace(/\\(.)/g, '$1') ?? written?.[2];
  return found === '' ? undefined : found;
}
