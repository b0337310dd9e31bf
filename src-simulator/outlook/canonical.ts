/**
 * The form of an item that truth and backup are compared in: its JSON as GET gives it with immutable ids, without the
 * OData annotations except `@odata.type`, keys sorted by code unit at every level, without white space, as UTF-8. What
 * else belongs to an item (attachments, photo) has hashes of its own.
 */
import { createHash } from 'node:crypto';

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name === '@odata.type' || !name.includes('@odata.'));
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept.map(([name, inner]) => [name, plain(inner)]));
}

export const sha256Of = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** SHA-256 of an item in this form. */
export const canonicalHash = (json: object): string => sha256Of(JSON.stringify(plain(json)));
