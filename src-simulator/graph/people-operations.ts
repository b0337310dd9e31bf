/** Operations on the directory: the organization itself and users. */
import { jsonText, type Answer } from '../http/answer.ts';
import type { Person } from '../directory/people.ts';
import { badRequest, graphError, type GraphCall, type Organization } from './graph-call.ts';
import { refuseOptions, selectedNames, wholeNumber } from './query-options.ts';

/** What Graph gives of a user without $select. */
export const defaultUserNames = [
  'id',
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
];

/** Properties of a user this organization fills; names outside it are a 400. */
const userProperties: Readonly<Record<string, (person: Person) => unknown>> = {
  id: (p) => p.id,
  accountEnabled: (p) => p.isEnabled,
  assignedLicenses: (p) =>
    p.mailbox === 'cloud' && p.purpose === 'user'
      ? [{ disabledPlans: [], skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965' }]
      : [],
  businessPhones: () => [],
  city: (p) => p.officeLocation,
  companyName: () => 'Nordlicht Maschinenbau GmbH',
  country: () => null,
  createdDateTime: (p) =>
    new Date(Date.UTC(2019, p.number % 12, 1 + (p.number % 28))).toISOString().replace('.000', ''),
  deletedDateTime: () => null,
  department: (p) => p.department,
  displayName: (p) => p.displayName,
  employeeId: (p) => String(10_000 + p.number),
  givenName: (p) => p.givenName,
  jobTitle: (p) => p.jobTitle,
  mail: (p) => (p.mailbox === 'none' ? null : p.userPrincipalName),
  mailNickname: (p) => p.userPrincipalName.slice(0, p.userPrincipalName.indexOf('@')),
  mobilePhone: () => null,
  officeLocation: (p) => p.officeLocation,
  preferredLanguage: (p) => p.language,
  proxyAddresses: (p) => [`SMTP:${p.userPrincipalName}`],
  surname: (p) => p.surname,
  usageLocation: () => 'DE',
  userPrincipalName: (p) => p.userPrincipalName,
  userType: () => 'Member',
};

/** The named properties of a person; one that no user has is undefined. */
export function userJson(person: Person, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, userProperties[name]?.(person)]));
}

const unknownName = (names: readonly string[]) => names.find((name) => !Object.hasOwn(userProperties, name));
const noProperty = (call: GraphCall, name: string) =>
  badRequest(
    call,
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.user'.`,
  );

export function listUsers(organization: Organization, call: GraphCall): Answer {
  const refusal = refuseOptions(call, ['select', 'top', 'skiptoken', 'count']);
  const top = wholeNumber(call, 'top', { fallback: 100, minimum: 1, maximum: 999 });
  const from = wholeNumber(call, 'skiptoken', { fallback: 0, minimum: 0, maximum: 999_999_999 });
  if (refusal) return refusal;
  if (top === null || from === null)
    return badRequest(call, "Invalid page size or token specified: '$top' must be between 1 and 999.");
  const select = selectedNames(call);
  const names = select ?? defaultUserNames;
  const wrong = unknownName(names);
  if (wrong !== undefined) return noProperty(call, wrong);
  const { directory } = organization;
  const end = Math.min(directory.size, from + top);
  const value = Array.from({ length: Math.max(0, end - from) }, (_, i) =>
    userJson(directory.person(from + i), names),
  );
  const query = `$top=${top}${select ? `&$select=${select.join(',')}` : ''}`;
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}`,
      ...(call.query.get('count') === 'true' ? { '@odata.count': directory.size } : {}),
      ...(end < directory.size
        ? { '@odata.nextLink': `${organization.origin()}/v1.0/users?${query}&$skiptoken=${end}` }
        : {}),
      value,
    }),
  );
}

export function countUsers(organization: Organization, call: GraphCall): Answer {
  return (
    refuseOptions(call, []) ?? {
      status: 200,
      contentType: 'text/plain',
      body: String(organization.directory.size),
    }
  );
}

export function getUser(organization: Organization, call: GraphCall, person: Person): Answer {
  const refusal = refuseOptions(call, ['select']);
  if (refusal) return refusal;
  const names = selectedNames(call) ?? defaultUserNames;
  const wrong = unknownName(names);
  if (wrong !== undefined) return noProperty(call, wrong);
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#users/$entity`,
      ...userJson(person, names),
    }),
  );
}

export function noSuchUser(call: GraphCall, id: string): Answer {
  return graphError(call, 404, {
    code: 'Request_ResourceNotFound',
    message: `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  });
}

function organizationJson(organization: Organization) {
  return {
    id: organization.applications.tenantId,
    displayName: 'Nordlicht Maschinenbau GmbH',
    city: 'Hamburg',
    country: null,
    countryLetterCode: 'DE',
    createdDateTime: '2019-02-04T08:12:44Z',
    businessPhones: [],
    preferredLanguage: 'de',
    tenantType: 'AAD',
    onPremisesSyncEnabled: null,
    technicalNotificationMails: [`it@${organization.directory.domain}`],
    verifiedDomains: [
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: true,
        isInitial: true,
        name: organization.directory.domain,
        type: 'Managed',
      },
    ],
  };
}

export function getOrganization(organization: Organization, call: GraphCall): Answer {
  const refusal = refuseOptions(call, ['select', 'top']);
  if (refusal) return refusal;
  const all: Record<string, unknown> = organizationJson(organization);
  const select = selectedNames(call);
  const missing = select?.find((name) => !Object.hasOwn(all, name));
  if (missing !== undefined)
    return badRequest(
      call,
      `Could not find a property named '${missing}' on type 'microsoft.graph.organization'.`,
    );
  const value = select ? Object.fromEntries(select.map((name) => [name, all[name]])) : all;
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#organization`,
      value: [value],
    }),
  );
}
