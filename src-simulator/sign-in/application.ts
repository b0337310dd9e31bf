/**
 * The registered application: its ids, secrets, certificates and granted roles, and whether a credential shown to the
 * token endpoint is one of them. Changes at run time come through /control.
 */
import { createHash, createVerify, constants, X509Certificate } from 'node:crypto';
import { objectIdOf } from '../directory/object-id.ts';
import { mix } from '../chance.ts';
import type { ResolvedOptions } from '../options.ts';
import { readTokenPart } from './jwt.ts';
import { fail } from './sign-in-error.ts';

interface Secret {
  value: string;
  expiresAtMs: number;
}

export class Application {
  readonly tenantId: string;
  readonly clientId: string;
  readonly servicePrincipalId: string;
  /** Application permissions of Graph. */
  roles: readonly string[];
  /** Application permissions of SharePoint itself. */
  sharePointRoles: readonly string[];
  #secrets: Secret[];
  readonly #certificates = new Map<string, X509Certificate>();

  constructor(options: ResolvedOptions) {
    this.tenantId = objectIdOf(options.seed, 90, 1);
    this.clientId = objectIdOf(options.seed, 91, 1);
    this.servicePrincipalId = objectIdOf(options.seed, 92, 1);
    this.roles = options.roles;
    this.sharePointRoles = options.sharePointRoles;
    this.#secrets = [{ value: secretValue(options.seed), expiresAtMs: Infinity }];
    for (const pem of options.certificates) this.registerCertificate(pem);
  }

  /** The newest secret. */
  get secret(): string {
    return this.#secrets.at(-1)?.value ?? '';
  }

  /** Adds a secret; the older ones go on working unless they are expired. */
  addSecret(value: string): void {
    this.#secrets.push({ value, expiresAtMs: Infinity });
  }

  /** Lets one secret, or all of them, expire now. */
  expireSecrets(nowMs: number, value?: string): void {
    this.#secrets = this.#secrets.map((s) =>
      value === undefined || s.value === value ? { ...s, expiresAtMs: nowMs } : s,
    );
  }

  /** Registers a PEM certificate; returns its SHA-256 thumbprint in base64url. */
  registerCertificate(pem: string): string {
    const certificate = new X509Certificate(pem);
    const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
    this.#certificates.set(thumbprint, certificate);
    return thumbprint;
  }

  /** Refuses the caller unless the form shows a good secret or assertion. */
  requireCredential(form: URLSearchParams, nowMs: number): void {
    const secret = form.get('client_secret');
    const assertion = form.get('client_assertion');
    if (secret !== null) this.#requireSecret(secret, nowMs);
    else if (assertion !== null) this.#requireAssertion(assertion, nowMs);
    else
      fail(
        'invalid_client',
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      );
  }

  #requireSecret(value: string, nowMs: number): void {
    const secret = this.#secrets.find((candidate) => candidate.value === value);
    if (!secret) {
      fail(
        'invalid_client',
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${this.clientId}'.`,
      );
    }
    if (secret.expiresAtMs <= nowMs) {
      fail(
        'invalid_client',
        7000222,
        `The provided client secret keys for app '${this.clientId}' are expired.`,
      );
    }
  }

  #requireAssertion(assertion: string, nowMs: number): void {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const header = readTokenPart(head) ?? {};
    const claims = readTokenPart(body) ?? {};
    const thumbprint = String(header['x5t#S256']).replace(/=+$/, '');
    const certificate = this.#certificates.get(thumbprint);
    if (!certificate) return refuseAssertion('The key was not found.');
    const padding = header['alg'] === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
    const isGenuine = createVerify('sha256')
      .update(`${head}.${body}`)
      .verify({ key: certificate.publicKey, padding }, Buffer.from(signature, 'base64url'));
    if (!isGenuine || claims['iss'] !== this.clientId)
      return refuseAssertion('The signature does not match.');
    if (typeof claims['exp'] !== 'number' || claims['exp'] * 1000 <= nowMs) {
      fail('invalid_client', 700024, 'Client assertion is not within its valid time range.');
    }
  }
}

const refuseAssertion = (reason: string) =>
  fail(
    'invalid_client',
    700027,
    `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}]`,
  );

/** A text that looks like Microsoft's secrets: 40 characters with ~ and dots. */
function secretValue(seed: number): string {
  const hash = [1, 2, 3, 4].map((n) => mix(seed, 93, n).toString(36).padStart(7, 'q'));
  return `sim8Q~${hash.join('').padEnd(34, '.').slice(0, 34)}`;
}
