/** Answers that all Outlook areas give: one entity, a list in pages, and the error of an item that cannot be read. */
import { graphError, badRequest, type GraphCall } from '../graph/graph-call.ts';
import { appliedPreferences, selectedNames, wholeNumber } from '../graph/query-options.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import type { OutlookCall } from './outlook-route.ts';

export type Json = Record<string, unknown>;

/** 400 when $select names something that is no property of `type`, else null. */
export function badSelect(call: GraphCall, known: (name: string) => boolean, type: string): Answer | null {
  const wrong = selectedNames(call)?.find((name) => name !== 'id' && !known(name));
  return wrong === undefined
    ? null
    : badRequest(
        call,
        `Parsing OData Select and Expand failed: Could not find a property named '${wrong}' on type 'microsoft.graph.${type}'.`,
      );
}

/** The properties that $select names, with id and annotations; all of them without $select. */
export function selectFrom(all: Json, names: readonly string[] | null): Json {
  if (names === null) return all;
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => name.startsWith('@') || name === 'id' || names.includes(name)),
  );
}

/** `context` is the part after `$metadata#`. */
export function entityAnswer({ organization, call }: OutlookCall, context: string, entity: Json): Answer {
  const body = { '@odata.context': `${organization.origin()}/v1.0/$metadata#${context}`, ...entity };
  return { ...jsonText(JSON.stringify(body)), headers: appliedPreferences(call) };
}

const plainNames: Readonly<Record<string, string>> = {
  startdatetime: 'startDateTime',
  enddatetime: 'endDateTime',
};

function nextLink({ organization, call, path }: OutlookCall, top: number, skip: number): string {
  const options = [...call.query]
    .filter(([name]) => name !== 'skip' && name !== 'top')
    .map(([name, value]) => `${plainNames[name] ?? `$${name}`}=${encodeURIComponent(value)}`);
  return `${organization.origin()}/v1.0/${path}?${[...options, `$top=${top}`, `$skip=${skip}`].join('&')}`;
}

/** A page of `rows` by $top (default 10) and $skip, each made to JSON when it is on the page. */
export function listAnswer<T>(
  outlook: OutlookCall,
  list: { readonly context: string; readonly rows: readonly T[]; readonly pageSize?: number },
  toJson: (row: T) => Json,
): Answer {
  const { organization, call } = outlook;
  const top = wholeNumber(call, 'top', { fallback: list.pageSize ?? 10, minimum: 1, maximum: 1_000 });
  const skip = wholeNumber(call, 'skip', { fallback: 0, minimum: 0, maximum: 999_999_999 });
  if (top === null || skip === null) return badRequest(call, 'Invalid value for $top or $skip.');
  const end = skip + top;
  const body = {
    '@odata.context': `${organization.origin()}/v1.0/$metadata#${list.context}`,
    ...(call.query.get('count') === 'true' ? { '@odata.count': list.rows.length } : {}),
    value: list.rows.slice(skip, end).map(toJson),
    ...(end < list.rows.length ? { '@odata.nextLink': nextLink(outlook, top, end) } : {}),
  };
  return { ...jsonText(JSON.stringify(body)), headers: appliedPreferences(call) };
}

/** What an item answers that cannot be read, now or ever. */
export const corruptData = (call: GraphCall): Answer =>
  graphError(call, 500, { code: 'ErrorCorruptData', message: 'Data is corrupt.' });

/** Bytes of an attachment or a photo. */
export const bytesAnswer = (contentType: string, body: Buffer): Answer => ({
  status: 200,
  contentType,
  body,
});
