/**
 * A mail's HTML as a tree that can run nothing and load nothing. DOMPurify takes away what is not allowed; then links,
 * pictures and styles are written anew from what they mean, and not from what they say.
 */
import DOMPurify, { type Config } from 'dompurify';
import { allowedAttributes, allowedElements, droppedWithContent } from './allowed-html.ts';
import { cleanDeclarations, cleanStyleSheet } from './clean-style.ts';
import { cleanLink } from './clean-link.ts';
import { Pictures, type PictureOptions } from './pictures.ts';

/** `undefined` for HTML that is too much to be shown: its text is shown instead. */
export interface CleanHtml {
  /** In a document without a window, where nothing loads. */
  readonly body: DocumentFragment;
  readonly styleSheet: string;
  readonly pictures: Pictures;
}

const longestHtml = 8 * 1024 * 1024;
/** Ten times what newsletters have. A browser lays more out for minutes. */
const mostElements = 50_000;
/** Marks that turn the reading direction around for what follows, so that an address reads like another. */
const directionMarks = /[\u202a-\u202e\u2066-\u2069]/g;

const purifier: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: allowedElements,
  ALLOWED_ATTR: allowedAttributes,
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  FORBID_CONTENTS: droppedWithContent,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  ALLOW_SELF_CLOSE_IN_ATTR: false,
  SANITIZE_NAMED_PROPS: true,
  RETURN_DOM_FRAGMENT: true,
};

export function cleanHtml(html: string, options: PictureOptions): CleanHtml | undefined {
  if (html.length > longestHtml) return undefined;
  // A document without a window: its scripts do not run, and its pictures are not loaded.
  const raw = new DOMParser().parseFromString(html, 'text/html');
  const elements = raw.getElementsByTagName('*');
  if (elements.length > mostElements) return undefined;
  const pictures = new Pictures(options);
  for (const element of elements) pictures.count(element);
  const styles = [...raw.querySelectorAll('style')].map(({ textContent }) => textContent);
  // Its types do not say that a document of frames, which has no body, gives nothing.
  const body = DOMPurify.sanitize(html, purifier) as DocumentFragment | null;
  if (body === null) return undefined;
  for (const element of [...body.querySelectorAll<HTMLElement>('*')]) clean(element, pictures);
  straighten(body);
  return { body, styleSheet: cleanStyleSheet(styles.join('\n')), pictures };
}

function clean(element: HTMLElement, pictures: Pictures): void {
  if (element.hasAttribute('style')) {
    const declarations = cleanDeclarations(element.style);
    if (declarations === '') element.removeAttribute('style');
    else element.setAttribute('style', declarations);
  }
  if (element instanceof HTMLAnchorElement || element.tagName === 'A') cleanLink(element);
  else element.removeAttribute('href');
  if (element.tagName === 'IMG') pictures.replace(element);
  else element.removeAttribute('src');
}

function straighten(body: DocumentFragment): void {
  const texts = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() !== null) {
    const { currentNode: node } = texts;
    node.nodeValue = node.nodeValue?.replace(directionMarks, '') ?? '';
  }
  for (const element of body.querySelectorAll('[title], [alt]'))
    for (const name of ['title', 'alt'])
      if (element.hasAttribute(name))
        element.setAttribute(name, (element.getAttribute(name) ?? '').replace(directionMarks, ''));
}
