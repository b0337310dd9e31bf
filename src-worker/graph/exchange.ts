/**
 * Makes one call to Graph and sees it through: waits for its turn, signs it, sends it through the Graph SDK, judges the
 * answer, and tries again as the retry policy allows. What an answer holds is read by the caller.
 */
import { randomUUID } from 'node:crypto';
import { Client, ResponseType, type GraphRequest } from '@microsoft/microsoft-graph-client';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { HttpOutcome, TakeMemory } from './body-collector.ts';
import { directoryCost, teamsRate } from './call-rates.ts';
import { judge, toAppError, type Verdict } from './error-map.ts';
import { wordsFor } from './error-words.ts';
import {
  failureOfAnswer,
  retryAfterMsOf,
  type BodyFailure,
  type CallTarget,
  type Failure,
} from './failure.ts';
import type { HttpNetwork } from './http.ts';
import { isLink } from './links.ts';
import { readLoadNews } from './load-news.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { CallOptions, SdkTransport } from './sdk-transport.ts';
import type { SignIn } from './sign-in.ts';
import type { CallPlace, CallScope, GraphService, Pass, ThrottleGovernor } from './throttle-governor.ts';

/** What a call sends beside its address. */
export interface Sending {
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** An object is sent as JSON. */
  readonly body?: object | Uint8Array<ArrayBuffer>;
  /** Set where doing it twice does harm: it is sent again only after an answer that says that nothing was done. */
  readonly isOnce?: boolean;
}

/** One call. `path` is below the version root, or a link of an answer that a `LinkTrail` has checked. */
export interface Call {
  readonly path: string;
  /** v1.0 unless given. Microsoft may change what beta answers at any time. */
  readonly version?: 'beta' | undefined;
  /** A GET unless given. */
  readonly send?: Sending;
  readonly headers: Readonly<Record<string, string>>;
  readonly mailbox: string | undefined;
  /** Without a mailbox; the directory unless given. */
  readonly service?: GraphService | undefined;
  readonly target: CallTarget;
  readonly maxBytes: number;
  readonly takeMemory?: TakeMemory | undefined;
  /** Set where the answer is to say where else the content lies: anything but a 302 is a failure then. */
  readonly isRedirect?: boolean;
  readonly slots?: number;
  /** Resource units; what its path costs unless given. */
  readonly cost?: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What an exchange is made of. */
export interface ExchangeServices {
  readonly graphRoot: string;
  readonly userAgent: string;
  readonly network: HttpNetwork;
  readonly signIn: SignIn;
  readonly governor: ThrottleGovernor;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
}

/**
 * Turns a complete, successful body into a value, or says why it cannot be used; of a redirect it gets the address.
 * Errors it throws are not retried.
 */
export type BodyReader<T> = (body: Uint8Array<ArrayBuffer>, location: string) => T | BodyFailure;

/** The value of a call, or why this attempt has none. `authorization` is what it was sent with. */
type Attempt<T> =
  | { readonly isDone: true; readonly value: T }
  | {
      readonly isDone: false;
      readonly failure: Failure;
      readonly verdict: Verdict;
      readonly delayMs: number | undefined;
      readonly isThrottle: boolean;
      readonly authorization: string;
    };

/** A fresh token can be refused for a while by servers that have not heard of it; after this many it is a verdict. */
const renewalsPerCall = 6;
const firstRenewalDelayMs = 250;
const defaultVersion = 'v1.0';
const found = 302;

/** The calls of one connection. */
export class Exchange {
  /** Requests sent, and those among them that repeated an earlier one. */
  requests = 0;
  retried = 0;
  readonly #services: ExchangeServices;
  readonly #sdk: Client;
  readonly #closing = new AbortController();

