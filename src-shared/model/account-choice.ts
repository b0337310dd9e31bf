/** What an organization has to choose from, and why something of it cannot be chosen or is not saved. */
import type { MailboxSelection, SiteSelection } from './protected-item.ts';

/** What a user of the directory is, as far as Graph tells. `discovery`: a mailbox that Exchange keeps for itself. */
const mailboxTypes = ['user', 'shared', 'room', 'equipment', 'guest', 'discovery'] as const;
export type MailboxType = (typeof mailboxTypes)[number];

const groupTypes = [
  'team',
  'outlook-group',
  'security-group',
  'mail-security-group',
  'distribution-list',
] as const;
export type GroupType = (typeof groupTypes)[number];

/** Why an account that a selection covers is not saved: its nature, or the rule of the selection. */
export const leftOutReasons = ['guest', 'discovery', 'shared', 'disabled', 'unlicensed'] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/** What can stand in a list to choose from. */
export const choiceTypes = [...mailboxTypes, ...groupTypes, 'site'] as const;

/**
 * What a list says beside an account. `disabled` and `unlicensed` can be chosen all the same, because their mailbox may
 * be there still; the others have nothing to save.
 */
export const choiceReasons = [
  'guest',
  'discovery',
  'no-mailbox',
  'deleted',
  'disabled',
  'unlicensed',
] as const;
export type ChoiceReason = (typeof choiceReasons)[number];

/** Why somebody who was saved before is not saved any more. What was saved stays. */
export const leftReasons = ['deleted', 'not-selected'] as const;
export type LeftReason = (typeof leftReasons)[number];

/** True where a selection names only some, and none at all. */
export function isNothing(selection: MailboxSelection | SiteSelection): boolean {
  if (selection.mode !== 'selected') return false;
  const named = 'users' in selection ? selection.users : selection.sites;
  return named.length === 0 && selection.groups.length === 0;
}
