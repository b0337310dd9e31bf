/**
 * What of an account is saved, each switched on its own: the names of workloads, as a person chooses them and as the
 * vault's rows have them. Without zod, because the command line needs it before anything else.
 */
export const serviceNames = [
  'mail',
  'calendar',
  'contacts',
  'tasks',
  'settings',
  'drive',
  'site',
  'chat',
  'team',
  'conversation',
  'planner',
  'directory',
  'archive',
  'mailbox-export',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Services that stand on an interface that Microsoft calls beta. */
export const betaServices: readonly ServiceName[] = ['archive'];

/** What is saved unless somebody chooses: an export holds everything of a mailbox a second time. */
export const defaultServices: readonly ServiceName[] = serviceNames.filter(
  (name) => name !== 'mailbox-export' && !betaServices.includes(name),
);
