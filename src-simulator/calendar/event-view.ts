/** An event, or one occurrence of a series, as it is now: what the operations look at and make to JSON. */
import { mix } from '../chance.ts';
import { epochMs } from '../mail/message-facts.ts';
import type { BoxStore } from '../outlook/box-store.ts';
import type { ItemBox, ItemState } from '../outlook/item-box.ts';
import { isFilledByOutlook } from './calendar-plan.ts';
import { describeEvent, plannedStart, type EventFacts, type EventWorld } from './event-facts.ts';
import { dateText, dayMs, occurrenceDays } from './recurrence.ts';
import { writtenFacts, writtenTimes } from './written-events.ts';

/** What the operations of the area share. */
export interface CalendarWorld extends EventWorld {
  readonly store: BoxStore;
  /** True when mailboxes have birthday and holiday calendars. */
  readonly isRich: boolean;
}

/** One day of a series. */
interface Occurrence {
  readonly index: number;
  readonly day: number;
  readonly isException: boolean;
  readonly startMs: number;
}

export interface EventView {
  readonly world: CalendarWorld;
  readonly box: ItemBox;
  readonly state: ItemState;
  readonly facts: EventFacts;
  readonly isImmutable: boolean;
  /** Null for a single event and for the series itself. */
  readonly occurrence: Occurrence | null;
}

const hourMs = 3_600_000;
/** The furthest that any series is followed. */
const farDay = Math.floor(epochMs / dayMs) + 20 * 366;

export function factsOf(world: CalendarWorld, box: ItemBox, state: ItemState): EventFacts {
  const isDay = isFilledByOutlook(box.plannedContainerOf(state.number), world.isRich);
  const kind = state.createdAt > 0 ? 'future' : isDay ? 'day' : 'planned';
  const facts = describeEvent(world, box.mailbox, { ...state, kind });
  const writing = box.writings.get(state.number);
  if (!writing) return facts;
  const owner = world.directory.person(box.mailbox).mailAddress;
  return writtenFacts(facts, writing, { owner, marks: state.marks });
}

export function viewOf(
  world: CalendarWorld,
  box: ItemBox,
  { state, isImmutable }: { state: ItemState; isImmutable: boolean },
): EventView {
  return { world, box, state, isImmutable, facts: factsOf(world, box, state), occurrence: null };
}

function occurrenceOn({ facts, box, state }: EventView, index: number, day: number): Occurrence {
  const isException = facts.exceptions.includes(index);
  const writing = box.writings.get(state.number);
  const written = writing?.occurrences.get(index);
  if (written || writing?.isWhole === true) {
    const { startMs = plannedStart(facts, day) } = writtenTimes(written ?? {});
    return { index, day, isException, startMs };
  }
  // An exception begins an hour or two later than the pattern says; one of whole days is only named otherwise.
  const isLater = isException && !facts.isAllDay;
  const shiftMs = isLater ? (1 + (mix(facts.hash, 41, index) % 2)) * hourMs : 0;
  return { index, day, isException, startMs: plannedStart(facts, day) + shiftMs };
}

/** Occurrences of a series that are not cancelled, up to a day. */
export function occurrencesOf(view: EventView, untilDay = farDay): EventView[] {
  const { recurrence, cancelled } = view.facts;
  if (!recurrence) return [];
  return occurrenceDays(recurrence, untilDay).flatMap((day, index) =>
    cancelled.includes(index)
      ? []
      : [{ ...view, facts: occurrenceFacts(view, index), occurrence: occurrenceOn(view, index, day) }],
  );
}

/** The facts of a series with how long one occurrence lasts. */
function occurrenceFacts({ facts, box, state }: EventView, index: number): EventFacts {
  const written = box.writings.get(state.number)?.occurrences.get(index);
  const { durationMs } = written ? writtenTimes(written) : {};
  return durationMs === undefined ? facts : { ...facts, durationMs };
}

/** The exceptions of a series. */
export const exceptionsOf = (view: EventView): EventView[] =>
  view.facts.exceptions.length === 0
    ? []
    : occurrencesOf(view).filter(({ occurrence }) => occurrence?.isException === true);

/** One occurrence by its number; null when it is cancelled or does not exist. */
export const occurrenceByIndex = (view: EventView, index: number): EventView | null =>
  occurrencesOf(view).find(({ occurrence }) => occurrence?.index === index) ?? null;

/** Graph's names of cancelled occurrences: `OID.{id of the series}.{date}`. */
export function cancelledNames(view: EventView): string[] {
  const { recurrence, cancelled } = view.facts;
  if (!recurrence || cancelled.length === 0) return [];
  const days = occurrenceDays(recurrence, farDay);
  return cancelled.flatMap((index) => {
    const day = days[index];
    return day === undefined ? [] : [`OID.${seriesId(view)}.${dateText(day)}`];
  });
}

export const seriesId = ({ box, state, isImmutable }: EventView): string => box.idOf(state, isImmutable);

export const eventId = ({ box, state, isImmutable, occurrence }: EventView): string =>
  box.idOf(state, isImmutable, occurrence?.index ?? -1);

export const startOf = ({ facts, occurrence }: EventView): number => occurrence?.startMs ?? facts.startMs;

/** When the event, or anything of its series, last changed. */
export const modifiedMs = ({ facts, state }: EventView): number =>
  state.changedAt === 0 ? facts.createdMs + 60_000 : epochMs + state.changedAt * 1_000;

/** True when the event, or for a series any of its occurrences, lies within [fromMs, toMs). */
export const overlaps = (view: EventView, fromMs: number, toMs: number): boolean =>
  startOf(view) < toMs && startOf(view) + view.facts.durationMs > fromMs;
