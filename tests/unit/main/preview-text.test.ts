import { describe, expect, test } from 'vitest';
import { jsonText } from '../../../src-main/cli/json-text.ts';
import { previewText } from '../../../src-main/cli/preview-text.ts';
import { previewNoteCodes, type Preview } from '../../../src-shared/contract/preview-contract.ts';

/** Clears the screen, sets a title, writes to the clipboard, turns the reading direction, in both halves of the controls. */
const hostile =
  'a\x1b[2J\x1b]0;title\x07\x1b]52;c;ZXZpbA==\x07\x9b31m\x90q\x9c\u202egnp.exe\u2066\u200f\u2028\x00\x08\x7f\ufeffz';
// eslint-disable-next-line no-control-regex -- these are what is looked for
const obeyed = /(?!\n)[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const people = { shown: [{ name: hostile, address: hostile }], total: 10_000 };
const body = { html: `<p>${hostile}</p>`, text: `first\n${hostile}` };
const attachments = [
  { part: 1, name: hostile, mediaType: hostile, sizeBytes: 2048, contentId: hostile, isInline: true },
];
const notes = previewNoteCodes.map((code) => ({ code, count: 12 }));
const common = { attachments, notes };
const time = { dateTime: hostile, timeZone: hostile };

const previews: Preview[] = [
  {
    kind: 'mail',
    subject: hostile,
    from: people,
    to: people,
    cc: people,
    bcc: people,
    sentAt: hostile,
    headers: [{ name: hostile, value: hostile }],
    ...body,
    ...common,
  },
  {
    kind: 'event',
    subject: hostile,
    start: time,
    end: time,
    isAllDay: false,
    isCancelled: true,
    repeats: hostile,
    place: hostile,
    organizer: { name: hostile, address: hostile },
    attendees: people,
    ...body,
    ...common,
  },
  { kind: 'contact', name: hostile, fields: [{ name: hostile, value: hostile }], photo: null, ...common },
  {
    kind: 'messages',
    title: hostile,
    messages: [{ from: hostile, at: hostile, subject: hostile, ...body }],
    ...common,
  },
  { kind: 'list-item', title: hostile, columns: [{ name: hostile, value: hostile }], ...common },
  { kind: 'page', title: hostile, ...body, ...common },
  { kind: 'file', name: hostile, type: 'other', sizeBytes: 1, ...common },
  { kind: 'other', title: hostile, text: hostile, ...common },
];

describe.each(previews)('a preview of kind $kind', (preview) => {
  test('gives a terminal nothing to obey, as text or as JSON', () => {
    expect(hostile).toMatch(obeyed);
    expect(previewText(preview)).not.toMatch(obeyed);
    expect(jsonText(preview)).not.toMatch(obeyed);
    expect(JSON.parse(jsonText(preview))).toEqual(preview);
  });

  test('tells its attachments and what is left out', () => {
    const text = previewText(preview);
    expect(text).toContain('2.05 KB');
    expect(text).toContain('12 parts were not shown.');
  });
});

test('a mail for ten thousand names the first and counts the others', () => {
  expect(previewText(previews[0]!)).toContain(', and 9,999 more');
});
