/**
 * The authorization code grant with PKCE (RFC 7636). There is no page to click on: /authorize redirects at once as the
 * user of `login_hint` or of the option autoApproveUser, and with access_denied when neither names a user.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Directory, Person } from '../directory/people.ts';
import type { Answer } from '../http/answer.ts';
import type { ResolvedOptions } from '../options.ts';
import type { SignInPage } from './sign-in-endpoint.ts';
import { fail, problemAnswer, SignInFailure } from './sign-in-error.ts';
import { requireClient, requireTenant, type Grant, type TokenService } from './token-endpoint.ts';

interface IssuedCode {
  person: Person;
  clientId: string;
  redirectUri: string;
  challenge: string;
  scopes: readonly string[];
  nonce: string | null;
  expiresAtMs: number;
}

const codeLifetimeMs = 600_000;

export class AuthorizationCodes {
  readonly #directory: Directory;
  readonly #autoApproveUser: string | undefined;
  readonly #issued = new Map<string, IssuedCode>();

  constructor(directory: Directory, options: ResolvedOptions) {
    this.#directory = directory;
    this.#autoApproveUser = options.autoApproveUser;
  }

  pages(service: TokenService): ReadonlyMap<string, SignInPage> {
    return new Map([
      [
        'oauth2/v2.0/authorize',
        (tenant: string, query: URLSearchParams) => this.#authorize(service, tenant, query),
      ],
    ]);
  }

  grants(): ReadonlyMap<string, Grant> {
    return new Map([
      ['authorization_code', (form: URLSearchParams, nowMs: number) => this.#redeem(form, nowMs)],
    ]);
  }

  #authorize(service: TokenService, tenant: string, query: URLSearchParams): Answer {
    const nowMs = Date.now();
    try {
      requireTenant(service.applications, tenant);
      requireClient(service, query.get('client_id'));
      const clientId = query.get('client_id') ?? '';
      const redirectUri = query.get('redirect_uri') ?? '';
      if (!/^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/.test(redirectUri)) {
        return fail(
          'invalid_request',
          50011,
          `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application.`,
        );
      }
      return { status: 302, body: '', headers: { Location: this.#redirect(query, clientId, nowMs).href } };
    } catch (error) {
      if (error instanceof SignInFailure) return problemAnswer(error.problem, nowMs);
      throw error;
    }
  }

  #redirect(query: URLSearchParams, clientId: string, nowMs: number): URL {
    const redirectUri = query.get('redirect_uri') ?? '';
    const target = new URL(redirectUri);
    const state = query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    const person = this.#directory.find(query.get('login_hint') ?? this.#autoApproveUser ?? '');
    if (!person) {
      target.searchParams.set('error', 'access_denied');
      target.searchParams.set(
        'error_description',
        'AADSTS65004: User declined to consent to access the app.',
      );
      return target;
    }
    const code = `1.${randomBytes(40).toString('base64url')}`;
    this.#issued.set(code, {
      person,
      clientId,
      redirectUri,
      challenge: query.get('code_challenge') ?? '',
      scopes: (query.get('scope') ?? '').split(' ').filter(Boolean),
      nonce: query.get('nonce'),
      expiresAtMs: nowMs + codeLifetimeMs,
    });
    target.searchParams.set('code', code);
    return target;
  }

  #redeem(form: URLSearchParams, nowMs: number) {
    const code = form.get('code') ?? '';
    const issued = this.#issued.get(code);
    this.#issued.delete(code);
    if (!issued || issued.expiresAtMs <= nowMs)
      return fail('invalid_grant', 70008, 'The provided authorization code is expired or was used before.');
    if (issued.clientId !== form.get('client_id') || issued.redirectUri !== form.get('redirect_uri')) {
      return fail(
        'invalid_grant',
        500112,
        'The reply address does not match the reply address provided when requesting the authorization code.',
      );
    }
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (issued.challenge === '' || proof !== issued.challenge)
      return fail(
        'invalid_grant',
        501481,
        'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
      );
    const { person, clientId, scopes, nonce } = issued;
    return { person, clientId, scopes, ...(nonce === null ? {} : { nonce }) };
  }
}
