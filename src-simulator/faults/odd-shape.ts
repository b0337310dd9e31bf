/** Answers that are valid JSON and not what the specification promises, as a service in the middle of a change gives. */
import type { Answer } from '../http/answer.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same list without the list, with something else in its place, or with one entry that is wrong. */
function oddList(list: Json, entries: readonly unknown[], turn: number): unknown {
  const rest = Object.fromEntries(Object.entries(list).filter(([name]) => name !== 'value'));
  const [first, ...others] = entries;
  switch (turn % 4) {
    case 0:
      return rest;
    case 1:
      return { ...rest, value: {} };
    case 2:
      return { ...list, value: isObject(first) ? [withoutId(first), ...others] : 'none' };
    default:
      return { ...list, value: isObject(first) ? [{ ...first, id: 7 }, ...others] : null };
  }
}

/** The same thing without its id, with an id of another type, or as a list of itself. */
function oddThing(thing: Json, turn: number): unknown {
  if (!('id' in thing)) return [thing];
  switch (turn % 3) {
    case 0:
      return withoutId(thing);
    case 1:
      return { ...thing, id: { value: thing['id'] } };
    default:
      return [thing];
  }
}

const withoutId = (thing: Json): Json =>
  Object.fromEntries(Object.entries(thing).filter(([name]) => name !== 'id'));

/** True of an answer that has a shape: JSON of Graph that is no error. */
export function hasShape({ status, contentType, body }: Answer): boolean {
  return status === 200 && typeof body === 'string' && contentType?.startsWith('application/json') === true;
}

/** The answer in another shape; `turn` goes through all of them. */
export function oddlyShaped(answer: Answer, turn: number): Answer {
  const told: unknown = JSON.parse(String(answer.body));
  const list = isObject(told) ? told['value'] : undefined;
  const odd =
    isObject(told) && Array.isArray(list)
      ? oddList(told, list, turn)
      : isObject(told)
        ? oddThing(told, turn)
        : {};
  return { ...answer, body: JSON.stringify(odd) };
}
