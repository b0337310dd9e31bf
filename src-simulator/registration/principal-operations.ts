/** Service principals, and the roles that are assigned to them: an administrator's consent. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Answer } from '../http/answer.ts';
import { badRequest, graphError, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { objectIdOf } from '../directory/object-id.ts';
import type { Application } from '../sign-in/application.ts';
import { appRoleIds, appRoleName, graphAppId } from './app-roles.ts';
import type { Registrations } from './application-operations.ts';
import { noContent, noSuchObject, objectList, oneObject } from './directory-answers.ts';
import { principalJson, unregistered } from './registered-objects.ts';

const newPrincipalSchema = z.object({ appId: z.guid() });
const assignmentSchema = z.object({ principalId: z.guid(), resourceId: z.guid(), appRoleId: z.guid() });

/** Id of the service principal of Microsoft Graph itself. */
const graphPrincipalId = ({ options }: Organization): string => objectIdOf(options.seed, 94, 1);

const graphPrincipalJson = (organization: Organization): Record<string, unknown> => ({
  id: graphPrincipalId(organization),
  accountEnabled: true,
  appDisplayName: 'Microsoft Graph',
  appId: graphAppId,
  appOwnerOrganizationId: 'f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  appRoleAssignmentRequired: false,
  appRoles: Object.entries(appRoleIds).map(([value, id]) => ({
    allowedMemberTypes: ['Application'],
    description: `Allows the app to use ${value} without a signed-in user.`,
    displayName: value,
    id,
    isEnabled: true,
    origin: 'Application',
    value,
  })),
  displayName: 'Microsoft Graph',
  servicePrincipalType: 'Application',
  signInAudience: 'AzureADMultipleOrgs',
  tags: [],
});

const jsonOf = ({ details }: Registrations, application: Application) =>
  principalJson(application, details.get(application.plan.objectId) ?? unregistered);

export function createPrincipal(registrations: Registrations, call: GraphCall): Answer {
  const { organization, details } = registrations;
  const parsed = newPrincipalSchema.safeParse(call.body);
  if (!parsed.success) return badRequest(call, z.prettifyError(parsed.error));
  const { appId } = parsed.data;
  const application = organization.applications.find(appId);
  const nowMs = Date.now();
  if (!application || application.plan.knownFromMs > nowMs) {
    return graphError(call, 400, {
      code: 'NoBackingApplicationObject',
      message: `The appId '${appId}' of the service principal does not reference a valid application object: it does not exist.`,
    });
  }
  if (application.plan.servicePrincipalId !== null) {
    return graphError(call, 409, {
      code: 'Request_MultipleObjectsWithSameKeyValue',
      message: `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    });
  }
  application.plan.servicePrincipalId = randomUUID();
  const known = details.get(application.plan.objectId);
  if (known) known.principalKnownFromMs = nowMs + organization.options.registration.replicationMs / 2;
  const fields = jsonOf(registrations, application);
  return oneObject(organization, call, { set: 'servicePrincipals', fields, status: 201 });
}

export function listPrincipals(registrations: Registrations, call: GraphCall): Answer {
  const { organization } = registrations;
  const own = organization.applications
    .all()
    .filter(({ plan }) => plan.servicePrincipalId !== null)
    .map((each) => jsonOf(registrations, each));
  const all = [graphPrincipalJson(organization), ...own];
  return objectList(organization, call, { set: 'servicePrincipals', all });
}

/** By the id of the principal or, with `isAppId`, of its application. */
export function getPrincipal(
  registrations: Registrations,
  call: GraphCall,
  { id, isAppId }: { id: string; isAppId: boolean },
): Answer {
  const { organization } = registrations;
  const set = 'servicePrincipals';
  if (id.toLowerCase() === (isAppId ? graphAppId : graphPrincipalId(organization)))
    return oneObject(organization, call, { set, fields: graphPrincipalJson(organization) });
  const { applications } = organization;
  const application = isAppId ? applications.find(id) : applications.findPrincipal(id);
  if (!application || application.plan.servicePrincipalId === null) return noSuchObject(call, id);
  return oneObject(organization, call, { set, fields: jsonOf(registrations, application) });
}

export function deletePrincipal({ organization }: Registrations, call: GraphCall, id: string): Answer {
  const application = organization.applications.findPrincipal(id);
  if (!application) return noSuchObject(call, id);
  application.plan.servicePrincipalId = null;
  application.setRoles([]);
  return noContent;
}

export function assignRole(registrations: Registrations, call: GraphCall, resource: string): Answer {
  const { organization, details } = registrations;
  const parsed = assignmentSchema.safeParse(call.body);
  if (!parsed.success) return badRequest(call, z.prettifyError(parsed.error));
  const { principalId, resourceId, appRoleId } = parsed.data;
  if (resource !== graphPrincipalId(organization) || resourceId !== resource)
    return noSuchObject(call, resource);
  const role = appRoleName(appRoleId);
  if (role === undefined) return badRequest(call, 'Permission being assigned was not found on application.');
  const application = organization.applications.findPrincipal(principalId);
  const nowMs = Date.now();
  const known = application && details.get(application.plan.objectId);
  if (!application || (known && known.principalKnownFromMs > nowMs)) return noSuchObject(call, principalId);
  if (application.hasRole(role)) {
    return graphError(call, 400, {
      code: 'Request_BadRequest',
      message: 'Permission being assigned already exists on the object',
    });
  }
  application.grant(role, nowMs + organization.options.registration.rolesDelayMs);
  const fields = {
    id: `${principalId.slice(0, 8)}${appRoleId.slice(0, 8)}`,
    appRoleId,
    createdDateTime: new Date(nowMs).toISOString(),
    deletedDateTime: null,
    principalDisplayName: application.plan.displayName,
    principalId,
    principalType: 'ServicePrincipal',
    resourceDisplayName: 'Microsoft Graph',
    resourceId,
  };
  const set = `servicePrincipals('${resource}')/appRoleAssignedTo`;
  return oneObject(organization, call, { set, fields, status: 201 });
}
