/**
 * The OneDrive of one user, or the document libraries of one site, as the backup sees them. Earlier versions of a file,
 * where they are saved, are items that belong to it.
 */
import { requireShape } from '../../graph/json-body.ts';
import { graphPath } from '../../graph/paths.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { AccountScope, LookedUpItem, Workload } from '../workload.ts';
import { driveChanges, findDrives, headOf } from './drive-changes.ts';
import { driveItemSchema, hasSameContent, splitKey } from './drive-item.ts';
import { fileContent, readItem } from './file-content.ts';
import { fileOfVersion, lookUpVersions, withVersionsMark } from './file-versions.ts';
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

  ownerOf: fileOfVersion,

  async *lookUp(scope, keys) {
    yield* lookUpFiles(
      scope,
      keys.filter((key) => fileOfVersion(key) === undefined),
    );
    yield* lookUpVersions(
      scope,
      keys.filter((key) => fileOfVersion(key) !== undefined),
    );
  },

  async fetch(scope, key) {
    const { driveId, itemId } = splitKey(key);
    return fileContent(scope, driveId, withVersionsMark(scope, await readItem(scope, driveId, itemId)));
  },
};

function lookUpFiles(scope: AccountScope, keys: readonly string[]): AsyncIterable<LookedUpItem> {
  return lookUpInBatches(scope, keys, {
    service: 'sharepoint',
    pathOf: (key) => {
      const { driveId, itemId } = splitKey(key);
      return graphPath`/drives/${driveId}/items/${itemId}`;
    },
    describe: async (raw, key) => {
      const { driveId } = splitKey(key);
      const told = requireShape(driveItemSchema, raw);
      const [item = told] = await withSharing(scope, driveId, [told]);
      return headOf(scope, driveId, item);
    },
  });
}
