/**
 * The OneDrive of one user, or the document libraries of one site, as the backup sees them. Of a file the present version
 * is saved; older ones would be items of their own below it, from `versions` of the item, and are not asked for so far.
 */
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { Workload } from '../workload.ts';
import { driveChanges, findDrives, headOf } from './drive-changes.ts';
import { driveItemSchema, hasSameContent, splitKey } from './drive-item.ts';
import { fileContent, readItem } from './file-content.ts';
import { withSharing } from './sharing.ts';

export const driveWorkload: Workload = {
  name: 'drive',
  accountKinds: ['user', 'site'],
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
      describe: async (raw, key) => {
        const { driveId } = splitKey(key);
        const [item = requireShape(driveItemSchema, raw)] = await withSharing(scope, driveId, [
          requireShape(driveItemSchema, raw),
        ]);
        return headOf(scope, driveId, item);
      },
    }),

  async fetch(scope, key) {
    const { driveId, itemId } = splitKey(key);
    return fileContent(scope, driveId, await readItem(scope, driveId, itemId));
  },
};
