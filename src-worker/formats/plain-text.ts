/**
 * The text of an HTML body, for readers that show no HTML. One pass over the text, in which every step goes forward, so
 * that no body, however broken, takes long.
 */

/** What stands between such tags is not shown. */
const hidden = new Set(['script', 'style', 'title', 'template']);
const breaking = new Set(
  'address article blockquote br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr ol p pre section table tr ul'.split(
    ' ',
  ),
);
/** HTML's names of the characters from U+00A0 to U+00FF, in order. */
const latinNames =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const names = new Map([
  ...latinNames.split(' ').map((name, i) => [name, String.fromCharCode(0xa0 + i)] as const),
  ...Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    ndash: '–',
    mdash: '—',
    hellip: '…',
  }),
  ...Object.entries({ lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„' }),
  ...Object.entries({
    bull: '•',
    euro: '€',
    trade: '™',
    zwnj: '\u200c',
    zwj: '\u200d',
    ensp: ' ',
    emsp: ' ',
  }),
]);

interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  /** Of a link that leads to the web. */
  readonly target: string | undefined;
  /** Where the text goes on. */
  readonly next: number;
}

export function plainTextOf(html: string): string {
  const pieces: string[] = [];
  const links: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    const end = open < 0 ? html.length : open;
    pieces.push(decoded(html.slice(at, end)));
    if (open < 0) break;
    const tag = readTag(html, open);
    pieces.push(tag ? spaceOf(tag) + linkOf(tag, links, pieces) : '<');
    at = tag ? tag.next : open + 1;
  }
  return tidy(pieces.join(''));
}

/** Undefined where `<` is no more than a letter. */
function readTag(html: string, at: number): Tag | undefined {
  if (html.startsWith('<!--', at))
    return { name: '', isEnd: false, target: undefined, next: after(html, '-->', at + 4) };
  const shape = /<(\/?)([a-z][a-z0-9:-]*)|<[!?/]/iy;
  shape.lastIndex = at;
  const found = shape.exec(html);
  if (!found) return undefined;
  const [opening, slash = '', written = ''] = found;
  const name = written.toLowerCase();
  const isEnd = slash === '/';
  const close = closeOf(html, at + opening.length);
  if (!isEnd && hidden.has(name))
    return { name, isEnd, target: undefined, next: afterEnd(html, name, close) };
  const isLink = name === 'a' && !isEnd;
  return { name, isEnd, target: isLink ? targetOf(html.slice(at, close)) : undefined, next: close };
}

/** Behind the `>` of a tag; those within quotes do not count. A tag that never closes goes to the end. */
function closeOf(html: string, from: number): number {
  const mark = /["'>]/g;
  mark.lastIndex = from;
  for (let found = mark.exec(html); found; found = mark.exec(html)) {
    if (found[0] === '>') return mark.lastIndex;
    const quote = html.indexOf(found[0], mark.lastIndex);
    if (quote < 0) return html.length;
    mark.lastIndex = quote + 1;
  }
  return html.length;
}

function after(html: string, text: string, from: number): number {
  const found = html.indexOf(text, from);
  return found < 0 ? html.length : found + text.length;
}

function afterEnd(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}`, 'gi');
  end.lastIndex = from;
  return end.exec(html) ? closeOf(html, end.lastIndex) : html.length;
}

function targetOf(tag: string): string | undefined {
  const [, double, single] = /\shref\s*=\s*(?:"(https?:[^"]*)"|'(https?:[^']*)')/i.exec(tag) ?? [];
  const target = double ?? single;
  return target === undefined ? undefined : decoded(target);
}

function spaceOf({ name, isEnd }: Tag): string {
  if (name === 'li') return isEnd ? '' : '\n- ';
  if (name === 'td' || name === 'th') return isEnd ? '\t' : '';
  return breaking.has(name) ? '\n' : '';
}

/** Behind a link its target, where the text does not end with it. */
function linkOf({ name, isEnd, target }: Tag, links: string[], pieces: readonly string[]): string {
  if (name !== 'a') return '';
  if (!isEnd) {
    links.push(target ?? '');
    return '';
  }
  const link = links.pop() ?? '';
  return link === '' || pieces.at(-1)?.trim() === link ? '' : ` <${link}>`;
}

function decoded(text: string): string {
  return text
    .replace(/[ \t\r\n\f]+/g, ' ')
    .replace(/&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});?/gi, letterOf);
}

/** The letter of a character reference; one that is not known stays as it is. */
function letterOf(written: string): string {
  const name = written.slice(1).replace(';', '');
  if (!name.startsWith('#')) return names.get(name) ?? written;
  const point = Number(name.slice(1).replace(/^x/i, '0x'));
  return point > 0 && point <= 0x10_ffff ? String.fromCodePoint(point) : '';
}

/** Lines without space around them, and never more than one that is empty. */
function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/[ \u00a0]+/g, ' ').trim());
  return lines
    .filter((line, i) => line !== '' || lines[i - 1] !== '')
    .join('\n')
    .trim();
}
