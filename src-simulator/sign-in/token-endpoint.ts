/**
 * POST /{tenant}/oauth2/v2.0/token: checks tenant, application and grant, and issues tokens with MSAL's expected
 * shape. Grants that start elsewhere (device code, authorization code) bring their own check in `grants`.
 */
import type { ResolvedOptions } from '../options.ts';
import type { Answer } from '../http/answer.ts';
import { plainJson } from '../http/answer.ts';
import type { Person } from '../directory/people.ts';
import type { Application } from './application.ts';
import { isSharePointAudience } from './audience.ts';
import type { TokenSigner } from './jwt.ts';
import { fail, problemAnswer, SignInFailure } from './sign-in-error.ts';

/** A person who signed in, with what the client asked for. */
interface SignedIn {
  person: Person;
  clientId: string;
  scopes: readonly string[];
  nonce?: string;
}

/** Checks a grant; returns who signed in, or throws SignInFailure. */
export type Grant = (form: URLSearchParams, nowMs: number) => SignedIn;

export interface TokenService {
  readonly options: ResolvedOptions;
  readonly application: Application;
  readonly signer: TokenSigner;
  readonly origin: () => string;
  readonly grants: ReadonlyMap<string, Grant>;
}

/** Public client ids every tenant has; they sign people in without a secret. */
const publicClients = new Set([
  '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  '14d82eec-204b-4c2f-b7e8-296a70dab67e',
]);

export const requireTenant = (application: Application, tenant: string): void => {
  if (tenant === application.tenantId || ['common', 'organizations'].includes(tenant)) return;
  fail(
    'invalid_request',
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
};

export function requireClient(application: Application, clientId: string | null): string {
  if (clientId === application.clientId || (clientId !== null && publicClients.has(clientId)))
    return clientId;
  return fail(
    'unauthorized_client',
    700016,
    `Application with identifier '${clientId ?? ''}' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant.`,
  );
}

/** Answers one token request. */
export function answerTokenRequest(service: TokenService, tenant: string, form: URLSearchParams): Answer {
  const nowMs = Date.now();
  try {
    requireTenant(service.application, tenant);
    const clientId = requireClient(service.application, form.get('client_id'));
    const grantType = form.get('grant_type') ?? '';
    if (grantType === 'client_credentials') {
      service.application.requireCredential(form, nowMs);
      return plainJson(appToken(service, form, nowMs));
    }
    const grant = service.grants.get(grantType);
    if (!grant)
      return fail(
        'unsupported_grant_type',
        70003,
        `The app requested an unsupported grant type '${grantType}'.`,
      );
    if (clientId === service.application.clientId && form.has('client_secret')) {
      service.application.requireCredential(form, nowMs);
    }
    return plainJson(userTokens(service, grant(form, nowMs), nowMs));
  } catch (error) {
    if (error instanceof SignInFailure) return problemAnswer(error.problem, nowMs);
    throw error;
  }
}

function appToken(service: TokenService, form: URLSearchParams, nowMs: number): object {
  const scope = form.get('scope') ?? '';
  if (!scope.endsWith('/.default')) {
    return fail(
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.`,
    );
  }
  const { application, options } = service;
  const aud = scope.slice(0, -'/.default'.length);
  const token = service.signer.issue({
    ...times(options, nowMs),
    aud,
    iss: `https://sts.windows.net/${application.tenantId}/`,
    appid: application.clientId,
    // How the application proved itself: 1 by a secret, 2 by a certificate.
    appidacr: form.has('client_assertion') ? '2' : '1',
    idtyp: 'app',
    oid: application.servicePrincipalId,
    sub: application.servicePrincipalId,
    tid: application.tenantId,
    roles: isSharePointAudience(aud) ? application.sharePointRoles : application.roles,
    ver: '1.0',
  });
  return {
    token_type: 'Bearer',
    expires_in: Math.ceil(options.tokenLifetimeSeconds),
    ext_expires_in: Math.ceil(options.tokenLifetimeSeconds),
    access_token: token,
  };
}

function userTokens(service: TokenService, signedIn: SignedIn, nowMs: number): object {
  const { application, options, signer } = service;
  const { person } = signedIn;
  const identity = {
    ...times(options, nowMs),
    oid: person.id,
    sub: person.id,
    tid: application.tenantId,
    name: person.displayName,
    preferred_username: person.userPrincipalName,
  };
  const scopes = signedIn.scopes.filter((scope) => !['openid', 'profile', 'offline_access'].includes(scope));
  const accessToken = signer.issue({
    ...identity,
    aud: service.origin(),
    iss: `https://sts.windows.net/${application.tenantId}/`,
    appid: signedIn.clientId,
    idtyp: 'user',
    scp: 'User.Read.All Application.ReadWrite.All AppRoleAssignment.ReadWrite.All',
    ver: '1.0',
  });
  const idToken = signer.issue({
    ...identity,
    aud: signedIn.clientId,
    iss: `${service.origin()}/${application.tenantId}/v2.0`,
    ver: '2.0',
    ...(signedIn.nonce === undefined ? {} : { nonce: signedIn.nonce }),
  });
  return {
    token_type: 'Bearer',
    scope: scopes.join(' '),
    expires_in: Math.ceil(options.tokenLifetimeSeconds),
    ext_expires_in: Math.ceil(options.tokenLifetimeSeconds),
    access_token: accessToken,
    id_token: idToken,
    client_info: Buffer.from(JSON.stringify({ uid: person.id, utid: application.tenantId })).toString(
      'base64url',
    ),
  };
}

function times(options: ResolvedOptions, nowMs: number) {
  const now = nowMs / 1000;
  return { iat: Math.floor(now), nbf: Math.floor(now), exp: now + options.tokenLifetimeSeconds };
}
