/** Answers that all operations of the registration share: one object, a list, a refusal. */
import { jsonText, type Answer } from '../http/answer.ts';
import { badRequest, graphError, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';

type Fields = Record<string, unknown>;

/** 404 of an object that is not there, or not there yet. */
export const noSuchObject = (call: GraphCall, id: string): Answer =>
  graphError(call, 404, {
    code: 'Request_ResourceNotFound',
    message: `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  });

export const noContent: Answer = { status: 204, body: '' };

function select(fields: Fields, names: readonly string[] | null): Fields {
  return names === null ? fields : Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
}

/** One object, with $select. */
export function oneObject(
  organization: Organization,
  call: GraphCall,
  { set, fields, status = 200 }: { set: string; fields: Fields; status?: number },
): Answer {
  const refusal = refuseOptions(call, ['select']);
  const names = selectedNames(call);
  const wrong = names?.find((name) => !Object.hasOwn(fields, name));
  if (refusal) return refusal;
  if (wrong !== undefined) return badRequest(call, `Could not find a property named '${wrong}'.`);
  const context = `${organization.origin()}/v1.0/$metadata#${set}/$entity`;
  return jsonText(JSON.stringify({ '@odata.context': context, ...select(fields, names) }), status);
}

const filterForms: readonly [RegExp, (fields: Fields, value: string) => boolean][] = [
  [/^appId eq '([^']*)'$/, (fields, value) => fields['appId'] === value],
  [/^displayName eq '([^']*)'$/, (fields, value) => fields['displayName'] === value],
  [
    /^tags\/any\(\w+:\s*\w+ eq '([^']*)'\)$/,
    (fields, value) => Array.isArray(fields['tags']) && fields['tags'].includes(value),
  ],
];

/** A list with $filter (by appId, displayName or a tag), $select and $top; all on one page. */
export function objectList(
  organization: Organization,
  call: GraphCall,
  { set, all }: { set: string; all: readonly Fields[] },
): Answer {
  const refusal = refuseOptions(call, ['filter', 'select', 'top']);
  if (refusal) return refusal;
  const filter = call.query.get('filter');
  let kept = all;
  if (filter !== undefined) {
    const form = filterForms.find(([pattern]) => pattern.test(filter));
    if (!form) return badRequest(call, `Unsupported filter: ${filter}.`);
    const value = form[0].exec(filter)?.[1] ?? '';
    kept = all.filter((fields) => form[1](fields, value));
  }
  const top = Number(call.query.get('top') ?? 100);
  const names = selectedNames(call);
  const context = `${organization.origin()}/v1.0/$metadata#${set}`;
  return jsonText(
    JSON.stringify({
      '@odata.context': context,
      value: kept.slice(0, top).map((each) => select(each, names)),
    }),
  );
}
