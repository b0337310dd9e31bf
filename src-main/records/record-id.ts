/** Ids of records. */
import { randomBytes } from 'node:crypto';

/** A new id: 32 hexadecimal digits. */
export function newRecordId(): string {
  return randomBytes(16).toString('hex');
}
