/** The OneDrive of one user, as the backup sees it. */
import { graphPath } from '../../graph/paths.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { Workload } from '../workload.ts';
import { driveChanges, findDrives, headOf } from './drive-changes.ts';
import { driveItemSchema, hasSameContent, splitKey } from './drive-item.ts';
import { fileContent, readItem } from './file-content.ts';

export const driveWorkload: Workload = {
  name: 'drive',
  accountKinds: ['user'],
  isRemovalFinal: true,
  collections: findDrives,
  changes: driveChanges,
  hasSameContent,

  nesting: {
    isHolder: ({ folder }) => folder === true,
    parentOf: ({ parent }) => (typeof parent === 'string' ? parent : undefined),
  },

  lookUp: (scope, keys) =>
    lookUpInBatches(scope, keys, {
      service: 'sharepoint',
      pathOf: (key) => {
        const { driveId, itemId } = splitKey(key);
        return graphPath`/drives/${driveId}/items/${itemId}`;
      },
      describe: (item, key) => headOf(scope, splitKey(key).driveId, driveItemSchema.parse(item)),
    }),

  async fetch(scope, key) {
    const { driveId, itemId } = splitKey(key);
    return fileContent(scope, driveId, await readItem(scope, driveId, itemId));
  },
};