  constructor(services: ExchangeServices) {
    this.#services = services;
    this.#sdk = Client.initWithMiddleware({
      baseUrl: services.graphRoot,
      defaultVersion,
      middleware: new SdkTransport(services.network, services.graphRoot),
    });
  }

  /** Sees a call through. Rejects with an {@link AppError}; with `cancelled` when the signal aborts or on close. */
  async run<T>(call: Call, read: BodyReader<T>): Promise<T> {
    this.#services.policy.callStarted();
    try {
      return await this.#repeat(call, read);
    } catch (error) {
      if (call.signal?.aborted === true || this.#closing.signal.aborted)
        throw new AppError('cancelled', wordsFor('cancelled'));
      throw error;
    }
  }

  /** Ends the pauses of all calls; they end as `cancelled`. */
  close(): void {
    this.#closing.abort(new AppError('cancelled', wordsFor('cancelled')));
  }

  async #repeat<T>(call: Call, read: BodyReader<T>): Promise<T> {
    let renewals = 0;
    for (let attempt = 1; ; attempt++) {
      const result = await this.#attempt(call, read, attempt);
      if (result.isDone) return result.value;
      if (result.verdict.retry === 'token' && renewals < renewalsPerCall) {
        renewals += 1;
        await this.#renew(result.authorization, renewals, call.signal);
      } else if (result.delayMs === undefined) {
        throw toAppError(result.failure, call.target, attempt);
      } else if (!result.isThrottle) {
        await this.#sleep(result.delayMs, call.signal);
      }
      this.retried += 1;
    }
  }

  /** Sends once, inside its turn. The fence of a throttled call is set before the turn ends, so nobody slips past it. */
  async #attempt<T>(call: Call, read: BodyReader<T>, attempt: number): Promise<Attempt<T>> {
    const { governor, policy } = this.#services;
    const scope = scopeOf(call);
    const { pass, authorization } = await this.#turn(scope, call.signal);
    let wasThrottled = false;
    try {
      const outcome = await this.#send(call, authorization);
      const news = outcome.kind === 'complete' ? readLoadNews(outcome.headers) : undefined;
      if (news !== undefined) governor.hear(scope, news);
      const result = this.#judge(outcome, { isRedirect: call.isRedirect === true, read });
      if (result.isDone) return result;
      const { failure } = result;
      const verdict = judge(failure, call.target);
      const retryAfterMs = retryAfterMsOf(failure);
      const isOnce = call.send?.isOnce === true;
      const decision = policy.decide({ verdict, attempt, retryAfterMs, isOnce });
      wasThrottled = decision.isThrottle;
      if (wasThrottled) governor.slowDown(scope, decision.delayMs ?? retryAfterMs ?? 0);
      return { isDone: false, failure, verdict, authorization, ...decision };
    } finally {
      pass.leave(wasThrottled);
    }
  }

  /** A turn that is used at once: who waits for a token inside a turn sends after others were told to keep away. */
  async #turn(
    scope: CallScope,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly pass: Pass; readonly authorization: string }> {
    const { governor, signIn } = this.#services;
    const held = signIn.authorization();
    const before = typeof held === 'string' ? held : await orAborted(held, signal);
    const pass = await governor.enter(scope, signal);
    const now = signIn.authorization();
    if (typeof now === 'string') return { pass, authorization: now };
    // It ended while others had their turn. Whoever comes next waits for the new one; Graph judges the old one.
    now.catch(() => undefined);
    return { pass, authorization: before };
  }

  async #send(call: Call, authorization: string): Promise<HttpOutcome> {
    this.requests += 1;
    const { maxBytes, takeMemory, signal } = call;
    const verbatimUrl = isLink(call.path) ? call.path : undefined;
    const request = this.#sdk
      .api(call.path)
      .version(call.version ?? defaultVersion)
      .headers({
        Authorization: authorization,
        'User-Agent': this.#services.userAgent,
        'client-request-id': randomUUID(),
        ...call.headers,
      })
      .middlewareOptions([new CallOptions({ maxBytes, takeMemory, signal, verbatimUrl })])
      .responseType(ResponseType.RAW);
    return (await sendWith(request, call.send)) as HttpOutcome;
  }

  #judge<T>(
    outcome: HttpOutcome,
    { isRedirect, read }: { isRedirect: boolean; read: BodyReader<T> },
  ): { isDone: true; value: T } | { isDone: false; failure: Failure } {
    if (outcome.kind !== 'complete') return { isDone: false, failure: outcome };
    const { status, headers } = outcome;
    if (isRedirect ? status !== found : status < 200 || status > 299)
      return { isDone: false, failure: failureOfAnswer(outcome, this.#services.clock.nowMs()) };
    const value = read(outcome.body, headers['location']?.toString() ?? '');
    return isBodyFailure(value) ? { isDone: false, failure: value } : { isDone: true, value };
  }

  #sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const closing = this.#closing.signal;
    return this.#services.clock.sleep(delayMs, signal ? AbortSignal.any([signal, closing]) : closing);
  }

  async #renew(refused: string, renewals: number, signal: AbortSignal | undefined): Promise<void> {
    if (renewals > 1) await this.#sleep(firstRenewalDelayMs * 2 ** (renewals - 2), signal);
    await orAborted(this.#services.signIn.renew(refused), signal);
  }
}

function sendWith(request: GraphRequest, send: Sending | undefined): Promise<unknown> {
  switch (send?.method) {
    case undefined:
      return request.get();
    case 'POST':
      return request.post(send.body ?? {});
    case 'PATCH':
      return request.patch(send.body ?? {});
    case 'PUT':
      return request.put(send.body ?? {});
    case 'DELETE':
      return request.delete();
  }
}

/** A sign-in is shared by many calls; one that is stopped leaves it to the others instead of waiting for its end. */
function orAborted<T>(value: T | Promise<T>, signal: AbortSignal | undefined): T | Promise<T> {
  if (signal === undefined || !(value instanceof Promise)) return value;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([value, promise]).finally(() => signal.removeEventListener('abort', stop));
}

/** Whom a call goes to and what it counts as; what it costs where its caller does not say. */
function scopeOf({ mailbox, service, slots = 1, path, cost }: Call): CallScope {
  if (mailbox !== undefined) return { mailbox, slots, cost: cost ?? 1 };
  const rate = service === 'teams' ? teamsRate(path) : {};
  return { mailbox, service, slots, cost: cost ?? costOf(path, { mailbox, service }), ...rate };
}

/** What a call costs whose caller does not say. */
export function costOf(path: string, { mailbox, service = 'directory' }: CallPlace): number {
  return mailbox === undefined && service === 'directory' ? directoryCost(path) : 1;
}

function isBodyFailure(value: unknown): value is BodyFailure {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'body';
}
