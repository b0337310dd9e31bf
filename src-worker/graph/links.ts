/**
 * Guards the links that a response tells us to follow. A link is used exactly as it came (its token is opaque), but
 * only when it stays on the connection's own Graph root: a token must never be sent anywhere else.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import { wordsFor } from './error-words.ts';

/** True for an absolute link, false for a path below the version root. */
export function isLink(pathOrLink: string): boolean {
  return !pathOrLink.startsWith('/');
}

/** Returns `link` unchanged when it stays on `graphRoot`, and throws `response-invalid` otherwise. */
function requireOwnLink(link: string, graphRoot: string): string {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  const isOwn = url?.origin === graphRoot && url.username === '' && url.password === '';
  if (isOwn) return link;
  throw new AppError(
    'response-invalid',
    'Microsoft 365 answered with a link to another server, which was not followed. Nothing was saved from this page; check the network for a proxy that rewrites traffic.',
    { details: { linkHost: url?.host ?? 'none' } },
  );
}

/** How often an empty page may point to where it came from: the service asks to come back, but not for ever. */
const longestPatience = 8;

/** The links of one enumeration. One that comes again after a page with items would never end, so it is an error. */
export class LinkTrail {
  readonly #seen = new Set<string>();
  readonly #graphRoot: string;
  #repeats = 0;

  constructor(graphRoot: string) {
    this.#graphRoot = graphRoot;
  }

  /** Checks a link that is not followed now. Throws `response-invalid` when it is foreign. */
  check(link: string): void {
    requireOwnLink(link, this.#graphRoot);
  }

  /** Checks a link and remembers it. Throws `response-invalid` for foreign links and for those that go in circles. */
  follow(link: string, cameFrom: { readonly wasEmpty: boolean } = { wasEmpty: false }): string {
    requireOwnLink(link, this.#graphRoot);
    if (this.#seen.has(link)) this.#repeats += 1;
    else this.#repeats = 0;
    if (this.#repeats > (cameFrom.wasEmpty ? longestPatience : 0)) {
      throw new AppError(
        'response-invalid',
        'Microsoft 365 sent the same page link again, so this list would never end. It is read again by the next run.',
        { retryable: true, details: { linksFollowed: this.#seen.size } },
      );
    }
    this.#seen.add(link);
    return link;
  }
}

const longestUrl = 16_384;

/**
 * An address that carries its own right to read or to write, on whatever server: https, nobody's name in it. No token
 * may be sent there. Throws `response-invalid`.
 */
export function requirePreauthenticatedUrl(text: string): URL {
  const url = text.length <= longestUrl && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url;
  throw new AppError('response-invalid', wordsFor('response-invalid'), {
    details: { field: 'preauthenticatedUrl' },
  });
}
