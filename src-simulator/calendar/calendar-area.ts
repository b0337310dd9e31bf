/** Calendars and events of all mailboxes: paths, changes, truth. */
import { mix } from '../chance.ts';
import type { Area } from '../graph/area.ts';
import { notFound, type Organization } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import { boxChanges, itemName, pickItem, wipeBoxes, type Scene } from '../outlook/box-changes.ts';
import { BoxStore } from '../outlook/box-store.ts';
import { canonicalHash, sha256Of } from '../outlook/canonical.ts';
import type { ContainerState, ItemBox, ItemState } from '../outlook/item-box.ts';
import { isDelta, outlookRoute, type OutlookCall, type OutlookOperation } from '../outlook/outlook-route.ts';
import { isFilledByOutlook, planCalendars, primaryCalendar } from './calendar-plan.ts';
import { getCalendar, listCalendars, noSuchCalendar } from './calendars.ts';
import { calendarViewDelta, refuseOtherCalendar } from './calendar-view-delta.ts';
import {
  attachmentsOf,
  getEventAttachment,
  getEventAttachmentBytes,
  listEventAttachments,
} from './event-attachments.ts';
import { untouchedOccurrence } from './event-facts.ts';
import { calendarWrites } from './event-writes.ts';
import { completeEventJson, isUnreadable } from './event-json.ts';
import { findEvent, getEvent, listCalendarView, listEvents, listInstances } from './event-operations.ts';
import { factsOf, viewOf, type CalendarWorld, type EventView } from './event-view.ts';

const areaSeed = 0xca1e;
const medianEvents = 45;
const roots = ['calendar', 'calendars', 'calendarView', 'events'];

function eventOperation(world: CalendarWorld, outlook: OutlookCall): OutlookOperation | null {
  const { call, segments } = outlook;
  const place = { world, box: world.store.box(outlook.person) };
  const [, id, part, attachment, value] = segments;
  const about = 'item' as const;
  if (id === undefined)
    return { operation: 'users.ListEvents', run: () => listEvents(outlook, place, primaryCalendar) };
  if (part === undefined)
    return isDelta(id)
      ? null
      : { operation: 'users.GetEvents', about, run: () => getEvent(outlook, place, id) };
  if (part === 'instances' && segments.length === 3)
    return {
      operation: 'users.events.ListInstances',
      about,
      run: () => listInstances(outlook, place, id),
    };
  if (part !== 'attachments') return null;
  const withEvent = (run: (view: EventView) => Answer) => () => {
    const view = findEvent(place, call, id);
    return view ? run(view) : notFound(call);
  };
  if (attachment === undefined)
    return {
      operation: 'users.events.ListAttachments',
      about,
      run: withEvent((view) => listEventAttachments(outlook, view)),
    };
  if (value === undefined)
    return {
      operation: 'users.events.GetAttachments',
      about,
      run: withEvent((view) => getEventAttachment(outlook, view, attachment)),
    };
  return value !== '$value'
    ? null
    : {
        operation: 'users.events.attachments.GetValue',
        about,
        run: withEvent((view) => getEventAttachmentBytes(outlook, view, attachment)),
      };
}

function calendarOperation(world: CalendarWorld, outlook: OutlookCall): OutlookOperation | null {
  const { segments, call } = outlook;
  const box = world.store.box(outlook.person);
  const place = { world, box };
  const [, id = '', part, delta] = segments;
  const about = 'container' as const;
  const withCalendar = (run: (calendar: ContainerState) => Answer) => () => {
    const calendar = box.findContainer(id);
    return calendar ? run(calendar) : noSuchCalendar(call);
  };
  if (segments.length === 1)
    return { operation: 'users.ListCalendars', run: () => listCalendars(outlook, world, box) };
  if (segments.length === 2)
    return {
      operation: 'users.GetCalendars',
      about,
      run: withCalendar((calendar) => getCalendar(outlook, world, calendar)),
    };
  if (part === 'events' && segments.length === 3)
    return {
      operation: 'users.calendars.ListEvents',
      about,
      run: withCalendar(({ number }) => listEvents(outlook, place, number)),
    };
  if (part !== 'calendarView') return null;
  if (segments.length === 3)
    return {
      operation: 'users.calendars.ListCalendarView',
      about,
      run: withCalendar(({ number }) => listCalendarView(outlook, place, number)),
    };
  return isDelta(delta)
    ? {
        operation: 'users.calendars.calendarView.delta',
        about,
        run: withCalendar(({ number }) =>
          number === primaryCalendar ? calendarViewDelta(outlook, place) : refuseOtherCalendar(outlook),
        ),
      }
    : null;
}

