/**
 * Encoding text into the charsets mail really uses. Node only decodes them, so the tables are made by decoding every
 * code point once and turning the result around. Characters a charset lacks become '?'.
 */

export type Charset =
  'us-ascii' | 'utf-8' | 'iso-8859-1' | 'windows-1252' | 'koi8-r' | 'shift_jis' | 'iso-2022-jp';

type Table = ReadonlyMap<string, readonly number[]>;
const tables = new Map<string, Table>();

function singleByteTable(charset: string): Table {
  const decoder = new TextDecoder(charset);
  return new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), [byte]]));
}

/** Every two-byte character whose lead and trail bytes lie in the ranges given. */
function doubleByteTable(charset: string, firstLead: number, firstTrail: number): Table {
  const decoder = new TextDecoder(charset);
  const table = new Map<string, number[]>();
  for (let lead = firstLead; lead < 0xff; lead += 1) {
    for (let trail = firstTrail; trail < 0xff; trail += 1) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if (text.length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, [lead, trail]);
    }
  }
  return table;
}

function tableOf(name: string, make: () => Table): Table {
  const table = tables.get(name) ?? make();
  tables.set(name, table);
  return table;
}

function byTable(text: string, table: Table): Buffer {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x80) bytes.push(code);
    else bytes.push(...(table.get(character) ?? [0x3f]));
  }
  return Buffer.from(bytes);
}

/** ISO-2022-JP (RFC 1468): JIS X 0208 between ESC $ B and ESC ( B; each text begins and ends in ASCII. */
function iso2022Jp(text: string): Buffer {
  const table = tableOf('euc-jp', () => doubleByteTable('euc-jp', 0xa1, 0xa1));
  const bytes: number[] = [];
  let isDouble = false;
  for (const character of text) {
    const pair = character.charCodeAt(0) < 0x80 ? undefined : table.get(character);
    if (pair && !isDouble) bytes.push(0x1b, 0x24, 0x42);
    if (!pair && isDouble) bytes.push(0x1b, 0x28, 0x42);
    isDouble = pair !== undefined;
    if (pair) bytes.push(...pair.map((byte) => byte & 0x7f));
    else bytes.push(character.charCodeAt(0) < 0x80 ? character.charCodeAt(0) : 0x3f);
  }
  if (isDouble) bytes.push(0x1b, 0x28, 0x42);
  return Buffer.from(bytes);
}

/** The bytes of a text in a charset. */
export function encodeText(text: string, charset: Charset): Buffer {
  switch (charset) {
    case 'utf-8':
      return Buffer.from(text);
    case 'us-ascii':
      return byTable(text, new Map());
    case 'iso-8859-1':
      return Buffer.from(text.replace(/[\u{100}-\u{10ffff}]/gu, '?'), 'latin1');
    case 'windows-1252':
    case 'koi8-r':
      return byTable(
        text,
        tableOf(charset, () => singleByteTable(charset)),
      );
    case 'shift_jis':
      return byTable(
        text,
        tableOf(charset, () => doubleByteTable(charset, 0x81, 0x40)),
      );
    case 'iso-2022-jp':
      return iso2022Jp(text);
  }
}
