/** Links: they keep their text, open apart from the mail, and tell where they really lead. */
import { linkSchemes } from './allowed-html.ts';

const longestAddress = 2048;
/** A text that a reader takes for an address. */
const looksLikeAddress = /(?:https?:\/\/|www\.)|^\s*[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/:?#]|\s*$)/i;

/** Rewrites a link in place; one that leads nowhere it may lead stays as its text. */
export function cleanLink(link: HTMLElement): void {
  const address = addressOf(link.getAttribute('href') ?? '');
  for (const name of link.getAttributeNames())
    if (name !== 'style' && name !== 'class') link.removeAttribute(name);
  if (address === undefined) return;
  link.setAttribute('href', address.href);
  link.setAttribute('title', address.href);
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
  link.setAttribute('referrerpolicy', 'no-referrer');
  const place = placeOf(address);
  if (!isMisleading(link.textContent, address)) return;
  const told = link.ownerDocument.createElement('span');
  told.textContent = ` [${place}]`;
  link.append(told);
}

/** Undefined for an address that is relative, too long, or of a scheme that does more than lead somewhere. */
function addressOf(written: string): URL | undefined {
  if (written.length > longestAddress || !URL.canParse(written)) return undefined;
  const address = new URL(written);
  return linkSchemes.includes(address.protocol) ? address : undefined;
}

/** The host in the form that no letter of another script can imitate. */
function placeOf({ host, pathname }: URL): string {
  return host === '' ? pathname : host;
}

function isMisleading(text: string, address: URL): boolean {
  if (!looksLikeAddress.test(text)) return false;
  const host = address.host.replace(/^www\./, '');
  return host !== '' && !text.toLowerCase().includes(host);
}
