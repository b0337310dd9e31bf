/** Users as the directory tells of them, and what that says about their mailbox. */
import { z } from 'zod';
import type { MailboxType } from '../../../src-shared/model/account-choice.ts';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import { longestBatch } from '../../graph/batch.ts';
import { graphPath } from '../../graph/paths.ts';
import { normal, type Directory } from './selected-account.ts';

export const userFields = 'id,displayName,userPrincipalName,mail,accountEnabled,userType,assignedLicenses';
/** The longest page of the directory (graph facts, section 14). */
export const directoryPageSize = 999;

const text = z.string().nullish().catch(undefined);

export const userSchema = z.object({
  id: z.string().min(1).max(128),
  displayName: text,
  userPrincipalName: text,
  mail: text,
  userType: text,
  accountEnabled: z.boolean().nullish().catch(undefined),
  assignedLicenses: z.array(z.unknown()).nullish().catch(undefined),
});
export type GraphUser = z.infer<typeof userSchema>;

/** Exchange keeps these for itself; the first holds what a search for evidence found. */
const systemMailbox =
  /^(?:DiscoverySearchMailbox|SystemMailbox)\{|^(?:Migration|FederatedEmail)\.[0-9a-f]{8}-/i;
/** Somebody of another organization, also one who counts as a member here: the mailbox is over there. */
const external = /#EXT#@/i;

/** What the directory says without another request; `user` may still be shared, a room or equipment. */
export function plainTypeOf({ userType, userPrincipalName }: GraphUser): MailboxType {
  const name = userPrincipalName ?? '';
  if (userType === 'Guest' || external.test(name)) return 'guest';
  return systemMailbox.test(name) ? 'discovery' : 'user';
}

export const isDisabled = ({ accountEnabled }: GraphUser): boolean => accountEnabled === false;
export const isUnlicensed = ({ assignedLicenses }: GraphUser): boolean => assignedLicenses?.length === 0;

/**
 * The purposes of those mailboxes that may have one of their own, by user id. Only who cannot sign in or has no licence is
 * asked, twenty in a request: whoever has both is a person, or is licensed like one (graph facts, section 5).
 */
export async function mailboxTypes(
  { graph, signal }: Directory,
  users: readonly GraphUser[],
): Promise<Map<string, MailboxType>> {
  const types = new Map(users.map((user) => [user.id, plainTypeOf(user)]));
  const doubtful = users.filter(
    (user) => types.get(user.id) === 'user' && user.mail && (isDisabled(user) || isUnlicensed(user)),
  );
  for (let first = 0; first < doubtful.length; first += longestBatch) {
    const some = doubtful.slice(first, first + longestBatch);
    const requests = some.map(({ id }) => ({
      path: graphPath`/users/${id}/mailboxSettings` + '?$select=userPurpose',
    }));
    const answers = await graph.batch(requests, { target: 'account', signal });
    for (const [index, answer] of answers.entries()) {
      const { data } = purposeSchema.safeParse(answer.isOk ? answer.body : undefined);
      const user = some[index];
      // Without an answer (no mailbox, no permission) it stays what the directory says.
      if (data !== undefined && user !== undefined) types.set(user.id, data.userPurpose);
    }
  }
  return types;
}

const purposeSchema = z.object({ userPurpose: z.enum(['user', 'shared', 'room', 'equipment']) });

/** True when one of `names` (as {@link normal} writes them) is the user's id or address. */
export function isNamed({ id, userPrincipalName, mail }: GraphUser, names: ReadonlySet<string>): boolean {
  return [id, userPrincipalName, mail].some((name) => typeof name === 'string' && names.has(normal(name)));
}

export function userRow({ id, mail, userPrincipalName, displayName }: GraphUser): AccountRow {
  const address = mail ?? userPrincipalName ?? id;
  return { id, address, name: displayName ?? address, kind: 'user' };
}
