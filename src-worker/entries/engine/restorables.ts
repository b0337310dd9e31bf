/** The workloads that can be written back to Microsoft 365. */
import type { RestorableWorkload } from '../../workloads/cloud-target.ts';
import { contactsRestore } from '../../workloads/contacts/contacts-restore.ts';
import { mailRestore } from '../../workloads/mail/restore/mail-restore.ts';

/** By service. */
export const restorables: ReadonlyMap<string, RestorableWorkload> = new Map(
  [mailRestore, contactsRestore].map((restorable) => [restorable.name, restorable]),
);
