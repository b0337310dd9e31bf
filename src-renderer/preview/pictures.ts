/**
 * Pictures of a mail: those that came with it are shown, when their first bytes are those of a picture; what lies
 * elsewhere is a placeholder, because to load it tells the sender that the mail was opened, when and where.
 */
import { pictureTypeOf } from '../../src-shared/model/picture-type.ts';

export interface PictureOptions {
  /** Bytes of the parts that came with the mail, by content id without angle brackets. */
  readonly inline: ReadonlyMap<string, Uint8Array>;
  /** True when somebody asked for what lies elsewhere: pictures over https, and nothing else. */
  readonly isRemoteAllowed: boolean;
}

/** All pictures of a mail together: a frame takes them as text, a third longer. */
const mostPictureBytes = 32 * 1024 * 1024;
const mostRemotePictures = 500;
const longestAddress = 4096;
/** Attributes that make a browser load something, on any element. */
const loadingAttributes = [
  'src',
  'srcset',
  'background',
  'poster',
  'data',
  'imagesrcset',
  'xlink:href',
  'lowsrc',
];
const loadingLinks = 'link[href], use[href], image[href], feimage[href], base[href]';
const leadsElsewhere = /^\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]{2}/i;
/** A host that means itself alone in a policy (Content Security Policy 3, 2.3.1), where `*` and `;` mean more. */
const plainHost = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/;
const placeholderClass = 'holdfast-placeholder';

export class Pictures {
  readonly #options: PictureOptions;
  readonly #remote = new Set<string>();
  #remoteCount = 0;
  #roomBytes = mostPictureBytes;

  constructor(options: PictureOptions) {
    this.#options = options;
  }

  /** How many things of the mail lie elsewhere, loaded or not. */
  get remoteCount(): number {
    return this.#remoteCount;
  }

  /** The addresses that the frame may load from: none unless that is allowed. */
  get remoteAddresses(): readonly string[] {
    return [...this.#remote];
  }

  /** Counts what an element of the mail as it was sent would load from elsewhere. */
  count(element: Element): void {
    for (const name of loadingAttributes) if (isElsewhere(element.getAttribute(name))) this.#remoteCount += 1;
    if (element.matches(loadingLinks) && isElsewhere(element.getAttribute('href'))) this.#remoteCount += 1;
    const style = element.tagName === 'STYLE' ? element.textContent : element.getAttribute('style');
    this.#remoteCount += style?.match(/url\(|@import/gi)?.length ?? 0;
  }

  /** Gives an `img` what it may show, or puts a placeholder in its place. */
  replace(image: Element): void {
    const source = this.#sourceOf(image.getAttribute('src') ?? '');
    if (source === undefined) {
      image.replaceWith(placeholderOf(image));
      return;
    }
    image.setAttribute('src', source);
    image.setAttribute('referrerpolicy', 'no-referrer');
    image.setAttribute('decoding', 'async');
  }

  #sourceOf(written: string): string | undefined {
    const [scheme = ''] = /^\s*[a-z]+:/i.exec(written) ?? [];
    switch (scheme.trim().toLowerCase()) {
      case 'cid:':
        return this.#inlineSource(written.trim().slice('cid:'.length));
      case 'data:':
        return this.#checkedSource(dataBytes(written));
      case 'https:':
        return this.#remoteSource(written);
      default:
        return undefined;
    }
  }

  #inlineSource(contentId: string): string | undefined {
    const { inline } = this.#options;
    return this.#checkedSource(inline.get(contentId) ?? inline.get(decoded(contentId)));
  }

  /** A picture as text that has its own bytes; of the type that these show, whatever the mail says. */
  #checkedSource(bytes: Uint8Array | undefined): string | undefined {
    const type = bytes === undefined ? undefined : pictureTypeOf(bytes);
    if (bytes === undefined || type === undefined || bytes.length > this.#roomBytes) return undefined;
    this.#roomBytes -= bytes.length;
    return `data:${type};base64,${base64(bytes)}`;
  }

  #remoteSource(written: string): string | undefined {
    if (!this.#options.isRemoteAllowed || this.#remote.size >= mostRemotePictures) return undefined;
    if (written.length > longestAddress || !URL.canParse(written)) return undefined;
    const address = new URL(written);
    if (address.protocol !== 'https:' || address.username !== '' || address.password !== '') return undefined;
    if (!plainHost.test(address.host)) return undefined;
    this.#remote.add(address.href);
    return address.href;
  }
}

function isElsewhere(value: string | null): boolean {
  return value !== null && leadsElsewhere.test(value);
}

/** The text that stands for a picture. */
function placeholderOf(image: Element): HTMLElement {
  const placeholder = image.ownerDocument.createElement('span');
  placeholder.className = placeholderClass;
  placeholder.textContent = image.getAttribute('alt')?.trim() || 'picture';
  return placeholder;
}

/** Of `data:image/...;base64,...` alone; undefined for all others. */
function dataBytes(written: string): Uint8Array | undefined {
  const [, letters] = /^\s*data:image\/[a-z]{1,10};base64,([a-z0-9+/=\s]*)$/i.exec(written) ?? [];
  if (letters === undefined) return undefined;
  try {
    return Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function base64(bytes: Uint8Array): string {
  const step = 32 * 1024;
  let letters = '';
  for (let at = 0; at < bytes.length; at += step)
    letters += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(letters);
}

function decoded(contentId: string): string {
  try {
    return decodeURIComponent(contentId);
  } catch {
    return contentId;
  }
}
