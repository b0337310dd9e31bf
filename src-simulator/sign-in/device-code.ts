/** The device code grant (RFC 8628): codes are handed out, wait for approval through /control, and expire. */
import { randomBytes } from 'node:crypto';
import type { Directory, Person } from '../directory/people.ts';
import { plainJson, type Answer } from '../http/answer.ts';
import type { ResolvedOptions } from '../options.ts';
import type { SignInPage } from './sign-in-endpoint.ts';
import { problemAnswer, SignInFailure, fail } from './sign-in-error.ts';
import { requireClient, requireTenant, type Grant, type TokenService } from './token-endpoint.ts';

interface Pending {
  userCode: string;
  clientId: string;
  scopes: readonly string[];
  expiresAtMs: number;
  person: Person | null;
  isDeclined: boolean;
}

const lifetimeSeconds = 900;

export class DeviceCodes {
  readonly #directory: Directory;
  readonly #isBlocked: boolean;
  readonly #intervalSeconds: number;
  readonly #pending = new Map<string, Pending>();
  /** Life of codes handed out from now on. */
  lifetimeSeconds = lifetimeSeconds;

  constructor(directory: Directory, options: ResolvedOptions) {
    this.#directory = directory;
    this.#isBlocked = options.registration.isDeviceCodeBlocked;
    this.#intervalSeconds = options.registration.deviceCodeIntervalSeconds;
  }

  /** Signs the person in for a user code (the newest one when none is named); false when nothing waits. */
  approve(userCode: string | undefined, userName: string | undefined): boolean {
    const waiting = [...this.#pending.values()].filter(
      (entry) => userCode === undefined || entry.userCode === userCode,
    );
    const entry = waiting.at(-1);
    const person = userName === undefined ? this.#directory.person(0) : this.#directory.find(userName);
    if (!entry || !person) return false;
    entry.person = person;
    return true;
  }

  /** The person presses Cancel; false when nothing waits. */
  decline(): boolean {
    const entry = [...this.#pending.values()].at(-1);
    if (entry) entry.isDeclined = true;
    return entry !== undefined;
  }

  pages(service: TokenService): ReadonlyMap<string, SignInPage> {
    return new Map([
      [
        'oauth2/v2.0/devicecode',
        (tenant: string, form: URLSearchParams) => this.#start(service, tenant, form),
      ],
    ]);
  }

  /** MSAL polls with the bare spelling, the RFC has the long one. */
  grants(): ReadonlyMap<string, Grant> {
    const grant: Grant = (form, nowMs) => this.#redeem(form, nowMs);
    return new Map([
      ['device_code', grant],
      ['urn:ietf:params:oauth:grant-type:device_code', grant],
    ]);
  }

  #start(service: TokenService, tenant: string, form: URLSearchParams): Answer {
    const nowMs = Date.now();
    try {
      requireTenant(service.applications, tenant);
      requireClient(service, form.get('client_id'));
      const clientId = form.get('client_id') ?? '';
      const deviceCode = randomBytes(48).toString('base64url');
      const userCode = randomBytes(6).toString('hex').toUpperCase().slice(0, 9);
      const scopes = (form.get('scope') ?? '').split(' ').filter(Boolean);
      this.#pending.set(deviceCode, {
        userCode,
        clientId,
        scopes,
        expiresAtMs: nowMs + this.lifetimeSeconds * 1_000,
        person: null,
        isDeclined: false,
      });
      const url = `${service.origin()}/common/oauth2/deviceauth`;
      return plainJson({
        user_code: userCode,
        device_code: deviceCode,
        verification_uri: url,
        expires_in: this.lifetimeSeconds,
        interval: this.#intervalSeconds,
        message: `To sign in, use a web browser to open the page ${url} and enter the code ${userCode} to authenticate.`,
      });
    } catch (error) {
      if (error instanceof SignInFailure) return problemAnswer(error.problem, nowMs);
      throw error;
    }
  }

  #redeem(form: URLSearchParams, nowMs: number) {
    const code = form.get('device_code') ?? '';
    const entry = this.#pending.get(code);
    if (entry?.clientId !== form.get('client_id'))
      return fail('bad_verification_code', 70018, 'Invalid verification code.');
    if (entry.expiresAtMs <= nowMs) {
      this.#pending.delete(code);
      return fail(
        'expired_token',
        70020,
        'The provided value for the input parameter device_code is not valid: it has expired.',
      );
    }
    if (entry.isDeclined) {
      this.#pending.delete(code);
      return fail('authorization_declined', 70000, 'The user declined to sign in.');
    }
    if (entry.person && this.#isBlocked) {
      this.#pending.delete(code);
      return fail(
        'access_denied',
        53003,
        'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
      );
    }
    if (!entry.person)
      return fail(
        'authorization_pending',
        70016,
        'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
      );
    this.#pending.delete(code);
    return { person: entry.person, clientId: entry.clientId, scopes: entry.scopes };
  }
}
