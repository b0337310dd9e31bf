/** Collections of SharePoint and OneDrive: pages of $top, next links that carry everything needed to go on. */
import { jsonText, type Answer } from '../http/answer.ts';
import { badRequest, type GraphCall, type Organization } from './graph-call.ts';
import { refuseOptions, selectedNames, wholeNumber } from './query-options.ts';

/** What page of a collection is asked for. */
export interface PageRequest {
  cursor: number;
  top: number;
  select: readonly string[] | null;
  /** Value of $expand; empty without. */
  expand: string;
}

const defaultTop = 200;
const maximumTop = 999;

/** Path of a call below the version, as it goes into links. */
export const pathOf = (call: GraphCall): string => call.segments.map(encodeURIComponent).join('/');

/** What page a call asks for, or the answer that refuses it. */
export function readPageRequest(call: GraphCall, allowed: readonly string[]): PageRequest | Answer {
  const refusal = refuseOptions(call, ['select', 'top', 'skiptoken', ...allowed]);
  if (refusal) return refusal;
  const token = call.query.get('skiptoken');
  if (token !== undefined) return readSkipToken(token) ?? badRequest(call, 'Badly formed $skiptoken.');
  const top = wholeNumber(call, 'top', { fallback: defaultTop, minimum: 1, maximum: maximumTop });
  if (top === null) return badRequest(call, 'Invalid value for $top.');
  return { cursor: 0, top, select: selectedNames(call), expand: call.query.get('expand') ?? '' };
}

function readSkipToken(text: string): PageRequest | null {
  try {
    const [cursor, top, select, expand] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
      number,
      number,
      string[] | null,
      string,
    ];
    return Number.isSafeInteger(cursor) && top > 0 ? { cursor, top, select, expand } : null;
  } catch {
    return null;
  }
}

const writeSkipToken = ({ top, select, expand }: PageRequest, cursor: number): string =>
  Buffer.from(JSON.stringify([cursor, top, select, expand])).toString('base64url');

/** A page; `next` is the cursor of the following one, or null. `path` replaces the call's own in the link. */
export function collectionAnswer(
  organization: Organization,
  call: GraphCall,
  page: {
    request: PageRequest;
    context: string;
    value: readonly object[];
    next: number | null;
    path?: string;
  },
): Answer {
  const { request, value, next } = page;
  const root = `${organization.origin()}/v1.0`;
  const link = `${root}/${page.path ?? pathOf(call)}?$skiptoken=${next === null ? '' : writeSkipToken(request, next)}`;
  return jsonText(
    JSON.stringify({
      '@odata.context': `${root}/$metadata#${page.context}`,
      ...(next === null ? {} : { '@odata.nextLink': link }),
      value,
    }),
  );
}

/** One page of a list that is in memory. */
export function sliceAnswer<Entry>(
  organization: Organization,
  call: GraphCall,
  page: {
    request: PageRequest;
    context: string;
    all: readonly Entry[];
    toJson: (entry: Entry) => object;
  },
): Answer {
  const { request, all } = page;
  const end = request.cursor + request.top;
  return collectionAnswer(organization, call, {
    request,
    context: page.context,
    value: all.slice(request.cursor, end).map(page.toJson),
    next: end < all.length ? end : null,
  });
}

/** One entity. */
export const entityAnswer = (organization: Organization, context: string, entity: object): Answer =>
  jsonText(
    JSON.stringify({ '@odata.context': `${organization.origin()}/v1.0/$metadata#${context}`, ...entity }),
  );

/** The named properties of an object; all of them when `names` is null. `always` are kept in any case. */
export function withNames(
  entity: Readonly<Record<string, unknown>>,
  names: readonly string[] | null,
  always: readonly string[] = ['id'],
): Record<string, unknown> {
  if (names === null) return { ...entity };
  const wanted = new Set([...names, ...always]);
  return Object.fromEntries(
    Object.entries(entity).filter(([name]) => wanted.has(name) || name.startsWith('@odata.')),
  );
}
