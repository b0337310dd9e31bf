/**
 * JSON Web Tokens of the simulated sign-in service: ES256 signing, and checking with a cache by token text, because
 * a client sends one token thousands of times.
 */
import { generateKeyPairSync, sign, verify, type JsonWebKey } from 'node:crypto';

export interface TokenClaims {
  aud: string;
  iss: string;
  iat: number;
  nbf: number;
  /** Seconds since 1970; may have a fraction, so that tests can use short lives. */
  exp: number;
  [claim: string]: unknown;
}

const cachedTokens = 10_000;
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Reads the JSON of one part of a token; null when it is not a JSON object. */
export function readTokenPart(part: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export class TokenSigner {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #known = new Map<string, TokenClaims>();

  /** The public key as a JWK set member. */
  publicKey(): JsonWebKey {
    return { ...this.#keys.publicKey.export({ format: 'jwk' }), kid: 'simulator-1', use: 'sig' };
  }

  issue(claims: TokenClaims): string {
    const head = `${encode({ typ: 'JWT', alg: 'ES256', kid: 'simulator-1' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(head), {
      key: this.#keys.privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    return `${head}.${signature.toString('base64url')}`;
  }

  /** The claims of a token signed here, whether or not it has expired; null for anything else. */
  claimsOf(token: string): TokenClaims | null {
    const known = this.#known.get(token);
    if (known) return known;
    const [head, body, signature] = token.split('.');
    if (!head || !body || !signature) return null;
    const key = { key: this.#keys.publicKey, dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
      return null;
    const claims = readTokenPart(body) as TokenClaims | null;
    if (this.#known.size >= cachedTokens) this.#known.clear();
    if (claims) this.#known.set(token, claims);
    return claims;
  }
}
