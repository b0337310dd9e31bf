/** Changes of users and groups, by the deltas of the directory; their links end after seven days. */
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, ItemChanges, ItemHead, LookedUpItem } from '../workload.ts';
import { describeObject, itemId, selectOf, splitItemId, type DirectoryCollection } from './directory-item.ts';
import { readGroupPeople, type GroupPeople } from './group-people.ts';

/** The directory serves interactive users first when we say that we can wait. */
const patient = { 'x-ms-throttle-priority': 'low' };
/** Without these, the delta of groups is silent about who comes and goes. */
const groupRelations = ',members,owners';

/** Pages of changes since `link`, or of everybody. Throws `delta-expired`. */
export async function* directoryChanges(
  scope: AccountScope,
  collection: DirectoryCollection,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const $select = selectOf[collection] + (collection === 'groups' ? groupRelations : '');
  const pages = scope.graph.deltaPages(link ?? `/${collection}/delta`, {
    schema: rawItemSchema,
    query: { $select },
    headers: patient,
    signal: scope.signal,
  });
  for await (const { changed, removed, nextLink, deltaLink } of pages) {
    const gone = removed.map(({ id }) => itemId(collection, id));
    if (collection === 'users') {
      const heads = changed.map((user) => describeObject('users', user));
      yield { changed: heads, removed: gone, nextLink, deltaLink };
    } else {
      const groups = changed.map(withoutRelations);
      const people = await readGroupPeople(
        scope,
        groups.map(({ id }) => id),
      );
      const isGone = (index: number) => 'gone' in (people[index] ?? {});
      yield {
        changed: groups.flatMap((group, index) =>
          isGone(index) ? [] : [describeGroup(group, people[index])],
        ),
        removed: [
          ...gone,
          ...groups.filter((_, index) => isGone(index)).map(({ id }) => itemId('groups', id)),
        ],
        nextLink,
        deltaLink,
      };
    }
  }
}

/** What a delta tells of members is only who came and went, and in parts. */
function withoutRelations(raw: RawItem): RawItem {
  const kept = Object.entries(raw).filter(([name]) => !name.endsWith('@delta'));
  return requireShape(rawItemSchema, Object.fromEntries(kept));
}

/** A group whose people could not be read is left to `fetchObject`, which says why. */
function describeGroup(group: RawItem, people: GroupPeople | undefined): ItemHead {
  if (people !== undefined && 'members' in people) return describeObject('groups', group, people);
  return { ...describeObject('groups', group), version: '', content: undefined };
}

/** A user or group as it is now. Throws `item-gone`. */
async function readObject(scope: AccountScope, item: string): Promise<ItemHead> {
  const [collection, id] = splitItemId(item) ?? [];
  if (collection === undefined || id === undefined) throw gone();
  const { graph, signal } = scope;
  const path = graphPath`/${collection}/${id}`;
  const query = { $select: selectOf[collection] };
  const raw = await graph.getJson(path, { schema: rawItemSchema, query, target: 'item', signal });
  if (collection === 'users') return describeObject('users', raw);
  const [people] = await readGroupPeople(scope, [id]);
  if (people === undefined || 'gone' in people) throw gone();
  if ('error' in people) throw people.error;
  return describeObject('groups', raw, people);
}

const gone = () => new AppError('item-gone', 'This user or group is not in the directory any more.');

export async function fetchObject(scope: AccountScope, item: string): Promise<FetchedContent> {
  const { content } = await readObject(scope, item);
  if (content === undefined) throw gone();
  return content;
}

export async function* lookUpObjects(
  scope: AccountScope,
  items: readonly string[],
): AsyncIterable<LookedUpItem> {
  for (const id of items) {
    try {
      yield { id, head: await readObject(scope, id) };
    } catch (error) {
      yield isAppError(error, 'item-gone', 'account-unknown') ? { id } : { id, error };
    }
  }
}
