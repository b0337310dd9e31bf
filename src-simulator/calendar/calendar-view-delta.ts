/**
 * calendarView/delta of the primary calendar: a window that the first call fixes, everything in it, then rounds of what
 * changed. A series comes as itself, its exceptions, and occurrences that name only their times. What leaves the window
 * is told as removed.
 */
import type { DeltaToken } from '../graph/delta-token.ts';
import { badRequest } from '../graph/graph-call.ts';
import { preferredPageSize, refuseOptions, wantsImmutableIds } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import type { Json } from '../outlook/answers.ts';
import { respondDelta, tokenOf, type DeltaRows, type DeltaSubject } from '../outlook/box-delta.ts';
import type { ItemChange } from '../outlook/item-box.ts';
import type { OutlookCall } from '../outlook/outlook-route.ts';
import { primaryCalendar } from './calendar-plan.ts';
import { eventJson, occurrenceJson } from './event-json.ts';
import { badWindow, inWindow, windowOf, type CalendarPlace, type Window } from './event-operations.ts';
import { viewOf, type EventView } from './event-view.ts';

interface Round {
  readonly place: CalendarPlace;
  readonly window: Window;
  readonly isImmutable: boolean;
}

const removed = (id: string): Json => ({ id, '@removed': { reason: 'deleted' } });

function rowsOf({ window }: Round, view: EventView): Json[] {
  const rows = inWindow(view, window);
  if (rows.length === 0) return [];
  if (!view.facts.recurrence) return [eventJson(view, null)];
  const parts = rows.map((one) =>
    one.occurrence?.isException === true ? eventJson(one, null) : occurrenceJson(one),
  );
  return [eventJson(view, null), ...parts];
}

function changeRows(round: Round, { state, movesHere }: ItemChange): Json[] {
  const { place, isImmutable } = round;
  const { world, box } = place;
  const id = (occurrence = -1) =>
    box.idOf({ number: state.number, moves: movesHere }, isImmutable, occurrence);
  if (state.isDeleted || state.container !== primaryCalendar) return [removed(id())];
  const view = viewOf(world, box, { state, isImmutable });
  const rows = rowsOf(round, view);
  return rows.length === 0
    ? [removed(id())]
    : [...rows, ...view.facts.cancelled.map((occurrence) => removed(id(occurrence)))];
}

function enumeration(round: Round, token: DeltaToken, size: number): DeltaRows {
  const { world, box } = round.place;
  const views = box
    .items(primaryCalendar)
    .map((state) => viewOf(world, box, { state, isImmutable: round.isImmutable }));
  const all = views.flatMap((view) => rowsOf(round, view));
  const end = token.cursor + size;
  const isLast = end >= all.length;
  return { rows: all.slice(token.cursor, end), after: { ...token, cursor: isLast ? -1 : end }, isLast };
}

/** A page ends between two events, so it can be a little longer than asked for. */
function changes(round: Round, token: DeltaToken, size: number): DeltaRows {
  const { box } = round.place;
  const all = box.changesSince(primaryCalendar, token.since);
  const page = all.slice(0, size);
  const isLast = all.length <= size;
  const since = isLast ? box.changeCount : (page.at(-1)?.at ?? token.since);
  return { rows: page.flatMap((change) => changeRows(round, change)), after: { ...token, since }, isLast };
}

export function calendarViewDelta(outlook: OutlookCall, place: CalendarPlace): Answer {
  const { call, organization } = outlook;
  const refusal = refuseOptions(call, ['startdatetime', 'enddatetime', 'skiptoken', 'deltatoken']);
  if (refusal) return refusal;
  const subject: DeltaSubject = {
    area: 'calendarView',
    type: 'event',
    box: place.box,
    age: place.world.store.ageOf(place.box),
    pageSize: 10,
    refuse: () => null,
  };
  const known = tokenOf(outlook, subject, { kind: 'messages', folder: primaryCalendar });
  if ('status' in known) return known;
  const window = known.window ?? windowOf(call);
  if (!window) return badWindow(call);
  const token: DeltaToken = { ...known, window, pageSize: preferredPageSize(call) ?? known.pageSize ?? 10 };
  const pageKey = `page ${outlook.path} ${token.age} ${token.since} ${token.cursor}`;
  if (organization.faults.strikes('emptyPages', pageKey))
    return respondDelta(outlook, 'event', { rows: [], after: token, isLast: false });
  organization.faults.spare(pageKey);
  const round = { place, window, isImmutable: wantsImmutableIds(call) };
  const page = (token.cursor >= 0 ? enumeration : changes)(round, token, token.pageSize ?? 10);
  const [first] = page.rows;
  const isDoubled = first !== undefined && organization.faults.strikes('deltaDuplicates');
  return respondDelta(outlook, 'event', isDoubled ? { ...page, rows: [...page.rows, first] } : page);
}

/** calendarView/delta of any other calendar, which v1.0 does not document. */
export const refuseOtherCalendar = ({ call }: OutlookCall): Answer =>
  badRequest(call, 'Change tracking is not supported against this calendar.');
