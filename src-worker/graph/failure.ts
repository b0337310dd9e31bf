/**
 * What can go wrong with one attempt of one call, before anybody decided what it means. Plain data, so that the error
 * map and the retry policy can be tables.
 */

import { readWaitMs } from './load-news.ts';

/** Microsoft 365 answered, and the answer is an error. */
export interface AnswerFailure {
  readonly kind: 'answer';
  readonly status: number;
  /** `error.code` of the body, or an empty string when the body was not a Graph error. */
  readonly graphCode: string;
  /** `error.message` of the body. Used to tell causes apart, never shown and never logged. */
  readonly graphMessage: string;
  readonly requestId: string;
  /** The time the service asked us to wait, when it did. */
  readonly retryAfterMs: number | undefined;
}

/** No complete answer came. `errno` is the code of the operating system, of OpenSSL or of undici. */
export interface NetworkFailure {
  readonly kind: 'network';
  readonly errno: string;
}

/** An answer came and cannot be used. */
export interface BodyFailure {
  readonly kind: 'body';
  readonly reason: 'truncated' | 'not-json' | 'too-large';
}

export type Failure = AnswerFailure | NetworkFailure | BodyFailure;

/** How long the service asked us to wait, when it did. */
export function retryAfterMsOf(failure: Failure): number | undefined {
  return failure.kind === 'answer' ? failure.retryAfterMs : undefined;
}

/** What a call is about; decides what a 404 means. */
export type CallTarget = 'item' | 'collection' | 'account' | 'directory';

/** Reads `{"error":{"code","message"}}` from a body that may be anything at all. */
export function readGraphError(body: Uint8Array): { graphCode: string; graphMessage: string } {
  const unknownError = { graphCode: '', graphMessage: '' };
  if (body.byteLength === 0 || body.byteLength > 1_048_576) return unknownError;
  try {
    const parsed: unknown = JSON.parse(
      Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
    );
    return graphErrorIn(parsed);
  } catch {
    return unknownError;
  }
}

/** The same for a body that was parsed already, as in a batch. */
export function graphErrorIn(parsed: unknown): { graphCode: string; graphMessage: string } {
  const error = isRecord(parsed) && isRecord(parsed['error']) ? parsed['error'] : {};
  return { graphCode: textOf(error['code']), graphMessage: textOf(error['message']) };
}

/** What an error answer says of itself. */
export function failureOfAnswer(
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body: Uint8Array;
  },
  nowMs: number,
): AnswerFailure {
  return {
    kind: 'answer',
    status: answer.status,
    ...readGraphError(answer.body),
    requestId: answer.headers['request-id']?.toString() ?? '',
    retryAfterMs: readWaitMs(answer.headers, nowMs),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
