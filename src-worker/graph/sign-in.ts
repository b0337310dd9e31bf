/**
 * Signs the application in with Microsoft's own library and keeps one access token in memory: renewed in the background
 * before it ends, and at once when Graph refuses it, never twice at the same time. Tokens and secrets leave this file
 * only as the Authorization header; no error of MSAL is passed on, because it may quote what was sent.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  ConfidentialClientApplication,
  type AuthenticationResult,
  type NodeAuthOptions,
} from '@azure/msal-node';
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { Credential, GraphConnection } from '../../src-shared/model/connection.ts';
import { judge, toAppError } from './error-map.ts';
import { wordsFor } from './error-words.ts';
import { retryAfterMsOf, type Failure } from './failure.ts';
import type { HttpNetwork } from './http.ts';
import { addressesOf } from './regions.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { signInError } from './sign-in-errors.ts';
import { SignInNetwork } from './sign-in-network.ts';

/** What signing in needs. */
export interface SignInServices {
  readonly network: HttpNetwork;
  readonly clock: Clock;
  readonly policy: RetryPolicy;
}

/** A token, when to fetch the next one and until when it may be used. */
interface HeldToken {
  readonly authorization: string;
  readonly refreshAtMs: number;
  readonly endsAtMs: number;
}

const longestRefreshLeadMs = 300_000;
const refreshLeadShare = 0.1;
/** A token is not sent in its last second: it could end on the way. */
const lastUseLeadMs = 1_000;
const refusalHoldsMs = 30_000;

/** The sign-in of one connection to one service. */
export class SignIn {
  readonly #connection: GraphConnection;
  readonly #services: SignInServices;
  readonly #scope: string;
  #held: HeldToken | undefined;
  #flight: Promise<string> | undefined;
  #refusal: { readonly error: AppError; readonly untilMs: number } | undefined;

  /** `resource` is the service that the token is for: Graph, unless given. */
  constructor(connection: GraphConnection, services: SignInServices, resource?: string) {
    this.#connection = connection;
    this.#services = services;
    this.#scope = `${resource ?? addressesOf(connection.region).graphRoot}/.default`;
  }

  /** The Authorization header; without waiting as long as the held token is good. Rejects with `sign-in-*` codes. */
  authorization(): string | Promise<string> {
    const held = this.#held;
    const nowMs = this.#services.clock.nowMs();
    if (held === undefined || nowMs >= held.endsAtMs - lastUseLeadMs) return this.#renewOnce();
    // A failure here is not lost: when the token ends, the next call waits for a flight of its own and reports it.
    if (nowMs >= held.refreshAtMs) this.#renewOnce().catch(() => undefined);
    return held.authorization;
  }

  /** A header other than `refused`, which Graph answered with 401. Those who come late share what the first one got. */
  renew(refused: string): string | Promise<string> {
    const held = this.#held;
    if (held !== undefined && held.authorization !== refused) return held.authorization;
    return this.#renewOnce();
  }

  #renewOnce(): Promise<string> {
    const refusal = this.#refusal;
    if (refusal !== undefined && this.#services.clock.nowMs() < refusal.untilMs) {
      return Promise.reject(refusal.error);
    }
    this.#flight ??= this.#acquire()
      .catch((error: unknown) => this.#remember(error))
      .finally(() => {
        this.#flight = undefined;
      });
    return this.#flight;
  }

  /** A refusal holds for a while: thousands of waiting calls must not each try a wrong secret. */
  #remember(error: unknown): never {
    if (isAppError(error) && !error.retryable) {
      this.#refusal = { error, untilMs: this.#services.clock.nowMs() + refusalHoldsMs };
    }
    throw error;
  }

  async #acquire(): Promise<string> {
    const { clock, policy } = this.#services;
    const auth = authOptions(this.#connection, clock.nowMs());
    for (let attempt = 1; ; attempt++) {
      const result = await this.#askOnce(auth);
      if ('accessToken' in result) return this.#hold(result);
      const verdict = judge(result, 'directory');
      const { delayMs } = policy.decide({ verdict, attempt, retryAfterMs: retryAfterMsOf(result) });
      if (delayMs === undefined) throw toAppError(result, 'directory', attempt);
      await clock.sleep(delayMs);
    }
  }

  /** MSAL keeps tokens, endpoints and its own throttling in a client; a client per question leaves all that to us. */
  async #askOnce(auth: NodeAuthOptions): Promise<AuthenticationResult | Failure> {
    const network = new SignInNetwork(this.#services.network, this.#services.clock.nowMs());
    const client = new ConfidentialClientApplication({ auth, system: { networkClient: network } });
    try {
      const result = await client.acquireTokenByClientCredential({
        scopes: [this.#scope],
        skipCache: true,
      });
      if (result !== null) return result;
    } catch {
      if (network.failure !== undefined) return network.failure;
    }
    throw signInError(network.aadsts, this.#connection.credential);
  }

  #hold(result: AuthenticationResult): string {
    const nowMs = this.#services.clock.nowMs();
    const endsAtMs = result.expiresOn?.getTime() ?? nowMs + 600_000;
    const leadMs = Math.min(longestRefreshLeadMs, (endsAtMs - nowMs) * refreshLeadShare);
    const authorization = `Bearer ${result.accessToken}`;
    this.#held = { authorization, endsAtMs, refreshAtMs: endsAtMs - leadMs };
    return authorization;
  }
}

/** The roles claim of an Authorization header: the application permissions that were granted and consented to. */
export function grantedRoles(authorization: string): readonly string[] {
  const [, payload = ''] = authorization.replace(/^Bearer /, '').split('.');
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { roles?: unknown };
    return Array.isArray(claims.roles) ? claims.roles.filter((role) => typeof role === 'string') : [];
  } catch {
    return [];
  }
}

function authOptions(connection: GraphConnection, nowMs: number): NodeAuthOptions {
  const { region, tenantId, clientId, credential } = connection;
  const { loginAuthority } = addressesOf(region);
  return {
    clientId,
    authority: `${loginAuthority}/${tenantId}`,
    ...(region.kind === 'Custom' && { knownAuthorities: [new URL(loginAuthority).host] }),
    ...(credential.kind === 'secret'
      ? { clientSecret: credential.secret }
      : { clientCertificate: certificateOptions(credential, nowMs) }),
  };
}

/** Checks on this side what the service would refuse later with less to say. PS256 needs an RSA key. */
function certificateOptions(
  credential: Extract<Credential, { kind: 'certificate' }>,
  nowMs: number,
): NonNullable<NodeAuthOptions['clientCertificate']> {
  const reason = certificateProblem(credential, nowMs);
  if (reason !== undefined) {
    const code = 'sign-in-certificate-rejected';
    throw new AppError(code, wordsFor(code), { details: { reason } });
  }
  const { fingerprint256 } = new X509Certificate(credential.certificatePem);
  return { thumbprintSha256: fingerprint256.replaceAll(':', ''), privateKey: credential.privateKeyPem };
}

function certificateProblem(
  credential: Extract<Credential, { kind: 'certificate' }>,
  nowMs: number,
): string | undefined {
  try {
    const certificate = new X509Certificate(credential.certificatePem);
    const privateKey = createPrivateKey(credential.privateKeyPem);
    if (privateKey.asymmetricKeyType !== 'rsa') return 'key-not-rsa';
    if (!certificate.checkPrivateKey(privateKey)) return 'key-of-another-certificate';
    return certificate.validToDate.getTime() < nowMs ? 'expired' : undefined;
  } catch {
    return 'unreadable';
  }
}
