/** People of the directory: who comes, goes and changes, and the delta that tells of it. */
import type { Dice } from '../chance.ts';
import type { Area } from '../graph/area.ts';
import {
  badRequest,
  refuseMethod,
  type GraphCall,
  type Organization,
  type Route,
} from '../graph/graph-call.ts';
import { defaultUserNames, isUserProperty, userJson } from '../graph/people-operations.ts';
import { pageAnswer } from '../conversations/page-answer.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import { treeDelta, type DeltaSource } from '../graph/tree-delta.ts';
import type { Answer } from '../http/answer.ts';
import { canonicalHash } from '../outlook/canonical.ts';
import type { Person } from './people.ts';

/** One number that tells this delta from others. */
const userDeltaMark = 23;

function usersDelta(organization: Organization, call: GraphCall): Answer {
  const { directory } = organization;
  const wrong = selectedNames(call)?.find((name) => !isUserProperty(name));
  if (wrong !== undefined) return badRequest(call, `Could not find a property named '${wrong}'.`);
  if (call.query.has('top')) return badRequest(call, "The option '$top' is not supported here.");
  const source: DeltaSource<number> = {
    of: userDeltaMark,
    book: directory.book,
    path: 'users',
    context: 'users',
    options: [],
    isQuietShown: true,
    hasPlainLinks: true,
    enumerate: (cursor, limit) => {
      const rest = directory.numbers().filter((number) => number >= cursor);
      return { entries: rest.slice(0, limit), next: rest[limit] ?? null };
    },
    changed: (number) => [number],
    toJson: (number, { select }) => {
      const person = directory.now(number);
      if (directory.isDeleted(number)) return { id: person.id, '@removed': { reason: 'changed' } };
      return userJson(person, [...new Set(['id', ...(select ?? defaultUserNames)])]);
    },
  };
  return treeDelta(organization, call, source);
}

/** Users in the bin of the directory, whose names carry their id from then on. */
function deletedUsers(organization: Organization, call: GraphCall): Answer {
  const { directory } = organization;
  const names = selectedNames(call) ?? defaultUserNames;
  const wrong = names.find((name) => !isUserProperty(name));
  const refusal =
    refuseOptions(call, ['select', 'top', 'skiptoken', 'count']) ??
    (wrong === undefined ? null : badRequest(call, `Could not find a property named '${wrong}'.`));
  if (refusal) return refusal;
  const all = Array.from({ length: directory.count }, (_, number) => directory.now(number));
  return pageAnswer(organization, call, {
    context: 'directoryObjects/microsoft.graph.user',
    rows: all.filter(({ number }) => directory.isDeleted(number)),
    sizes: { fallback: 100, maximum: 999 },
    toJson: (person) => {
      const userPrincipalName = person.id.replaceAll('-', '') + person.userPrincipalName;
      return userJson({ ...person, userPrincipalName }, names);
    },
  });
}

function route(organization: Organization, call: GraphCall): Route | null {
  const [first, second = ''] = call.segments;
  if (call.segments.join('/') === 'directory/deletedItems/microsoft.graph.user') {
    const operation = 'directory.deletedItems.ListUser';
    const answer = () => (call.method === 'GET' ? deletedUsers(organization, call) : refuseMethod(call));
    return { operation, role: 'User.Read.All', person: null, isMail: false, run: answer };
  }
  if (first !== 'users' || call.segments.length !== 2 || !/^delta(\(\))?$/.test(second)) return null;
  const run = () => (call.method === 'GET' ? usersDelta(organization, call) : refuseMethod(call));
  return { operation: 'users.delta', role: 'User.Read.All', person: null, isMail: false, run };
}

function pick({ directory }: Organization, dice: Dice, account: string | undefined): Person | null {
  if (account !== undefined) return directory.find(account);
  const numbers = directory.numbers();
  return numbers.length === 0 ? null : directory.person(dice.pick(numbers));
}

/** The area `people`. `user` of changes and truth is an account. */
export function createPeopleArea(organization: Organization): Area {
  const { directory } = organization;
  const ofPerson =
    (change: (person: Person, dice: Dice) => void) =>
    (dice: Dice, account: string | undefined): { user: string } | null => {
      const person = pick(organization, dice, account);
      if (person) change(directory.now(person.number), dice);
      return person && { user: person.id };
    };
  return {
    name: 'people',
    route: (call) => route(organization, call),
    changes: {
      created: () => ({ user: directory.create().id }),
      deleted: ofPerson(({ number }) => {
        organization.groups.lose(number);
        directory.delete(number);
      }),
      disabled: ofPerson(({ number }) => directory.change(number, { isEnabled: false })),
      unlicensed: ofPerson(({ number }) => directory.change(number, { isLicensed: false })),
      // A new address, as after a wedding; nobody is found by the old one.
      moved: ofPerson(({ number, userPrincipalName }, dice) =>
        directory.change(number, { userPrincipalName: `neu${dice.below(1_000)}.${userPrincipalName}` }),
      ),
      renamed: ofPerson(({ number, displayName }, dice) =>
        directory.change(number, { displayName: `${displayName.slice(0, 40)} (${dice.below(1_000)})` }),
      ),
    },
    *truth(account) {
      const person = directory.find(account);
      if (!person) return;
      const json = userJson(directory.now(person.number), ['id', 'displayName']);
      yield { kind: 'user', ...json, sha256: canonicalHash(json) };
    },
    expireDelta: (account) => {
      if (account === undefined) directory.book.tokenAge += 1;
    },
  };
}
