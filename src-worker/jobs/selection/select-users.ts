/** Which mailboxes a run backs up. */
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import type { LeftOutReason, MailboxType } from '../../../src-shared/model/account-choice.ts';
import type { AccountRule, MailboxSelection } from '../../../src-shared/model/protected-item.ts';
import { graphPath } from '../../graph/paths.ts';
import { findGroups, type GraphGroup, type Groups } from './directory-group.ts';
import {
  directoryPageSize,
  isDisabled,
  isNamed,
  isUnlicensed,
  mailboxTypes,
  plainTypeOf,
  userFields,
  userRow,
  userSchema,
  type GraphUser,
} from './directory-user.ts';
import {
  normal,
  unknownName,
  type Directory,
  type Gathering,
  type KnownDirectory,
} from './selected-account.ts';

/** Where to ask. */
interface UserSearch extends KnownDirectory {
  readonly groups: Groups;
}

/** Adds the mailboxes of a selection to `gathering`. */
export async function selectUsers(
  directory: UserSearch,
  selection: MailboxSelection,
  gathering: Gathering,
): Promise<void> {
  if (selection.mode === 'selected') {
    await selectGroupMembers(directory, selection, gathering);
    await selectNamed(directory, selection.users, gathering);
    return;
  }
  const excluded = new Set<string>();
  if (selection.mode === 'excluding') {
    for (const name of selection.users) excluded.add(normal(name));
    for (const group of await findGroups(directory, selection.groups, gathering))
      for (const { id } of (await membersOf(directory, group, gathering)) ?? []) excluded.add(normal(id));
  }
  let licences = 0;
  for await (const page of directory.graph.pages('/users', {
    schema: userSchema,
    query: { $select: userFields, $top: directoryPageSize },
    signal: directory.signal,
  })) {
    licences += page.filter(({ assignedLicenses }) => (assignedLicenses ?? []).length > 0).length;
    await addByRule(
      directory,
      { users: page.filter((user) => !isNamed(user, excluded)), rule: selection.rule },
      gathering,
    );
  }
  directory.graph.noteLicences(licences);
}

async function selectGroupMembers(
  directory: UserSearch,
  { groups, rule }: Extract<MailboxSelection, { mode: 'selected' }>,
  gathering: Gathering,
): Promise<void> {
  for (const group of await findGroups(directory, groups, gathering)) {
    const members = await membersOf(directory, group, gathering);
    if (members === undefined) continue;
    if (members.length === 0) {
      const name = group.displayName ?? group.id;
      gathering.missing.push({ name, error: emptyGroup(name) });
    }
    await addByRule(directory, { users: members, rule }, gathering);
  }
}

async function membersOf(
  { groups }: { readonly groups: Groups },
  group: GraphGroup,
  gathering: Gathering,
): Promise<readonly GraphUser[] | undefined> {
  return gathering.find(group.displayName ?? group.id, () => groups.members(group));
}

/** Adds those whose nature and rule allow it. */
async function addByRule(
  directory: Directory,
  { users, rule }: { users: readonly GraphUser[]; rule: AccountRule },
  gathering: Gathering,
): Promise<void> {
  const isOpen = rule.disabled && rule.unlicensed && rule.shared;
  // A purpose that changes nothing need not be asked for.
  const types = isOpen ? new Map<string, MailboxType>() : await mailboxTypes(directory, users);
  for (const user of users) {
    const reason = whyLeftOut(user, types.get(user.id) ?? plainTypeOf(user), rule);
    if (reason === undefined) gathering.add(userRow(user));
    else gathering.leaveOut(reason);
  }
}

function whyLeftOut(user: GraphUser, type: MailboxType, rule: AccountRule): LeftOutReason | undefined {
  if (type === 'guest' || type === 'discovery') return type;
  if (type !== 'user') return rule.shared ? undefined : 'shared';
  if (isDisabled(user) && !rule.disabled) return 'disabled';
  return isUnlicensed(user) && !rule.unlicensed ? 'unlicensed' : undefined;
}

/** Who is named is saved whatever the rule says. */
async function selectNamed(
  directory: KnownDirectory,
  names: readonly string[],
  gathering: Gathering,
): Promise<void> {
  for (const name of names) {
    const user = await gathering.find(name, async () => withMailbox(name, await findUser(directory, name)));
    if (user !== undefined) gathering.add(userRow(user));
  }
}

/** By id, user name or address, also the address that somebody had when they were saved last. */
async function findUser({ graph, signal, known }: KnownDirectory, name: string): Promise<GraphUser> {
  const read = (key: string) =>
    graph.getJson(graphPath`/users/${key}`, {
      ...{ schema: userSchema, query: { $select: userFields }, target: 'account' as const, signal },
    });
  try {
    return await read(name);
  } catch (error) {
    if (!isAppError(error, 'account-unknown', 'item-gone')) throw error;
    const id = known.idOf('user', name);
    if (id === undefined || id === name) throw unknownName('account', name, error);
    return read(id);
  }
}

function withMailbox(name: string, user: GraphUser): GraphUser {
  const type = plainTypeOf(user);
  if (type === 'user') return user;
  const why =
    type === 'guest'
      ? 'is a guest, whose mailbox is in another organization'
      : 'is a mailbox that Exchange keeps for itself';
  throw new AppError(
    'account-without-mailbox',
    `"${name}" ${why}, so nothing of it can be saved. Take it out of the selection.`,
    { details: { name } },
  );
}

function emptyGroup(name: string): AppError {
  return new AppError(
    'group-empty',
    `The group "${name}" has no members that Holdfast can see, so nobody was saved for it. Look at the group; where it hides its members, grant Member.Read.Hidden.`,
    { details: { name } },
  );
}
