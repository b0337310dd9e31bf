/**
 * Carries MSAL's requests over our own wire, and remembers what really went wrong: MSAL replaces network failures and
 * some refusals with its own errors, which no longer say why.
 */
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { Failure } from './failure.ts';
import { readRetryAfterMs } from './load-news.ts';
import type { HttpNetwork, HttpRequest } from './http.ts';
import { readAadsts } from './sign-in-errors.ts';

const longestAnswerBytes = 1_048_576;

/** The network of one sign-in attempt. */
export class SignInNetwork implements INetworkModule {
  /** A failure that trying again may cure; undefined when the service answered properly. */
  failure: Failure | undefined;
  /** The AADSTS number of the last refusal. */
  aadsts: number | undefined;
  readonly #network: HttpNetwork;
  readonly #nowMs: number;

  constructor(network: HttpNetwork, nowMs: number) {
    this.#network = network;
    this.#nowMs = nowMs;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>('GET', url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>('POST', url, options);
  }

  async #send<T>(
    method: HttpRequest['method'],
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    const { origin, pathname, search } = new URL(url);
    const outcome = await this.#network.send({
      origin,
      path: pathname + search,
      method,
      headers: options.headers ?? {},
      body: options.body,
      maxBytes: longestAnswerBytes,
    });
    if (outcome.kind !== 'complete') return this.#fail(outcome);
    const { status } = outcome;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(outcome.headers)) headers[name] = String(value);
    const body = parseJson(outcome.body);
    if (status === 429 || status >= 500) {
      const retryAfterMs = readRetryAfterMs(headers['retry-after'], this.#nowMs);
      return this.#fail({
        kind: 'answer',
        status,
        graphCode: '',
        graphMessage: '',
        requestId: '',
        retryAfterMs,
      });
    }
    if (body === undefined) return this.#fail({ kind: 'body', reason: 'not-json' });
    if (status >= 400) this.aadsts = readAadsts(body) ?? this.aadsts;
    return { status, headers, body: body as T };
  }

  #fail(failure: Failure): never {
    this.failure = failure;
    throw new Error('the sign-in service could not be asked');
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
