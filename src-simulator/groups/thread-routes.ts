/** Paths below `threads` of a group. */
import type { MessageState } from '../conversations/conversation.ts';
import { notFound, type GraphCall } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import {
  getPost,
  getThread,
  listPosts,
  listThreads,
  refuseAttachments,
  type ThreadPlace,
} from './thread-operations.ts';

interface ThreadOperation {
  readonly operation: string;
  readonly about?: 'item';
  readonly run: () => Answer;
}

/** The operation of what follows `threads`; null when there is none. */
export function threadOperation(
  place: ThreadPlace,
  call: GraphCall,
  rest: readonly string[],
): ThreadOperation | null {
  const [id, word, postId, below] = rest;
  if (id === undefined) return { operation: 'groups.ListThreads', run: () => listThreads(place, call) };
  const about = 'item' as const;
  const withThread = (run: (thread: MessageState) => Answer) => () => {
    const thread = place.store.findThread(place.group, id);
    return thread ? run(thread) : notFound(call);
  };
  if (word === undefined)
    return {
      operation: 'groups.GetThreads',
      about,
      run: withThread((thread) => getThread(place, call, thread)),
    };
  if (word !== 'posts') return null;
  if (postId === undefined)
    return {
      operation: 'groups.threads.ListPosts',
      about,
      run: withThread((thread) => listPosts(place, call, thread)),
    };
  if (below === undefined)
    return {
      operation: 'groups.threads.GetPosts',
      about,
      run: withThread((thread) => getPost(place, call, { thread, id: postId })),
    };
  return below === 'attachments' && rest.length === 4
    ? { operation: 'groups.threads.posts.ListAttachments', run: () => refuseAttachments(call) }
    : null;
}
