/** The two documents MSAL reads before it asks for a token, and the keys the tokens are signed with. */
import type { Answer } from '../http/answer.ts';
import { plainJson } from '../http/answer.ts';
import type { TokenService } from './token-endpoint.ts';
import { requireTenant } from './token-endpoint.ts';
import { problemAnswer, SignInFailure } from './sign-in-error.ts';

/** GET /common/discovery/instance */
export function instanceDiscovery(service: TokenService): Answer {
  const host = new URL(service.origin()).host;
  return plainJson({
    tenant_discovery_endpoint: `${service.origin()}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  });
}

/** GET /{tenant}/v2.0/.well-known/openid-configuration */
export function openIdConfiguration(service: TokenService, tenant: string): Answer {
  try {
    requireTenant(service.applications, tenant);
  } catch (error) {
    if (error instanceof SignInFailure) return problemAnswer(error.problem, Date.now());
    throw error;
  }
  const base = `${service.origin()}/${tenant}`;
  return plainJson({
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    issuer: `${service.origin()}/${service.applications.tenantId}/v2.0`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code', 'id_token'],
    response_modes_supported: ['query', 'fragment'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    tenant_region_scope: 'EU',
    cloud_instance_name: new URL(service.origin()).host,
  });
}
