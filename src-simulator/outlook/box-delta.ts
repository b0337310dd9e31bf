/**
 * Delta of the items of a container and of the containers themselves: everything first, page by page, then rounds of
 * what changed. The rules are those of message delta, and so are the faults.
 */
import {
  deltaLink,
  expiredAnswer,
  nextLink,
  readToken,
  tokenProblem,
  type DeltaToken,
} from '../graph/delta-token.ts';
import { badRequest, type Organization } from '../graph/graph-call.ts';
import {
  appliedPreferences,
  preferredPageSize,
  refuseOptions,
  selectedNames,
  wantsImmutableIds,
  wholeNumber,
} from '../graph/query-options.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import type { Json } from './answers.ts';
import type { ContainerState, ItemBox, ItemChange, ItemState } from './item-box.ts';
import type { OutlookCall } from './outlook-route.ts';

/** What a delta is about. */
export interface DeltaSubject {
  /** Names the area in tokens. */
  readonly area: string;
  /** Type of the rows, for the context. */
  readonly type: string;
  readonly box: ItemBox;
  /** Tokens of another age are expired. */
  readonly age: number;
  readonly pageSize: number;
  /** The answer to a $select that names no property, or null. */
  readonly refuse: () => Answer | null;
}

interface RowView {
  readonly select: readonly string[] | null;
  readonly isImmutable: boolean;
}

export interface DeltaRows {
  rows: Json[];
  after: DeltaToken;
  isLast: boolean;
}

const allowedOptions = ['select', 'skiptoken', 'deltatoken', 'top'];

/** The token to go on with, or the answer that refuses it. */
export function tokenOf(
  outlook: OutlookCall,
  subject: DeltaSubject,
  { kind, folder }: { kind: DeltaToken['kind']; folder: number },
): DeltaToken | Answer {
  const { call, organization, path } = outlook;
  const known = readToken(call, kind);
  if (known !== null) {
    if (known === 'broken' || known.folder !== folder || known.area !== subject.area)
      return tokenProblem(call);
    return known.age === subject.age ? known : expiredAnswer(organization, call, path);
  }
  const top = wholeNumber(call, 'top', { fallback: 0, minimum: 1, maximum: 1_000 });
  if (top === null) return badRequest(call, 'Invalid value for $top.');
  return {
    kind,
    area: subject.area,
    age: subject.age,
    since: subject.box.changeCount,
    cursor: 0,
    select: selectedNames(call),
    folder,
    ...(top === 0 ? {} : { left: top }),
  };
}

/** A page of a delta with the link to the next one or to the next round. */
export function respondDelta(outlook: OutlookCall, type: string, page: DeltaRows): Answer {
  const { organization, call, path } = outlook;
  const link = page.isLast
    ? deltaLink(organization, path, page.after)
    : nextLink(organization, path, page.after);
  const context = `${organization.origin()}/v1.0/$metadata#Collection(${type})`;
  const body = { '@odata.context': context, ...link, value: page.rows };
  return { ...jsonText(JSON.stringify(body)), headers: appliedPreferences(call) };
}

interface ItemRound {
  box: ItemBox;
  container: number;
  token: DeltaToken;
  size: number;
  rowOf: (state: ItemState) => Json;
  isImmutable: boolean;
}

function enumerationPage({ box, container, token, size, rowOf }: ItemRound): DeltaRows {
  const { items, next } = box.page(container, token.cursor, Math.min(size, token.left ?? Infinity));
  const left = token.left === undefined ? undefined : token.left - items.length;
  const isLast = next === null || left === 0;
  const rest = { ...token, ...(left === undefined ? {} : { left }) };
  const after = isLast ? { ...rest, cursor: -1 } : { ...rest, cursor: next, replay: token.cursor };
  return { rows: items.map(rowOf), after, isLast };
}

function changeRow({ box, container, rowOf, isImmutable }: ItemRound, change: ItemChange): Json {
  const { state, movesHere } = change;
  if (!state.isDeleted && state.container === container) return rowOf(state);
  const id = box.idOf({ number: state.number, moves: movesHere }, isImmutable);
  return { id, '@removed': { reason: 'deleted' } };
}

