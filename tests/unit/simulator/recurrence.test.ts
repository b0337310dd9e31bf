import { expect, test } from 'vitest';
import {
  chooseRecurrence,
  dateText,
  dayMs,
  everyYear,
  occurrenceDays,
  recurrenceJson,
  type Recurrence,
} from '../../../src-simulator/calendar/recurrence.ts';

const day = (date: string) => Date.parse(date) / dayMs;
const base = { interval: 1, weekdays: [], index: 0, range: { kind: 'noEnd' } } as const;

test.each<[name: string, recurrence: Recurrence, dates: string[]]>([
  [
    'every third day',
    { ...base, type: 'daily', interval: 3, startDay: day('2026-02-26') },
    ['2026-02-26', '2026-03-01', '2026-03-04', '2026-03-07'],
  ],
  [
    'Tuesday and Thursday of every second week',
    { ...base, type: 'weekly', interval: 2, weekdays: [2, 4], startDay: day('2026-11-19') },
    ['2026-11-19', '2026-12-01', '2026-12-03', '2026-12-15', '2026-12-17'],
  ],
  [
    'the 31st, or the last day of a shorter month',
    { ...base, type: 'absoluteMonthly', startDay: day('2026-01-31') },
    ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30'],
  ],
  [
    'the second Wednesday',
    { ...base, type: 'relativeMonthly', weekdays: [3], index: 1, startDay: day('2026-10-14') },
    ['2026-10-14', '2026-11-11', '2026-12-09', '2027-01-13'],
  ],
  [
    'the last Friday of every third month',
    { ...base, type: 'relativeMonthly', interval: 3, weekdays: [5], index: 4, startDay: day('2026-01-30') },
    ['2026-01-30', '2026-04-24', '2026-07-31', '2026-10-30'],
  ],
  [
    'a birthday on leap day',
    everyYear(day('2024-02-29')),
    ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28'],
  ],
  [
    'the first Monday of September',
    { ...base, type: 'relativeYearly', weekdays: [1], startDay: day('2025-09-01') },
    ['2025-09-01', '2026-09-07', '2027-09-06'],
  ],
  [
    'three times at most',
    { ...base, type: 'daily', startDay: day('2026-12-30'), range: { kind: 'numbered', count: 3 } },
    ['2026-12-30', '2026-12-31', '2027-01-01'],
  ],
  [
    'until a day',
    {
      ...base,
      type: 'daily',
      startDay: day('2026-12-30'),
      range: { kind: 'endDate', endDay: day('2026-12-31') },
    },
    ['2026-12-30', '2026-12-31'],
  ],
])('%s', (_name, recurrence, dates) => {
  // A series without end is followed to the last day of the list, one that ends on its own further.
  const until = recurrence.range.kind === 'noEnd' ? (dates.at(-1) ?? '') : '2030-01-01';
  expect(occurrenceDays(recurrence, day(until)).map(dateText)).toEqual(dates);
});

test('a chosen pattern begins on its first day and goes on in order', () => {
  for (let hash = 0; hash < 3_000; hash += 7) {
    const start = day('2026-01-01') + (hash % 365);
    const days = occurrenceDays(chooseRecurrence(hash, start), start + 800);
    expect(days[0]).toBe(start);
    expect(days).toEqual([...new Set(days)].sort((a, b) => a - b));
  }
});

test('patterns and ranges are told as Graph tells them', () => {
  const weekly = { ...base, type: 'weekly', weekdays: [2, 4], startDay: day('2026-11-19') } as const;
  expect(recurrenceJson(weekly, 'Tokyo Standard Time')).toEqual({
    pattern: {
      type: 'weekly',
      interval: 1,
      month: 0,
      dayOfMonth: 0,
      daysOfWeek: ['tuesday', 'thursday'],
      firstDayOfWeek: 'sunday',
      index: 'first',
    },
    range: {
      type: 'noEnd',
      startDate: '2026-11-19',
      endDate: '0001-01-01',
      recurrenceTimeZone: 'Tokyo Standard Time',
      numberOfOccurrences: 0,
    },
  });
});
