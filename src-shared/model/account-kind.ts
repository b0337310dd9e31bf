/**
 * What an account is: somebody with a mailbox (also shared mailboxes and rooms), an Outlook group with or without a
 * team, a site, or the organization itself with its directory. Without zod, because the command line needs it before
 * anything else.
 */
export const accountKinds = ['user', 'group', 'site', 'organization'] as const;
export type AccountKind = (typeof accountKinds)[number];
