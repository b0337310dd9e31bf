/** Operations on events: lists by calendar and by window, one event, the instances of a series. */
import { badRequest, notFound, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames, wantsImmutableIds } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { badSelect, corruptData, entityAnswer, listAnswer, type Json } from '../outlook/answers.ts';
import type { ItemBox, ItemState } from '../outlook/item-box.ts';
import type { OutlookCall } from '../outlook/outlook-route.ts';
import { expandedJson, expandedProperties, filteredProperty } from '../writes/extended-properties.ts';
import { calendarJson } from './calendars.ts';
import { attachmentJson, attachmentsOf } from './event-attachments.ts';
import { eventJson, isEventProperty, isUnreadable } from './event-json.ts';
import {
  exceptionsOf,
  modifiedMs,
  occurrenceByIndex,
  occurrencesOf,
  overlaps,
  startOf,
  viewOf,
  type CalendarWorld,
  type EventView,
} from './event-view.ts';
import { dayMs } from './recurrence.ts';

/** Where the events of a call are. */
export interface CalendarPlace {
  readonly world: CalendarWorld;
  readonly box: ItemBox;
}

export type Window = readonly [fromMs: number, toMs: number];

/** The event or occurrence that an id names; null when there is none. */
export function findEvent({ world, box }: CalendarPlace, call: GraphCall, id: string): EventView | null {
  const found = box.findItem(id);
  if (!found) return null;
  const view = viewOf(world, box, { state: found.state, isImmutable: wantsImmutableIds(call) });
  return found.occurrence < 0 ? view : occurrenceByIndex(view, found.occurrence);
}

const expandable: Readonly<Record<string, (view: EventView) => unknown>> = {
  attachments: (view) => attachmentsOf(view).map((attachment) => attachmentJson(attachment, null)),
  calendar: (view) => calendarJson(view, view.state.container),
  exceptionOccurrences: (view) => exceptionsOf(view).map((exception) => eventJson(exception, null)),
};

/** Extended properties that $expand asks for; empty when it asks for something else. */
const expandedIds = (call: GraphCall) => expandedProperties(call.query.get('expand') ?? '') ?? [];

function expandedNames(call: GraphCall): string[] {
  if (expandedIds(call).length > 0) return [];
  return (call.query.get('expand') ?? '').split(',').filter((name) => name !== '');
}

/** 400 when $expand names something else than `allowed`, else null. */
function badExpand(call: GraphCall, allowed: readonly string[]): Answer | null {
  const wrong = expandedNames(call).find((name) => !allowed.includes(name));
  return wrong === undefined
    ? null
    : badRequest(
        call,
        `Parsing OData Select and Expand failed: '${wrong}' cannot be expanded on type 'microsoft.graph.event'.`,
      );
}

function withExpansions(call: GraphCall, view: EventView): Json {
  const expanded = expandedNames(call).map((name) => [name, expandable[name]?.(view)]);
  const given = view.box.writings.get(view.state.number)?.properties;
  return {
    ...eventJson(view, selectedNames(call)),
    ...(Object.fromEntries(expanded) as Json),
    ...expandedJson(expandedIds(call), (id) => given?.get(id) ?? null),
  };
}

const badEventSelect = (call: GraphCall) => badSelect(call, isEventProperty, 'event');

export function getEvent(outlook: OutlookCall, place: CalendarPlace, id: string): Answer {
  const { call } = outlook;
  const refusal =
    refuseOptions(call, ['select', 'expand']) ??
    badEventSelect(call) ??
    badExpand(call, Object.keys(expandable));
  if (refusal) return refusal;
  const view = findEvent(place, call, id);
  if (!view) return notFound(call);
  if (isUnreadable(view)) return corruptData(call);
  return entityAnswer(outlook, `users('${outlook.person.id}')/events/$entity`, withExpansions(call, view));
}

