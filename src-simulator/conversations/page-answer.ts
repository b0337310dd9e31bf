/** A list in pages by $top and $skiptoken, as the directory and Teams give them, and one entity. */
import { badRequest, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { wholeNumber } from '../graph/query-options.ts';
import { jsonText, type Answer } from '../http/answer.ts';

interface Listing<T> {
  /** The part after `$metadata#`. */
  readonly context: string;
  readonly rows: readonly T[];
  readonly sizes: { readonly fallback: number; readonly maximum: number };
  readonly toJson: (row: T) => object;
}

export const pathOf = (call: GraphCall): string => call.segments.map(encodeURIComponent).join('/');

/** A page of `rows`; each is made to JSON when it is on the page. */
export function pageAnswer<T>(organization: Organization, call: GraphCall, list: Listing<T>): Answer {
  const top = wholeNumber(call, 'top', { ...list.sizes, minimum: 1 });
  const from = wholeNumber(call, 'skiptoken', { fallback: 0, minimum: 0, maximum: 999_999_999 });
  if (top === null || from === null)
    return badRequest(call, `Invalid page size or token: $top must be between 1 and ${list.sizes.maximum}.`);
  const end = from + top;
  const root = `${organization.origin()}/v1.0`;
  const options = [...call.query]
    .filter(([name]) => name !== 'skiptoken' && name !== 'top' && name !== 'count')
    .map(([name, value]) => `${name === 'model' ? name : `$${name}`}=${encodeURIComponent(value)}`);
  const link = `${root}/${pathOf(call)}?${[...options, `$top=${top}`, `$skiptoken=${end}`].join('&')}`;
  const value = list.rows.slice(from, end).map(list.toJson);
  return jsonText(
    JSON.stringify({
      '@odata.context': `${root}/$metadata#${list.context}`,
      ...(call.query.get('count') === 'true' ? { '@odata.count': list.rows.length } : {}),
      ...(end < list.rows.length ? { '@odata.nextLink': link } : {}),
      value,
    }),
  );
}

export const entityAnswer = (organization: Organization, context: string, entity: object): Answer =>
  jsonText(
    JSON.stringify({ '@odata.context': `${organization.origin()}/v1.0/$metadata#${context}`, ...entity }),
  );
