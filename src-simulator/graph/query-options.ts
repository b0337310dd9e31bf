/** Reading and refusing query options. An option an operation does not know is an error, as it is at Microsoft. */
import type { Answer } from '../http/answer.ts';
import { badRequest, headerOf, type GraphCall } from './graph-call.ts';

/** Query options by lower-case name without dollar; the first of a repeated name counts. */
export function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const plain = (name.startsWith('$') ? name.slice(1) : name).toLowerCase();
    if (!query.has(plain)) query.set(plain, value);
  }
  return query;
}

/** An answer when the call has an option that is not allowed here, else null. */
export function refuseOptions(call: GraphCall, allowed: readonly string[]): Answer | null {
  for (const name of call.query.keys()) {
    if (!allowed.includes(name))
      return badRequest(
        call,
        `The query specified in the URI is not valid. The option '${name}' is not supported here.`,
      );
  }
  return null;
}

/** A whole number option within bounds, `fallback` when absent, or null when it is nonsense. */
export function wholeNumber(
  call: GraphCall,
  name: string,
  bounds: { fallback: number; minimum: number; maximum: number },
): number | null {
  const text = call.query.get(name);
  if (text === undefined) return bounds.fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return value >= bounds.minimum && value <= bounds.maximum ? value : null;
}

/** Names of $select in order, or null when absent. */
export function selectedNames(call: GraphCall): string[] | null {
  const text = call.query.get('select');
  if (text === undefined || text === '') return null;
  return text.split(',').map((name) => name.trim());
}

/** `odata.maxpagesize` of the Prefer header, or null. */
export function preferredPageSize(call: GraphCall): number | null {
  const size = /odata\.maxpagesize\s*=\s*(\d+)/i.exec(headerOf(call, 'prefer'))?.[1];
  return size === undefined || Number(size) < 1 ? null : Math.min(1_000, Number(size));
}

export const wantsImmutableIds = (call: GraphCall): boolean =>
  /IdType\s*=\s*"?ImmutableId"?/i.test(headerOf(call, 'prefer'));

/** The Preference-Applied header for what was understood of Prefer; empty when nothing was. */
export function appliedPreferences(call: GraphCall): Record<string, string> {
  const size = preferredPageSize(call);
  const applied = [
    ...(size === null ? [] : [`odata.maxpagesize=${size}`]),
    ...(wantsImmutableIds(call) ? ['IdType="ImmutableId"'] : []),
  ];
  return applied.length === 0 ? {} : { 'Preference-Applied': applied.join(', ') };
}
