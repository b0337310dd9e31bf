/**
 * Items that Graph gives as JSON, in the form they are stored in: what Graph returned without the OData annotations
 * (except `@odata.type`, which tells kinds apart), keys sorted, so that the same item gives the same bytes.
 */
import { z } from 'zod';
import type { FetchedPart } from './workload.ts';

/** An item as Graph returned it; only the id must be there. */
export const rawItemSchema = z.looseObject({ id: z.string().min(1).max(1024) });
export type RawItem = z.infer<typeof rawItemSchema>;

const encoder = new TextEncoder();
const annotation = '@odata.';
const typeAnnotation = '@odata.type';

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name]) => name === typeAnnotation || !name.includes(annotation),
  );
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept.map(([name, inner]) => [name, stable(inner)]));
}

/** JSON as a part of an item. */
export function jsonPart(name: string, json: unknown): FetchedPart {
  return { name, mediaType: 'application/json', bytes: encoder.encode(JSON.stringify(stable(json))) };
}

/** Bytes of a base64 answer in memory of their own: Buffer would lend out a piece of its pool. */
export function ownBytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, 'base64url'));
}