/** The test that $filter asks for, null without one, or undefined when it is not understood. */
function filterOf(call: GraphCall): ((view: EventView) => boolean) | null | undefined {
  const text = call.query.get('filter');
  if (text === undefined) return null;
  const wanted = filteredProperty(text);
  if (wanted)
    return ({ box, state }) => box.writings.withProperty(wanted.id, wanted.value).includes(state.number);
  const [, operator, date = ''] = /^lastModifiedDateTime (ge|gt) (\S+)$/.exec(text) ?? [];
  const fromMs = Date.parse(date);
  if (operator === undefined || Number.isNaN(fromMs)) return undefined;
  return (view) => (operator === 'ge' ? modifiedMs(view) >= fromMs : modifiedMs(view) > fromMs);
}

/** Events and series of a calendar; occurrences are not listed. */
export function listEvents(outlook: OutlookCall, place: CalendarPlace, calendar: number): Answer {
  const { call } = outlook;
  const refusal =
    refuseOptions(call, ['select', 'top', 'skip', 'count', 'filter', 'expand']) ??
    badEventSelect(call) ??
    badExpand(call, ['attachments', 'calendar']);
  if (refusal) return refusal;
  const filter = filterOf(call);
  if (filter === undefined) return badRequest(call, 'Invalid filter clause.');
  const { world, box } = place;
  const isImmutable = wantsImmutableIds(call);
  const view = (state: ItemState) => viewOf(world, box, { state, isImmutable });
  const all = box.items(calendar);
  const rows = filter ? all.filter((state) => filter(view(state))) : all;
  const list = { context: `users('${outlook.person.id}')/events`, rows };
  return listAnswer(outlook, list, (state) => withExpansions(call, view(state)));
}

/** startDateTime and endDateTime of a call; null when one is missing or no date. Without a zone they are UTC. */
export function windowOf(call: GraphCall): Window | null {
  const ms = (name: string) => {
    const text = call.query.get(name) ?? '';
    return Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`);
  };
  const [from, to] = [ms('startdatetime'), ms('enddatetime')];
  return from < to ? [from, to] : null;
}

export const badWindow = (call: GraphCall): Answer =>
  badRequest(call, 'This request requires a time window: startDateTime and endDateTime.');

/** What an event is in a window: itself, or the occurrences of the series. */
export function inWindow(view: EventView, [fromMs, toMs]: Window): EventView[] {
  const candidates = view.facts.recurrence ? occurrencesOf(view, Math.floor(toMs / dayMs) + 1) : [view];
  return candidates.filter((one) => overlaps(one, fromMs, toMs));
}

const viewOptions = ['startdatetime', 'enddatetime', 'select', 'top', 'skip', 'count'];

function answerWindow(outlook: OutlookCall, views: readonly EventView[]): Answer {
  const { call } = outlook;
  const refusal = refuseOptions(call, viewOptions) ?? badEventSelect(call);
  const window = windowOf(call);
  if (refusal) return refusal;
  if (!window) return badWindow(call);
  const rows = views.flatMap((view) => inWindow(view, window));
  rows.sort((a, b) => startOf(a) - startOf(b));
  const list = { context: `users('${outlook.person.id}')/calendarView`, rows };
  return listAnswer(outlook, list, (view) => eventJson(view, selectedNames(call)));
}

/** Everything that happens in a calendar within a window, series as their occurrences. */
export function listCalendarView(
  outlook: OutlookCall,
  { world, box }: CalendarPlace,
  calendar: number,
): Answer {
  const isImmutable = wantsImmutableIds(outlook.call);
  return answerWindow(
    outlook,
    box.items(calendar).map((state) => viewOf(world, box, { state, isImmutable })),
  );
}

/** Occurrences and exceptions of a series within a window. */
export function listInstances(outlook: OutlookCall, place: CalendarPlace, id: string): Answer {
  const { call } = outlook;
  const view = findEvent(place, call, id);
  if (!view) return notFound(call);
  if (isUnreadable(view)) return corruptData(call);
  return view.facts.recurrence && !view.occurrence
    ? answerWindow(outlook, [view])
    : badRequest(call, 'The event is not a series.');
}
