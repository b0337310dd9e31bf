/**
 * HTML that strangers wrote, reduced to what a page without scripts and without the network may show. It is parsed as a
 * browser parses it and written anew: elements and attributes of a short list only, all text escaped, so nothing comes
 * through that the list does not name.
 */
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import { escapedHtml } from './escaped-html.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** What takes the place of elements that mean something elsewhere only; each answers HTML, or undefined. */
export interface Replacements {
  /** A picture by its address: as a rule nothing may be loaded, and its description is shown. */
  readonly picture?: (address: string) => string | undefined;
}

const kept = new Set(
  (
    'a b blockquote br caption cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins li ol p pre q s small span ' +
    'strong sub sup table tbody td tfoot th thead tr u ul'
  ).split(' '),
);
const empty = new Set(['br', 'hr']);
/** Their content is no text to read. */
const dropped = new Set(
  (
    'applet audio canvas embed frame frameset head iframe link math meta noembed noframes noscript object script ' +
    'select style svg template textarea title video'
  ).split(' '),
);
/** Longer texts, and more elements, would take a parser seconds. */
const longestHtml = 4 * 1024 * 1024;
const mostElements = 20_000;
const tooLong = '<p class="quiet">This text is too long to be shown here. The JSON file beside has it.</p>';

export function reducedHtml(html: string, replacements: Replacements = {}): string {
  if (html.length > longestHtml || countOf(html, '<') > mostElements) return tooLong;
  const written: string[] = [];
  // What is still to be written, the next at its end: a stack of our own, because depth is a stranger's choice.
  const rest: (Node | string)[] = parseFragment(html).childNodes.toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next === 'string') written.push(next);
    else if ('value' in next) written.push(escapedHtml(next.value));
    else if ('tagName' in next && !dropped.has(next.tagName)) {
      const [before, after] = tagsOf(next, replacements);
      written.push(before);
      rest.push(after, ...next.childNodes.toReversed());
    }
  }
  return written.join('');
}

function tagsOf(element: Element, { picture }: Replacements): readonly [before: string, after: string] {
  const { tagName } = element;
  if (tagName === 'img') return [picture?.(attribute(element, 'src')) ?? describedPicture(element), ''];
  if (tagName === 'emoji') return [escapedHtml(attribute(element, 'alt')), ''];
  // Somebody who is mentioned.
  if (tagName === 'at') return ['<b>', '</b>'];
  if (!kept.has(tagName)) return ['', ''];
  return [`<${tagName}${attributesOf(element)}>`, empty.has(tagName) ? '' : `</${tagName}>`];
}

function attributesOf(element: Element): string {
  const { tagName } = element;
  if (tagName === 'a') return linkAttributes(attribute(element, 'href'));
  if (tagName !== 'td' && tagName !== 'th') return '';
  return ['colspan', 'rowspan']
    .map((name) => [name, Number.parseInt(attribute(element, name), 10)] as const)
    .filter(([, span]) => span > 1 && span <= 1000)
    .map(([name, span]) => ` ${name}="${span}"`)
    .join('');
}

const linkSchemes = new Set(['http:', 'https:', 'mailto:']);

/** A link leads on when somebody follows it, and not before; the page it leads to is not told where from. */
export function linkAttributes(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !linkSchemes.has(url.protocol)) return '';
  return ` href="${escapedHtml(url.href)}" rel="noreferrer noopener"`;
}

function describedPicture(element: Element): string {
  const description = attribute(element, 'alt').trim();
  return `<span class="quiet">[${escapedHtml(description === '' ? 'picture' : `picture: ${description}`)}]</span>`;
}

const attribute = ({ attrs }: Element, wanted: string): string =>
  attrs.find(({ name }) => name === wanted)?.value ?? '';

function countOf(text: string, letter: string): number {
  let count = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) count += 1;
  return count;
}