function findOperation(world: CalendarWorld, outlook: OutlookCall): OutlookOperation | null {
  const { segments } = outlook;
  const [first, second] = segments;
  if (first === 'events') return eventOperation(world, outlook);
  if (first === 'calendars') return calendarOperation(world, outlook);
  const box = world.store.box(outlook.person);
  const place = { world, box };
  const calendar = box.container(primaryCalendar);
  if (first === 'calendar')
    return segments.length === 1 && calendar
      ? { operation: 'users.GetCalendar', run: () => getCalendar(outlook, world, calendar) }
      : null;
  if (segments.length === 1)
    return {
      operation: 'users.ListCalendarView',
      run: () => listCalendarView(outlook, place, primaryCalendar),
    };
  return isDelta(second) && segments.length === 2
    ? {
        operation: 'users.calendarView.delta',
        about: 'container',
        run: () => calendarViewDelta(outlook, place),
      }
    : null;
}

/** A mark on one more occurrence of some series: `x` for an exception, `c` for a cancellation. */
const markOccurrence = (world: CalendarWorld, letter: 'x' | 'c') => (scene: Scene) => {
  const { box, dice } = scene;
  const isSeries = (one: ItemState, { number }: ContainerState) =>
    !isFilledByOutlook(number, world.isRich) && untouchedOccurrence(factsOf(world, box, one), 0) >= 0;
  const state = pickItem(scene, isSeries);
  if (!state) return null;
  const occurrence = untouchedOccurrence(factsOf(world, box, state), dice.next());
  const after = box.changeItem(state.number, { marks: [...state.marks, `${letter}${occurrence}`] });
  return {
    item: itemName(box, after),
    container: box.ids.container(after.container),
    occurrence: box.idOf(after, true, occurrence),
  };
};

/**
 * Lines of an event: `sha256` is the canonical hash (outlook/canonical.ts) of the event as GET gives it, with, for a
 * series, `cancelledOccurrences` and `exceptionOccurrences` as $select and $expand add them. Attachments have hashes of
 * what $value gives, null for links; an exception has the attachments of its series.
 */
function eventLine(world: CalendarWorld, box: ItemBox, state: ItemState): object {
  const view = viewOf(world, box, { state, isImmutable: true });
  const json = completeEventJson(view);
  const attachments = attachmentsOf(view).map((attachment) => ({
    name: attachment.json['name'],
    type: attachment.json['@odata.type'],
    sha256: attachment.bytes ? sha256Of(attachment.bytes()) : null,
  }));
  return {
    kind: 'event',
    id: itemName(box, state),
    containerId: box.ids.container(state.container),
    subject: json['subject'],
    sha256: canonicalHash(json),
    attachments,
    unreadable: isUnreadable(view) ? 'ErrorCorruptData' : null,
  };
}

function* truthOf(world: CalendarWorld, box: ItemBox): Generator<object> {
  const calendars = box.containers();
  for (const { number, name } of calendars)
    yield { kind: 'calendar', id: box.ids.container(number), displayName: name };
  for (const { number } of calendars)
    for (const state of box.items(number)) yield eventLine(world, box, state);
}

/** The area `calendar`. Own changes beside those of all areas: exceptionsAdded, occurrencesCancelled. */
export function createCalendarArea(organization: Organization): Area {
  const { options, directory, mail } = organization;
  const isRich = options.profile === 'sample';
  const seed = mix(options.seed, areaSeed);
  const store = new BoxStore(organization, {
    seed,
    options: options.calendar,
    median: medianEvents,
    containers: (person) => planCalendars(person, isRich),
  });
  const world: CalendarWorld = { seed, directory, documents: mail.world.documents, store, isRich };
  const isEditable = ({ number }: ContainerState) => !isFilledByOutlook(number, isRich);
  const rules = {
    isEditable,
    isOrdinary: (one: ContainerState) => isEditable(one) && one.number !== primaryCalendar,
    parentOf: () => 0,
    newName: (box: ItemBox) => `Neuer Kalender ${box.containerCount}`,
  };
  return {
    name: 'calendar',
    route: (call) =>
      outlookRoute(organization, call, {
        role: 'Calendars.Read',
        owns: (segments) => roots.includes(segments[2] ?? ''),
        find: (outlook) => findOperation(world, outlook),
        writing: {
          role: 'Calendars.ReadWrite',
          find: (outlook) => calendarWrites({ world, box: store.box(outlook.person) }, outlook),
        },
      }),
    changes: boxChanges(store, rules, {
      exceptionsAdded: markOccurrence(world, 'x'),
      occurrencesCancelled: markOccurrence(world, 'c'),
    }),
    *truth(account) {
      const box = store.boxOf(account);
      if (box) yield* truthOf(world, box);
    },
    minimum: (account) => store.containersAndTheirList(account),
    wipe: (account) => wipeBoxes(store, rules, account),
    expireDelta: (account) => store.expireDelta(account),
  };
}
