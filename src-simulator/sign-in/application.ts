/**
 * A registered application: its ids, secrets, certificates and granted roles, and whether a credential shown to the
 * token endpoint is one of them. Changes at run time come through /control or through the registration area.
 */
import { createHash, createVerify, constants, X509Certificate } from 'node:crypto';
import { readTokenPart } from './jwt.ts';
import { fail } from './sign-in-error.ts';

export interface Secret {
  value: string;
  /** Infinity for one that never ends. */
  expiresAtMs: number;
  keyId: string;
  displayName: string | null;
}

/** Ids of an application and what it starts with. */
export interface ApplicationPlan {
  tenantId: string;
  /** The id of the application object, which is not the id that it signs in with. */
  objectId: string;
  clientId: string;
  displayName: string;
  /** Null until it has a service principal: before, it cannot sign in. */
  servicePrincipalId: string | null;
  /** The sign-in service does not know it before this time. */
  knownFromMs: number;
}

export class Application {
  readonly plan: ApplicationPlan;
  /** Role names to the time from which tokens carry them. */
  readonly #roles = new Map<string, number>();
  /** Application permissions of SharePoint itself. */
  sharePointRoles: readonly string[] = [];
  #secrets: Secret[] = [];
  readonly #certificates = new Map<string, X509Certificate>();

  constructor(plan: ApplicationPlan) {
    this.plan = plan;
  }

  get tenantId(): string {
    return this.plan.tenantId;
  }

  get clientId(): string {
    return this.plan.clientId;
  }

  get servicePrincipalId(): string {
    return this.plan.servicePrincipalId ?? '';
  }

  /** Roles that a token issued now carries. */
  rolesAt(nowMs: number): string[] {
    return [...this.#roles].filter(([, fromMs]) => fromMs <= nowMs).map(([name]) => name);
  }

  hasRole(name: string): boolean {
    return this.#roles.has(name);
  }

  /** Grants a role; tokens carry it from a time on. */
  grant(name: string, fromMs: number): void {
    this.#roles.set(name, fromMs);
  }

  setRoles(names: readonly string[]): void {
    this.#roles.clear();
    for (const name of names) this.#roles.set(name, 0);
  }

  get secrets(): readonly Secret[] {
    return this.#secrets;
  }

  get certificates(): readonly X509Certificate[] {
    return [...this.#certificates.values()];
  }

  /** The newest secret. */
  get secret(): string {
    return this.#secrets.at(-1)?.value ?? '';
  }

  /** Adds a secret; the older ones go on working unless they are expired. */
  addSecret(secret: Secret): void {
    this.#secrets.push(secret);
  }

  /** Lets one secret, or all of them, expire now. */
  expireSecrets(nowMs: number, value?: string): void {
    this.#secrets = this.#secrets.map((s) =>
      value === undefined || s.value === value ? { ...s, expiresAtMs: nowMs } : s,
    );
  }

  /** Registers a certificate, PEM or DER; returns its SHA-256 thumbprint in base64url. */
  registerCertificate(encoded: string | Buffer): string {
    const certificate = new X509Certificate(encoded);
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
