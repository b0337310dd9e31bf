/**
 * POST /$batch: up to twenty inner requests in one. Each is an ordinary call with its own status; what depends on a
 * failed one fails too, and one mailbox runs four at a time, the others get 429 like requests of their own.
 */
import { z } from 'zod';
import { bodyBuffer, jsonText, type Answer } from '../http/answer.ts';
import { graphError, type GraphCall } from './graph-call.ts';
import { parseQuery } from './query-options.ts';
import { splitPath } from './routes.ts';

const batchSchema = z.object({
  requests: z
    .array(
      z.object({
        id: z.string().min(1),
        method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
        url: z.string().min(1),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).optional(),
      }),
    )
    .min(1)
    .max(20),
});

type InnerRequest = z.output<typeof batchSchema>['requests'][number];

/** Performs an inner call that runs `depth` steps after the start of the batch (0: at once). */
export type InnerPerformer = (call: GraphCall, depth: number) => Answer;

interface InnerResponse {
  id: string;
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

const malformed = (call: GraphCall, message: string) =>
  graphError(call, 400, { code: 'BadRequest', message: `Invalid batch payload format. ${message}` });

/** What is wrong with the references of a batch, or null. */
function referenceProblem(requests: readonly InnerRequest[]): string | null {
  const known = new Set<string>();
  for (const request of requests) {
    if (known.has(request.id)) return `Request Id ${request.id} has to be unique in a batch.`;
    if (request.dependsOn?.some((id) => !known.has(id)))
      return `Request ${request.id} depends on a request that is not before it.`;
    if (/^https?:/i.test(request.url) || /^\/?\$batch/i.test(request.url))
      return `The url of request ${request.id} is not valid.`;
    known.add(request.id);
  }
  return null;
}

function innerCall(outer: GraphCall, request: InnerRequest): GraphCall {
  const [path = '', query = ''] = request.url.split('?', 2);
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    method: request.method,
    segments: splitPath(path) ?? [],
    query: parseQuery(query),
    headers: { ...headers, 'client-request-id': outer.requestId },
    body: request.body,
    bodyBytes: request.body === undefined ? 0 : Buffer.byteLength(JSON.stringify(request.body)),
    requestId: outer.requestId,
  };
}

function responseOf(id: string, answer: Answer): InnerResponse {
  const headers: Record<string, string> = { ...answer.headers };
  if (answer.contentType !== undefined) headers['Content-Type'] = answer.contentType;
  const isJson = answer.contentType?.startsWith('application/json') ?? false;
  const bytes = bodyBuffer(answer);
  const body: unknown = isJson ? JSON.parse(bytes.toString()) : bytes.toString('base64');
  return { id, status: answer.status, headers, body };
}

export function answerBatch(call: GraphCall, perform: InnerPerformer): Answer {
  const parsed = batchSchema.safeParse(call.body);
  if (!parsed.success) return malformed(call, parsed.error.issues[0]?.message ?? '');
  const { requests } = parsed.data;
  const problem = referenceProblem(requests);
  if (problem !== null) return malformed(call, problem);
  const done = new Map<string, { response: InnerResponse; depth: number }>();
  for (const request of requests) {
    const before = (request.dependsOn ?? []).flatMap((id) => done.get(id) ?? []);
    const depth = before.reduce((deepest, entry) => Math.max(deepest, entry.depth + 1), 0);
    const inner = innerCall(call, request);
    const answer = before.some((entry) => entry.response.status >= 400)
      ? graphError(inner, 424, {
          code: 'FailedDependency',
          message: 'A request this one depends on has failed.',
        })
      : perform(inner, depth);
    done.set(request.id, { response: responseOf(request.id, answer), depth });
  }
  return jsonText(JSON.stringify({ responses: [...done.values()].map((entry) => entry.response).reverse() }));
}
