/**
 * The document of a preview's frame, and the frame. Three walls stand behind each other: the mail is cleaned, the frame has
 * no rights, and the document's own policy forbids what the first two let through.
 */
import { cleanHtml } from './clean-html.ts';
import type { PictureOptions } from './pictures.ts';

/** What a preview shows; of the two, HTML unless there is none. */
export interface PreviewBody {
  readonly html: string | null;
  readonly text: string;
}

export interface PreviewDocument {
  /** For `srcdoc` of a frame that {@link previewFrame} makes, and for nothing else. */
  readonly srcdoc: string;
  /** How many things of the mail lie elsewhere; the reader is asked before any of them is loaded. */
  readonly remoteCount: number;
  /** Addresses of pictures that the frame may load now. */
  readonly remoteAddresses: readonly string[];
  /** True where the HTML was too much to be shown. */
  readonly isTextInstead: boolean;
}

/**
 * Neither `allow-scripts` nor `allow-same-origin`: the first would let the mail run programs; the second would make it part
 * of this window, with its storage and its pictures by `blob:`, and both together would let it take its own walls down. The
 * price is that pictures come in the document as `data:`, because an origin of its own cannot read ours. Popups are what a
 * link that was clicked opens: the shell takes it and asks. Without scripts nothing else can open one.
 */
const sandbox = 'allow-popups allow-popups-to-escape-sandbox';

const ownStyle = `
  body { margin: 12px; font: 14px/1.45 system-ui, sans-serif; color: #111; background: #fff; overflow-wrap: anywhere }
  img { max-width: 100% }
  pre { white-space: pre-wrap; margin: 0 }
  .holdfast-placeholder { border: 1px dashed #999; color: #555; padding: 0 4px; font-size: 12px }
`;

/** The document for a mail, an event, a post. Never throws; what cannot be cleaned is shown as text. */
export function previewDocument(body: PreviewBody, options: PictureOptions): PreviewDocument {
  const clean = body.html === null ? undefined : cleanHtml(body.html, options);
  if (clean === undefined) return { ...textDocument(body.text), isTextInstead: body.html !== null };
  const { remoteAddresses, remoteCount } = clean.pictures;
  const page = newPage(remoteAddresses, clean.styleSheet);
  page.body.append(page.adoptNode(clean.body));
  return { srcdoc: written(page), remoteCount, remoteAddresses, isTextInstead: false };
}

/** Plain text, and the source of an item: one text node, in which no tag means anything. */
export function textDocument(text: string): PreviewDocument {
  const page = newPage([], '');
  const lines = page.createElement('pre');
  lines.append(page.createTextNode(text));
  page.body.append(lines);
  return { srcdoc: written(page), remoteCount: 0, remoteAddresses: [], isTextInstead: false };
}

/**
 * A frame that shows a document and can do nothing else. Its rights are taken before it has content. The policy of the window
 * holds in it too, so that has to allow `data:` and https pictures and styles within a document.
 */
export function previewFrame(page: Document, { srcdoc }: PreviewDocument): HTMLIFrameElement {
  const frame = page.createElement('iframe');
  frame.setAttribute('sandbox', sandbox);
  frame.setAttribute('referrerpolicy', 'no-referrer');
  frame.setAttribute('allow', '');
  frame.setAttribute('srcdoc', srcdoc);
  return frame;
}

function newPage(remoteAddresses: readonly string[], styleSheet: string): Document {
  const page = document.implementation.createHTMLDocument('');
  page.head.replaceChildren();
  const charset = page.createElement('meta');
  charset.setAttribute('charset', 'utf-8');
  const policy = meta(page, 'Content-Security-Policy', policyFor(remoteAddresses));
  const prefetch = meta(page, 'x-dns-prefetch-control', 'off');
  const referrer = page.createElement('meta');
  referrer.setAttribute('name', 'referrer');
  referrer.setAttribute('content', 'no-referrer');
  // The policy comes first: it holds for what stands behind it.
  page.head.append(charset, policy, prefetch, referrer, style(page, ownStyle), style(page, styleSheet));
  return page;
}

/** Of elsewhere, only the hosts of the pictures that somebody asked for. */
function policyFor(remoteAddresses: readonly string[]): string {
  const origins = [...new Set(remoteAddresses.map((address) => new URL(address).origin))];
  return [
    "default-src 'none'",
    `img-src ${['data:', ...origins].join(' ')}`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function meta(page: Document, name: string, content: string): HTMLMetaElement {
  const element = page.createElement('meta');
  element.setAttribute('http-equiv', name);
  element.setAttribute('content', content);
  return element;
}

function style(page: Document, text: string): HTMLStyleElement {
  const element = page.createElement('style');
  element.append(page.createTextNode(text));
  return element;
}

function written(page: Document): string {
  return `<!doctype html>\n${page.documentElement.outerHTML}`;
}
