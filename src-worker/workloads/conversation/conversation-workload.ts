/** Conversations of Outlook groups, with or without a team. */
import type { Workload } from '../workload.ts';
import { fetchThread, listThreads, lookUpThreads, threadCollection } from './threads.ts';

export const conversationWorkload: Workload = {
  name: 'conversation',
  accountKinds: ['group'],
  listsEverything: () => true,
  collections: () =>
    Promise.resolve({
      found: [
        { id: threadCollection, parent: null, name: 'Conversations', isHidden: false, itemCount: null },
      ],
      removed: [],
      isComplete: true,
      link: 'fixed',
    }),
  changes: listThreads,
  lookUp: lookUpThreads,
  fetch: fetchThread,
};
