import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { writeICalendar } from '../../../src-worker/formats/icalendar/write-icalendar.ts';

const berlin = 'W. Europe Standard Time';
const utc = (dateTime: string) => ({ dateTime: `${dateTime}.0000000`, timeZone: 'UTC' });
const pattern = { month: 0, dayOfMonth: 0, firstDayOfWeek: 'sunday', index: 'first', interval: 1 };
const noEnd = {
  type: 'noEnd',
  startDate: '2026-03-02',
  endDate: '0001-01-01',
  recurrenceTimeZone: berlin,
  numberOfOccurrences: 0,
};
/** Nine o'clock in Berlin on a Monday in winter. */
const event = {
  id: 'AAMk=',
  iCalUId: '0400',
  subject: 'Jour fixe',
  start: utc('2026-03-02T08:00:00'),
  end: utc('2026-03-02T09:00:00'),
  originalStartTimeZone: berlin,
  originalEndTimeZone: berlin,
  createdDateTime: '2026-01-01T10:00:00Z',
  lastModifiedDateTime: '2026-01-02T11:12:13.5Z',
};

const series = (change: object, range: object = {}) => ({
  ...event,
  recurrence: {
    pattern: { ...pattern, type: 'weekly', daysOfWeek: ['monday'], ...change },
    range: { ...noEnd, ...range },
  },
});

/** The file's lines, unfolded. */
const linesOf = (value: unknown, attachments: Parameters<typeof writeICalendar>[1] = []) =>
  writeICalendar(value, attachments).replaceAll('\r\n ', '').trimEnd().split('\r\n');

const lineOf = (value: unknown, name: string) =>
  linesOf(value)
    .slice(linesOf(value).indexOf('BEGIN:VEVENT'))
    .find((line) => line.split(/[:;]/)[0] === name);

/** The events as a library reads them, with the zones of the file. */
function readBy(text: string) {
  const root = new ICAL.Component(ICAL.parse(text) as unknown[]);
  ICAL.TimezoneService.reset();
  for (const zone of root.getAllSubcomponents('vtimezone'))
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  return root.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
}

function firstStarts(value: unknown, count: number): string[] {
  const [first] = readBy(writeICalendar(value, []));
  const days = first!.iterator();
  return Array.from({ length: count }, () => days.next().toJSDate().toISOString().slice(0, 16));
}

describe('a single event', () => {
  test('is in the local time of its zone, with when it was made and changed', () => {
    const lines = linesOf(event);
    expect(lines).toContain(`DTSTART;TZID="${berlin}":20260302T090000`);
    expect(lines).toContain(`DTEND;TZID="${berlin}":20260302T100000`);
    expect(lines).toContain('UID:0400');
    expect(lines).toContain('CREATED:20260101T100000Z');
    expect(lines).toContain('DTSTAMP:20260102T111213Z');
    expect(lines.join()).not.toContain('METHOD');
  });

  test('that is given in a zone is the same as in UTC', () => {
    const start = { dateTime: '2026-03-02T09:00:00', timeZone: 'Europe/Berlin' };
    expect(lineOf({ ...event, start }, 'DTSTART')).toBe(`DTSTART;TZID="${berlin}":20260302T090000`);
  });

  test('in the second of two hours of the same name is in UTC', () => {
    const at = (time: string) => lineOf({ ...event, start: utc(`2026-10-25T${time}`) }, 'DTSTART');
    expect(at('00:30:00')).toBe(`DTSTART;TZID="${berlin}":20261025T023000`);
    expect(at('01:30:00')).toBe('DTSTART:20261025T013000Z');
  });

  test('of whole days has dates and no zone', () => {
    const days = {
      ...event,
      isAllDay: true,
      start: utc('2026-03-02T00:00:00'),
      end: utc('2026-03-04T00:00:00'),
    };
    const lines = linesOf(days);
    expect(lines).toContain('DTSTART;VALUE=DATE:20260302');
    expect(lines).toContain('DTEND;VALUE=DATE:20260304');
    expect(lines).not.toContain('BEGIN:VTIMEZONE');
  });

  test('in an unknown zone is in UTC and says so', () => {
    const lines = linesOf({ ...event, originalStartTimeZone: 'Customized Time Zone' });
    expect(lines).toContain('DTSTART:20260302T080000Z');
    expect(lines).toContain(
      'COMMENT:The time zone “Customized Time Zone” is not known here. Times are in UTC.',
    );
  });

  test('without a start stands on the day it was made and says so', () => {
    const lines = linesOf({ ...event, start: null, end: null });
    expect(lines).toContain('DTSTART;VALUE=DATE:20260101');
    expect(lines.some((line) => line.startsWith('COMMENT:The stored event has no start'))).toBe(true);
  });
});

