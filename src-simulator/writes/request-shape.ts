/** Reading the body of a request that writes: what has another shape, or a property that does not exist, is a 400. */
import type { z } from 'zod';
import { graphError, type GraphCall } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';

/** What `act` makes of the body as `schema` reads it, or the answer that refuses it. */
export function withBody<Schema extends z.ZodType, Result>(
  call: GraphCall,
  schema: Schema,
  act: (value: z.output<Schema>) => Result,
): Result | Answer {
  const parsed = schema.safeParse(call.body);
  if (parsed.success) return act(parsed.data);
  const [issue] = parsed.error.issues;
  const at = issue && issue.path.length > 0 ? ` (${issue.path.join('/')})` : '';
  return unreadable(call, `${issue?.message ?? 'The body is not valid.'}${at}`);
}

/** 400 of a body that Graph cannot make an entity of. */
const unreadable = (call: GraphCall, message: string): Answer =>
  graphError(call, 400, { code: 'RequestBodyRead', message });

/** Refuses properties that are none of the entity; annotations may always be there. */
export function onlyNames(names: readonly string[]): (body: object, context: z.RefinementCtx) => void {
  const known = new Set(names);
  return (body, context) => {
    const strange = Object.keys(body).find((name) => !known.has(name) && !name.includes('@odata.'));
    if (strange !== undefined)
      context.addIssue({ code: 'custom', message: `The property '${strange}' does not exist on this type.` });
  };
}
