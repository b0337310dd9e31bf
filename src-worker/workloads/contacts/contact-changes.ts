/** Changes of one contact folder: contact delta, which Graph keeps per folder and which tells all of a contact. */
import { graphPath } from '../../graph/paths.ts';
import { deltaInBatches } from '../delta-in-batches.ts';
import type { AccountScope, ItemChanges } from '../workload.ts';
import { completeContacts } from './contact-content.ts';
import { describeContact } from './contact.ts';

/** Pages of changes since `link`, or of all contacts. Throws `delta-expired` and `collection-gone`. */
export function contactChanges(
  scope: AccountScope,
  folder: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const start = link ?? graphPath`/users/${scope.accountId}/contactFolders/${folder}/contacts/delta`;
  return deltaInBatches(scope, start, {
    describe: (contact) => describeContact(contact, folder),
    complete: (contacts) => completeContacts(scope, contacts),
    keyOf: (id) => id,
  });
}
