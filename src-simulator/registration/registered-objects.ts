/** What the directory keeps of applications beside their credentials, and how applications and principals read. */
import type { Application } from '../sign-in/application.ts';

/** What was asked for when an application was registered. */
export interface ApplicationDetails {
  createdAtMs: number;
  signInAudience: string;
  tags: readonly string[];
  requiredResourceAccess: unknown;
  /** The directory does not know its service principal before this time. */
  principalKnownFromMs: number;
}

export const unregistered: ApplicationDetails = {
  createdAtMs: Date.UTC(2024, 0, 15),
  signInAudience: 'AzureADMyOrg',
  tags: [],
  requiredResourceAccess: [],
  principalKnownFromMs: 0,
};

const dateTime = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const farFutureMs = Date.UTC(2299, 11, 31);

function keyCredentials(application: Application): object[] {
  return application.certificates.map((certificate, at) => ({
    customKeyIdentifier: certificate.fingerprint.replaceAll(':', ''),
    displayName: certificate.subject,
    endDateTime: dateTime(Date.parse(certificate.validTo)),
    // Directory answers leave the key itself out.
    key: null,
    keyId: `00000000-0000-4000-8000-${String(at + 1).padStart(12, '0')}`,
    startDateTime: dateTime(Date.parse(certificate.validFrom)),
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
  }));
}

function passwordCredentials(application: Application): object[] {
  return application.secrets.map(({ value, keyId, displayName, expiresAtMs }) => ({
    customKeyIdentifier: null,
    displayName,
    endDateTime: dateTime(Math.min(expiresAtMs, farFutureMs)),
    hint: value.slice(0, 3),
    keyId,
    secretText: null,
    startDateTime: dateTime(Date.UTC(2024, 0, 15)),
  }));
}

export function applicationJson(
  application: Application,
  details: ApplicationDetails,
): Record<string, unknown> {
  return {
    id: application.plan.objectId,
    appId: application.clientId,
    createdDateTime: dateTime(details.createdAtMs),
    displayName: application.plan.displayName,
    signInAudience: details.signInAudience,
    tags: details.tags,
    requiredResourceAccess: details.requiredResourceAccess,
    keyCredentials: keyCredentials(application),
    passwordCredentials: passwordCredentials(application),
  };
}

export function principalJson(
  application: Application,
  details: ApplicationDetails,
): Record<string, unknown> {
  return {
    id: application.servicePrincipalId,
    accountEnabled: true,
    appDisplayName: application.plan.displayName,
    appId: application.clientId,
    appOwnerOrganizationId: application.tenantId,
    appRoleAssignmentRequired: false,
    appRoles: [],
    displayName: application.plan.displayName,
    servicePrincipalType: 'Application',
    signInAudience: details.signInAudience,
    tags: details.tags,
  };
}
