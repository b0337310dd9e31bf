/** Who was who: users, groups, members and owners, once for the whole organization, so that a restore can tell. */
import type { Workload } from '../workload.ts';
import { directoryChanges, fetchObject, lookUpObjects } from './directory-changes.ts';
import { collectionNames, type DirectoryCollection } from './directory-item.ts';

export const directoryWorkload: Workload = {
  name: 'directory',
  accountKinds: ['organization'],
  // Nobody moves from users to groups.
  isRemovalFinal: true,
  collections: () =>
    Promise.resolve({
      found: Object.entries(collectionNames).map(([id, name]) => ({
        ...{ id, name, parent: null, isHidden: false, itemCount: null },
      })),
      removed: [],
      isComplete: true,
      link: 'fixed',
    }),
  changes: (scope, collection, link) => directoryChanges(scope, collection as DirectoryCollection, link),
  lookUp: lookUpObjects,
  fetch: fetchObject,
};