function changesPage(round: ItemRound): DeltaRows {
  const { box, container, token, size } = round;
  const changes = box.changesSince(container, token.since);
  const page = changes.slice(0, size);
  const isLast = changes.length <= size;
  const since = isLast ? box.changeCount : (page.at(-1)?.at ?? token.since);
  return { rows: page.map((change) => changeRow(round, change)), after: { ...token, since }, isLast };
}

/** Duplicates within the page and items of the page before, as Exchange sometimes sends them. */
function withEchoes({ faults }: Organization, round: ItemRound, page: DeltaRows): DeltaRows {
  const rows = [...page.rows];
  const [first] = rows;
  if (first !== undefined && faults.strikes('deltaDuplicates')) rows.push(first);
  const { replay, cursor } = round.token;
  if (replay !== undefined && cursor >= 0 && faults.strikes('deltaReplays'))
    rows.unshift(...round.box.page(round.container, replay, 3).items.map(round.rowOf));
  return { ...page, rows };
}

/** Delta of the items of one container. */
export function itemDelta(
  outlook: OutlookCall,
  subject: DeltaSubject & { readonly container: number },
  rowOf: (state: ItemState, view: RowView) => Json,
): Answer {
  const { call, organization, path } = outlook;
  const refusal = refuseOptions(call, allowedOptions) ?? subject.refuse();
  if (refusal) return refusal;
  const token = tokenOf(outlook, subject, { kind: 'messages', folder: subject.container });
  if ('status' in token) return token;
  const size = preferredPageSize(call) ?? token.pageSize ?? subject.pageSize;
  const view = { select: token.select, isImmutable: wantsImmutableIds(call) };
  const round: ItemRound = {
    box: subject.box,
    container: subject.container,
    token: { ...token, pageSize: size },
    size,
    rowOf: (state) => rowOf(state, view),
    isImmutable: view.isImmutable,
  };
  const pageKey = `page ${path} ${token.age} ${token.since} ${token.cursor}`;
  if (organization.faults.strikes('emptyPages', pageKey))
    return respondDelta(outlook, subject.type, { rows: [], after: round.token, isLast: false });
  organization.faults.spare(pageKey);
  const page = token.cursor >= 0 ? enumerationPage(round) : changesPage(round);
  return respondDelta(outlook, subject.type, withEchoes(organization, round, page));
}

/** Delta of the containers themselves; changed ones come in one page however many they are. */
export function containerDelta(
  outlook: OutlookCall,
  subject: DeltaSubject & { readonly isShown: (container: ContainerState) => boolean },
  rowOf: (state: ContainerState, view: RowView) => Json,
): Answer {
  const { call } = outlook;
  const refusal = refuseOptions(call, allowedOptions) ?? subject.refuse();
  if (refusal) return refusal;
  const token = tokenOf(outlook, subject, { kind: 'folders', folder: 0 });
  if ('status' in token) return token;
  const { box, isShown } = subject;
  const view = { select: token.select, isImmutable: wantsImmutableIds(call) };
  if (token.cursor < 0) {
    const rows = box.containerChangesSince(token.since).map((number) => {
      const container = box.container(number);
      const removed = { id: box.ids.container(number), '@removed': { reason: 'deleted' } };
      return container ? rowOf(container, view) : removed;
    });
    const after = { ...token, since: box.changeCount };
    return respondDelta(outlook, subject.type, { rows, after, isLast: true });
  }
  const shown = box.containers().filter(isShown);
  const end = token.cursor + (preferredPageSize(call) ?? subject.pageSize);
  const isLast = end >= shown.length;
  const rows = shown.slice(token.cursor, end).map((container) => rowOf(container, view));
  return respondDelta(outlook, subject.type, {
    rows,
    after: { ...token, cursor: isLast ? -1 : end },
    isLast,
  });
}
