/** The sign-in service's paths: discovery, keys, token, and what the interactive grants add. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { plainJson, type Answer } from '../http/answer.ts';
import { deliver } from '../http/delivery.ts';
import { readBody } from '../http/request-body.ts';
import { instanceDiscovery, openIdConfiguration } from './discovery.ts';
import { answerTokenRequest, type TokenService } from './token-endpoint.ts';

/** Further endpoints by their path after the tenant. */
export type SignInPage = (tenant: string, parameters: URLSearchParams) => Answer;

export class SignInEndpoint {
  readonly #service: TokenService;
  readonly #pages: ReadonlyMap<string, SignInPage>;

  constructor(service: TokenService, pages: ReadonlyMap<string, SignInPage>) {
    this.#service = service;
    this.#pages = pages;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#service.origin());
    const parameters =
      request.method === 'POST' ? new URLSearchParams(await readBody(request)) : url.searchParams;
    const answer = this.#answer(url.pathname, parameters);
    deliver({
      request,
      response,
      answer,
      damage: null,
      stallMs: 0,
      headers: ['Cache-Control', 'no-store'],
      isGzipWanted: false,
    });
  }

  #answer(path: string, parameters: URLSearchParams): Answer {
    if (path === '/common/discovery/instance') return instanceDiscovery(this.#service);
    const [, tenant = '', ...rest] = path.split('/');
    const page = rest.join('/');
    if (page === 'v2.0/.well-known/openid-configuration') return openIdConfiguration(this.#service, tenant);
    if (page === 'discovery/v2.0/keys') return plainJson({ keys: [this.#service.signer.publicKey()] });
    if (page === 'oauth2/v2.0/token') return answerTokenRequest(this.#service, tenant, parameters);
    return this.#pages.get(page)?.(tenant, parameters) ?? plainJson({ error: 'not_found' }, 404);
  }
}
