/** The header lines and boundaries of a message: what every composer of a body begins with. */
import { mix } from '../chance.ts';
import type { MailAddress } from '../directory/people.ts';
import type { MailWorld, MessageFacts } from './message-facts.ts';
import { headerText } from './transfer-encodings.ts';

/** Text is ASCII or latin1 bytes. */
export type Piece = string | Buffer;

/** From facts to pieces of MIME. */
export type Composer = (world: MailWorld, facts: MessageFacts) => Piece[];

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 date-time in UTC. */
export function mailDate(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return `${days[at.getUTCDay()] ?? ''}, ${at.getUTCDate()} ${months[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()} ${clock} +0000`;
}

const written = new WeakMap<MailAddress, string>();

/** An address as headers show it. People's addresses live as long as the directory remembers them. */
export function addressText(address: MailAddress): string {
  const known = written.get(address);
  if (known !== undefined) return known;
  const text = `${quoted(address.name)} <${address.address}>`;
  written.set(address, text);
  return text;
}

function quoted(name: string): string {
  if (!/^[\x20-\x7e]*$/.test(name)) return headerText(name);
  return /[^\w .-]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
}

/** The header lines every healthy message begins with, without Content-Type and the empty line. */
export function commonHeaders(facts: MessageFacts): string {
  const date = mailDate(facts.receivedMs);
  const id = facts.hash.toString(16).padStart(8, '0');
  return (
    `Received: from mx${facts.hash % 7}.edge.example (2603:10a6:20b:${id.slice(0, 4)}::17) by\r\n` +
    ` mbx${id.slice(4)}.prod.example with HTTPS; ${date}\r\n` +
    `From: ${addressText(facts.from)}\r\nTo: ${facts.to.map(addressText).join(',\r\n ')}\r\n` +
    `Subject: ${headerText(facts.subject)}\r\nThread-Index: AdxQ${id}${id.toUpperCase()}==\r\n` +
    `Date: ${date}\r\nMessage-ID: ${facts.internetMessageId}\r\n` +
    `X-MS-Exchange-Organization-SCL: ${facts.hash % 9}\r\nX-MS-Has-Attach: ${facts.attachments.length > 0 ? 'yes' : ''}\r\nMIME-Version: 1.0\r\n`
  );
}

/** A boundary that is the message's own; `level` tells nested ones apart. */
export const boundaryOf = (facts: MessageFacts, level: number): string =>
  `_00${level}_${mix(facts.hash, 31, level).toString(16).toUpperCase().padStart(8, '0')}${facts.hash.toString(16)}_`;
