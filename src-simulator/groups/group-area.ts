/** Groups of the directory: paths, changes, truth. */
import type { Dice } from '../chance.ts';
import type { Area } from '../graph/area.ts';
import { refuseMethod, type GraphCall, type Organization, type Route } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import { canonicalHash } from '../outlook/canonical.ts';
import { groupsDelta } from './group-delta.ts';
import { getGroup, groupJson, listGroups, listMembers, noSuchGroup } from './group-operations.ts';
import type { Group, GroupStore } from './group-store.ts';

interface People {
  readonly people: Iterable<number>;
  readonly groups: Iterable<number>;
}

type Found = readonly [operation: string, run: () => Answer];

/** What lies below a group: the operation and who is told of. */
const lists: Readonly<
  Record<string, readonly [operation: string, who: (groups: GroupStore, group: Group) => People]>
> = {
  members: ['groups.ListMembers', (groups, { number }) => groups.membership(number)],
  transitiveMembers: ['groups.ListTransitiveMembers', (groups, { number }) => groups.transitive(number)],
  owners: [
    'groups.ListOwners',
    (groups, { number }) => ({ people: groups.membership(number).owners, groups: [] }),
  ],
};

const role = 'GroupMember.Read.All';

function findRoute(organization: Organization, call: GraphCall): Found | null {
  const [, id, word] = call.segments;
  if (id === undefined) return ['ListGroups', () => listGroups(organization, call)];
  if (/^delta(\(\))?$/.test(id) && word === undefined)
    return ['groups.delta', () => groupsDelta(organization, call)];
  if (id === '$count') return null;
  const group = organization.groups.find(id);
  if (call.segments.length > 3 || (word !== undefined && !Object.hasOwn(lists, word))) return null;
  if (!group) return ['GetGroups', () => noSuchGroup(call, id)];
  if (word === undefined) return ['GetGroups', () => getGroup(organization, call, group)];
  const list = lists[word];
  if (!list) return null;
  const [operation, who] = list;
  return [operation, () => listMembers(organization, call, who(organization.groups, group))];
}

function route(organization: Organization, call: GraphCall): Route | null {
  if (call.segments[0] !== 'groups') return null;
  const found = findRoute(organization, call);
  if (!found) return null;
  const [operation, run] = found;
  const answer = call.method === 'GET' ? run : () => refuseMethod(call);
  return { operation, role, person: null, isMail: false, run: answer };
}

function pickGroup({ groups }: Organization, dice: Dice, account: string | undefined): Group | null {
  if (account !== undefined) return groups.find(account);
  const all = groups.all();
  return all.length === 0 ? null : dice.pick(all);
}

function addMember(organization: Organization, dice: Dice, group: Group) {
  const { people } = organization.groups.membership(group.number);
  const person = organization.directory.person(dice.below(organization.directory.size));
  if (people.includes(person.number)) return null;
  organization.groups.change(group.number, { people: [...people, person.number] });
  return { group: group.id, user: person.id };
}

function removeMember(organization: Organization, dice: Dice, group: Group) {
  const { people, owners } = organization.groups.membership(group.number);
  const removable = people.filter((one) => !owners.includes(one));
  if (removable.length === 0) return null;
  const person = dice.pick(removable);
  organization.groups.change(group.number, { people: people.filter((one) => one !== person) });
  return { group: group.id, user: organization.directory.person(person).id };
}

function createGroup(organization: Organization): { group: string } {
  return { group: organization.groups.create().id };
}

function deleteGroup({ groups }: Organization, _dice: Dice, group: Group) {
  groups.delete(group.number);
  return { group: group.id };
}

function renameGroup({ groups }: Organization, dice: Dice, group: Group) {
  groups.rename(group.number, `${group.displayName.slice(0, 40)} (${dice.below(1_000)})`);
  return { group: group.id };
}

/** Puts a group into itself or into another, whatever circle comes of it. */
function nestGroup({ groups }: Organization, dice: Dice, group: Group) {
  const inside = groups.membership(group.number).groups;
  const others = groups.all().filter(({ number }) => !inside.includes(number));
  if (others.length === 0) return null;
  const { number, id } = dice.pick(others);
  groups.change(group.number, { groups: [...inside, number] });
  return { group: group.id, inner: id };
}

/** A line about a group and one about each of its members. */
function* truthOf(organization: Organization, group: Group): Generator<object> {
  const { directory, groups } = organization;
  const { people, groups: inner, owners } = groups.membership(group.number);
  const json = groupJson(organization, group);
  yield { kind: 'group', id: group.id, displayName: group.displayName, sha256: canonicalHash(json) };
  for (const one of people)
    yield {
      kind: 'member',
      id: directory.person(one).id,
      containerId: group.id,
      isOwner: owners.includes(one),
    };
  for (const one of inner) yield { kind: 'memberGroup', id: groups.group(one).id, containerId: group.id };
}

/** The area `group`. `user` of changes and truth is the group's id. */
export function createGroupArea(organization: Organization): Area {
  const inGroup =
    (
      change: (
        organization: Organization,
        dice: Dice,
        group: Group,
      ) => Readonly<Record<string, unknown>> | null,
    ) =>
    (dice: Dice, account: string | undefined): Readonly<Record<string, unknown>> | null => {
      const group = pickGroup(organization, dice, account);
      return group && change(organization, dice, group);
    };
  return {
    name: 'group',
    route: (call) => route(organization, call),
    changes: {
      created: () => createGroup(organization),
      deleted: inGroup(deleteGroup),
      renamed: inGroup(renameGroup),
      groupsAdded: inGroup(nestGroup),
      membersAdded: inGroup(addMember),
      membersRemoved: inGroup(removeMember),
    },
    *truth(account) {
      const group = organization.groups.find(account);
      if (group) yield* truthOf(organization, group);
    },
    expireDelta: (account) => {
      if (account === undefined) organization.groups.book.tokenAge += 1;
    },
  };
}
