/** Operations on calendars themselves. */
import { graphError, type GraphCall } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { mix } from '../chance.ts';
import { badSelect, entityAnswer, listAnswer, selectFrom, type Json } from '../outlook/answers.ts';
import type { ContainerState, ItemBox } from '../outlook/item-box.ts';
import type { OutlookCall } from '../outlook/outlook-route.ts';
import { isFilledByOutlook, primaryCalendar } from './calendar-plan.ts';
import type { CalendarWorld, EventView } from './event-view.ts';

const colors = ['auto', 'lightBlue', 'lightGreen', 'lightOrange', 'lightTeal', 'lightPink'];

/** A calendar as Graph shows it. */
export function calendarJson({ world, box }: Pick<EventView, 'world' | 'box'>, number: number): Json {
  const isFilled = isFilledByOutlook(number, world.isRich);
  const isPrimary = number === primaryCalendar;
  const { name, address } = world.directory.person(box.mailbox).mailAddress;
  const changed = box.container(number)?.changedAt ?? 0;
  return {
    id: box.ids.container(number),
    name: box.container(number)?.name ?? '',
    color: colors[mix(box.mailbox, number) % colors.length],
    hexColor: '',
    isDefaultCalendar: isPrimary,
    changeKey: `DwAAABYAAAAcal${number.toString(36)}${changed.toString(36).padStart(5, '0')}`,
    canShare: !isFilled,
    canViewPrivateItems: true,
    canEdit: !isFilled,
    allowedOnlineMeetingProviders: isPrimary ? ['teamsForBusiness'] : [],
    defaultOnlineMeetingProvider: isPrimary ? 'teamsForBusiness' : 'unknown',
    isTallyingResponses: isPrimary,
    isRemovable: !isPrimary && !isFilled,
    owner: { name, address },
  };
}

const isCalendarProperty = (name: string) =>
  /^(name|color|hexColor|isDefaultCalendar|changeKey|can(Share|ViewPrivateItems|Edit)|owner)$/.test(name) ||
  /^(allowedOnlineMeetingProviders|defaultOnlineMeetingProvider|isTallyingResponses|isRemovable)$/.test(name);

const badCalendarSelect = (call: GraphCall) => badSelect(call, isCalendarProperty, 'calendar');

export function listCalendars(outlook: OutlookCall, world: CalendarWorld, box: ItemBox): Answer {
  const { call } = outlook;
  const refusal = refuseOptions(call, ['select', 'top', 'skip', 'count']) ?? badCalendarSelect(call);
  if (refusal) return refusal;
  const list = { context: `users('${outlook.person.id}')/calendars`, rows: box.containers() };
  const names = selectedNames(call);
  return listAnswer(outlook, list, ({ number }) => selectFrom(calendarJson({ world, box }, number), names));
}

export function getCalendar(outlook: OutlookCall, world: CalendarWorld, calendar: ContainerState): Answer {
  const { call, person } = outlook;
  const refusal = refuseOptions(call, ['select']) ?? badCalendarSelect(call);
  if (refusal) return refusal;
  const json = calendarJson({ world, box: world.store.box(person) }, calendar.number);
  return entityAnswer(
    outlook,
    `users('${person.id}')/calendars/$entity`,
    selectFrom(json, selectedNames(call)),
  );
}

export const noSuchCalendar = (call: GraphCall): Answer =>
  graphError(call, 404, {
    code: 'ErrorItemNotFound',
    message: 'The specified object was not found in the store., The calendar could not be found.',
  });
