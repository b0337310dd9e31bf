/** Mail of one mailbox, as the backup sees it. */
import { graphPath } from '../../graph/paths.ts';
import { isScanned } from '../full-scan.ts';
import type { AccountScope, Workload } from '../workload.ts';
import { isLeftOut } from './left-out.ts';
import { findFolders } from './mail-folders.ts';
import { messageChanges } from './message-changes.ts';
import { lookUpMessages } from './message-look-up.ts';

/** Exchange Online takes messages of up to 150 MB; base64 and headers make the MIME form larger. */
const longestMessageBytes = 256 * 1024 * 1024;

export const mailWorkload: Workload = {
  name: 'mail',
  accountKinds: ['user'],
  tellsSizes: true,
  collections: findFolders,
  changes: messageChanges,
  listsEverything: isScanned,
  isLeftOut,

  lookUp: lookUpMessages,

  async fetch(scope: AccountScope, itemId: string) {
    // Not below mailFolders: there $value answers 405 (graph facts, section 5).
    const bytes = await scope.graph.getBytes(graphPath`/users/${scope.accountId}/messages/${itemId}/$value`, {
      mailbox: scope.accountId,
      target: 'item',
      maxBytes: longestMessageBytes,
      signal: scope.signal,
    });
    return { kind: 'mime' as const, bytes };
  },
};