describe('a series', () => {
  test.each([
    [{ type: 'daily', interval: 3 }, 'FREQ=DAILY;INTERVAL=3'],
    [
      { daysOfWeek: ['wednesday', 'monday'], interval: 2, firstDayOfWeek: 'monday' },
      'FREQ=WEEKLY;BYDAY=MO,WE;WKST=MO;INTERVAL=2',
    ],
    [{ type: 'absoluteMonthly', dayOfMonth: 2 }, 'FREQ=MONTHLY;BYMONTHDAY=2;INTERVAL=1'],
    [{ type: 'absoluteMonthly', dayOfMonth: 30 }, 'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1;INTERVAL=1'],
    [{ type: 'absoluteMonthly', dayOfMonth: 31 }, 'FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=1'],
    [{ type: 'relativeMonthly', index: 'last' }, 'FREQ=MONTHLY;BYDAY=-1MO;INTERVAL=1'],
    [
      { type: 'relativeMonthly', index: 'second', daysOfWeek: ['monday', 'friday'] },
      'FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=2;INTERVAL=1',
    ],
    [{ type: 'absoluteYearly', month: 3, dayOfMonth: 2 }, 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2;INTERVAL=1'],
    [{ type: 'absoluteYearly', month: 2, dayOfMonth: 29 }, 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;INTERVAL=1'],
    [{ type: 'relativeYearly', month: 3 }, 'FREQ=YEARLY;BYMONTH=3;BYDAY=1MO;INTERVAL=1'],
  ])('of the pattern %j has the rule %s', (change, rule) => {
    expect(lineOf(series(change), 'RRULE')).toBe(`RRULE:${rule}`);
  });

  test('ends on the last day by the clock of its zone, or after a number', () => {
    const end = { type: 'endDate', endDate: '2026-06-01' };
    expect(lineOf(series({}, end), 'RRULE')).toContain(';UNTIL=20260601T215959Z');
    const days = { ...series({}, end), isAllDay: true };
    expect(lineOf(days, 'RRULE')).toMatch(/;UNTIL=20260601$/);
    expect(lineOf(series({}, { type: 'numbered', numberOfOccurrences: 7 }), 'RRULE')).toMatch(/;COUNT=7$/);
  });

  test('stays at its time of day when the clocks change, north and south', () => {
    expect(firstStarts(series({}), 5)).toEqual([
      '2026-03-02T08:00',
      '2026-03-09T08:00',
      '2026-03-16T08:00',
      '2026-03-23T08:00',
      '2026-03-30T07:00',
    ]);
    const sydney = {
      ...series({}, { recurrenceTimeZone: 'AUS Eastern Standard Time' }),
      start: utc('2026-03-22T22:00:00'),
    };
    expect(firstStarts(sydney, 3)).toEqual(['2026-03-22T22:00', '2026-03-29T22:00', '2026-04-05T23:00']);
  });

  test.each([
    berlin,
    'AUS Eastern Standard Time',
    'Israel Standard Time',
    'Egypt Standard Time',
    'Asia/Kolkata',
  ])('brings the clock of %s for every month of thirty years', (zone) => {
    const text = writeICalendar(series({}, { recurrenceTimeZone: zone }), []);
    const root = new ICAL.Component(ICAL.parse(text) as unknown[]);
    const read = new ICAL.Timezone(root.getFirstSubcomponent('vtimezone')!);
    const iana = { [berlin]: 'Europe/Berlin', 'AUS Eastern Standard Time': 'Australia/Sydney' }[zone];
    const named = { 'Israel Standard Time': 'Asia/Jerusalem', 'Egypt Standard Time': 'Africa/Cairo' }[zone];
    const clock = new Intl.DateTimeFormat('sv', {
      timeZone: iana ?? named ?? zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    for (let month = 0; month < 360; month += 1) {
      const at = Date.UTC(2026, month, 15, 12);
      const time = ICAL.Time.fromJSDate(new Date(at), true);
      const local = time.convertToZone(read).toString().replace('T', ' ');
      expect(local).toBe(clock.format(at));
    }
  });

  test('leaves out what was cancelled and moves what was moved', () => {
    const lines = linesOf({
      ...series({}),
      cancelledOccurrences: ['OID.AAMk=.2026-03-09', 'OID.AAMk=.2026-04-06', 'nonsense', 7],
      exceptionOccurrences: [
        { ...event, originalStart: '2026-03-30T07:00:00Z', start: utc('2026-03-31T12:00:00') },
        { ...event, occurrenceId: 'OID.AAMk=.2026-04-13', start: utc('2026-04-13T12:00:00') },
      ],
    });
    expect(lines).toContain(`EXDATE;TZID="${berlin}":20260309T090000,20260406T090000`);
    expect(lines).toContain(`RECURRENCE-ID;TZID="${berlin}":20260330T090000`);
    expect(lines).toContain(`DTSTART;TZID="${berlin}":20260331T140000`);
    expect(lines).toContain(`RECURRENCE-ID;TZID="${berlin}":20260413T090000`);
    expect(lines.filter((line) => line === 'UID:0400')).toHaveLength(3);
  });

  test('in an unknown zone keeps the days of its pattern', () => {
    const range = { recurrenceTimeZone: 'tzone://Microsoft/Custom', startDate: '2026-03-03' };
    const odd = {
      ...series({ daysOfWeek: ['tuesday'] }, range),
      originalStartTimeZone: 'Customized Time Zone',
    };
    const late = { ...odd, start: utc('2026-03-02T20:30:00'), end: utc('2026-03-02T21:00:00') };
    expect(lineOf(late, 'DTSTART')).toBe('DTSTART;TZID="UTC+04:00":20260303T003000');
    expect(firstStarts(late, 2)).toEqual(['2026-03-02T20:30', '2026-03-09T20:30']);
  });
});

describe('what an event says', () => {
  const rich = {
    ...event,
    sensitivity: 'private',
    importance: 'high',
    showAs: 'oof',
    isReminderOn: true,
    reminderMinutesBeforeStart: 15,
    categories: ['Red, or blue', 'x;y'],
    locations: [{ displayName: 'Room 1' }, { displayName: 'Room 2' }],
    onlineMeeting: { joinUrl: 'https://teams.example/a,b;c' },
    organizer: { emailAddress: { name: 'Ada "A"', address: 'ada@a.example' } },
    attendees: [
      {
        type: 'optional',
        status: { response: 'tentativelyAccepted' },
        emailAddress: { name: 'B: b', address: 'b@a.example' },
      },
      { type: 'resource', status: null, emailAddress: { name: 'Room', address: 'room@a.example' } },
      { type: 'required', emailAddress: { name: 'nobody' } },
    ],
  };

  test('is in the properties that other programs know', () => {
    expect(linesOf(rich)).toEqual(
      expect.arrayContaining([
        'LOCATION:Room 1\\; Room 2',
        'CATEGORIES:Red\\, or blue,x\\;y',
        'CLASS:PRIVATE',
        'PRIORITY:1',
        'STATUS:CONFIRMED',
        'TRANSP:OPAQUE',
        'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
        'URL:https://teams.example/a,b;c',
        `ORGANIZER;CN="Ada ''A''";SCHEDULE-AGENT=NONE:mailto:ada@a.example`,
        'ATTENDEE;CN="B: b";CUTYPE=INDIVIDUAL;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;RSVP=FALSE;SCHEDULE-AGENT=NONE:mailto:b@a.example',
        'ATTENDEE;CN=Room;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE;SCHEDULE-AGENT=NONE:mailto:room@a.example',
        'TRIGGER:-PT15M',
      ]),
    );
    expect(linesOf({ ...rich, isCancelled: true, showAs: 'free' })).toEqual(
      expect.arrayContaining(['STATUS:CANCELLED', 'TRANSP:TRANSPARENT']),
    );
  });

  test('as HTML is there as it is, and as text without tags, scripts and references', () => {
    const content =
      '<style>p{}</style><p>Gr&uuml;&#223;e &amp; <b>mehr</b></p><!-- no --><ul><li>1 < 2<li>b</ul>' +
      '<script>alert("</p>")</script><a href="https://x.example/?a&amp;b">hier</a><p title="a>b">Ende';
    const html = { ...event, body: { contentType: 'html', content } };
    expect(lineOf(html, 'DESCRIPTION')).toBe(
      'DESCRIPTION:Grüße & mehr\\n\\n- 1 < 2\\n- b\\nhier <https://x.example/?a&b>\\nEnde',
    );
    const [read] = readBy(writeICalendar(html, []));
    expect(read?.component.getFirstPropertyValue('x-alt-desc')).toBe(content.replace(/[;,]/g, '\\$&'));
  });

  test('however broken its HTML, is made to text at once', () => {
    for (const piece of ['<', '<a "', '<!--', '<script>', '<a href="', '&#', '<p ', ' \n'])
      expect(
        writeICalendar({ ...event, body: { contentType: 'html', content: piece.repeat(200_000) } }, []),
      ).toContain('END:VCALENDAR');
  });

  test('begins no line of its own and stays within 75 octets of whole letters', () => {
    const nasty = 'a\\b;c,d\r\nBEGIN:VEVENT\rx\ny\u0000\u0007\ud800 日本語😀é'.repeat(9);
    const text = writeICalendar(
      {
        ...rich,
        subject: nasty,
        iCalUId: nasty,
        categories: [nasty],
        originalStartTimeZone: nasty,
        organizer: { emailAddress: { name: nasty, address: nasty } },
        onlineMeeting: { joinUrl: `https://x.example/${nasty}` },
      },
      [{ name: nasty, mediaType: nasty, bytes: new Uint8Array(200) }],
    );
    expect(text.match(/^BEGIN:VEVENT/gm)).toHaveLength(1);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const [read] = readBy(text);
    const clean = nasty
      .replace(/\r\n?/g, '\n')
      .replace(/(?!\n)\p{Cc}/gu, '')
      .toWellFormed();
    expect(read?.summary).toBe(clean);
  });
});

describe('attachments', () => {
  const file = (name: string) => ({ name, mediaType: 'text/plain', bytes: new TextEncoder().encode(name) });
  const listed = (name: string) => ({ '@odata.type': '#microsoft.graph.fileAttachment', name });
  const link = { '@odata.type': '#microsoft.graph.referenceAttachment', name: 'L' };

  test('are in the event or exception that they belong to; links have no content', () => {
    const lines = linesOf(
      {
        ...series({}),
        attachments: [listed('a b'), { ...link, sourceUrl: 'https://x.example/l' }, link],
        exceptionOccurrences: [
          { ...event, originalStart: '2026-03-30T07:00:00Z', attachments: [listed('c')] },
        ],
      },
      [file('a b'), file('c'), file('unlisted')],
    );
    const attach = (name: string, base64: string) =>
      `ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=${name}:${base64}`;
    const exception = lines.lastIndexOf('BEGIN:VEVENT');
    expect(lines.slice(0, exception)).toEqual(
      expect.arrayContaining([
        attach('"a b"', 'YSBi'),
        'ATTACH;X-FILENAME=L:https://x.example/l',
        'COMMENT:Attached is a link to “L”\\, whose address is not known.',
        attach('unlisted', 'dW5saXN0ZWQ='),
      ]),
    );
    expect(lines.slice(exception)).toContain(attach('c', 'Yw=='));
  });
});

test('whatever the JSON is, there is a file that a program can read', () => {
  const odd = [null, 7, 'x', {}, undefined, -1, '9999-12-31', '0001-01-01T00:00:00Z', [], [null], { a: 1 }];
  const names = Object.keys({ ...event, recurrence: 1, cancelledOccurrences: 1, exceptionOccurrences: 1 });
  const cases: unknown[] = [...odd];
  for (const value of odd) {
    for (const name of [...names, 'body', 'attendees', 'organizer', 'categories', 'locations', 'isAllDay'])
      cases.push({ ...series({}), [name]: value });
    for (const name of ['type', 'interval', 'daysOfWeek', 'index', 'month', 'dayOfMonth'])
      cases.push(series({ [name]: value }));
    for (const name of ['type', 'endDate', 'startDate', 'recurrenceTimeZone', 'numberOfOccurrences'])
      cases.push(
        series({}, { type: 'endDate', [name]: value }),
        series({}, { type: 'numbered', [name]: value }),
      );
    cases.push({ ...event, start: { dateTime: value, timeZone: value } });
  }
  for (const one of cases) {
    const [read] = readBy(writeICalendar(one, []));
    expect(read?.startDate, JSON.stringify(one)).toBeDefined();
    expect(read?.uid).toMatch(/./);
  }
});
