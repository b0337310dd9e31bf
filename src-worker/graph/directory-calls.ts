/**
 * Calls to the directory as the administrator who signed in. Unlike the reads of a backup these change something, so
 * each is sent again only after an answer that proves that nothing was done; what to do about the rest is the caller's.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { AppError } from '../../src-shared/errors/app-error.ts';
import { judge, toAppError } from './error-map.ts';
import { readGraphError, retryAfterMsOf, type Failure } from './failure.ts';
import type { HttpNetwork, HttpRequest } from './http.ts';
import { readWaitMs } from './load-news.ts';
import { readJson } from './json-body.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** What the calls are made with. */
export interface DirectoryServices {
  readonly graphRoot: string;
  readonly userAgent: string;
  readonly authorization: string;
  readonly network: HttpNetwork;
  readonly clock: Clock;
  readonly policy: RetryPolicy;
}

export interface DirectoryCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the version root. */
  readonly path: string;
  readonly body?: object;
}

/** What became of a call. `json` is undefined where there is no body. */
export type DirectoryOutcome =
  | { readonly isDone: true; readonly json: unknown }
  | { readonly isDone: false; readonly failure: Failure; readonly error: AppError };

const longestAnswerBytes = 4 * 1_048_576;

/** The calls of one administrator. */
export class DirectoryCalls {
  readonly #services: DirectoryServices;

  constructor(services: DirectoryServices) {
    this.#services = services;
  }

  /** Never rejects. Is not stopped half-way: nobody would know whether the change was made. */
  async send(call: DirectoryCall): Promise<DirectoryOutcome> {
    const { clock, policy } = this.#services;
    policy.callStarted();
    for (let attempt = 1; ; attempt++) {
      const result = await this.#sendOnce(call);
      if (result.isDone) return result;
      const { failure } = result;
      const mayRepeat = call.method !== 'POST' || (failure.kind === 'answer' && failure.status === 429);
      const verdict = judge(failure, 'directory');
      const { delayMs } = mayRepeat
        ? policy.decide({ verdict, attempt, retryAfterMs: retryAfterMsOf(failure) })
        : { delayMs: undefined };
      if (delayMs === undefined) return { ...result, error: toAppError(failure, 'directory', attempt) };
      await clock.sleep(delayMs);
    }
  }

  async #sendOnce(
    call: DirectoryCall,
  ): Promise<{ isDone: true; json: unknown } | { isDone: false; failure: Failure }> {
    const { graphRoot, userAgent, authorization, network, clock } = this.#services;
    const request: HttpRequest = {
      origin: graphRoot,
      path: `/v1.0${call.path}`,
      method: call.method,
      headers: {
        Authorization: authorization,
        'User-Agent': userAgent,
        'client-request-id': randomUUID(),
        ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      maxBytes: longestAnswerBytes,
    };
    const outcome = await network.send(request);
    if (outcome.kind !== 'complete') return { isDone: false, failure: outcome };
    const { status, body, headers } = outcome;
    if (status > 299) {
      const retryAfterMs = readWaitMs(headers, clock.nowMs());
      const requestId = headers['request-id']?.toString() ?? '';
      return {
        isDone: false,
        failure: { kind: 'answer', status, ...readGraphError(body), requestId, retryAfterMs },
      };
    }
    if (body.byteLength === 0) return { isDone: true, json: undefined };
    const read = readJson(body);
    return 'json' in read ? { isDone: true, json: read.json } : { isDone: false, failure: read };
  }
}
