/**
 * Delta of the posts of a channel: those of the last eight months, page by page, then rounds of what changed. Replies
 * are not told of (graph facts, section 4). A deleted post comes as a message with deletedDateTime.
 */
import {
  deltaLink,
  expiredAnswer,
  nextLink,
  readToken,
  tokenProblem,
  type DeltaToken,
} from '../graph/delta-token.ts';
import { badRequest, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames, wholeNumber } from '../graph/query-options.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import { epochMs } from '../mail/message-facts.ts';
import { selectFrom } from '../outlook/answers.ts';
import {
  messageJson,
  repliesOf,
  type ConversationPlace,
  type DeltaState,
  type MessageView,
} from './message-json.ts';
import { expansionOf, isWithin, readWindow } from './message-operations.ts';
import { pathOf } from './page-answer.ts';

const areaName = 'team';
const reachMs = 243 * 86_400_000;
const pageSizes = { fallback: 20, minimum: 1, maximum: 50 };
const options = ['select', 'top', 'expand', 'filter', 'skiptoken', 'deltatoken'];

interface Page {
  readonly views: readonly MessageView[];
  readonly after: DeltaToken;
  readonly isLast: boolean;
}

function newToken(call: GraphCall, { age, now, channel }: DeltaState) {
  const top = wholeNumber(call, 'top', pageSizes);
  const window = readWindow(call);
  const expand = expansionOf(call, true);
  if (top === null || window === null || expand === null || window.beforeMs !== Infinity) return null;
  const token: DeltaToken = {
    kind: 'messages',
    area: areaName,
    age,
    since: now,
    cursor: 0,
    select: selectedNames(call),
    folder: channel,
    pageSize: top,
    expand,
    ...(window.afterMs === -Infinity ? {} : { modifiedAfter: window.afterMs }),
  };
  return token;
}

const isReached = ({ place, state }: MessageView) => place.conversation.createdMs(state) > epochMs - reachMs;

function enumerated(place: ConversationPlace, { modifiedAfter = -Infinity }: DeltaToken): MessageView[] {
  const views = place.conversation.posts().map((state) => ({ place, state }));
  return views.filter(
    (view) => isReached(view) && isWithin(view, { afterMs: modifiedAfter, beforeMs: Infinity }),
  );
}

function pageOf(place: ConversationPlace, token: DeltaToken, now: number): Page {
  const { cursor, since, pageSize: size = pageSizes.fallback } = token;
  if (cursor >= 0) {
    const all = enumerated(place, token);
    const end = cursor + size;
    const isLast = end >= all.length;
    const after = isLast ? { ...token, cursor: -1 } : { ...token, cursor: end, replay: cursor };
    return { views: all.slice(cursor, end), after, isLast };
  }
  const changed = place.conversation
    .changesSince(since)
    .map((state) => ({ place, state }))
    .filter((view) => view.state.parent < 0 && isReached(view));
  const views = changed.slice(0, size);
  const isLast = changed.length <= size;
  const last = isLast ? now : (views.at(-1)?.state.changedAt ?? since);
  return { views, after: { ...token, since: last }, isLast };
}

/** Duplicates within the page and posts of the page before. */
function withEchoes(place: ConversationPlace, token: DeltaToken, views: readonly MessageView[]) {
  const { faults } = place.organization;
  const all = [...views];
  const [first] = all;
  if (first && faults.strikes('deltaDuplicates')) all.push(first);
  if (token.replay !== undefined && token.cursor >= 0 && faults.strikes('deltaReplays'))
    all.unshift(...enumerated(place, token).slice(token.replay, token.replay + 3));
  return all;
}

/** The token to go on with, or the answer that refuses it. */
function tokenOf(call: GraphCall, place: ConversationPlace, delta: DeltaState): DeltaToken | Answer {
  const known = readToken(call, 'messages');
  if (known === null)
    return newToken(call, delta) ?? badRequest(call, 'Invalid value for $top, $filter or $expand.');
  if (known === 'broken' || known.area !== areaName || known.folder !== delta.channel)
    return tokenProblem(call);
  return known.age === delta.age ? known : expiredAnswer(place.organization, call, pathOf(call));
}

function answerPage(call: GraphCall, { organization }: ConversationPlace, page: Page): Answer {
  const { after, isLast } = page;
  const path = pathOf(call);
  const link = isLast ? deltaLink(organization, path, after) : nextLink(organization, path, after);
  const value = page.views.map((view) => {
    const json = selectFrom(messageJson(view, call), after.select);
    if (after.expand !== 'replies') return json;
    return { ...json, replies: repliesOf(view).map((reply) => messageJson(reply, call)) };
  });
  const context = `${organization.origin()}/v1.0/$metadata#Collection(chatMessage)`;
  return jsonText(JSON.stringify({ '@odata.context': context, ...link, value }));
}

export function messageDelta(call: GraphCall, place: ConversationPlace): Answer {
  const { organization, delta } = place;
  const refusal = refuseOptions(call, options);
  if (refusal) return refusal;
  if (!delta) return badRequest(call, 'Delta query is not supported by this resource.');
  const token = tokenOf(call, place, delta);
  if ('status' in token) return token;
  const pageKey = `page ${pathOf(call)} ${token.age} ${token.since} ${token.cursor}`;
  if (organization.faults.strikes('emptyPages', pageKey))
    return answerPage(call, place, { views: [], after: token, isLast: false });
  organization.faults.spare(pageKey);
  const page = pageOf(place, token, delta.now);
  return answerPage(call, place, { ...page, views: withEchoes(place, token, page.views) });
}
