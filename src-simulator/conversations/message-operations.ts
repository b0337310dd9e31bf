/** Operations on the messages of one channel or chat, or of many: lists, one message, its replies and pictures. */
import { badRequest, graphError, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { badSelect, bytesAnswer, selectFrom, type Json } from '../outlook/answers.ts';
import {
  messageJson,
  messagePath,
  modifiedMs,
  pictureId,
  picturesOf,
  repliesOf,
  type ConversationPlace,
  type MessageView,
} from './message-json.ts';
import { entityAnswer, pageAnswer } from './page-answer.ts';

const pageSizes = { fallback: 20, maximum: 50 };

export const noSuchMessage = (call: GraphCall): Answer =>
  graphError(call, 404, { code: 'NotFound', message: 'NotFound' });

const isKnown = (view: MessageView | undefined) => {
  const json = view && messageJson(view, null);
  return (name: string) => !json || Object.hasOwn(json, name);
};

/** A message with its replies where $expand asks for them. */
function expandedJson(call: GraphCall, view: MessageView, expand: string): Json {
  const json = selectFrom(messageJson(view, call), selectedNames(call));
  if (expand !== 'replies') return json;
  const replies = repliesOf(view).map((reply) => messageJson(reply, call));
  return { ...json, 'replies@odata.count': replies.length, replies };
}

/** Null for anything but an absent $expand and `replies`. */
export function expansionOf(call: GraphCall, isAllowed: boolean): string | null {
  const text = call.query.get('expand') ?? '';
  return text === '' || (text === 'replies' && isAllowed) ? text : null;
}

const badExpand = (call: GraphCall) => badRequest(call, 'The $expand option is not supported here.');

/** Messages in the order of the newest first. */
export function listMessages(call: GraphCall, place: ConversationPlace): Answer {
  const views = place.conversation.posts().map((state) => ({ place, state }));
  const rows = isOrderedByChange(call)
    ? views.sort((a, b) => modifiedMs(b) - modifiedMs(a))
    : views.reverse();
  return answerMessages(call, rows, { place, isExpandable: place.channel !== null });
}

export function listReplies(call: GraphCall, post: MessageView): Answer {
  return answerMessages(call, repliesOf(post).reverse(), { place: post.place, isExpandable: false });
}

function answerMessages(
  call: GraphCall,
  rows: readonly MessageView[],
  { place, isExpandable }: { place: ConversationPlace; isExpandable: boolean },
): Answer {
  const refusal =
    refuseOptions(call, [
      'select',
      'top',
      'skiptoken',
      'expand',
      'filter',
      'count',
      ...(place.chatId === null ? [] : ['orderby']),
    ]) ?? badSelect(call, isKnown(rows[0]), 'chatMessage');
  const expand = expansionOf(call, isExpandable);
  if (refusal) return refusal;
  if (expand === null) return badExpand(call);
  // Only chats can be filtered by time; a channel's messages cannot.
  const window = place.chatId === null && call.query.has('filter') ? null : readWindow(call);
  if (window === null) return badRequest(call, "Parameter 'Filter' not supported for this request.");
  return pageAnswer(place.organization, call, {
    context: `${place.path}/messages`,
    // Graph ignores a filter on a time unless the messages are ordered by it.
    rows: isOrderedByChange(call) ? rows.filter((view) => isWithin(view, window)) : rows,
    sizes: pageSizes,
    toJson: (view) => expandedJson(call, view, expand),
  });
}

const isOrderedByChange = (call: GraphCall) =>
  /^lastModifiedDateTime(\s+desc)?$/i.test(call.query.get('orderby') ?? '');

interface TimeWindow {
  readonly afterMs: number;
  readonly beforeMs: number;
}

const clause = /^lastmodifieddatetime\s+(gt|lt)\s+(\d{4}-\d\d-\d\dT[\d:.]+Z)$/i;

/** The times of a $filter on lastModifiedDateTime; null when it says anything else. */
export function readWindow(call: GraphCall): TimeWindow | null {
  let window = { afterMs: -Infinity, beforeMs: Infinity };
  for (const text of (call.query.get('filter') ?? '').split(/\s+and\s+/i)) {
    if (text === '') continue;
    const [, operator = '', time = ''] = clause.exec(text.trim()) ?? [];
    const ms = Date.parse(time);
    if (Number.isNaN(ms)) return null;
    window = operator.toLowerCase() === 'gt' ? { ...window, afterMs: ms } : { ...window, beforeMs: ms };
  }
  return window;
}

export const isWithin = (view: MessageView, { afterMs, beforeMs }: TimeWindow): boolean =>
  modifiedMs(view) > afterMs && modifiedMs(view) < beforeMs;

/** The export of all messages of many places: posts and replies alike. */
export function exportMessages(
  call: GraphCall,
  places: readonly ConversationPlace[],
  { context, organization }: { context: string } & Pick<ConversationPlace, 'organization'>,
): Answer {
  if (!organization.options.isMessageExportApproved)
    return graphError(call, 403, {
      code: 'Forbidden',
      message: 'Invoked API requires Protected API access in application-only context.',
    });
  const refusal = refuseOptions(call, ['top', 'skiptoken', 'filter', 'model']);
  if (refusal) return refusal;
  const window = readWindow(call);
  if (window === null) return badRequest(call, 'Invalid $filter: only lastModifiedDateTime gt and lt.');
  const views = places.flatMap((place) => place.conversation.all().map((state) => ({ place, state })));
  return pageAnswer(organization, call, {
    context,
    rows: views.filter((view) => isWithin(view, window)),
    sizes: pageSizes,
    toJson: (view) => messageJson(view, call),
  });
}

export function getMessage(call: GraphCall, view: MessageView): Answer {
  const refusal = refuseOptions(call, ['select', 'expand']) ?? badSelect(call, isKnown(view), 'chatMessage');
  const isExpandable = view.place.channel !== null && view.state.parent < 0;
  const expand = expansionOf(call, isExpandable);
  if (refusal) return refusal;
  if (expand === null) return badExpand(call);
  const context = `${view.place.path}/messages/$entity`;
  return entityAnswer(view.place.organization, context, expandedJson(call, view, expand));
}

/** Lists of pictures tell nothing but their ids. */
export function listPictures(call: GraphCall, view: MessageView): Answer {
  const refusal = refuseOptions(call, ['select', 'top', 'skiptoken']);
  if (refusal) return refusal;
  return pageAnswer(view.place.organization, call, {
    context: `${messagePath(view)}/hostedContents`,
    rows: picturesOf(view),
    sizes: { fallback: 100, maximum: 999 },
    toJson: (picture) => ({
      id: pictureId(view, picturesOf(view).indexOf(picture)),
      contentBytes: null,
      contentType: null,
    }),
  });
}

export function getPictureBytes(call: GraphCall, view: MessageView, id: string): Answer {
  const picture = picturesOf(view).find((_, i) => pictureId(view, i) === id);
  if (picture === undefined) return noSuchMessage(call);
  return bytesAnswer('image/png', view.place.organization.mail.world.documents.bytes(picture));
}
