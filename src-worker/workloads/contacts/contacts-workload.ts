/** All contacts of one mailbox, as the backup sees them. */
import { graphPath, withQuery } from '../../graph/paths.ts';
import { isScanned } from '../full-scan.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { Workload } from '../workload.ts';
import { contactChanges } from './contact-changes.ts';
import { fetchContact } from './contact-content.ts';
import { findContactFolders } from './contact-folders.ts';
import { contactFields, describeContact } from './contact.ts';

export const contactsWorkload: Workload = {
  name: 'contacts',
  accountKinds: ['user'],
  collections: findContactFolders,
  changes: contactChanges,
  listsEverything: isScanned,
  fetch: fetchContact,

  lookUp: (scope, ids) =>
    lookUpInBatches(scope, ids, {
      pathOf: (id) =>
        withQuery(graphPath`/users/${scope.accountId}/contacts/${id}`, { $select: contactFields }),
      describe: (contact) => describeContact(contact),
    }),
};
