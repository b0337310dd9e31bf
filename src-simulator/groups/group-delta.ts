/**
 * The delta of groups. Tells of every change of a group and of who is in it, also when $select leaves the members out,
 * where Graph would be silent; `members@delta` always lists all members.
 */
import { badRequest, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { selectedNames } from '../graph/query-options.ts';
import { treeDelta, type DeltaSource } from '../graph/tree-delta.ts';
import type { Answer } from '../http/answer.ts';
import { selectFrom } from '../outlook/answers.ts';
import { groupJson } from './group-operations.ts';

/** One number that tells this delta from others. */
const groupDeltaMark = 19;
const relations = ['members', 'owners'];

function changedJson(organization: Organization, number: number, select: readonly string[] | null): object {
  const { groups, directory } = organization;
  const group = groups.group(number);
  if (groups.isDeleted(number)) return { id: group.id, '@removed': { reason: 'changed' } };
  const json = selectFrom(
    groupJson(organization, group),
    select?.filter((name) => !relations.includes(name)) ?? null,
  );
  if (select !== null && !select.includes('members')) return { ...json, id: group.id };
  const { people, groups: inner } = groups.membership(number);
  const members = [
    ...people.map((one) => ({ '@odata.type': '#microsoft.graph.user', id: directory.person(one).id })),
    ...inner.map((one) => ({ '@odata.type': '#microsoft.graph.group', id: groups.group(one).id })),
  ];
  return { ...json, id: group.id, 'members@delta': members };
}

export function groupsDelta(organization: Organization, call: GraphCall): Answer {
  const { groups } = organization;
  const first = groups.all()[0];
  const known = first ? Object.keys(groupJson(organization, first)) : [];
  const wrong = selectedNames(call)?.find((name) => !known.includes(name) && !relations.includes(name));
  if (first && wrong !== undefined) return badRequest(call, `Could not find a property named '${wrong}'.`);
  if (call.query.has('top')) return badRequest(call, "The option '$top' is not supported here.");
  const source: DeltaSource<number> = {
    of: groupDeltaMark,
    book: groups.book,
    path: 'groups',
    context: 'groups',
    options: [],
    isQuietShown: true,
    hasPlainLinks: true,
    enumerate: (cursor, limit) => {
      const rest = groups.all().filter(({ number }) => number >= cursor);
      return {
        entries: rest.slice(0, limit).map(({ number }) => number),
        next: rest[limit]?.number ?? null,
      };
    },
    changed: (number) => [number],
    toJson: (number, { select }) => changedJson(organization, number, select),
  };
  return treeDelta(organization, call, source);
}
