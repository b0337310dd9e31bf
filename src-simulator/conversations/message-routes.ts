/** Paths below `messages` of a channel or a chat. */
import type { GraphCall } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import type { ConversationPlace, MessageView } from './message-json.ts';
import { messageDelta } from './message-delta.ts';
import {
  getMessage,
  getPictureBytes,
  listMessages,
  listPictures,
  listReplies,
  noSuchMessage,
} from './message-operations.ts';

export interface MessageOperation {
  readonly operation: string;
  readonly about?: 'item';
  readonly run: () => Answer;
}

const about = 'item' as const;

function pictureOperation(
  call: GraphCall,
  rest: readonly string[],
  { prefix, find }: { prefix: string; find: () => MessageView | null },
): MessageOperation | null {
  const [word, id, value] = rest;
  if (word !== 'hostedContents') return null;
  const withView = (run: (view: MessageView) => Answer) => () => {
    const view = find();
    return view ? run(view) : noSuchMessage(call);
  };
  if (id === undefined)
    return {
      operation: `${prefix}ListHostedContents`,
      about,
      run: withView((view) => listPictures(call, view)),
    };
  return value === '$value' && rest.length === 3
    ? {
        operation: `${prefix}hostedContents.GetValue`,
        about,
        run: withView((view) => getPictureBytes(call, view, id)),
      }
    : null;
}

/** The operation of a path; `prefix` is `teams.channels.` or `chats.`, `rest` what follows `messages`. */
export function messageOperation(
  call: GraphCall,
  place: ConversationPlace,
  { prefix, rest }: { prefix: string; rest: readonly string[] },
): MessageOperation | null {
  const [id, word, replyId, ...more] = rest;
  if (id === undefined) return { operation: `${prefix}ListMessages`, run: () => listMessages(call, place) };
  const isChannel = place.channel !== null;
  if (isChannel && rest.length === 1 && /^delta(\(\))?$/.test(id))
    return { operation: `${prefix}messages.delta`, run: () => messageDelta(call, place) };
  const findPost = () => viewOf(place, id, -1);
  const run = (found: () => MessageView | null, use: (view: MessageView) => Answer) => () => {
    const view = found();
    return view ? use(view) : noSuchMessage(call);
  };
  if (word === undefined)
    return {
      operation: `${prefix}GetMessages`,
      about,
      run: run(findPost, (view) => getMessage(call, view)),
    };
  if (word !== 'replies')
    return pictureOperation(call, rest.slice(1), { prefix: `${prefix}messages.`, find: findPost });
  if (!isChannel) return null;
  if (replyId === undefined)
    return {
      operation: `${prefix}messages.ListReplies`,
      about,
      run: run(findPost, (view) => listReplies(call, view)),
    };
  const findReply = () => {
    const post = findPost();
    return post && viewOf(place, replyId, post.state.number);
  };
  if (more.length === 0)
    return {
      operation: `${prefix}messages.GetReplies`,
      about,
      run: run(findReply, (view) => getMessage(call, view)),
    };
  return pictureOperation(call, more, { prefix: `${prefix}messages.replies.`, find: findReply });
}

/** The message of an id below the post `parent`; -1 for posts themselves. */
function viewOf(place: ConversationPlace, id: string, parent: number): MessageView | null {
  const state = place.conversation.find(id);
  return state?.parent === parent ? { place, state } : null;
}
