/**
 * The area `registration`: what an administrator's wizard does in the directory. Applications made here can sign in at
 * once, but for the delays that options ask for; they live as long as the simulator.
 */
import type { Area } from '../graph/area.ts';
import { refuseMethod, type GraphCall, type Organization, type Route } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import {
  addPassword,
  createApplication,
  deleteApplication,
  getApplication,
  listApplications,
  type Registrations,
} from './application-operations.ts';
import {
  assignRole,
  createPrincipal,
  deletePrincipal,
  getPrincipal,
  listPrincipals,
} from './principal-operations.ts';
import { applicationJson, unregistered } from './registered-objects.ts';

/** An operation before it is known who may call it. */
type Found = readonly [operation: string, access: 'read' | 'write' | 'assign', run: () => Answer];

const rights = {
  read: { role: 'Application.Read.All', scope: 'Application.ReadWrite.All' },
  write: { role: 'Application.ReadWrite.All', scope: 'Application.ReadWrite.All' },
  assign: { role: 'AppRoleAssignment.ReadWrite.All', scope: 'AppRoleAssignment.ReadWrite.All' },
};

function applicationsRoute(registrations: Registrations, call: GraphCall): Found | null {
  const { applications } = registrations.organization;
  const [first = '', id, action] = call.segments;
  const clientId = /^applications\(appId='([^']*)'\)$/i.exec(first)?.[1];
  if (clientId !== undefined) {
    const application = applications.find(clientId);
    return [
      'GetApplicationsByAppId',
      'read',
      () => (call.method === 'GET' ? getApplication(registrations, call, application) : refuseMethod(call)),
    ];
  }
  if (first !== 'applications' || call.segments.length > 3) return null;
  if (id === undefined) {
    return call.method === 'POST'
      ? ['CreateApplications', 'write', () => createApplication(registrations, call)]
      : ['ListApplications', 'read', () => listApplications(registrations, call)];
  }
  const application = applications.findObject(id);
  if (action === 'addPassword' && call.method === 'POST')
    return ['applications.addPassword', 'write', () => addPassword(registrations, call, application)];
  if (action !== undefined) return null;
  if (call.method === 'DELETE')
    return ['DeleteApplications', 'write', () => deleteApplication(registrations, call, application)];
  return [
    'GetApplications',
    'read',
    () => (call.method === 'GET' ? getApplication(registrations, call, application) : refuseMethod(call)),
  ];
}

function principalsRoute(registrations: Registrations, call: GraphCall): Found | null {
  const [first = '', id, action] = call.segments;
  const clientId = /^servicePrincipals\(appId='([^']*)'\)$/i.exec(first)?.[1];
  const get = (wanted: { id: string; isAppId: boolean }) => () =>
    call.method === 'GET' ? getPrincipal(registrations, call, wanted) : refuseMethod(call);
  if (clientId !== undefined)
    return ['GetServicePrincipalsByAppId', 'read', get({ id: clientId, isAppId: true })];
  if (first !== 'servicePrincipals' || call.segments.length > 3) return null;
  if (id === undefined) {
    return call.method === 'POST'
      ? ['CreateServicePrincipals', 'write', () => createPrincipal(registrations, call)]
      : ['ListServicePrincipals', 'read', () => listPrincipals(registrations, call)];
  }
  if (action === 'appRoleAssignedTo' && call.method === 'POST') {
    const run = () => assignRole(registrations, call, id);
    return ['servicePrincipals.CreateAppRoleAssignedTo', 'assign', run];
  }
  if (action !== undefined) return null;
  if (call.method === 'DELETE')
    return ['DeleteServicePrincipals', 'write', () => deletePrincipal(registrations, call, id)];
  return ['GetServicePrincipals', 'read', get({ id, isAppId: false })];
}

function routeFor(registrations: Registrations, call: GraphCall): Route | null {
  const found = applicationsRoute(registrations, call) ?? principalsRoute(registrations, call);
  if (!found) return null;
  const [operation, access, run] = found;
  return { operation, ...rights[access], person: null, isMail: false, run };
}

/** Its truth is the list of all applications, whatever the account. */
export function createRegistrationArea(organization: Organization): Area {
  const registrations: Registrations = { organization, details: new Map() };
  return {
    name: 'registration',
    route: (call) => routeFor(registrations, call),
    changes: {},
    *truth() {
      for (const application of organization.applications.all()) {
        const details = registrations.details.get(application.plan.objectId) ?? unregistered;
        yield {
          kind: 'application',
          ...applicationJson(application, details),
          servicePrincipalId: application.plan.servicePrincipalId,
          roles: application.rolesAt(Date.now()),
        };
      }
    },
    expireDelta: () => undefined,
  };
}
