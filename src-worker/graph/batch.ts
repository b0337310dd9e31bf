/**
 * Up to twenty reads in one request. Outlook runs four inner requests of a mailbox at once, so longer batches are woven
 * into four chains with dependsOn. What was throttled or broke off inside is sent again in a batch of its own.
 */
import { z } from 'zod';
import type { AppError } from '../../src-shared/errors/app-error.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import { judge, toAppError } from './error-map.ts';
import { costOf, type Call, type Exchange } from './exchange.ts';
import { graphErrorIn, type AnswerFailure, type CallTarget } from './failure.ts';
import { readJson, requireShape } from './json-body.ts';
import { readLoadNews, readWaitMs } from './load-news.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { GraphService, ThrottleGovernor } from './throttle-governor.ts';

/** One inner GET. `path` is below the version root. */
export interface BatchRequest {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to one inner request. A body that is not JSON, such as `$value`, comes as a base64 string. */
export type BatchAnswer =
  | { readonly isOk: true; readonly status: number; readonly body: unknown }
  | { readonly isOk: false; readonly error: AppError };

/** What all inner requests share. */
export interface BatchScope {
  readonly mailbox: string | undefined;
  readonly service?: GraphService | undefined;
  readonly target: CallTarget;
  /** Resource units of each inner request, because they are counted one by one; what its path costs unless given. */
  readonly cost: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

export interface BatchServices {
  readonly exchange: Exchange;
  readonly governor: ThrottleGovernor;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
}

/** An inner request with the number of times it was sent. */
interface Pending {
  readonly id: string;
  readonly request: BatchRequest;
  attempts: number;
}

export const longestBatch = 20;
const chains = 4;
const longestAnswerBytes = 64 * 1_048_576;
/** The inner status for "something I depend on failed": says nothing about this request itself. */
const failedDependency = 424;

const answerSchema = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number().int(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown(),
    }),
  ),
});
type InnerAnswer = z.infer<typeof answerSchema>['responses'][number];

/** Sends a batch and answers in the order of `requests`. Rejects only when the batch as a whole cannot be sent. */
export async function runBatch(
  services: BatchServices,
  requests: readonly BatchRequest[],
  scope: BatchScope,
): Promise<readonly BatchAnswer[]> {
  if (requests.length === 0) return [];
  if (requests.length > longestBatch) throw new Error(`a batch holds at most ${longestBatch} requests`);
  const answers = new Map<string, BatchAnswer>();
  let pending: Pending[] = requests.map((request, index) => ({
    id: String(index + 1),
    request,
    attempts: 0,
  }));
  while (pending.length > 0) {
    const round = new BatchRound(services, scope);
    const inner = await round.send(pending);
    pending = pending.filter((one) => round.isLeft(one, inner.get(one.id), answers));
    if (pending.length > 0) await round.pause();
  }
  return requests.map((_request, index) => answers.get(String(index + 1)) ?? missingAnswer());
}

/** One request to `$batch` and what is to be done about its answers. */
class BatchRound {
  readonly #services: BatchServices;
  readonly #scope: BatchScope;
  #delayMs = 0;
  #fenceMs: number | undefined;

  constructor(services: BatchServices, scope: BatchScope) {
    this.#services = services;
    this.#scope = scope;
  }

  async send(pending: readonly Pending[]): Promise<Map<string, InnerAnswer>> {
    const { mailbox, service, cost, signal } = this.#scope;
    const call: Call = {
      path: '/$batch',
      send: {
        method: 'POST',
        body: { requests: pending.map((one, index) => this.#inner(one, pending[index - chains])) },
      },
      headers: {},
      mailbox,
      service,
      target: 'directory' as const,
      maxBytes: longestAnswerBytes,
      slots: Math.min(chains, pending.length),
      cost: pending.reduce((sum, { request }) => sum + (cost ?? costOf(request.path, this.#scope)), 0),
      signal,
    };
    const { json } = await this.#services.exchange.run(call, readJson);
    const { responses } = requireShape(answerSchema, json);
    for (const inner of responses) {
      const news = readLoadNews(headersOf(inner));
      if (news !== undefined) this.#services.governor.hear(this.#scope, news);
    }
    return new Map(responses.map((answer) => [answer.id, answer]));
  }

  /** Notes the answer of one request; true when it must be sent again. */
  isLeft(one: Pending, inner: InnerAnswer | undefined, answers: Map<string, BatchAnswer>): boolean {
    if (inner === undefined) return this.#isWorthAnother(one, unanswered, answers);
    if (inner.status === failedDependency) return true;
    one.attempts += 1;
    if (inner.status < 400) {
      answers.set(one.id, { isOk: true, status: inner.status, body: inner.body });
      return false;
    }
    return this.#isWorthAnother(one, this.#failureOf(inner), answers);
  }

  /** Waits as long as the most patient of the failed requests needs. */
  async pause(): Promise<void> {
    if (this.#fenceMs !== undefined) this.#services.governor.slowDown(this.#scope, this.#fenceMs);
    if (this.#delayMs > 0) await this.#services.clock.sleep(this.#delayMs, this.#scope.signal);
  }

  #inner(one: Pending, before: Pending | undefined): object {
    const headers = { ...this.#scope.headers, ...one.request.headers };
    const dependsOn =
      this.#scope.mailbox !== undefined && before !== undefined ? { dependsOn: [before.id] } : {};
    return { id: one.id, method: 'GET', url: one.request.path, headers, ...dependsOn };
  }

  #isWorthAnother(one: Pending, failure: AnswerFailure, answers: Map<string, BatchAnswer>): boolean {
    const verdict = judge(failure, this.#scope.target);
    const attempt = Math.max(1, one.attempts);
    const decision = this.#services.policy.decide({ verdict, attempt, retryAfterMs: failure.retryAfterMs });
    if (decision.delayMs === undefined) {
      answers.set(one.id, { isOk: false, error: toAppError(failure, this.#scope.target, attempt) });
      return false;
    }
    if (decision.isThrottle) this.#fenceMs = Math.max(this.#fenceMs ?? 0, decision.delayMs);
    else this.#delayMs = Math.max(this.#delayMs, decision.delayMs);
    return true;
  }

  #failureOf(inner: InnerAnswer): AnswerFailure {
    const headers = headersOf(inner);
    return {
      kind: 'answer',
      status: inner.status,
      ...graphErrorIn(inner.body),
      requestId: headers['request-id'] ?? '',
      retryAfterMs: readWaitMs(headers, this.#services.clock.nowMs()),
    };
  }
}

function headersOf({ headers = {} }: InnerAnswer): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A request that the batch did not answer at all: treated like a gateway that lost it. */
const unanswered: AnswerFailure = {
  kind: 'answer',
  status: 502,
  graphCode: '',
  graphMessage: '',
  requestId: '',
  retryAfterMs: undefined,
};

function missingAnswer(): BatchAnswer {
  return { isOk: false, error: toAppError(unanswered, 'directory', 1) };
}
