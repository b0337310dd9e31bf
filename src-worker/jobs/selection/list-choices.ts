/** What an organization has to choose from, a page at a time, for people who leaf and search. */
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { ChoiceReason, MailboxType } from '../../../src-shared/model/account-choice.ts';
import type { AccountChoice } from '../../../src-shared/contract/organization-contract.ts';
import { groupFields, groupRow, groupSchema, groupTypeOf, type GraphGroup } from './directory-group.ts';
import {
  isDisabled,
  isUnlicensed,
  mailboxTypes,
  userFields,
  userRow,
  userSchema,
  type GraphUser,
} from './directory-user.ts';
import { normal, type Directory } from './selected-account.ts';
import { siteFields, siteRow, siteSchema, type GraphSite } from './directory-site.ts';

/** A page that is asked for; `after` is the `next` of the page before. */
export interface ChoiceRequest {
  readonly of: 'mailboxes' | 'sites';
  readonly search?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface ChoicePage {
  readonly accounts: AccountChoice[];
  readonly next: string | null;
}

/** A list of Graph that is leafed through, or the place in it where it goes on. */
interface Place {
  readonly list: ListName;
  readonly link: string | undefined;
}

interface FoundPage {
  readonly accounts: AccountChoice[];
  readonly nextLink: string | undefined;
}

type ListName = 'users' | 'groups' | 'deleted' | 'teams' | 'sites';
type ReadList = (
  directory: Directory,
  request: ChoiceRequest,
  link: string | undefined,
) => Promise<FoundPage>;

const listsOf: Readonly<Record<ChoiceRequest['of'], readonly ListName[]>> = {
  mailboxes: ['users', 'groups', 'deleted'],
  sites: ['teams', 'sites'],
};

/** Answers a page. Throws `input-invalid` for an `after` that no page of this kind had, and what Graph throws. */
export async function listChoices(directory: Directory, request: ChoiceRequest): Promise<ChoicePage> {
  const lists = listsOf[request.of];
  const { list, link } = placeOf(lists, request.after);
  const { accounts, nextLink } = await readers[list](directory, request, link);
  const following = lists[lists.indexOf(list) + 1];
  return { accounts, next: nextLink === undefined ? (following ?? null) : `${list} ${nextLink}` };
}

function placeOf(lists: readonly ListName[], after: string | undefined): Place {
  const [name, link] = after?.split(' ') ?? [lists[0]];
  const list = lists.find((each) => each === name);
  if (list !== undefined) return { list, link };
  throw new AppError(
    'input-invalid',
    'This is no place in the list of accounts. Nothing was listed; begin with the first page.',
  );
}

/** Searches need a word of agreement that the answer may be a moment old (graph facts, section 14). */
const eventual = { ConsistencyLevel: 'eventual' };

/** `$search` for a text in any of `properties`. */
function searchIn(properties: readonly string[], text: string | undefined): string | undefined {
  const quoted = text?.replaceAll(/["\\]/g, '\\$&');
  return quoted === undefined ? undefined : properties.map((name) => `"${name}:${quoted}"`).join(' OR ');
}

/** Options of a call to the directory. */
function directoryCall(select: string, { search, limit }: ChoiceRequest, properties: readonly string[]) {
  const $search = searchIn(properties, search);
  const query = { $select: select, $top: limit, $search, $count: $search === undefined ? undefined : true };
  return { query, ...($search === undefined ? {} : { headers: eventual }) };
}

const readers: Readonly<Record<ListName, ReadList>> = {
  users: async (directory, request, link) => {
    const call = directoryCall(userFields, request, ['displayName', 'mail', 'userPrincipalName']);
    const { items, nextLink } = await directory.graph.page(link ?? '/users', {
      ...{ schema: userSchema, signal: directory.signal },
      ...call,
    });
    const types = await mailboxTypes(directory, items);
    return { accounts: items.map((user) => userChoice(user, types.get(user.id) ?? 'user')), nextLink };
  },

  groups: (directory, request, link) => readGroups(directory, request, link),
  teams: (directory, request, link) =>
    readGroups(directory, { ...request, filter: "groupTypes/any(c:c eq 'Unified')" }, link),

  deleted: async ({ graph, signal }, { search, limit }, link) => {
    const query = { $select: userFields, $top: limit };
    const path = '/directory/deletedItems/microsoft.graph.user';
    const { items, nextLink } = await graph.page(link ?? path, { schema: userSchema, query, signal });
    const deleted = items.map((user) => ({ ...userChoice(user, 'user'), ...notChosen('deleted') }));
    return {
      accounts: deleted.filter((choice) => search === undefined || isFound(choice, search)),
      nextLink,
    };
  },

  sites: async ({ graph, signal }, { search, limit }, link) => {
    const query = { $select: siteFields, $top: limit, search };
    const path = search === undefined ? '/sites/getAllSites' : '/sites';
    const { items, nextLink } = await graph.page(link ?? path, {
      ...{ schema: siteSchema, query, service: 'sharepoint' as const, cost: 2, signal },
    });
    const shown = items.filter(({ isPersonalSite }) => isPersonalSite !== true);
    return { accounts: shown.map(siteChoice), nextLink };
  },
};

async function readGroups(
  { graph, signal }: Directory,
  request: ChoiceRequest & { readonly filter?: string },
  link: string | undefined,
): Promise<FoundPage> {
  const { query, ...call } = directoryCall(groupFields, request, ['displayName', 'mail']);
  const { items, nextLink } = await graph.page(link ?? '/groups', {
    ...{ schema: groupSchema, query: { ...query, $filter: request.filter }, signal },
    ...call,
  });
  return { accounts: items.map(groupChoice), nextLink };
}

function isFound({ name, address }: AccountChoice, search: string): boolean {
  return [name, address].some((text) => normal(text).includes(normal(search)));
}

const notChosen = (reason: ChoiceReason) => ({ canBeChosen: false, reason });

function userChoice(user: GraphUser, type: MailboxType): AccountChoice {
  const { id, name, address } = userRow(user);
  const choice = { id, kind: 'user' as const, type, name, address };
  if (type === 'guest' || type === 'discovery') return { ...choice, ...notChosen(type) };
  if (!user.mail) return { ...choice, ...notChosen('no-mailbox') };
  if (type !== 'user') return { ...choice, canBeChosen: true, reason: null };
  const note = isDisabled(user) ? 'disabled' : isUnlicensed(user) ? 'unlicensed' : null;
  return { ...choice, canBeChosen: true, reason: note };
}

function groupChoice(group: GraphGroup): AccountChoice {
  const { id, name, address } = groupRow(group);
  return { id, kind: 'group', type: groupTypeOf(group), name, address, canBeChosen: true, reason: null };
}

function siteChoice(site: GraphSite): AccountChoice {
  const { id, name, address } = siteRow(site);
  return { id, kind: 'site', type: 'site', name, address, canBeChosen: true, reason: null };
}
