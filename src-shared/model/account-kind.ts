/**
 * What an account is: somebody with a mailbox (also shared mailboxes and rooms), an Outlook group with or without a
 * team, or a site. Without zod, because the command line needs it before anything else.
 */
export const accountKinds = ['user', 'group', 'site'] as const;
export type AccountKind = (typeof accountKinds)[number];
