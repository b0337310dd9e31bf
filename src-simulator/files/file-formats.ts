/** Kinds of files people keep: suffix, media type, and how their first and last bytes look. */

export interface FileFormat {
  suffix: string;
  contentType: string;
  head: Buffer;
  tail: Buffer;
  /** `text` compresses; `noise` does not, as zip, pictures and films do not. */
  body: 'text' | 'noise';
  /** An edit writes the whole file anew (zip containers) instead of some places of it. */
  isRewritten: boolean;
}

const office = 'application/vnd.openxmlformats-officedocument.';
const zip = {
  head: Buffer.from('504b030414000600080000002100', 'hex'),
  tail: Buffer.from('504b0506000000000b000b00c10200003a2c00000000', 'hex'),
  body: 'noise',
  isRewritten: true,
} as const;
const nothing = Buffer.alloc(0);
const text = { head: nothing, tail: nothing, body: 'text', isRewritten: false } as const;
const noise = { head: nothing, tail: nothing, body: 'noise', isRewritten: false } as const;

/** The formats of ordinary files. */
export const fileFormats: readonly FileFormat[] = [
  { suffix: 'docx', contentType: `${office}wordprocessingml.document`, ...zip },
  { suffix: 'xlsx', contentType: `${office}spreadsheetml.sheet`, ...zip },
  { suffix: 'pptx', contentType: `${office}presentationml.presentation`, ...zip },
  {
    ...noise,
    suffix: 'pdf',
    contentType: 'application/pdf',
    head: Buffer.from('%PDF-1.7\n%\xb5\xed\xae\xfb\n', 'latin1'),
    tail: Buffer.from('\nstartxref\n173\n%%EOF\n'),
  },
  {
    ...noise,
    suffix: 'jpg',
    contentType: 'image/jpeg',
    head: Buffer.from('ffd8ffe000104a46494600010101', 'hex'),
    tail: Buffer.from('ffd9', 'hex'),
  },
  { ...text, suffix: 'txt', contentType: 'text/plain' },
  { ...text, suffix: 'csv', contentType: 'text/csv' },
];

const unusual: readonly FileFormat[] = [
  { ...noise, suffix: 'one', contentType: 'application/msonenote' },
  { ...noise, suffix: 'onetoc2', contentType: 'application/msonenote' },
];
const anything: FileFormat = { ...noise, suffix: '', contentType: 'application/octet-stream' };

/** The format a name promises. */
export function formatOfName(name: string): FileFormat {
  const suffix = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return [...fileFormats, ...unusual].find((format) => format.suffix === suffix) ?? anything;
}
