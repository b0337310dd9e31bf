/** Operations on groups of the directory: lists, one group, who is in it. */
import { defaultUserNames, searched, userJson } from '../graph/people-operations.ts';
import { badRequest, graphError, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { entityAnswer, pageAnswer } from '../conversations/page-answer.ts';
import { badSelect, selectFrom, type Json } from '../outlook/answers.ts';
import type { Group } from './group-store.ts';

const pageSizes = { fallback: 100, maximum: 999 };
const isoOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** A group as Graph shows it. */
export function groupJson({ directory }: Organization, group: Group): Json {
  const isUnified = group.kind !== 'security';
  const mail = isUnified ? `${group.mailNickname}@${directory.domain}` : null;
  return {
    id: group.id,
    deletedDateTime: null,
    classification: null,
    createdDateTime: isoOf(group.createdMs),
    description: group.displayName,
    displayName: group.displayName,
    expirationDateTime: null,
    groupTypes: isUnified ? ['Unified'] : [],
    isAssignableToRole: null,
    mail,
    mailEnabled: isUnified,
    mailNickname: group.mailNickname,
    membershipRule: null,
    onPremisesSyncEnabled: null,
    proxyAddresses: mail === null ? [] : [`SMTP:${mail}`],
    renewedDateTime: isoOf(group.createdMs),
    resourceBehaviorOptions: [],
    resourceProvisioningOptions: group.kind === 'team' ? ['Team'] : [],
    securityEnabled: !isUnified,
    theme: null,
    visibility: isUnified ? 'Private' : null,
  };
}

/** The two filters that lists of groups are asked with; null for any other. */
function chosenBy(filter: string | undefined): ((group: Group) => boolean) | null {
  if (filter === undefined) return () => true;
  const text = filter.replaceAll(/\s+/g, '').toLowerCase();
  if (/^grouptypes\/any\((\w+):\1eq'unified'\)$/.test(text)) return ({ kind }) => kind !== 'security';
  if (/^resourceprovisioningoptions\/any\((\w+):\1eq'team'\)$/.test(text))
    return ({ kind }) => kind === 'team';
  return null;
}

const badGroupSelect = (organization: Organization, call: GraphCall, group: Group | undefined) => {
  const known = group ? groupJson(organization, group) : null;
  return badSelect(call, (name) => known === null || Object.hasOwn(known, name), 'group');
};

export function listGroups(organization: Organization, call: GraphCall): Answer {
  const { groups } = organization;
  const isChosen = chosenBy(call.query.get('filter'));
  if (!isChosen) return badRequest(call, 'Unsupported or invalid query filter clause specified.');
  const all = groups.all();
  const isFound = searched(call);
  if (typeof isFound !== 'function') return isFound;
  const refusal =
    refuseOptions(call, ['select', 'top', 'skiptoken', 'filter', 'count', 'search']) ??
    badGroupSelect(organization, call, all[0]);
  if (refusal) return refusal;
  return pageAnswer(organization, call, {
    context: 'groups',
    rows: all.filter((group) => isChosen(group) && isFound(groupJson(organization, group))),
    sizes: pageSizes,
    toJson: (group) => selectFrom(groupJson(organization, group), selectedNames(call)),
  });
}

export const noSuchGroup = (call: GraphCall, id: string): Answer =>
  graphError(call, 404, {
    code: 'Request_ResourceNotFound',
    message: `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  });

export function getGroup(organization: Organization, call: GraphCall, group: Group): Answer {
  const refusal = refuseOptions(call, ['select']) ?? badGroupSelect(organization, call, group);
  if (refusal) return refusal;
  const json = selectFrom(groupJson(organization, group), selectedNames(call));
  return entityAnswer(organization, 'groups/$entity', json);
}

type Member = { readonly person: number } | { readonly group: number };

function memberJson({ organization, call }: { organization: Organization; call: GraphCall }, member: Member) {
  const names = selectedNames(call);
  if ('group' in member) {
    const json = groupJson(organization, organization.groups.group(member.group));
    return { '@odata.type': '#microsoft.graph.group', ...selectFrom(json, names) };
  }
  const wanted = [...new Set(['id', ...(names ?? defaultUserNames)])];
  const user = userJson(organization.directory.now(member.person), wanted);
  // A name that only groups have is left out of users, as Graph does with mixed kinds.
  const known = Object.entries(user).filter(([, value]) => value !== undefined);
  return { '@odata.type': '#microsoft.graph.user', ...Object.fromEntries(known) };
}

/** Members, owners or transitive members of a group; people first. */
export function listMembers(
  organization: Organization,
  call: GraphCall,
  { people, groups }: { people: Iterable<number>; groups: Iterable<number> },
): Answer {
  const refusal = refuseOptions(call, ['select', 'top', 'skiptoken', 'count']);
  if (refusal) return refusal;
  return pageAnswer<Member>(organization, call, {
    context: 'directoryObjects',
    rows: [...[...people].map((person) => ({ person })), ...[...groups].map((group) => ({ group }))],
    sizes: pageSizes,
    toJson: (member) => memberJson({ organization, call }, member),
  });
}
