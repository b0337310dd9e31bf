/** Operations on the directory: the organization itself and users. */
import { jsonText, type Answer } from '../http/answer.ts';
import type { Person } from '../directory/people.ts';
import { pageAnswer } from '../conversations/page-answer.ts';
import { badRequest, graphError, headerOf, type GraphCall, type Organization } from './graph-call.ts';
import { refuseOptions, selectedNames } from './query-options.ts';

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

/** Guests have the address that they were invited by. */
const addressOf = ({ userPrincipalName, isGuest }: Person): string =>
  isGuest ? userPrincipalName.replace(/_([^_]*)#ext#@.*$/, '@$1') : userPrincipalName;

/** Properties of a user this organization fills; names outside it are a 400. */
const userProperties: Readonly<Record<string, (person: Person) => unknown>> = {
  id: (p) => p.id,
  accountEnabled: (p) => p.isEnabled,
  assignedLicenses: (p) =>
    p.isLicensed ? [{ disabledPlans: [], skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965' }] : [],
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
  mail: (p) => (p.mailbox === 'none' && !p.isGuest ? null : addressOf(p)),
  mailNickname: (p) => p.userPrincipalName.slice(0, p.userPrincipalName.indexOf('@')),
  mobilePhone: () => null,
  officeLocation: (p) => p.officeLocation,
  preferredLanguage: (p) => p.language,
  proxyAddresses: (p) => [`SMTP:${addressOf(p)}`],
  surname: (p) => p.surname,
  usageLocation: () => 'DE',
  userPrincipalName: (p) => p.userPrincipalName,
  userType: (p) => (p.isGuest ? 'Guest' : 'Member'),
};

/** The named properties of a person; one that no user has is undefined. */
export function userJson(person: Person, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, userProperties[name]?.(person)]));
}

/** True for a property that users have here. */
export const isUserProperty = (name: string): boolean => Object.hasOwn(userProperties, name);

const unknownName = (names: readonly string[]) => names.find((name) => !Object.hasOwn(userProperties, name));
const noProperty = (call: GraphCall, name: string) =>
  badRequest(
    call,
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.user'.`,
  );

/** Words of $search: what stands in one of the named properties, at the beginning of it or of a word. */
export function searched(call: GraphCall): ((json: Readonly<Record<string, unknown>>) => boolean) | Answer {
  const text = call.query.get('search');
  if (text === undefined) return () => true;
  if (headerOf(call, 'consistencylevel').toLowerCase() !== 'eventual')
    return badRequest(
      call,
      'Request with $search query parameter only works through MSGraph with a special request header: ConsistencyLevel: eventual',
    );
  const clauses = text.split(' OR ').map((clause) => /^"(\w+):((?:[^"\\]|\\.)*)"$/.exec(clause));
  if (clauses.some((clause) => clause === null)) return badRequest(call, `Syntax error in $search: ${text}`);
  return (json) =>
    clauses.some((clause) => {
      const value = json[clause?.[1] ?? ''];
      const wanted = (clause?.[2] ?? '').replaceAll(/\\(.)/g, '$1').toLowerCase();
      return typeof value === 'string' && ` ${value}`.toLowerCase().includes(` ${wanted}`);
    });
}

export function listUsers(organization: Organization, call: GraphCall): Answer {
  const isFound = searched(call);
  if (typeof isFound !== 'function') return isFound;
  const names = selectedNames(call) ?? defaultUserNames;
  const wrong = unknownName(names);
  const refusal =
    refuseOptions(call, ['select', 'top', 'skiptoken', 'count', 'search']) ??
    (wrong === undefined ? null : noProperty(call, wrong));
  if (refusal) return refusal;
  const { directory } = organization;
  const everything = Object.keys(userProperties);
  const numbers = directory.numbers();
  const rows = call.query.has('search')
    ? numbers.filter((number) => isFound(userJson(directory.now(number), everything)))
    : numbers;
  return pageAnswer(organization, call, {
    context: 'users',
    rows,
    sizes: { fallback: 100, maximum: 999 },
    toJson: (number) => userJson(directory.now(number), names),
  });
}

export function countUsers(organization: Organization, call: GraphCall): Answer {
  return (
    refuseOptions(call, []) ?? {
      status: 200,
      contentType: 'text/plain',
      body: String(organization.directory.numbers().length),
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
      ...userJson(organization.directory.now(person.number), names),
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
