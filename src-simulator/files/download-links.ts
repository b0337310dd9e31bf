/**
 * Pre-authenticated download addresses: everything about a download sealed into the address, good for a while. A key
 * made at start keeps anybody from writing one.
 */
import { createHmac, randomBytes } from 'node:crypto';

/** What an address lets one download. */
export interface DownloadTicket {
  driveId: string;
  item: number;
  version: number;
  /** Milliseconds since 1970. */
  expiresAtMs: number;
}

const downloadRoot = '/download/';
const key = randomBytes(32);
const seal = (text: string) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);

/** Path of a download below the origin. */
export function writeDownloadPath(ticket: DownloadTicket): string {
  const body = Buffer.from(
    JSON.stringify([ticket.driveId, ticket.item, ticket.version, ticket.expiresAtMs]),
  ).toString('base64url');
  return `${downloadRoot}${body}.${seal(body)}`;
}

/** The ticket of a path, expired or not; null when it was not written here. */
export function readDownloadPath(path: string): DownloadTicket | null {
  const [body = '', mark] = path.slice(downloadRoot.length).split('.');
  if (mark !== seal(body)) return null;
  const [driveId, item, version, expiresAtMs] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [
    string,
    number,
    number,
    number,
  ];
  return { driveId, item, version, expiresAtMs };
}
