/**
 * Signs a person in, for the time of a registration: with Microsoft's own library, by device code or by the browser of
 * this machine with PKCE. The token is kept in memory by the caller and is never renewed. Texts of the sign-in service
 * are not passed on, because they may repeat what was sent.
 */
import { randomBytes } from 'node:crypto';
import { CryptoProvider, PublicClientApplication, type AuthenticationResult } from '@azure/msal-node';
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { Region } from '../../src-shared/model/connection.ts';
import type { SignInPrompt } from '../../src-shared/model/registration.ts';
import { toAppError } from './error-map.ts';
import { wordsFor } from './error-words.ts';
import type { HttpNetwork } from './http.ts';
import { Loopback, type BrowserAnswer } from './loopback.ts';
import { addressesOf } from './regions.ts';
import { signInError } from './sign-in-errors.ts';
import { SignInNetwork } from './sign-in-network.ts';

/** Azure CLI: a public client of every tenant, with just the rights that a registration needs (graph facts, section 11). */
export const defaultBootstrapClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

/** Who signs in, where and how. */
export interface AdministratorSignInRequest {
  readonly region: Region;
  readonly method: 'browser' | 'device-code';
  readonly bootstrapClientId: string;
}

export interface AdministratorSignInServices {
  readonly network: HttpNetwork;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told once what the person has to do. */
  readonly onPrompt: (prompt: SignInPrompt) => void;
}

/** An administrator who signed in. `authorization` is the header of their calls; never log it. */
export interface Administrator {
  readonly authorization: string;
  readonly tenantId: string;
  readonly userName: string;
}

/** One attempt: its network remembers what MSAL would replace with words of its own. */
interface Attempt {
  readonly client: PublicClientApplication;
  readonly network: SignInNetwork;
  readonly scopes: string[];
}

/** Rejects with `cancelled`, `sign-in-*`, `administrator-required` or a code of the network. */
export async function signInAdministrator(
  request: AdministratorSignInRequest,
  services: AdministratorSignInServices,
): Promise<Administrator> {
  throwIfStopped(services.signal);
  const attempt = attemptFor(request, services);
  const signIn = request.method === 'browser' ? signInWithBrowser : signInWithDeviceCode;
  const result = await orStopped(signIn(attempt, services), services.signal).catch((error: unknown) => {
    throw reasonOf(error, attempt.network);
  });
  if (result === null) throw signInError(undefined, null);
  return {
    authorization: `Bearer ${result.accessToken}`,
    tenantId: result.tenantId,
    userName: result.account?.username ?? '',
  };
}

function attemptFor(request: AdministratorSignInRequest, services: AdministratorSignInServices): Attempt {
  const { region, bootstrapClientId } = request;
  const { graphRoot, loginAuthority } = addressesOf(region);
  const network = new SignInNetwork(services.network, services.clock.nowMs());
  const client = new PublicClientApplication({
    auth: {
      clientId: bootstrapClientId,
      authority: `${loginAuthority}/organizations`,
      ...(region.kind === 'Custom' && { knownAuthorities: [new URL(loginAuthority).host] }),
    },
    system: { networkClient: network },
  });
  return { client, network, scopes: scopesOf(graphRoot, bootstrapClientId) };
}

/** Azure CLI may not name scopes (AADSTS65002) and has the right ones anyway; other clients consent to what is named. */
function scopesOf(graphRoot: string, clientId: string): string[] {
  if (clientId === defaultBootstrapClientId) return [`${graphRoot}/.default`];
  const names = ['Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'];
  return names.map((name) => `${graphRoot}/${name}`);
}

async function signInWithDeviceCode(
  { client, scopes }: Attempt,
  { clock, signal, onPrompt }: AdministratorSignInServices,
): Promise<AuthenticationResult | null> {
  const request = {
    scopes,
    cancel: false,
    deviceCodeCallback: (answer: { userCode: string; verificationUri: string; expiresIn: number }) =>
      onPrompt({
        kind: 'device-code',
        verificationUri: answer.verificationUri,
        userCode: answer.userCode,
        expiresAt: new Date(clock.nowMs() + answer.expiresIn * 1_000).toISOString(),
      }),
  };
  // MSAL looks at this flag before each question; it has no other way to be stopped.
  signal?.addEventListener('abort', () => (request.cancel = true), { once: true });
  return client.acquireTokenByDeviceCode(request);
}

async function signInWithBrowser(
  { client, scopes }: Attempt,
  { signal, onPrompt }: AdministratorSignInServices,
): Promise<AuthenticationResult | null> {
  const state = randomBytes(32).toString('base64url');
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const loopback = await Loopback.open(state);
  try {
    const { redirectUri } = loopback;
    const authorizeUrl = await client.getAuthCodeUrl({
      scopes,
      redirectUri,
      state,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      prompt: 'select_account',
    });
    onPrompt({ kind: 'browser', authorizeUrl });
    const code = codeIn(await loopback.answer(signal));
    return await client.acquireTokenByCode({ scopes, redirectUri, code, codeVerifier: verifier });
  } finally {
    loopback.close();
  }
}

function codeIn(answer: BrowserAnswer): string {
  if ('code' in answer) return answer.code;
  const code = answer.error === 'access_denied' ? 'sign-in-declined' : 'sign-in-failed';
  throw new AppError(code, wordsFor(code));
}

/** What MSAL's error really was. */
function reasonOf(error: unknown, network: SignInNetwork): AppError {
  if (isAppError(error)) return error;
  if (network.failure !== undefined) return toAppError(network.failure, 'directory', 1);
  // MSAL itself watches the life of a device code; the service had only said that it waits.
  const isExpired =
    error instanceof Error && 'errorCode' in error && error.errorCode === 'device_code_expired';
  if (isExpired) return new AppError('sign-in-code-expired', wordsFor('sign-in-code-expired'));
  return signInError(network.aadsts, null);
}

export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', wordsFor('cancelled'));
}

/** Ends waiting at once when the signal aborts; MSAL would notice only at its next question. */
function orStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new AppError('cancelled', wordsFor('cancelled')));
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', stop));
}
