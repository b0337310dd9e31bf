/** The canonical form of truth, computed as a test of a backup would: apart from the simulator's own code. */
import { createHash } from 'node:crypto';

const isKept = (name: string) => name === '@odata.type' || !name.includes('@odata.');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const names = Object.keys(value).filter(isKept).sort();
  return Object.fromEntries(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** SHA-256 of JSON without annotations, keys sorted. */
export const canonicalHash = (json: unknown): string => sha256(JSON.stringify(sorted(json)));
