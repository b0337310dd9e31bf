/**
 * Directory object ids (GUIDs) that carry a number, so that ten thousand users need no table: the last eight digits
 * hide the number, the rest is a checksum of it. An id that this organization never gave out does not parse.
 */
import { mix } from '../chance.ts';

const hex = (value: number) => value.toString(16).padStart(8, '0');

/** The GUID of object `number` of a kind (any small integer) in the organization `seed`. */
export function objectIdOf(seed: number, kind: number, number: number): string {
  const a = hex(mix(mix(seed, kind), number, 1));
  const b = hex(mix(mix(seed, kind), number, 2));
  const c = hex(mix(mix(seed, kind), number, 3));
  const hidden = hex((number ^ mix(seed, kind)) >>> 0);
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${hidden}`;
}

/** The number inside an id, or -1 when the id is not one of this organization and kind. */
export function numberOfObjectId(seed: number, kind: number, id: string): number {
  if (id.length !== 36) return -1;
  const number = (parseInt(id.slice(28), 16) ^ mix(seed, kind)) >>> 0;
  return objectIdOf(seed, kind, number) === id.toLowerCase() ? number : -1;
}
