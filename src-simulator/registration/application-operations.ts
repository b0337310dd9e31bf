/** POST, GET and DELETE of applications, and addPassword. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { jsonText, type Answer } from '../http/answer.ts';
import { badRequest, graphError, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { Application } from '../sign-in/application.ts';
import { appRoleName, graphAppId } from './app-roles.ts';
import { noContent, noSuchObject, objectList, oneObject } from './directory-answers.ts';
import { applicationJson, unregistered, type ApplicationDetails } from './registered-objects.ts';

/** The directory's own memory, by the id of the application object. */
export interface Registrations {
  organization: Organization;
  details: Map<string, ApplicationDetails>;
}

const keySchema = z.object({
  type: z.literal('AsymmetricX509Cert'),
  usage: z.literal('Verify'),
  key: z.string(),
  displayName: z.string().nullish(),
});
const newApplicationSchema = z.object({
  displayName: z.string().min(1).max(256),
  signInAudience: z.string().default('AzureADandPersonalMicrosoftAccount'),
  tags: z.array(z.string()).default([]),
  requiredResourceAccess: z
    .array(
      z.object({
        resourceAppId: z.guid(),
        resourceAccess: z.array(z.object({ id: z.guid(), type: z.enum(['Role', 'Scope']) })),
      }),
    )
    .default([]),
  keyCredentials: z.array(keySchema).default([]),
});
type NewApplication = z.infer<typeof newApplicationSchema>;

const newPasswordSchema = z.object({
  passwordCredential: z.object({
    displayName: z.string().nullish(),
    endDateTime: z.iso.datetime({ offset: true }).nullish(),
  }),
});

const twoYearsMs = 2 * 365 * 86_400_000;

const detailsOf = ({ details }: Registrations, application: Application) =>
  details.get(application.plan.objectId) ?? unregistered;

const jsonOf = (registrations: Registrations, application: Application) =>
  applicationJson(application, detailsOf(registrations, application));

function isUnknownRole({ requiredResourceAccess }: NewApplication): boolean {
  return requiredResourceAccess
    .filter(({ resourceAppId }) => resourceAppId === graphAppId)
    .some(({ resourceAccess }) =>
      resourceAccess.some(({ id, type }) => type === 'Role' && appRoleName(id) === undefined),
    );
}

export function createApplication(registrations: Registrations, call: GraphCall): Answer {
  const { organization, details } = registrations;
  const parsed = newApplicationSchema.safeParse(call.body);
  if (!parsed.success) return badRequest(call, z.prettifyError(parsed.error));
  if (isUnknownRole(parsed.data))
    return badRequest(call, 'ResourceAccess refers to a permission that does not exist on the resource.');
  const { displayName, signInAudience, tags, requiredResourceAccess, keyCredentials } = parsed.data;
  const nowMs = Date.now();
  const application = new Application({
    tenantId: organization.applications.tenantId,
    objectId: randomUUID(),
    clientId: randomUUID(),
    displayName,
    servicePrincipalId: null,
    knownFromMs: nowMs + organization.options.registration.replicationMs,
  });
  try {
    for (const { key } of keyCredentials) application.registerCertificate(Buffer.from(key, 'base64'));
  } catch {
    return graphError(call, 400, {
      code: 'KeyCredentialsInvalidEncoding',
      message: 'Key credentials are not valid: the certificate cannot be read.',
    });
  }
  organization.applications.add(application);
  details.set(application.plan.objectId, {
    createdAtMs: nowMs,
    signInAudience,
    tags,
    requiredResourceAccess,
    principalKnownFromMs: 0,
  });
  const fields = jsonOf(registrations, application);
  return oneObject(organization, call, { set: 'applications', fields, status: 201 });
}

export function listApplications(registrations: Registrations, call: GraphCall): Answer {
  const { organization } = registrations;
  const all = organization.applications.all().map((each) => jsonOf(registrations, each));
  return objectList(organization, call, { set: 'applications', all });
}

export function getApplication(
  registrations: Registrations,
  call: GraphCall,
  application: Application | undefined,
): Answer {
  const { organization } = registrations;
  if (!application) return noSuchObject(call, call.segments[1] ?? call.segments[0] ?? '');
  return oneObject(organization, call, {
    set: 'applications',
    fields: jsonOf(registrations, application),
  });
}

/** Deletes an application with its service principal, as the directory does in the application's own tenant. */
export function deleteApplication(
  { organization, details }: Registrations,
  call: GraphCall,
  application: Application | undefined,
): Answer {
  if (!application) return noSuchObject(call, call.segments[1] ?? '');
  organization.applications.remove(application);
  details.delete(application.plan.objectId);
  return noContent;
}

export function addPassword(
  { organization }: Registrations,
  call: GraphCall,
  application: Application | undefined,
): Answer {
  if (!application) return noSuchObject(call, call.segments[1] ?? '');
  const parsed = newPasswordSchema.safeParse(call.body);
  if (!parsed.success) return badRequest(call, z.prettifyError(parsed.error));
  if (organization.options.registration.areSecretsForbidden) {
    return graphError(call, 403, {
      code: 'CredentialTypeNotAllowedAsPerAppPolicy',
      message: "Credential type not allowed as per assigned policy 'Default app management tenant policy'.",
    });
  }
  const { displayName = null, endDateTime } = parsed.data.passwordCredential;
  const nowMs = Date.now();
  const secret = {
    value: `n8W8Q~${randomBytes(26).toString('base64url').slice(0, 34)}`,
    expiresAtMs: typeof endDateTime === 'string' ? Date.parse(endDateTime) : nowMs + twoYearsMs,
    keyId: randomUUID(),
    displayName,
  };
  application.addSecret(secret);
  const body = {
    '@odata.context': `${organization.origin()}/v1.0/$metadata#microsoft.graph.passwordCredential`,
    customKeyIdentifier: null,
    displayName,
    endDateTime: new Date(secret.expiresAtMs).toISOString(),
    hint: secret.value.slice(0, 3),
    keyId: secret.keyId,
    secretText: secret.value,
    startDateTime: new Date(nowMs).toISOString(),
  };
  return jsonText(JSON.stringify(body));
}
