/**
 * Who is in groups and who owns them, direct members only: nested groups are items of their own. The delta of groups tells
 * that somebody came or went, not who is there, so both lists are read again, of ten groups in one request.
 */
import { z } from 'zod';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { longestBatch, type BatchAnswer } from '../../graph/batch.ts';
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope } from '../workload.ts';

/** Ids of people and groups with their types; `gone` where the group is not there any more. */
export type GroupPeople =
  | { readonly members: readonly RawItem[]; readonly owners: readonly RawItem[] }
  | { readonly gone: true }
  | { readonly error: unknown };

const lists = ['members', 'owners'] as const;
const groupsAtOnce = longestBatch / lists.length;
/** The longest page of the directory. */
const query = '?$select=id&$top=999';

const pageSchema = z.object({ value: z.array(rawItemSchema), '@odata.nextLink': z.string().optional() });

/** In the order of `groups`. */
export async function readGroupPeople(
  scope: AccountScope,
  groups: readonly string[],
): Promise<GroupPeople[]> {
  const people: GroupPeople[] = [];
  for (let first = 0; first < groups.length; first += groupsAtOnce) {
    const some = groups.slice(first, first + groupsAtOnce);
    const requests = some.flatMap((id) => lists.map((list) => ({ path: listPath(id, list) })));
    const answers = await scope.graph.batch(requests, { target: 'item', signal: scope.signal });
    for (const index of some.keys())
      people.push(await peopleOf(scope, answers.slice(lists.length * index, lists.length * (index + 1))));
  }
  return people;
}

const listPath = (group: string, list: (typeof lists)[number]): string =>
  graphPath`/groups/${group}/` + list + query;

async function peopleOf(scope: AccountScope, answers: readonly BatchAnswer[]): Promise<GroupPeople> {
  const all: RawItem[][] = [];
  for (const answer of answers) {
    if (!answer.isOk)
      return isAppError(answer.error, 'item-gone', 'account-unknown')
        ? { gone: true }
        : { error: answer.error };
    try {
      const { value, '@odata.nextLink': link } = requireShape(pageSchema, answer.body);
      all.push([...value, ...(await readOn(scope, link))].toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    } catch (error) {
      if (isAppError(error, 'response-invalid')) return { error };
      throw error;
    }
  }
  const [members = [], owners = []] = all;
  return { members, owners };
}

/** What follows the first page of a list. */
async function readOn({ graph, signal }: AccountScope, link: string | undefined): Promise<RawItem[]> {
  const more: RawItem[] = [];
  if (link === undefined) return more;
  for await (const items of graph.pages(link, { schema: rawItemSchema, target: 'item', signal }))
    more.push(...items);
  return more;
}
